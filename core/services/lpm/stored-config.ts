/** The configuration of an LPM as a library keeps it, of the LPM itself and of networks that have it in them. */
import { z } from 'zod';
import type { LpmRecord } from '../../contract/index.ts';
import { biasedParts, type LpmConfig, namings, otherActivations, otherSummaries } from '../../models/index.ts';

const count = z.int().nonnegative();
const size = z.int().positive();
const channels = z.tuple([z.number(), z.number(), z.number()]);

/** An LPM as core/models reads it. Unknown keys are refused: they would be a choice that this version does not honour. */
export const lpmConfigSchema = z.strictObject({
  naming: z.enum(namings),
  width: size,
  layers: size,
  heads: size,
  patch: size,
  channels: size,
  mlpWidth: size,
  eps: z.number().positive(),
  grid: z.tuple([size, size]),
  classPosition: z.boolean(),
  distillationToken: z.boolean(),
  registers: count,
  layerScale: z.boolean(),
  qkvBias: z.boolean(),
  positionRule: z.strictObject({ offset: z.number(), antialias: z.boolean() }),
  mean: channels,
  std: channels,
  classToken: z.literal(false).exactOptional(),
  rotaryBase: z.number().positive().exactOptional(),
  preNorm: z.literal(true).exactOptional(),
  withoutBias: z.array(z.enum(biasedParts)).exactOptional(),
  activation: z.enum(otherActivations).exactOptional(),
  gated: z.literal(true).exactOptional(),
  summary: z.enum(otherSummaries).exactOptional(),
  poolMlpWidth: size.exactOptional(),
  lastNorm: z.literal('summary').exactOptional(),
  ownReading: z.literal(true).exactOptional(),
}) satisfies z.ZodType<LpmConfig>;

/**
 * What an LPM was recognised as when it was added; undefined where this version cannot read it. What is kept of images was computed so, and no
 * later reading of the files beside the weights may change it: they may be lost, and another version may read them otherwise.
 */
export function configAsAdded({ config }: Pick<LpmRecord, 'config'>): LpmConfig | undefined {
  const parsed = lpmConfigSchema.safeParse(config);
  return parsed.success ? parsed.data : undefined;
}
