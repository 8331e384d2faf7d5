/**
 * The features of a data-set version: what is there is used, what is missing is computed and kept.
 *
 * Three passes, each of which can be stopped or killed and goes on where it was: decode and resize, mean and deviation
 * of the training images, LPM. The order of the images is the version's, so that a killed run and one that was never
 * killed compute the same numbers.
 */
import { statfsSync } from 'node:fs';
import { AppError } from '../../base/errors.ts';
import { type AbortSignalLike, throwIfCancelled } from '../../base/progress.ts';
import type {
  ChannelStatistics,
  DatasetVersion,
  Method,
  Normalisation,
  TokenRule,
  VersionImage,
} from '../../contract/index.ts';
import type { RecordStore } from '../../features/index.ts';
import { normalise } from '../../images/index.ts';
import { extractedLayers, keptTokens, type LpmConfig } from '../../models/index.ts';
import { compileEncoder, type EncodedImage, type LibraryLpm, type LpmEncoder } from '../lpm/encoder.ts';
import { imageKind, prepareSources, readSource } from '../pixels/source-images.ts';
import { featureFolder, imageKey, openFeatureStore, openPreviewStore } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { ProblemCollector } from '../session/problems.ts';
import { resolveStatistics } from './normalisation.ts';

/** Kinds of feature records. */
export const keysValuesKind = 'keysValues';
export const classTokenKind = 'classToken';

/** Raised when rendering, resizing or encoding changes in a way that changes the numbers: older features are then not used. */
const pipelineVersion = 1;

/** Everything that decides what the features are. */
export interface FeatureSettings {
  readonly inputSize: number;
  readonly tokens: TokenRule;
  readonly tokenRatio: number;
  readonly layers: readonly number[];
}

export interface FeatureRequest extends FeatureSettings {
  readonly version: DatasetVersion;
  readonly images: readonly VersionImage[];
  readonly lpm: LibraryLpm;
  /** Given for a model that has its statistics; otherwise resolved by `normalisation`. */
  readonly statistics?: ChannelStatistics;
  readonly normalisation: Normalisation;
  readonly keysValues: boolean;
  readonly classToken: boolean;
}

/** Features of `images`, ready to be read. */
export interface Features {
  /** Those of the request that could be decoded. */
  readonly images: readonly VersionImage[];
  readonly statistics: ChannelStatistics;
  readonly sources: RecordStore;
  readonly keysValues: RecordStore | null;
  readonly classTokens: RecordStore | null;
  readonly encoded: number;
  readonly reused: number;
  readonly sizeBytes: number;
  readonly problems: ProblemCollector;
  close(): Promise<void>;
}

/** The folder that a training of `method` keeps its features in. */
export function featuresFolder(
  context: ServiceContext,
  lpm: Pick<LibraryLpm, 'config' | 'record'>,
  options: Pick<FeatureSettings, 'inputSize' | 'tokens' | 'tokenRatio'> & { readonly method: Method },
  statistics: ChannelStatistics,
): string {
  const { inputSize, tokens, tokenRatio, method } = options;
  const layers = extractedLayers(lpm.config, method === 'fpt' ? 'all' : 'half');
  const preprocessing =
    method === 'linear'
      ? classTokensKey(context, inputSize, statistics)
      : keysValuesKey(context, { inputSize, tokens, tokenRatio, layers }, statistics);
  return featureFolder(lpm.record.hash, preprocessing).folder;
}

function keysValuesKey(
  context: ServiceContext,
  { inputSize, tokens, tokenRatio, layers }: FeatureSettings,
  statistics: ChannelStatistics,
): Readonly<Record<string, unknown>> {
  return { pipelineVersion, inputSize, ...statistics, tokens, tokenRatio, layers, ...precisionKey(context) };
}

function classTokensKey(
  context: ServiceContext,
  inputSize: number,
  statistics: ChannelStatistics,
): Readonly<Record<string, unknown>> {
  return { pipelineVersion, inputSize, ...statistics, output: 'classToken', ...precisionKey(context) };
}

/** The store of keys and values under these settings. */
export function openKeysValues(
  context: ServiceContext,
  lpmHash: string,
  settings: FeatureSettings,
  statistics: ChannelStatistics,
): RecordStore {
  return openFeatureStore(context.library, lpmHash, keysValuesKey(context, settings, statistics), context.now());
}

/** The store of final class tokens; they depend on neither token rule nor layers. */
export function openClassTokens(
  context: ServiceContext,
  lpmHash: string,
  inputSize: number,
  statistics: ChannelStatistics,
): RecordStore {
  return openFeatureStore(context.library, lpmHash, classTokensKey(context, inputSize, statistics), context.now());
}

/** Features of half-precision products differ in the third digit: they are kept apart from the others. */
function precisionKey({ precision }: ServiceContext): { precision?: 'f16' } {
  return precision === 'f16' ? { precision } : {};
}

/** Bytes of one image's keys and values. */
export function keysValuesBytes(lpm: LpmConfig, settings: FeatureSettings): number {
  const { inputSize, tokenRatio, layers } = settings;
  return 2 * 2 * layers.length * lpm.width * keptTokens(lpm, inputSize, inputSize, tokenRatio);
}

/**
 * Computes what is missing and opens the stores. Close the result.
 * @throws DATASET_NOT_READY when no training image can be decoded; DISK_FULL before starting what will not fit
 */
export async function prepareFeatures(context: ServiceContext, request: FeatureRequest): Promise<Features> {
  const { version, lpm, inputSize } = request;
  const problems = new ProblemCollector();
  const stores: RecordStore[] = [];
  const opened = <T extends RecordStore | null>(store: T): T => {
    if (store !== null) stores.push(store);
    return store;
  };
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
  };
  try {
    const sources = opened(openPreviewStore(context.library, inputSize, context.now()));
    announceSize(context, request, sources);
    const there = await prepareSources(context, sources, inputSize, request.images, problems);
    const images = request.images.filter((_, i) => there[i]);
    const training = images.filter((image) => image.split === 'train');
    if (request.statistics === undefined && training.length === 0) {
      const reason = problems.list()[0]?.message ?? 'there are none';
      throw new AppError('DATASET_NOT_READY', `No training image of "${version.dataset}" can be used: ${reason}`, {
        action: 'Import files that can be decoded, or correct the labels.',
      });
    }
    const statistics =
      request.statistics ?? (await resolveStatistics(context, { ...request, lpm: lpm.config, sources, training }));
    const hash = lpm.record.hash;
    const keysValues = opened(request.keysValues ? openKeysValues(context, hash, request, statistics) : null);
    const classTokens = opened(request.classToken ? openClassTokens(context, hash, inputSize, statistics) : null);
    const encoded = await encodeMissing(context, request, { images, statistics, sources, keysValues, classTokens });
    const needsLpm = request.keysValues || request.classToken;
    const perImage =
      (request.keysValues ? keysValuesBytes(lpm.config, request) : 0) + (request.classToken ? 4 * lpm.config.width : 0);
    return {
      images,
      statistics,
      sources,
      keysValues,
      classTokens,
      encoded,
      reused: needsLpm ? images.length - encoded : images.length,
      sizeBytes: perImage * images.length,
      problems,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Says how much disk the features will take, and stops before the disk is full rather than after an hour. */
function announceSize(context: ServiceContext, request: FeatureRequest, sources: RecordStore): void {
  const { images, inputSize, lpm } = request;
  const missing = images.filter((i) => !sources.has(imageKind, imageKey(i.instanceId, i.frame))).length;
  const featureBytes = request.keysValues ? keysValuesBytes(lpm.config, request) * images.length : 0;
  const bytes = featureBytes + missing * 2 * inputSize ** 2;
  const megabytes = (n: number): string => `${Math.ceil(n / 1e6).toLocaleString('en')} MB`;
  context.log.log('info', `Features of ${images.length} images at ${inputSize} px take ${megabytes(featureBytes)}.`, {
    images: images.length,
    featureBytes,
  });
  // Features of an earlier, stopped encode are counted again here, hence only new images decide.
  if (missing === 0) return;
  const { bavail, bsize } = statfsSync(context.library.folder);
  if (bytes <= bavail * bsize) return;
  throw new AppError(
    'DISK_FULL',
    `Encoding needs ${megabytes(bytes)} of disk space; the library's disk has ${megabytes(bavail * bsize)} left.`,
    { retryable: true },
  );
}

type EncodeParts = Pick<Features, 'images' | 'statistics' | 'sources' | 'keysValues' | 'classTokens'>;

/** Runs the LPM over images whose features are missing. Gives how many that were. */
async function encodeMissing(context: ServiceContext, request: FeatureRequest, parts: EncodeParts): Promise<number> {
  const { sources, keysValues, classTokens, statistics } = parts;
  const { inputSize, lpm } = request;
  const lacks = (store: RecordStore | null, kind: string, image: VersionImage): boolean =>
    store !== null && !store.has(kind, imageKey(image.instanceId, image.frame));
  const missing = parts.images.filter(
    (image) => lacks(keysValues, keysValuesKind, image) || lacks(classTokens, classTokenKind, image),
  );
  if (missing.length === 0) return 0;
  const plan = {
    ...request,
    keysValues: missing.some((image) => lacks(keysValues, keysValuesKind, image)),
    classToken: missing.some((image) => lacks(classTokens, classTokenKind, image)),
  };
  const encoder = await compileEncoder(await context.engine(), lpm, plan, context.precision);
  const pixelsOf = async (image: VersionImage): Promise<Float32Array> =>
    normalise(await readSource(sources, inputSize, image), statistics.mean, statistics.std);
  try {
    let done = 0;
    await encodeEach(encoder, missing, pixelsOf, context.signal, (image, encoded) => {
      const key = imageKey(image.instanceId, image.frame);
      if (encoded.keysValues !== null) keysValues?.append(keysValuesKind, key, bytesOf(encoded.keysValues));
      if (encoded.classToken !== null) classTokens?.append(classTokenKind, key, bytesOf(encoded.classToken));
      context.progress({ stage: 'encoding', done: ++done, total: missing.length, unit: 'images' });
    });
    keysValues?.flush();
    classTokens?.flush();
    return missing.length;
  } finally {
    await encoder.dispose();
  }
}

/** Encodes one image after the other; the next one is read while the engine computes. @throws CANCELLED between two images */
export async function encodeEach<T>(
  encoder: LpmEncoder,
  images: readonly T[],
  pixelsOf: (image: T) => Promise<Float32Array>,
  signal: AbortSignalLike,
  done: (image: T, encoded: EncodedImage) => void,
): Promise<void> {
  let next: Promise<Float32Array> | null = null;
  for (const [i, image] of images.entries()) {
    throwIfCancelled(signal, 'Encoding');
    const running = encoder.encode(await (next ?? pixelsOf(image)));
    next = null;
    const following = images[i + 1];
    if (following !== undefined) {
      next = pixelsOf(following);
      next.catch(() => {}); // Awaited, and reported, in the next round.
    }
    done(image, await running);
  }
}

/** The bytes of an array as they are stored. */
export function bytesOf(array: Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
