/**
 * Evidence for one answer: which patches the model attended to, what of it spoke for each class, and whether hiding those
 * patches moves the answer more than hiding as many others.
 *
 * The cache keeps keys and values but not where their tokens stand, so the LPM reads the image once more. For the check it
 * reads it once for every draw: hidden patches are replaced by the image's own mean, in the image that the LPM sees and in
 * the smaller one that the network reads itself, where it reads one.
 */
import { AppError, invariant } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import { Random } from '../../base/random.ts';
import { redact } from '../../base/redact.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import {
  type EvidenceCheck,
  type EvidenceOptions,
  type EvidenceReport,
  evidenceOptionsSchema,
  type InstanceId,
  jobSchemas,
  type ModelRecord,
  methods,
  parseOptions,
  targetFacts,
} from '../../contract/index.ts';
import { type GreyOrColourImage, normalise } from '../../images/index.ts';
import { defineJob } from '../../jobs/index.ts';
import {
  buildEvidence,
  type EvidenceMap,
  evidenceMap,
  hasEvidence,
  readsImage,
  tokenCounts,
} from '../../models/index.ts';
import { percentile } from '../../statistics/bootstrap.ts';
import { instanceById } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { featureInputs, featuresOf } from '../features/feature-kinds.ts';
import { sideImage } from '../features/source-examples.ts';
import { recordOf } from '../features/source-features.ts';
import { readInstance } from '../files/files.ts';
import { compileEncoder, type EncodedImage } from '../lpm/encoder.ts';
import { mayUseKept } from '../pixels/looks.ts';
import { openRenderer, readSource, squareImage } from '../pixels/source-images.ts';
import { imageKey, openPreviewStore } from '../records/record-stores.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { type LoadedModel, openModelLpm, probabilitiesOf, requireModel } from '../training/model.ts';
import { cutOf, operatingPointOf } from '../training/operating-point.ts';
import { hidePatches, strongestPatches } from './evidence-patches.ts';

/** A fall of the probability below this is no change worth explaining, whatever the draws do. */
const leastFall = 0.01;
/**
 * An answer is explained by a highlight whose loss lowers its probability by so much more than the loss of as many other patches does on average:
 * a tenth of all that a probability can be. Less may well be no chance, and still leaves nine tenths of the answer to something else.
 */
const explainingFall = 0.1;

/** Reports kept in memory, by job. They are large and derived from a patient's image: no row of the library holds them. */
const keptReports = 12;
const evidenceReports: SessionCache<NewestEntries<number, EvidenceReport>> = {
  name: 'evidence reports by job',
  until: 'change',
  make: () => new NewestEntries(keptReports),
};

/** What a job of this session found, or null after a restart or many others. */
export function evidenceReport(context: ServiceContext, jobId: number): EvidenceReport | null {
  return context.caches.of(evidenceReports).get(jobId) ?? null;
}

export const evidenceJob = defineJob({
  kind: 'evidence',
  ...jobSchemas.evidence,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress']; jobId: number }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const report = await findEvidence(context, options);
    context.caches.of(evidenceReports).set(tools.jobId, report);
    return { model: report.model, verdict: report.check?.verdict ?? null };
  },
});

/** Whether there is evidence to look at: the method attends to places, and the answer is about classes or findings. */
export function hasEvidenceOf({ method, target }: Pick<ModelRecord, 'method' | 'target'>): boolean {
  const { isPerName, hasMarks } = targetFacts[target];
  return hasEvidence({ method }) && (!isPerName || hasMarks);
}

/**
 * The evidence for one image.
 * @throws MODEL_NOT_FOUND, LPM_NOT_FOUND, FILE_NOT_FOUND, BAD_INPUT for a method that attends to no place or a model of numbers, CANCELLED
 */
export async function findEvidence(context: ServiceContext, asked: EvidenceOptions): Promise<EvidenceReport> {
  const options = parseOptions(evidenceOptionsSchema, asked);
  const model = requireModel(context, options.model);
  if (!hasEvidence(model.config)) {
    const attending = methods.filter((method) => hasEvidence({ method }));
    throw new AppError(
      'BAD_INPUT',
      `Model "${options.model}" (${model.record.method}) attends to no place of the image, so there is no attention to show.`,
      { action: `Choose a model of the method ${attending.join(' or ')}.` },
    );
  }
  if (!hasEvidenceOf(model.record)) {
    const { meaning } = targetFacts[model.record.target];
    throw new AppError(
      'BAD_INPUT',
      `Model "${options.model}" answers ${meaning}; evidence shows what speaks for a class or a finding, and a number has none.`,
      { action: 'Choose a model of classes or findings; how far off the numbers are, Judge tells.' },
    );
  }
  context.progress({ stage: 'readingImage', done: 0, total: 1, unit: 'images' });
  const image = await sourceImage(context, model, options);
  const network = await openNetwork(context, model);
  try {
    context.progress({ stage: 'evidence', done: 0, total: 1, unit: 'images' });
    const encoded = await network.encode(image);
    const report = await evidenceOf(model, network, options, image, encoded);
    if (options.check === undefined) return report;
    return { ...report, check: await deletionCheck(context, model, network, report, image, options.check) };
  } finally {
    await network.dispose();
  }
}

type Network = Awaited<ReturnType<typeof openNetwork>>;

/** LPM and evidence graph, compiled for one image. */
async function openNetwork(context: ServiceContext, { record, config, params }: LoadedModel) {
  const { preprocessing } = record;
  const statistics = { mean: preprocessing.mean, std: preprocessing.std };
  const engine = await context.engine();
  const lpm = openModelLpm(context, record);
  const plan = { ...preprocessing, features: featuresOf(record.method) };
  const sizes = tokenCounts(lpm.config, preprocessing.inputSize, preprocessing.inputSize);
  const encoder = await (async () => {
    try {
      return await compileEncoder(engine, lpm, plan, context);
    } finally {
      lpm.close();
    }
  })();
  try {
    const graph = buildEvidence(config, targetFacts[record.target].hasMarks);
    const executable = await engine.compile(graph);
    const [layers = 0, heads = 0, tokens = 0] = graph.outputs['attention']?.shape ?? [];
    return {
      sizes,
      /** Of the maps, by layer, head and token. */
      shape: { layers, heads, tokens },
      encode: (image: GreyOrColourImage) =>
        encoder.encode(normalise(image, statistics.mean, statistics.std, lpm.config.channels)),
      /** Probabilities, attention and relevance [L, H, T] for one class. */
      look: async (image: GreyOrColourImage, encoded: EncodedImage, classIndex: number) => {
        const row = new Float32Array(config.classes);
        row[classIndex] = 1;
        const inputs: Record<string, Tensor> = {
          params: float32([params.length], params),
          class_row: float32([1, config.classes], row),
        };
        if (readsImage(config)) inputs['image'] = sideImage(config, image, statistics);
        for (const kind of plan.features) {
          Object.assign(inputs, featureInputs(kind, config, [recordOf(encoded, kind, lpm.config, preprocessing)]));
        }
        const outputs = await executable.run(inputs);
        const floats = (name: string): Float32Array => {
          const tensor = outputs[name];
          invariant(tensor?.dtype === 'float32', `evidence: no ${name}`);
          return tensor.data;
        };
        return {
          probabilities: [...probabilitiesOf(record, floats('logits'))],
          attention: floats('attention'),
          relevance: floats('relevance'),
        };
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

/** The image as the model reads it, square; from the cache where it is there. @throws FILE_NOT_FOUND and what decoding throws */
export async function sourceImage(
  context: ServiceContext,
  { record, rule }: LoadedModel,
  { instanceId, frame }: { readonly instanceId: InstanceId; readonly frame: number },
): Promise<GreyOrColourImage> {
  const { inputSize } = record.preprocessing;
  const instance = instanceById(context.library.db, instanceId);
  if (instance === undefined) throw new AppError('FILE_NOT_FOUND', 'The image is no longer in this library.');
  const { sopInstanceUID } = instance;
  const sources = openPreviewStore(context, inputSize, rule);
  try {
    if ((await mayUseKept(context, instanceId, rule)) && sources.has('image', imageKey(instanceId, frame))) {
      return await readSource(sources, inputSize, { instanceId, frame });
    }
  } finally {
    await sources.close();
  }
  const renderer = openRenderer();
  try {
    const bytes = await readInstance(context.library, instanceId);
    return squareImage(
      await renderer.render(bytes, frame, redact(sopInstanceUID), { square: inputSize }, rule),
      inputSize,
    );
  } finally {
    await renderer.close();
  }
}

async function evidenceOf(
  { record, config }: LoadedModel,
  network: Network,
  place: { readonly instanceId: InstanceId; readonly frame: number },
  image: GreyOrColourImage,
  encoded: EncodedImage,
): Promise<EvidenceReport> {
  const { sizes, shape } = network;
  // Where no tokens were chosen, all are there, in their order.
  const indices = encoded.indices ?? Int32Array.from({ length: sizes.all }, (_, i) => i);
  invariant(indices.length === shape.layers * shape.heads * shape.tokens, 'evidence: tokens without a position');
  const { layers } = record.preprocessing;
  const isByLayer = shape.layers === layers.length;
  const side = record.preprocessing.inputSize / config.lpm.patch;
  const perLayer = shape.heads * shape.tokens;
  const maps = (values: Float32Array) => ({
    all: viewOf(evidenceMap(values, indices, sizes)),
    layers: Array.from({ length: isByLayer ? shape.layers : 0 }, (_, l) => {
      const [start, end] = [l * perLayer, (l + 1) * perLayer];
      return viewOf(evidenceMap(values.subarray(start, end), indices.subarray(start, end), sizes));
    }),
  });
  const looks = [];
  for (let c = 0; c < config.classes; c++) looks.push(await network.look(image, encoded, c));
  const first = looks[0];
  invariant(first, 'evidence: a model has classes');
  const { probabilities } = first;
  const point = operatingPointOf(record);
  return {
    model: record.name,
    method: record.method,
    classes: record.classes,
    instanceId: place.instanceId,
    frame: place.frame,
    probabilities,
    decision: shownFirst(record, probabilities),
    answer: targets[record.target].answer(probabilities, record.classes, point),
    grid: { rows: side, columns: side },
    layers: isByLayer ? layers : [],
    tokens: { kept: shape.tokens, all: sizes.all },
    attention: maps(first.attention),
    relevance: looks.map(({ relevance }) => maps(relevance)),
    check: null,
  };
}

/** The class that was decided for; of several findings, the one whose probability lies highest above its threshold. */
function shownFirst(record: ModelRecord, probabilities: readonly number[]): number {
  if (targetFacts[record.target].hasMarks) {
    const margins = probabilities.map((p, k) => p - (record.findings[k]?.threshold ?? 0.5));
    return margins.indexOf(Math.max(...margins));
  }
  const [decision = 0] = targets[record.target].decide(
    Float64Array.from(probabilities),
    record.classes.length,
    cutOf(record),
  );
  return decision;
}

/** Six significant digits: a share of the whole needs no more, and the map becomes a third as long. */
function viewOf({ patches, ...rest }: EvidenceMap) {
  return { ...rest, patches: Array.from(patches, (v) => Number(v.toPrecision(6))) };
}

async function deletionCheck(
  context: ServiceContext,
  { config }: LoadedModel,
  network: Network,
  report: EvidenceReport,
  image: GreyOrColourImage,
  options: NonNullable<(typeof evidenceOptionsSchema)['_output']['check']>,
): Promise<EvidenceCheck> {
  const { classIndex, basis, share, draws } = options;
  if (classIndex >= config.classes) throw new AppError('BAD_INPUT', `The model has ${config.classes} classes.`);
  const map = (basis === 'attention' ? report.attention : report.relevance[classIndex])?.all;
  invariant(map, 'evidence: a class has a map');
  const hidden = Math.max(1, Math.round(share * map.patches.length));
  const strongest = strongestPatches(map.patches, hidden);
  const others = map.patches.map((_, i) => i).filter((i) => !strongest.includes(i));
  const probability = report.probabilities[classIndex] as number;
  const total = draws + 1;
  const fallWithout = async (patches: readonly number[], done: number): Promise<number> => {
    throwIfCancelled(context.signal, 'Deletion check');
    const masked = hidePatches(image, patches, report.grid);
    const look = await network.look(masked, await network.encode(masked), classIndex);
    context.progress({ stage: 'deletionCheck', done, total, unit: 'runs' });
    return probability - (look.probabilities[classIndex] as number);
  };
  const highlighted = await fallWithout(strongest, 1);
  const random: number[] = [];
  const generator = Random.seeded(options.seed).fork('deletion');
  for (let d = 0; d < draws; d++) {
    const pool = [...others];
    const drawn = Array.from(
      { length: Math.min(hidden, pool.length) },
      () => pool.splice(generator.integer(pool.length), 1)[0] as number,
    );
    random.push(await fallWithout(drawn, d + 2));
  }
  return {
    classIndex,
    basis,
    share,
    hidden,
    probability,
    highlighted,
    random,
    randomMean: random.reduce((a, b) => a + b, 0) / random.length,
    randomInterval: [percentile(random, 0.025), percentile(random, 0.975)],
    verdict: checkVerdict(highlighted, random),
  };
}

/** What the falls of a deletion check say: of the highlight, and of draws of as many other patches. */
export function checkVerdict(highlighted: number, random: readonly number[]): EvidenceCheck['verdict'] {
  if (highlighted < leastFall && random.every((fall) => fall < leastFall)) return 'unmoved';
  if (highlighted < leastFall || random.some((fall) => fall >= highlighted)) return 'fails';
  const mean = random.reduce((sum, fall) => sum + fall, 0) / random.length;
  return highlighted - mean >= explainingFall ? 'explains' : 'slight';
}
