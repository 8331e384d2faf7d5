/** A model ready to classify one image after another. */

import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { InstanceId } from '../../contract/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { RecordStore } from '../../features/index.ts';
import { type GreyOrColourImage, normalise } from '../../images/index.ts';
import { memberCount, readsImage, trainingMethods } from '../../models/index.ts';
import type { ClassifiedAnswer } from '../../store/index.ts';
import { predictAll } from '../../training/loop.ts';
import { predictMembers } from '../../training/predict-members.ts';
import { featureInputs } from '../features/feature-kinds.ts';
import { sideImage } from '../features/source-examples.ts';
import { openFeatures, recordOf } from '../features/source-features.ts';
import { compileEncoder, type LpmEncoder } from '../lpm/encoder.ts';
import type { Fit } from '../pixels/fit.ts';
import { mayUseKept } from '../pixels/looks.ts';
import { readSource, squareImage } from '../pixels/source-images.ts';
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

export interface ImageClassifier {
  /**
   * The answer to one image: probabilities [classes], and those of each network of a model of folds. `found` names it in the library, whose features are then used instead of
   * computed; `render` gives its pixels in a size where they are needed.
   */
  classify(found: KnownFrame | null, render: (fit: Fit) => Promise<GreyOrColourImage>): Promise<ClassifiedAnswer>;
  close(): Promise<void>;
}

/** What the LPM contributes to an image, as stored or as computed. */
type Kept = Uint8Array | null;

/** Compiles a model and, unless it does without (side-only), its LPM. @throws LPM_NOT_FOUND, ENGINE_FAILED */
export async function openClassifier(context: ServiceContext, model: LoadedModel): Promise<ImageClassifier> {
  const { record, config, params, rule } = model;
  const { preprocessing } = record;
  const { inputSize } = preprocessing;
  const statistics = { mean: preprocessing.mean, std: preprocessing.std };
  const { features: kind } = trainingMethods[record.method];
  const ownImage = readsImage(config);
  const hasMembers = memberCount(config) > 1;
  const engine = await context.engine();
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const sources = openPreviewStore(context, inputSize, rule);
    closers.push(() => sources.close());
    let encoder: LpmEncoder | null = null;
    let features: RecordStore | null = null;
    if (kind !== null) {
      const lpm = openModelLpm(context, record);
      try {
        encoder = await compileEncoder(engine, lpm, { ...preprocessing, features: [kind] }, context);
      } finally {
        lpm.close();
      }
      closers.push(encoder.dispose);
      features = openFeatures(context, kind, record.lpmHash, { ...preprocessing, rule }, statistics);
      closers.push(() => features?.close() ?? Promise.resolve());
    }
    const predictor = await compileOfModel(context, model, engine);
    closers.push(() => predictor.predict.dispose());

    const encode = async (image: GreyOrColourImage): Promise<Kept> => {
      if (encoder === null || kind === null) return null;
      return recordOf(
        await encoder.encode(normalise(image, statistics.mean, statistics.std, config.lpm.channels)),
        kind,
      );
    };
    const inputsOf = (image: GreyOrColourImage | null, kept: Kept): Record<string, Tensor> => {
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

    return {
      classify: async (found, render) => {
        const known = found !== null && (await mayUseKept(context, found.instanceId, rule)) ? found : null;
        const key = known === null ? '' : imageKey(known.instanceId, known.frame);
        const stored = kind !== null && features?.has(kind, key) ? await features.read(kind, key) : null;
        const needsImage = ownImage || stored === null;
        const hasSource = known !== null && sources.has('image', key);
        const image = !needsImage
          ? null
          : hasSource
            ? await readSource(sources, inputSize, known)
            : squareImage(await render({ square: inputSize }), inputSize);
        const kept = stored ?? (image === null ? null : await encode(image));
        const answersOf = (logits: Float32Array): number[] => [...probabilitiesOf(record, logits)];
        if (hasMembers) {
          const { logits, members } = await predictMembers(predictor, params, inputsOf(image, kept));
          return { probabilities: answersOf(logits), foldAnswers: members.map(answersOf) };
        }
        const source = { load: async () => inputsOf(image, kept) };
        const logits = await predictAll(predictor, params, source, 1, context.signal);
        return { probabilities: answersOf(logits), foldAnswers: [] };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The model's network for one image; its LPM is opened where weights of it are not the model's own. @throws LPM_NOT_FOUND, ENGINE_FAILED */
async function compileOfModel(
  context: ServiceContext,
  { record, config }: LoadedModel,
  engine: Engine,
): ReturnType<typeof compilePredictor> {
  const options = { members: memberCount(config) > 1 };
  if (trainingMethods[config.method].runsLpm !== 'partly') {
    return await compilePredictor(engine, config, 1, undefined, options);
  }
  const lpm = openModelLpm(context, record);
  try {
    return await compilePredictor(engine, config, 1, networkWeights(config, lpm), options);
  } finally {
    lpm.close();
  }
}
