/**
 * `--precision`, which says two things: f32 and f16 are how a session multiplies, int8 is a setting of the features that a command makes.
 * So 8 bits are for the commands that make features and can be told to make them so, and for no session.
 */
import type { KeptFeatures, ReadingPrecision } from '../contract/index.ts';
import { type CliCommand, UsageError } from './command.ts';
import type { GlobalOptions } from './context.ts';
import { oneOf, optionalOneOf } from './options.ts';

const readsInInt8: readonly string[] = ['train', 'encode'];
const those = readsInInt8.join(' and ');

export const precisionOption = oneOf(
  '--precision <type>',
  `how the LPM multiplies (how its features are kept is --features of ${those}): f16 is faster on a GPU; int8 on a processor, for ${those} (see \`sidelight lpm try-int8\`). Their features are kept apart, and a model trained with int8 reads with it`,
  ['f32', 'f16', 'int8'] as const,
  'f32',
);

/** `--features` of the commands that make them. */
export const featuresOption = optionalOneOf(
  '--features <type>',
  'how what the LPM says of an image is kept on the disk, and read in training and answering: f16, 16-bit floats; int8, 8 bits with a scale for each head and channel of an image, half of the disk. Not how the LPM computes it: that is --precision. They are kept apart, and a model answers from such as it learned from. The class token of --method linear is kept as it is (default: "f16")',
  ['f16', 'int8'] as const,
);

/** What `--features` says; nothing but for 8 bits. */
export function keptFeatures(features: 'f16' | 'int8' | undefined): { readonly keptAs?: KeptFeatures } {
  return features === 'int8' ? { keptAs: features } : {};
}

type Asked = Pick<GlobalOptions, 'precision'>;

/** What it says of the session. */
export function sessionPrecision({ precision }: Asked): 'f32' | 'f16' {
  return precision === 'int8' ? 'f32' : precision;
}

/** What it says of the features that a command makes; nothing but for 8 bits. */
export function readingPrecision({ precision }: Asked): { readonly precision?: ReadingPrecision } {
  return precision === 'int8' ? { precision } : {};
}

/** @throws UsageError where 8 bits are asked of a command that does not choose how images are read */
export function refuseInt8({ name }: Pick<CliCommand, 'name'>, { precision }: Asked): void {
  if (precision !== 'int8' || readsInInt8.includes(name)) return;
  throw new UsageError(
    `--precision int8 is for ${those}; ${name} does not choose how images are read: a model reads as it was trained. Leave it out.`,
  );
}
