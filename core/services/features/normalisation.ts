/** Mean and standard deviation a channel: of the training images, frozen with the data-set version, or the LPM's own. */
import { throwIfCancelled } from '../../base/progress.ts';
import type { ChannelStatistics, DatasetVersion, Normalisation } from '../../contract/index.ts';
import type { RecordStore } from '../../features/index.ts';
import { combineStatistics, imageStatistics, normalisationOf, noStatistics } from '../../images/index.ts';
import type { LpmConfig } from '../../models/index.ts';
import { saveVersionStatistics, versionStatistics } from '../../store/index.ts';
import { type FrameReference, readSource } from '../pixels/source-images.ts';
import type { ServiceContext } from '../session/context.ts';

/** The statistics to normalise with where they are known before any image is read: the LPM's own, and those that were computed before. */
export function knownStatistics(
  context: Pick<ServiceContext, 'library'>,
  {
    normalisation,
    version,
    lpm,
    inputSize,
  }: {
    readonly normalisation: Normalisation;
    readonly version: DatasetVersion;
    readonly lpm: LpmConfig;
    readonly inputSize: number;
  },
): ChannelStatistics | undefined {
  if (normalisation === 'lpm') return { mean: [...lpm.mean], std: [...lpm.std] };
  return versionStatistics(context.library.db, version.id, inputSize);
}

/**
 * The statistics to normalise with. Those of a data set are over all pixels of its training images at `inputSize`; they
 * are computed once for a version and never again, so that a model can always be reproduced.
 *
 * @param training the version's training images that could be decoded, in the version's order
 */
export async function resolveStatistics(
  context: ServiceContext,
  options: {
    readonly normalisation: Normalisation;
    readonly version: DatasetVersion;
    readonly lpm: LpmConfig;
    readonly inputSize: number;
    readonly sources: RecordStore;
    readonly training: readonly FrameReference[];
  },
): Promise<ChannelStatistics> {
  const { version, inputSize, sources, training } = options;
  const known = knownStatistics(context, options);
  if (known !== undefined) return known;
  let sums = noStatistics;
  for (const [i, frame] of training.entries()) {
    throwIfCancelled(context.signal, 'Computing mean and deviation');
    sums = combineStatistics(sums, imageStatistics(await readSource(sources, inputSize, frame)));
    context.progress({ stage: 'statistics', done: i + 1, total: training.length, unit: 'images' });
  }
  const { mean, std } = normalisationOf(sums);
  const statistics = { mean: [...mean], std: [...std] };
  saveVersionStatistics(context.library.writer, version.id, inputSize, statistics);
  return statistics;
}
