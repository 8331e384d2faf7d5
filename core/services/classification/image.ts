/** Models ready to classify one image after another. */

import { AppError, invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { InstanceId, ModelRecord } from '../../contract/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { RecordStore } from '../../features/index.ts';
import { type GreyOrColourImage, normalise, type RangeRule } from '../../images/index.ts';
import { type LpmFeatures, memberCount, readsImage, trainingMethods } from '../../models/index.ts';
import type { ClassifiedAnswer } from '../../store/index.ts';
import { predictAll } from '../../training/loop.ts';
import { predictMembers } from '../../training/predict-members.ts';
import { featureInputs, featureKinds } from '../features/feature-kinds.ts';
import { sideImage } from '../features/source-examples.ts';
import { openFeatures, recordOf } from '../features/source-features.ts';
import { compileEncoder, type EncodedImage, type LibraryLpm, type LpmEncoder } from '../lpm/encoder.ts';
import type { Fit } from '../pixels/fit.ts';
import { mayUseKept } from '../pixels/looks.ts';
import { imageKind, readSource, squareImage } from '../pixels/source-images.ts';
import { imageKey, openPreviewStore } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { compilePredictor, type LoadedModel, openModelLpm, probabilitiesOf } from '../training/model.ts';
import { networkWeights } from '../training/network.ts';

/** A frame that the library may have features of. */
export interface KnownFrame {
  readonly instanceId: InstanceId;
  readonly frame: number;
  readonly sopInstanceUID: string;
}

/** Gives an image's pixels in a size, drawn by a rule where its samples are open. */
export type Render = (fit: Fit, rule: RangeRule) => Promise<GreyOrColourImage>;

/** The answer to one image: probabilities [classes], and those of each network of a model of folds. */
type Answer = () => Promise<ClassifiedAnswer>;

export interface ImageClassifiers {
  /**
   * One answer a model to an image, in the order of the models, each computed when it is asked for. What models have in common is computed once:
   * pixels of one size and rule, and what an LPM says under the same settings; the answers are those of each model alone, to the last bit.
   * `found` names the image in the library, whose features are then used instead of computed; `render` gives its pixels where they are needed.
   */
  answers(found: KnownFrame | null, render: Render): readonly Answer[];
  close(): Promise<void>;
}

/** What is computed once for one image, by what decides it. */
interface Shared {
  readonly pictures: Map<string, Promise<GreyOrColourImage>>;
  readonly passes: Map<string, Promise<EncodedImage>>;
}

type OpenedModel = (found: KnownFrame | null, render: Render, shared: Shared) => Promise<ClassifiedAnswer>;

type Closer = () => Promise<void>;

/** LPMs that models are compiled with, each file opened when the first asks for it, and once. */
class OpenedLpms {
  readonly #context: ServiceContext;
  readonly #opened = new Map<string, LibraryLpm>();

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** @throws LPM_NOT_FOUND */
  of(record: ModelRecord): LibraryLpm {
    const lpm = this.#opened.get(record.lpmHash) ?? openModelLpm(this.#context, record);
    this.#opened.set(record.lpmHash, lpm);
    return lpm;
  }

  close(): void {
    for (const lpm of this.#opened.values()) lpm.close();
    this.#opened.clear();
  }
}

/** Compiles models and, of each that needs one, its LPM; a pass that several need is compiled once. @throws LPM_NOT_FOUND, ENGINE_FAILED */
export async function openClassifiers(
  context: ServiceContext,
  models: readonly LoadedModel[],
): Promise<ImageClassifiers> {
  const closers: Closer[] = [];
  const lpms = new OpenedLpms(context);
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const encoders = new Map<string, LpmEncoder>();
    const opened: OpenedModel[] = [];
    for (const model of models) opened.push(await openOne(context, model, { lpms, encoders, closers }));
    return {
      answers: (found, render) => {
        const shared: Shared = { pictures: new Map(), passes: new Map() };
        return opened.map((answer) => () => answer(found, render, shared));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    lpms.close();
  }
}

/** One model: gives its answer to an image. What it opens is closed by `closers`. */
async function openOne(
  context: ServiceContext,
  model: LoadedModel,
  {
    lpms,
    encoders,
    closers,
  }: { readonly lpms: OpenedLpms; readonly encoders: Map<string, LpmEncoder>; readonly closers: Closer[] },
): Promise<OpenedModel> {
  const { record, config, params, rule } = model;
  const { preprocessing } = record;
  const { inputSize } = preprocessing;
  const statistics = { mean: preprocessing.mean, std: preprocessing.std };
  const { features: kind } = trainingMethods[record.method];
  const ownImage = readsImage(config);
  const hasMembers = memberCount(config) > 1;
  const engine = await context.engine();
  const sources = openPreviewStore(context, inputSize, rule);
  closers.push(() => sources.close());
  const pass = kind === null ? null : passOf(context, model, kind);
  let features: RecordStore | null = null;
  let recorded: ((encoded: EncodedImage) => Uint8Array) | undefined;
  if (kind !== null && pass !== null) {
    const lpm = lpms.of(record);
    // What is computed and not kept is rounded as what is kept: the model learned from that.
    recorded = (encoded) => recordOf(encoded, kind, lpm.config, preprocessing);
    if (!encoders.has(pass)) {
      const encoder = await compileEncoder(engine, lpm, { ...preprocessing, features: [kind] }, context);
      encoders.set(pass, encoder);
      closers.push(encoder.dispose);
    }
    const store = openFeatures(context, kind, record.lpmHash, { ...preprocessing, rule }, statistics);
    features = store;
    closers.push(() => store.close());
  }
  const predictor = await compileOfModel(model, engine, lpms);
  closers.push(() => predictor.predict.dispose());

  /** What the LPM says of an image, as a record; null where it is not asked. */
  const encode = async (image: GreyOrColourImage | null, { passes }: Shared): Promise<Uint8Array | null> => {
    const encoder = pass === null ? undefined : encoders.get(pass);
    if (pass === null || encoder === undefined || recorded === undefined || image === null) return null;
    const pixels = (): Float32Array => normalise(image, statistics.mean, statistics.std, config.lpm.channels);
    return recorded(await once(passes, pass, () => encoder.encode(pixels()))());
  };
  const inputsOf = (image: GreyOrColourImage | null, kept: Uint8Array | null): Record<string, Tensor> => {
    const inputs: Record<string, Tensor> = {};
    if (ownImage) {
      invariant(image !== null, 'classify: no image');
      inputs['image'] = sideImage(config, image, statistics);
    }
    if (kind !== null) {
      invariant(kept !== null, 'classify: the LPM gave nothing');
      Object.assign(inputs, featureInputs(kind, config, [kept]));
    }
    return inputs;
  };
  const answersOf = (logits: Float32Array): number[] => [...probabilitiesOf(record, logits)];

  return async (found, render, shared) => {
    const known = found !== null && (await mayUseKept(context, found.instanceId, rule)) ? found : null;
    const key = known === null ? '' : imageKey(known.instanceId, known.frame);
    const stored =
      kind !== null && features?.has(kind, key) ? await unlessDamaged(context, features.read(kind, key)) : null;
    const picture = once(shared.pictures, JSON.stringify([inputSize, rule]), async () => {
      const kept =
        known !== null && sources.has(imageKind, key)
          ? await unlessDamaged(context, readSource(sources, inputSize, known))
          : null;
      return kept ?? squareImage(await render({ square: inputSize }, rule), inputSize);
    });
    const image = ownImage || stored === null ? await picture() : null;
    const kept = stored ?? (await encode(image, shared));
    if (hasMembers) {
      const { logits, members } = await predictMembers(predictor, params, inputsOf(image, kept));
      return { probabilities: answersOf(logits), foldAnswers: members.map(answersOf) };
    }
    const source = { load: async () => inputsOf(image, kept) };
    const logits = await predictAll(predictor, params, source, 1, context.signal);
    return { probabilities: answersOf(logits), foldAnswers: [] };
  };
}

/** What decides all numbers of an LPM's pass: models with the same share it, however they keep what it says. */
function passOf(context: ServiceContext, { record, rule }: LoadedModel, kind: LpmFeatures): string {
  const { preprocessing } = record;
  const statistics = { mean: preprocessing.mean, std: preprocessing.std };
  return JSON.stringify([
    record.lpmHash,
    kind,
    featureKinds[kind].storeKey(context, { ...preprocessing, rule, keptAs: undefined }, statistics),
  ]);
}

/** What was kept of an image; null where it is damaged, for its file says the same. @throws what reading throws else */
async function unlessDamaged<T>({ log }: Pick<ServiceContext, 'log'>, reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'FEATURES_DAMAGED') throw thrown;
    log.log('warn', `${thrown.message} The image is read from its file.`);
    return null;
  }
}

/** `work`, done at most once a key. */
function once<T>(done: Map<string, Promise<T>>, key: string, work: () => Promise<T>): () => Promise<T> {
  return () => {
    const earlier = done.get(key);
    if (earlier !== undefined) return earlier;
    const now = work();
    done.set(key, now);
    return now;
  };
}

/** The model's network for one image; its LPM is asked for where weights of it are not the model's own. @throws LPM_NOT_FOUND, ENGINE_FAILED */
async function compileOfModel(
  { record, config }: LoadedModel,
  engine: Engine,
  lpms: OpenedLpms,
): ReturnType<typeof compilePredictor> {
  const options = { members: memberCount(config) > 1 };
  if (trainingMethods[config.method].runsLpm !== 'partly') {
    return await compilePredictor(engine, config, 1, undefined, options);
  }
  return await compilePredictor(engine, config, 1, networkWeights(config, lpms.of(record)), options);
}
