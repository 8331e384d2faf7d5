/**
 * The features of a data-set version: what is there is used, what is missing is computed and kept.
 *
 * Three passes, each of which can be stopped or killed and goes on where it was: decode and resize, mean and deviation
 * of the training images, LPM. The order of the images is the version's, so that a killed run and one that was never
 * killed compute the same numbers.
 */

import { counted } from '../../base/counted.ts';
import { AppError, invariant } from '../../base/errors.ts';
import { int8Record } from '../../base/int8-channels.ts';
import { type AbortSignalLike, throwIfCancelled } from '../../base/progress.ts';
import type { ChannelStatistics, DatasetVersion, Method, Normalisation, VersionImage } from '../../contract/index.ts';
import type { MemoryHolder, RecordStore } from '../../features/index.ts';
import { normalise } from '../../images/index.ts';
import { type LpmConfig, type LpmFeatures, methodLayers, trainingMethods } from '../../models/index.ts';
import {
  announceEncoder,
  compileEncoder,
  type EncodedImage,
  type LibraryLpm,
  type LpmEncoder,
} from '../lpm/encoder.ts';
import { requireInt8 } from '../lpm/int8-engine.ts';
import { lookIntoInstances } from '../pixels/looks.ts';
import { imageKind, prepareSources, readSource } from '../pixels/source-images.ts';
import { checkSpace, megabytes } from '../records/disk-space.ts';
import {
  featureFolder,
  holdMemory,
  imageKey,
  openFeatureStore,
  openPreviewStore,
  storedRecords,
} from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { ProblemCollector } from '../session/problems.ts';
import { silently } from '../session/warn.ts';
import { BatchThreads } from './batches/batch-threads.ts';
import { type FeatureSettings, featureKinds, int8Channels, recordBytes } from './feature-kinds.ts';
import { knownStatistics, resolveStatistics } from './normalisation.ts';

export interface FeatureRequest extends FeatureSettings {
  readonly version: DatasetVersion;
  readonly images: readonly VersionImage[];
  /** True refuses to go on where one of them cannot be read. */
  readonly needsAll?: boolean;
  readonly lpm: LibraryLpm;
  /** Given for a model that has its statistics; otherwise resolved by `normalisation`. */
  readonly statistics?: ChannelStatistics;
  readonly normalisation: Normalisation;
  readonly features: readonly LpmFeatures[];
}

/** Features of `images`, ready to be read. */
export interface Features {
  /** Those of the request that could be decoded. */
  readonly images: readonly VersionImage[];
  readonly statistics: ChannelStatistics;
  readonly sources: RecordStore;
  /** Those of each kind that was asked for. */
  readonly records: ReadonlyMap<LpmFeatures, RecordStore>;
  /** For what is made of them and stays the same. */
  readonly memory: MemoryHolder;
  /** What puts batches of it together. */
  readonly threads: BatchThreads;
  /** Whether the session's engine reads records itself. */
  readonly doesEngineRead: () => Promise<boolean>;
  readonly encoded: number;
  readonly reused: number;
  readonly sizeBytes: number;
  readonly problems: ProblemCollector;
  close(): Promise<void>;
}

/** The folder that a training keeps its features in; for methods that ask something of the LPM. */
export function featuresFolder(
  context: ServiceContext,
  lpm: Pick<LibraryLpm, 'config' | 'record'>,
  options: Omit<FeatureSettings, 'layers'> & { readonly method: Method },
  statistics: ChannelStatistics,
): string {
  const { features } = trainingMethods[options.method];
  invariant(features !== null, `${options.method} keeps no features`);
  const { inputSize, tokens, tokenRatio, rule, precision, keptAs } = options;
  const layers = methodLayers(lpm.config, options.method);
  const settings = { inputSize, tokens, tokenRatio, rule, precision, keptAs, layers };
  return featureFolder(lpm.record.hash, featureKinds[features].storeKey(context, settings, statistics)).folder;
}

/** The store of features of one kind under these settings. */
export function openFeatures(
  context: ServiceContext,
  kind: LpmFeatures,
  lpmHash: string,
  settings: FeatureSettings,
  statistics: ChannelStatistics,
): RecordStore {
  const key = featureKinds[kind].storeKey(context, settings, statistics);
  return openFeatureStore(context, lpmHash, key);
}

/**
 * Computes what is missing and opens the stores. Close the result.
 * @throws DATASET_NOT_READY when no training image can be decoded, or one that is needed; DISK_FULL before starting what will not fit
 */
export async function prepareFeatures(context: ServiceContext, request: FeatureRequest): Promise<Features> {
  return await (await openForEncoding(context, request)).encode();
}

/** The kinds of features that are asked for, and of which layers; all else of a request is the same for several kinds. */
export type FeatureKindsAsked = Pick<FeatureRequest, 'features' | 'layers'>;

/** Stores that are open, with images decoded; features may be missing in them still. */
export interface ReadyToEncode {
  readonly request: FeatureRequest;
  readonly parts: EncodeParts;
  /** Images that lacked features when it was opened. */
  readonly lacking: Lacking;
  readonly threads: BatchThreads;
  /** Computes the features that are missing. Closes the stores where that fails. */
  encode(): Promise<Features>;
  close(): Promise<void>;
}

/**
 * Decodes what is not decoded and opens the stores. Encode, or close the result.
 * @param first what was opened before for other kinds of features of the same: its images and statistics are these, its threads are shared
 * @throws as `prepareFeatures`
 */
export async function openForEncoding(
  context: ServiceContext,
  request: FeatureRequest,
  first?: ReadyToEncode,
): Promise<ReadyToEncode> {
  const { lpm, inputSize, rule } = request;
  // Also where every record is there already: what learns from them answers nowhere else.
  if (request.precision === 'int8' && request.features.length > 0) await requireInt8(await context.engine());
  const stores: RecordStore[] = [];
  const opened = (store: RecordStore): RecordStore => {
    stores.push(store);
    return store;
  };
  const memory = holdMemory(context);
  const threads = first?.threads.share() ?? new BatchThreads(async () => (await context.engine()).info.threads);
  let closing: Promise<void> | undefined;
  // Stores count who uses them: closed twice, one would be taken from another job.
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await threads.close();
      memory.end();
      for (const store of stores) await store.close();
    })();
    return closing;
  };
  try {
    if (first === undefined) {
      await lookIntoInstances(
        context,
        request.images.map(({ instanceId }) => instanceId),
      );
    }
    const sources = opened(first?.parts.sources.share() ?? openPreviewStore(context, inputSize, rule));
    const isSaid = announceSize(context, request, sources) && request.features.length > 0;
    if (isSaid) announceEncoder(await context.engine(), lpm, request, context);
    const { images, statistics, problems } = first?.parts ?? (await decodeImages(context, request, sources));
    const hash = lpm.record.hash;
    const records = new Map(
      request.features.map((kind) => [kind, opened(openFeatures(context, kind, hash, request, statistics))]),
    );
    const parts: EncodeParts = { images, statistics, problems, sources, records, isSaid };
    const lacking = lackingOf(images, records);
    return {
      request,
      parts,
      lacking,
      threads,
      close,
      encode: async () => {
        try {
          // Asked once more: images were read for several kinds at once meanwhile, or a record of them was found damaged.
          await encodeMissing(context, request, parts, lackingOf(images, records));
          const encoded = lacking.size;
          const reused = images.length - encoded;
          const sizeBytes = bytesPerImage(request) * images.length;
          return {
            ...{ images, statistics, sources, records, memory, threads, encoded, reused, sizeBytes, problems, close },
            doesEngineRead: async () => (await context.engine()).readsStored === true,
          };
        } catch (error) {
          await close();
          throw error;
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Decodes what is not decoded. Gives the images that can be read, what they are normalised with, and why the others cannot. */
async function decodeImages(
  context: ServiceContext,
  request: FeatureRequest,
  sources: RecordStore,
): Promise<DecodedImages> {
  const { version, lpm, inputSize, rule } = request;
  const problems = new ProblemCollector();
  const there = await prepareSources(context, sources, inputSize, rule, request.images, problems);
  const images = request.images.filter((_, i) => there[i]);
  if (request.needsAll === true && images.length < request.images.length) throw imagesGone(request, images, problems);
  const training = images.filter((image) => image.split === 'train');
  if (request.statistics === undefined && training.length === 0) {
    const reason = problems.list().find(({ code }) => code !== 'IMAGE_LOOKS_EMPTY')?.message ?? 'there are none';
    throw new AppError('DATASET_NOT_READY', `No training image of "${version.dataset}" can be used: ${reason}`, {
      action: 'Import files that can be decoded, or correct the labels.',
    });
  }
  const statistics =
    request.statistics ?? (await resolveStatistics(context, { ...request, lpm: lpm.config, sources, training }));
  return { images, statistics, problems };
}

/** The refusal that says how many images are missing, and why the first of them. */
function imagesGone(
  { images: wanted, version }: Pick<FeatureRequest, 'images' | 'version'>,
  read: readonly VersionImage[],
  problems: ProblemCollector,
): AppError {
  const missing = wanted.length - read.length;
  const first = problems.list().find(({ code }) => code !== 'IMAGE_LOOKS_EMPTY');
  return new AppError(
    'DATASET_NOT_READY',
    `${missing} of ${counted('en', wanted.length, 'image', 'images')} of version ${version.number} of "${version.dataset}" cannot be read; the first: ${first?.message ?? 'it has no pixels.'}`,
    {
      action:
        first?.action ??
        'Put the files back, or import the folder where they are now; they are recognised by their content.',
      details: { found: read.length, needed: wanted.length },
    },
  );
}

/** Bytes of the features of one image. */
export function bytesPerImage(request: FeatureRequest): number {
  return request.features.reduce((bytes, kind) => bytes + recordBytes(kind, request.lpm.config, request), 0);
}

/** Says how much disk the features will take, and stops before the disk is full rather than after an hour. Gives whether images are new. */
function announceSize(context: ServiceContext, request: FeatureRequest, sources: RecordStore): boolean {
  const { images, inputSize, lpm } = request;
  const missing = images.filter((i) => !sources.has(imageKind, imageKey(i.instanceId, i.frame))).length;
  const featureBytes = bytesPerImage(request) * images.length;
  context.log.log(
    'info',
    `Features of ${counted('en', images.length, 'image', 'images')} at ${inputSize} px take ${megabytes(featureBytes)}.`,
    {
      images: images.length,
      featureBytes,
    },
  );
  const trained = lpm.config.grid.map((patches) => patches * lpm.config.patch);
  if (trained.some((side) => side !== inputSize)) {
    const how =
      lpm.config.rotaryBase === undefined ? 'its positions are resized' : 'its positions are made for any size';
    context.log.log('info', `The LPM was trained at ${trained.join(' x ')} px and reads ${inputSize} px here: ${how}.`);
  }
  // Where every image is decoded, those that lack features are counted before the LPM begins.
  if (missing > 0) checkSpace(context, bytesToWrite(context, request) + missing * 2 * inputSize ** 2);
  return missing > 0;
}

/** Bytes of the features that are not there: of all images where mean and deviation, and with them the store, are not known yet. */
function bytesToWrite(context: ServiceContext, request: FeatureRequest): number {
  const { images, lpm } = request;
  const statistics = request.statistics ?? knownStatistics(context, { ...request, lpm: lpm.config });
  return request.features.reduce((bytes, kind) => {
    const key = statistics && featureKinds[kind].storeKey(context, request, statistics);
    const stored = key && storedRecords(context.library, featureFolder(lpm.record.hash, key).folder);
    const lacking = images.filter((image) => stored?.has(imageKey(image.instanceId, image.frame)) !== true).length;
    return bytes + lacking * recordBytes(kind, lpm.config, request);
  }, 0);
}

type DecodedImages = Pick<Features, 'images' | 'statistics' | 'problems'>;

interface EncodeParts extends DecodedImages, Pick<Features, 'sources' | 'records'> {
  /** Whether the memory that the LPM takes was said before. */
  readonly isSaid: boolean;
}

/** Runs the LPM over images whose features are missing. */
async function encodeMissing(
  context: ServiceContext,
  request: FeatureRequest,
  parts: EncodeParts,
  lacking: Lacking,
): Promise<void> {
  const { records } = parts;
  const { lpm } = request;
  const missing = [...lacking.keys()];
  if (missing.length === 0) return;
  checkSpace(context, bytesPerImage(request) * missing.length);
  const wanted = new Set([...lacking.values()].flat());
  const features = request.features.filter((kind) => wanted.has(kind));
  const plan = { ...request, features };
  const told = parts.isSaid ? silently(context) : context;
  const encoder = await compileEncoder(await context.engine(), lpm, plan, told);
  try {
    let done = 0;
    await encodeEach(encoder, missing, pixelsOf({ request, parts }), context.signal, (image, encoded) => {
      const key = imageKey(image.instanceId, image.frame);
      for (const kind of features) records.get(kind)?.append(kind, key, recordOf(encoded, kind, lpm.config, request));
      context.progress({ stage: 'encoding', done: ++done, total: missing.length, unit: 'images' });
    });
    for (const store of records.values()) store.flush();
  } finally {
    await encoder.dispose();
  }
}

/** Images that lack features, in the version's order, with the kinds that each lacks. */
type Lacking = ReadonlyMap<VersionImage, readonly LpmFeatures[]>;

function lackingOf(images: readonly VersionImage[], records: Features['records']): Lacking {
  const kinds = [...records];
  const lacking = new Map<VersionImage, readonly LpmFeatures[]>();
  for (const image of images) {
    const key = imageKey(image.instanceId, image.frame);
    const missing = kinds.flatMap(([kind, store]) => (store.has(kind, key) ? [] : [kind]));
    if (missing.length > 0) lacking.set(image, missing);
  }
  return lacking;
}

/** The LPM's input for an image. */
export function pixelsOf({
  request: { inputSize, lpm },
  parts: { sources, statistics },
}: Pick<ReadyToEncode, 'request' | 'parts'>) {
  return async (image: VersionImage): Promise<Float32Array> =>
    normalise(await readSource(sources, inputSize, image), statistics.mean, statistics.std, lpm.config.channels);
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

/**
 * A record of one kind, of what the LPM said about an image, as these settings keep it.
 * @param settings with the layers whose features of this kind they are
 */
export function recordOf(
  encoded: EncodedImage,
  kind: LpmFeatures,
  lpm: LpmConfig,
  settings: Omit<FeatureSettings, 'rule'>,
): Uint8Array {
  const array = encoded[kind];
  invariant(array !== null, `features: the LPM was not asked for ${kind}`);
  const shape = int8Channels(kind, lpm, settings);
  if (shape === undefined) return bytesOf(array);
  invariant(array instanceof Uint16Array, `features: ${kind} is not given as 16-bit floats`);
  return int8Record(array, shape);
}

/** The bytes of an array as they are stored. */
export function bytesOf(array: Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
