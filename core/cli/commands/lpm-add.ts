import { AppError } from '../../base/errors.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatBytes, formatCount } from '../format.ts';
import { given, integer, text, toggle } from '../options.ts';

export const command = defineCommand({
  name: 'lpm add',
  summary: 'add an LPM (a pre-trained vision transformer)',
  description:
    "Takes a folder as the model hub distributes it, the hub's cache, or one .safetensors file: ViT, DeiT, DINO, DINOv2, DINOv3, SigLIP, " +
    'CLIP, OpenCLIP and BiomedCLIP, also as timm writes them, sharded or not, in 32 or 16 bits. Of a file with two towers the vision ' +
    'tower is taken. Pickles (.bin, .pt, .pth) are refused because opening one can run any program; the refusal prints the ten lines ' +
    'that convert one elsewhere. Says what it recognised, then checks the weights, copies them into the library and names them by the ' +
    'hash of their tensors. Which models fit: docs/lpm-models.md.',
  arguments: [{ syntax: '<path>', help: 'model folder or .safetensors file' }],
  options: {
    name: text('--name <name>', 'name to use from now on (default: name of the folder or file)'),
    preview: toggle('--preview', 'say what it is and what it costs on this machine, and write nothing'),
    heads: integer('--heads <n>', 'attention heads, for a model whose files do not say', undefined),
  },
  examples: [
    { line: 'sidelight lpm add ./dino-vitb16 --name dino', why: 'a folder with config.json and model.safetensors' },
    { line: 'sidelight lpm add ./medsiglip-448 --preview', why: 'to know what it is before it is copied' },
    { line: 'sidelight lpm add vit_small.safetensors --heads 6', why: 'a single file without configuration' },
  ],
  run: async (context, args, options) => {
    const services = await context.services();
    const { addLpm, previewLpm } = await import('../../services/lpm/add.ts');
    const { preview, ...rest } = options;
    const asked = { path: wordArgument(args, 0), measure: true, ...given(rest) };
    if (preview) {
      const found = await previewLpm(services, asked).catch((error: unknown) => tellConversion(error, asked.path));
      return { json: found, lines: ['Nothing was written.'] };
    }
    const report = await addLpm(services, asked).catch((error: unknown) => tellConversion(error, asked.path));
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

/** Throws the error, a refused pickle's with the lines that convert it: printed here, they are stored nowhere. */
async function tellConversion(error: unknown, path: string): Promise<never> {
  if (!(error instanceof AppError) || error.code !== 'LPM_PICKLE_REFUSED') throw error;
  const { conversionOf } = await import('../../services/lpm/conversion.ts');
  throw new AppError(error.code, error.message, { action: conversionOf(path).join('\n'), cause: error });
}
