/** A model ready to classify one image after another. */

import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { InstanceId } from '../../contract/index.ts';
import type { RecordStore } from '../../features/index.ts';
import { type GreyOrColourImage, normalise } from '../../images/index.ts';
import { predictAll } from '../../training/loop.ts';
import { sideImage, stackImages, stackKeysValues } from '../features/source-examples.ts';
import { classTokenKind, keysValuesKind, openClassTokens, openKeysValues } from '../features/source-features.ts';
import { compileEncoder, type LpmEncoder } from '../lpm/encoder.ts';
import type { Fit } from '../pixels/fit.ts';
import { readSource, squareImage } from '../pixels/source-images.ts';
import { imageKey, openPreviewStore } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { compilePredictor, type LoadedModel, openModelLpm, probabilitiesOf } from '../training/model.ts';

/** A frame that the library may have features of. */
export interface KnownFrame {
  readonly instanceId: InstanceId;
  readonly frame: number;
  readonly sopInstanceUID: string;
}

export interface ImageClassifier {
  /**
   * Probabilities [classes] of one image. `known` names it in the library, whose features are then used instead of
   * computed; `render` gives its pixels in a size where they are needed.
   */
  classify(known: KnownFrame | null, render: (fit: Fit) => Promise<GreyOrColourImage>): Promise<Float64Array>;
  close(): Promise<void>;
}

/** What the LPM contributes to an image, as stored or as computed. */
type Kept = Uint8Array | null;

/** Compiles a model and, unless it does without (side-only), its LPM. @throws LPM_NOT_FOUND, ENGINE_FAILED */
export async function openClassifier(context: ServiceContext, model: LoadedModel): Promise<ImageClassifier> {
  const { record, config, params } = model;
  const { preprocessing } = record;
  const { inputSize } = preprocessing;
  const statistics = { mean: preprocessing.mean, std: preprocessing.std };
  const wanted = {
    keysValues: record.method === 'fpt+' || record.method === 'fpt',
    classToken: record.method === 'linear',
  };
  const kind = wanted.classToken ? classTokenKind : keysValuesKind;
  const engine = await context.engine();
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const sources = openPreviewStore(context.library, inputSize, context.now());
    closers.push(() => sources.close());
    let encoder: LpmEncoder | null = null;
    let features: RecordStore | null = null;
    if (wanted.keysValues || wanted.classToken) {
      const lpm = openModelLpm(context, record);
      try {
        encoder = await compileEncoder(engine, lpm, { ...preprocessing, ...wanted }, context.precision);
      } finally {
        lpm.close();
      }
      closers.push(encoder.dispose);
      features = wanted.classToken
        ? openClassTokens(context, record.lpmHash, inputSize, statistics)
        : openKeysValues(context, record.lpmHash, preprocessing, statistics);
      closers.push(() => features?.close() ?? Promise.resolve());
    }
    const predictor = await compilePredictor(engine, config, 1);
    closers.push(() => predictor.predict.dispose());

    const encode = async (image: GreyOrColourImage): Promise<Kept> => {
      if (encoder === null) return null;
      const encoded = await encoder.encode(normalise(image, statistics.mean, statistics.std));
      const array = encoded.keysValues ?? encoded.classToken;
      invariant(array !== null, 'classify: the LPM gave nothing');
      return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    };
    const inputsOf = (image: GreyOrColourImage | null, kept: Kept): Record<string, Tensor> => {
      if (config.method === 'linear') {
        invariant(kept !== null, 'classify: no class token');
        return { class_token: float32([1, config.lpm.width], new Float32Array(kept.slice().buffer)) };
      }
      invariant(image !== null, 'classify: no image');
      const side = { image: stackImages(config, [sideImage(image, config.sideSize, statistics, null)]) };
      return kept === null ? side : { ...side, ...stackKeysValues(config, [kept]) };
    };

    return {
      classify: async (known, render) => {
        const key = known === null ? '' : imageKey(known.instanceId, known.frame);
        const stored = known !== null && features?.has(kind, key) ? await features.read(kind, key) : null;
        const needsImage = config.method !== 'linear' || stored === null;
        const hasSource = known !== null && sources.has('image', key);
        const image = !needsImage
          ? null
          : hasSource
            ? await readSource(sources, inputSize, known)
            : squareImage(await render({ square: inputSize }), inputSize);
        const kept = stored ?? (image === null ? null : await encode(image));
        const source = { load: async () => inputsOf(image, kept) };
        return probabilitiesOf(record, await predictAll(predictor, params, source, 1, context.signal));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
