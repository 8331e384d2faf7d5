import { defineCommand, wordArgument } from '../command.ts';
import { formatBytes, formatCount } from '../format.ts';
import { given, integer, text } from '../options.ts';

export const command = defineCommand({
  name: 'lpm add',
  summary: 'add an LPM (a pre-trained vision transformer)',
  description:
    'Takes a folder as the model hub distributes it, or one .safetensors file: ViT, DeiT, DINO, DINOv2 and DINOv2 with registers, ' +
    'also as timm writes them. Pickles (.bin, .pt, .pth) are refused because opening one can run any program. The weights are ' +
    'checked, copied into the library and named by the hash of their tensors.',
  arguments: [{ syntax: '<path>', help: 'model folder or .safetensors file' }],
  options: {
    name: text('--name <name>', 'name to use from now on (default: name of the folder or file)'),
    heads: integer('--heads <n>', 'attention heads, for a model whose files do not say', undefined),
  },
  examples: [
    { line: 'sidelight lpm add ./dino-vitb16 --name dino', why: 'a folder with config.json and model.safetensors' },
    { line: 'sidelight lpm add vit_small.safetensors --heads 6', why: 'a single file without configuration' },
  ],
  run: async (context, args, options) => {
    const services = await context.services();
    const { addLpm } = await import('../../services/lpm/add.ts');
    const report = await addLpm(services, { path: wordArgument(args, 0), ...given(options) });
    return {
      json: report,
      lines: [
        `${report.alreadyThere ? 'Already there' : 'Added'}: LPM "${report.name}" (${report.family}, ` +
          `${formatCount(report.parameters)} parameters, ${formatBytes(report.sizeBytes)}).`,
        `Hash of its tensors: ${report.hash}`,
      ],
    };
  },
});
