import { encodeOptionsSchema, methods, normalisations, tokenRules } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatBytes, formatDuration, plural } from '../format.ts';
import { decimal, given, integer, lpmName, oneOf, toggle } from '../options.ts';
import { featuresOption, keptFeatures, readingPrecision } from '../precision.ts';
import { problemLines } from '../problem-lines.ts';

const defaults = encodeOptionsSchema.parse({ dataset: 'D' });

export const command = defineCommand({
  name: 'encode',
  summary: "compute a data set's features once with a frozen LPM",
  description:
    "Sends every labelled image through the LPM and keeps what training needs of it (by default the keys and values of its important tokens) in the library's " +
    'feature cache. An image that was encoded before in the same way is never computed again. Says the size on disk before ' +
    'it starts. Training does this by itself; the command exists to do it at another time. Run it again to continue after a stop.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set' }],
  options: {
    lpm: lpmName(defaults.lpm),
    method: oneOf('--method <m>', 'encode what training with this method needs, whatever it is', methods, undefined),
    inputSize: integer('--input-size <px>', 'image size the LPM reads', defaults.inputSize),
    tokens: oneOf('--tokens <rule>', 'how important tokens are scored', tokenRules, defaults.tokens),
    tokenRatio: decimal('--token-ratio <r>', 'share of tokens to keep', defaults.tokenRatio),
    layers: oneOf('--layers <which>', 'half: for FPT+; all: for FPT', ['half', 'all'] as const, defaults.layers),
    normalisation: oneOf(
      '--normalisation <source>',
      'mean and deviation from the training images or from the LPM',
      normalisations,
      defaults.normalisation,
    ),
    features: featuresOption,
    classToken: toggle('--class-token', 'also keep the final class token, which --method linear needs'),
    seed: integer('--seed <n>', 'seed of the split by patient', defaults.seed),
  },
  examples: [
    { line: 'sidelight encode mammo --lpm vit-base', why: 'features for FPT+ at 512 px' },
    { line: 'sidelight encode mammo --lpm vit-base --method fpt', why: 'features of all layers, for FPT' },
  ],
  run: async (context, args, options) => {
    const services = await context.services();
    const { encodeDataset } = await import('../../services/features/encode.ts');
    const { features, ...asked } = options;
    const report = await encodeDataset(services, {
      dataset: wordArgument(args, 0),
      ...given(asked),
      ...keptFeatures(features),
      ...readingPrecision(context.globals),
    });
    return {
      json: report,
      lines: [
        `Encoded ${plural(report.encoded, 'image')} of "${report.dataset}" with ${report.lpm} at ${report.inputSize} px in ` +
          `${formatDuration(report.seconds)} (${report.reused} were there already, ${report.failed} failed).`,
        `Features on disk: ${formatBytes(report.sizeBytes)}.` +
          (report.peakMb === null ? '' : ` Peak memory: ${Math.round(report.peakMb)} MB.`),
        ...problemLines(report.problems),
      ],
    };
  },
});
