/**
 * A model compiled to say what its answer to an image rests on.
 *
 * Where prompts or queries attend to tokens that the LPM gave, the LPM reads the image in a pass of its own and the network's graph is asked class by class. Where
 * the LPM's summary is what attends, the LPM is part of that graph, and one run of it tells of all classes.
 */
import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import { type EvidenceAttends, targetFacts } from '../../contract/index.ts';
import type { Engine, Executable } from '../../engine/index.ts';
import type { Graph } from '../../graph/index.ts';
import { type GreyOrColourImage, normalise } from '../../images/index.ts';
import {
  buildEvidence,
  encoderWeights,
  type NetworkConfig,
  readsImage,
  type TokenCounts,
  tokenCounts,
  trainingMethods,
} from '../../models/index.ts';
import { lpmByHash } from '../../store/index.ts';
import { featureInputs, featuresOf } from '../features/feature-kinds.ts';
import { sideImage } from '../features/source-examples.ts';
import { recordOf } from '../features/source-features.ts';
import { compileEncoder, type LibraryLpm } from '../lpm/encoder.ts';
import { checkEncoderMemory, encoderMemoryBytes } from '../lpm/encoder-memory.ts';
import type { ServiceContext } from '../session/context.ts';
import { type LoadedModel, openModelLpm, probabilitiesOf } from '../training/model.ts';
import { networkWeights } from '../training/network.ts';

/** What is found for one image. */
interface Look {
  readonly probabilities: readonly number[];
  /** [L, H, T]. */
  readonly attention: Float32Array;
  /** By class, [L, H, T]. */
  readonly relevance: readonly Float32Array[];
  /** Where the T tokens stand, [L, H, T], counted as `sizes` counts. */
  readonly indices: Int32Array;
}

export interface EvidenceNetwork {
  readonly attends: EvidenceAttends;
  /** Of what is attended to: learned prompts stand among the tokens before the patches. */
  readonly sizes: TokenCounts;
  /** Of the maps, by layer, head and token. */
  readonly shape: { readonly layers: number; readonly heads: number; readonly tokens: number };
  look(image: GreyOrColourImage): Promise<Look>;
  probabilities(image: GreyOrColourImage): Promise<readonly number[]>;
  dispose(): Promise<void>;
}

/** @throws LPM_NOT_FOUND; TOO_LITTLE_MEMORY before a weight is read, where the machine has not the memory */
export async function openEvidenceNetwork(context: ServiceContext, model: LoadedModel): Promise<EvidenceNetwork> {
  const { runsLpm, evidence } = trainingMethods[model.config.method];
  const engine = await context.engine();
  // Where all of the LPM is trained, the library may no longer have the one that it began from.
  const lpm = runsLpm === 'trained' ? null : openModelLpm(context, model.record);
  try {
    if (evidence?.attends === 'summary') return await openSummary(context, engine, model, lpm);
    invariant(lpm, 'evidence: prompts and queries attend to what an LPM gave');
    return await openAttending(context, engine, model, lpm);
  } finally {
    lpm?.close();
  }
}

/** Prompts or queries that attend to what the LPM gave. */
async function openAttending(
  context: ServiceContext,
  engine: Engine,
  { record, config, params }: LoadedModel,
  lpm: LibraryLpm,
): Promise<EvidenceNetwork> {
  const { preprocessing } = record;
  const statistics = { mean: preprocessing.mean, std: preprocessing.std };
  const plan = { ...preprocessing, features: featuresOf(record.method) };
  const sizes = tokenCounts(lpm.config, preprocessing.inputSize, preprocessing.inputSize);
  const encoder = await compileEncoder(engine, lpm, plan, context);
  try {
    const graph = buildEvidence(config, { areIndependent: targetFacts[record.target].hasMarks });
    const executable = await engine.compile(graph);
    const shape = shapeOf(graph);
    const inputsOf = async (image: GreyOrColourImage) => {
      const encoded = await encoder.encode(normalise(image, statistics.mean, statistics.std, lpm.config.channels));
      const inputs: Record<string, Tensor> = { params: float32([params.length], params) };
      if (readsImage(config)) inputs['image'] = sideImage(config, image, statistics);
      for (const kind of plan.features) {
        Object.assign(inputs, featureInputs(kind, config, [recordOf(encoded, kind, lpm.config, preprocessing)]));
      }
      // Where no tokens were chosen, all are there, in their order.
      return { inputs, indices: encoded.indices ?? inOrder(sizes.all) };
    };
    const askedOf = async (inputs: Record<string, Tensor>, classIndex: number) =>
      await outputsOf(executable, { ...inputs, class_row: classRow(config, classIndex) });
    return {
      attends: trainingMethods[config.method].evidence?.attends === 'queries' ? 'queries' : 'prompts',
      sizes,
      shape,
      look: async (image) => {
        const { inputs, indices } = await inputsOf(image);
        const looks = [];
        for (let c = 0; c < config.classes; c++) looks.push(await askedOf(inputs, c));
        const first = looks[0];
        invariant(first, 'evidence: a model has classes');
        return {
          probabilities: [...probabilitiesOf(record, first.logits)],
          attention: first.attention,
          relevance: looks.map(({ relevance }) => relevance),
          indices,
        };
      },
      probabilities: async (image) => {
        const { inputs } = await inputsOf(image);
        return [...probabilitiesOf(record, (await askedOf(inputs, 0)).logits)];
      },
      dispose: async () => {
        await executable.dispose();
        await encoder.dispose();
      },
    };
  } catch (error) {
    await encoder.dispose();
    throw error;
  }
}

/** The LPM's summary, drawn from the image by one query, and what stands on it. `lpm` is null where all of it is trained. */
async function openSummary(
  context: ServiceContext,
  engine: Engine,
  { record, config, params }: LoadedModel,
  lpm: LibraryLpm | null,
): Promise<EvidenceNetwork> {
  const { inputSize, mean, std } = record.preprocessing;
  const { maxBufferBytes } = engine.info;
  const isFrozen = trainingMethods[config.method].features !== null;
  const lpmConfig = config.encoder ?? lpm?.config;
  invariant(lpmConfig, 'evidence: a summary is that of an LPM');
  const graph = buildEvidence(config, {
    areIndependent: targetFacts[record.target].hasMarks,
    ...(isFrozen && {
      frozen: {
        lpm: lpmConfig,
        inputSize,
        ...(maxBufferBytes === undefined ? {} : { tensorBytes: maxBufferBytes }),
      },
    }),
  });
  checkEncoderMemory(context, {
    lpm: lpmByHash(context.library.db, record.lpmHash)?.name ?? record.lpmHash.slice(0, 12),
    inputSize,
    neededBytes: encoderMemoryBytes(engine.info, graph),
  });
  const executable = await compileSummary(context, engine, graph, { config, lpm, isFrozen, inputSize });
  const shape = shapeOf(graph);
  const own = tokenCounts(lpmConfig, inputSize, inputSize);
  // The class token reads the learned prompts, too, which stand after it and have no place: they count as registers do.
  const learned = shape.tokens - own.all;
  const perClass = shape.layers * shape.heads * shape.tokens;
  const run = async (image: GreyOrColourImage) =>
    await outputsOf(executable, {
      params: float32([params.length], params),
      ...(isFrozen
        ? {
            pixel_values: float32(
              [1, lpmConfig.channels, inputSize, inputSize],
              normalise(image, mean, std, lpmConfig.channels),
            ),
          }
        : { image: sideImage(config, image, { mean, std }) }),
    });
  return {
    attends: lpmConfig.summary === 'attention-pool' ? 'pool-query' : 'class-token',
    sizes: { ...own, prefix: own.prefix + learned, all: own.all + learned },
    shape,
    look: async (image) => {
      const { logits, attention, relevance } = await run(image);
      return {
        probabilities: [...probabilitiesOf(record, logits)],
        attention,
        relevance: Array.from({ length: config.classes }, (_, c) =>
          relevance.subarray(c * perClass, (c + 1) * perClass),
        ),
        indices: inOrder(shape.tokens, shape.layers * shape.heads),
      };
    },
    probabilities: async (image) => [...probabilitiesOf(record, (await run(image)).logits)],
    dispose: () => executable.dispose(),
  };
}

/** The graph of a summary with what it has of the LPM. A frozen one is computed in the session's precision, as features are; in f16 its head is, too. */
async function compileSummary(
  { precision = 'f32' }: ServiceContext,
  engine: Engine,
  graph: Graph,
  of: {
    readonly config: NetworkConfig;
    readonly lpm: LibraryLpm | null;
    readonly isFrozen: boolean;
    readonly inputSize: number;
  },
): Promise<Executable> {
  const { config, lpm, isFrozen, inputSize } = of;
  if (lpm === null) return await engine.compile(graph);
  if (!isFrozen) return await engine.compile(graph, networkWeights(config, lpm));
  const weights = encoderWeights(lpm.config, lpm.read, { height: inputSize, width: inputSize });
  return await engine.compile(graph, weights, { precision });
}

function shapeOf(graph: Graph): EvidenceNetwork['shape'] {
  const [layers = 0, heads = 0, tokens = 0] = graph.outputs['attention']?.shape ?? [];
  return { layers, heads, tokens };
}

/** 0 to `tokens`, so many times. */
function inOrder(tokens: number, times = 1): Int32Array {
  return Int32Array.from({ length: tokens * times }, (_, i) => i % tokens);
}

function classRow({ classes }: NetworkConfig, classIndex: number): Tensor {
  const row = new Float32Array(classes);
  row[classIndex] = 1;
  return float32([1, classes], row);
}

async function outputsOf(executable: Executable, inputs: Record<string, Tensor>) {
  const outputs = await executable.run(inputs);
  const floats = (name: string): Float32Array => {
    const tensor = outputs[name];
    invariant(tensor?.dtype === 'float32', `evidence: no ${name}`);
    return tensor.data;
  };
  return { logits: floats('logits'), attention: floats('attention'), relevance: floats('relevance') };
}
