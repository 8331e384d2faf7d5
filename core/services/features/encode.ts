/** `encode`: the LPM reads every image of a data set once; what it says is kept. */
import { performance } from 'node:perf_hooks';
import type { z } from 'zod';
import { AppError, invariant } from '../../base/errors.ts';
import {
  type EncodeOptions,
  type EncodeReport,
  encodeOptionsSchema,
  jobSchemas,
  parseOptions,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { extractedLayers, type LpmConfig, type LpmFeatures, methodLayers } from '../../models/index.ts';
import { rangeRuleOfVersion, versionImages } from '../../store/index.ts';
import { freezeDataset } from '../datasets/dataset.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { checkTokenRule, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { lookIntoDataset } from './dataset-looks.ts';
import { featuresOf, refuseLarger, refuseUnkept } from './feature-kinds.ts';
import { prepareTogether } from './read-together.ts';

/**
 * Encodes a data set. Images that were encoded before, for whatever data set, are not encoded again; after a stop or a
 * kill the same call goes on. Images that cannot be decoded are named in `problems`, and those that are
 * black or white to the eye, which are encoded.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND, BAD_INPUT (also for a method that asks nothing of the LPM),
 *   DISK_FULL, CANCELLED
 */
export async function encodeDataset(context: ServiceContext, options: EncodeOptions): Promise<EncodeReport> {
  return await runAsJob(encodeJob, parseOptions(encodeOptionsSchema, options), context);
}

export const encodeJob = defineJob({
  kind: 'encode',
  ...jobSchemas.encode,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const started = performance.now();
    await lookIntoDataset(context, options.dataset);
    const version = freezeDataset(context, { dataset: options.dataset, seed: options.seed });
    const record = requireLpm(context, await provideLpm(context, options.lpm));
    const lpm = openLibraryLpm(context, record);
    try {
      if (options.method !== undefined || options.keysValues) checkTokenRule(lpm.config, options.tokens, record.name);
      const inputSize = resolveInputSize(lpm.config, options.inputSize);
      const images = versionImages(context.library.db, version.id);
      const { layers, features: kinds } = wantedOf(lpm.config, options);
      const { tokens, tokenRatio, normalisation, precision, keptAs } = options;
      refuseUnkept(keptAs, kinds, options.method === undefined ? 'the class token' : `the method ${options.method}`);
      if (options.method !== undefined)
        refuseLarger([options.method], lpm.config, { inputSize, tokens, tokenRatio, keptAs });
      const rule = rangeRuleOfVersion(context.library.db, version);
      const prepared = await prepareTogether(
        context,
        { version, images, lpm, inputSize, tokens, tokenRatio, normalisation, precision, keptAs, rule },
        kinds.map((kind) => ({ layers, features: [kind] })),
      );
      for (const one of prepared) await one.close();
      const [features] = prepared.toSorted((a, b) => b.encoded - a.encoded);
      invariant(features !== undefined, 'encode: no kind of features');
      return {
        dataset: version.dataset,
        version: version.number,
        lpm: record.name,
        lpmHash: record.hash,
        inputSize,
        images: images.length,
        encoded: features.encoded,
        reused: features.reused,
        failed: images.length - features.images.length,
        problems: features.problems.list(),
        sizeBytes: prepared.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        seconds: (performance.now() - started) / 1000,
        peakMb: features.encoded === 0 ? null : await (await context.engine()).peakMemoryMb(),
      };
    } finally {
      lpm.close();
    }
  },
});

/** What the LPM is asked for. */
function wantedOf(
  lpm: LpmConfig,
  options: z.output<typeof encodeOptionsSchema>,
): { readonly layers: readonly number[]; readonly features: readonly LpmFeatures[] } {
  const { method } = options;
  if (method === undefined) {
    const features: LpmFeatures[] = [];
    if (options.keysValues) features.push('keysValues');
    if (options.classToken) features.push('classToken');
    return { layers: extractedLayers(lpm, options.layers), features };
  }
  const features = featuresOf(method);
  if (features.length > 0) return { layers: methodLayers(lpm, method), features };
  throw new AppError(
    'BAD_INPUT',
    `The method "${method}" asks nothing of the LPM beforehand: there is nothing to encode for it.`,
    {
      action: 'Train it right away.',
    },
  );
}
