/**
 * Which cases to label next: those of which a quickly trained model is least sure.
 *
 * The labelled patients are dealt to folds. The networks of a quick method, each without one fold, answer that fold and every image without a label; the
 * answers of the labelled ones choose the temperature, so that probabilities are as sure as they are right. A case is as uncertain as the entropy of the
 * mean of its images. Labelled cases are put in order too, by the network that did not learn from them: a reader who is not to know who has labelled
 * what sees nothing of it in the order.
 *
 * What the networks say is thrown away, and so are they: only places are kept. Images are normalised as the LPM was trained, which no new label
 * changes, so each is encoded once.
 */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import {
  type DatasetVersion,
  defaultEvery,
  embeddedLpmName,
  fewestToOrder,
  jobSchemas,
  type MissingLabels,
  type OrderOptions,
  type OrderReport,
  orderOptionsSchema,
  parseOptions,
  targetFacts,
  targetKey,
  type VersionImage,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { type DatasetRow, newestLabelId, saveOrder } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { framesOf, rangesOf, requireDataset } from '../datasets/dataset.ts';
import { lookIntoDataset } from '../features/dataset-looks.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { openLibraryLpm, requireLpm } from '../lpm/encoder.ts';
import { type ReadingUnitRow, settingsOf, unitsOf } from '../reading/reading.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { dealFolds } from '../training/folds.ts';
import { requireRanked } from './curve.ts';
import { lpmInUse } from './in-use.ts';
import { type QuickBench, withQuickBench } from './quick.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { byUncertainty, entropies } from './uncertainty.ts';

/**
 * Puts the cases of a data set in order, the least certain first; the library keeps it.
 * @throws DATASET_NOT_FOUND, LPM_NOT_FOUND; DATASET_NOT_READY naming what is missing; BAD_INPUT for numbers; TRAINING_DIVERGED, DISK_FULL,
 *   ENGINE_FAILED, CANCELLED
 */
export async function orderCases(context: ServiceContext, options: OrderOptions): Promise<OrderReport> {
  return await runAsJob(orderJob, parseOptions(orderOptionsSchema, options), context);
}

export const orderJob = defineJob({
  kind: 'order',
  ...jobSchemas.order,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    requireRanked(context, options.dataset);
    const dataset = requireDataset(context, options.dataset);
    const { db } = context.library;
    // Before anything is read: a label that is given meanwhile counts as new afterwards.
    const seenLabelId = newestLabelId(db);
    const ready = readinessOf(db, dataset);
    refuseUnready(dataset, ready);
    const name = await provideLpm(context, options.lpm ?? lpmInUse(db, dataset.name) ?? embeddedLpmName);
    await lookIntoDataset(context, options.dataset);
    const cases = unitsOf(context, dataset, settingsOf(context, dataset).unit);
    const material = materialOf(context, dataset, ready, cases);
    const { images, labelled, version, rule } = material;
    const lpm = openLibraryLpm(context, requireLpm(context, name));
    try {
      const request = { ...options, version, images, lpm, rule, learned: labelled };
      return await withQuickBench(context, { ...request, normalisation: 'lpm' }, async (bench) => {
        const uncertain = await answerCases(context, bench, { version, labelled, cases, seed: options.seed });
        const report: OrderReport = {
          dataset: dataset.name,
          madeAt: timeOf(context),
          cases: uncertain.length,
          labelled: labelledCases(cases, material),
          encoded: bench.features.encoded,
          failed: images.length - bench.features.images.length,
          left: [...ready.left],
        };
        keepOrder(context, dataset, { ...report, seenLabelId, every: defaultEvery }, uncertain);
        return report;
      });
    } finally {
      lpm.close();
    }
  },
});

/** What is missing in a sentence of the command line and of errors. */
export function missingWords(missing: readonly MissingLabels[]): string {
  return missing
    .map(
      ({ name, mark, patients }) =>
        `"${name}"${mark === null ? '' : ` as ${mark}`}: ${patients} of ${counted('en', fewestToOrder, 'patient', 'patients')}`,
    )
    .join(', ');
}

/** @throws DATASET_NOT_READY */
function refuseUnready({ name, target }: DatasetRow, { names, missing }: Readiness): void {
  const { fewestNames } = targets[target];
  if (missing.length === 0 && names.length >= fewestNames) return;
  const [one, several] = targetFacts[target].noun;
  const what = missing.length > 0 ? missingWords(missing) : `${names.length} of ${fewestNames} ${several}`;
  throw new AppError(
    'DATASET_NOT_READY',
    `Too little of "${name}" is labelled to put the other cases in order: ${what} (patients of the test part do not count).`,
    { action: `Label more patients of each ${one} first, in the usual order.`, details: { missing } },
  );
}

interface Material {
  /** Of every case that is no test patient's. */
  readonly images: readonly VersionImage[];
  /** The `index` of those that are learned from. */
  readonly labelled: ReadonlySet<number>;
  /** What the trainings ask of a version; it is not kept, and deals nobody to a part. */
  readonly version: DatasetVersion;
  readonly rule: ReturnType<typeof rangesOf>;
}

function materialOf(
  { library, now }: ServiceContext,
  dataset: DatasetRow,
  { examples, test, names }: Readiness,
  cases: readonly ReadingUnitRow[],
): Material {
  const target = targets[dataset.target];
  const { isPerName } = targetFacts[dataset.target];
  const byInstance = new Map(examples.map((example) => [example.instanceId, example]));
  const instances = cases
    .flatMap((row) => row.instances)
    .filter(({ isGone, patientId }) => !isGone && !test.has(patientId));
  const labelled = new Set<number>();
  const images: VersionImage[] = [];
  for (const { instanceId, numberOfFrames, patientId, studyId, studyInstanceUID, sopInstanceUID } of instances) {
    const example = byInstance.get(instanceId);
    const values = isPerName
      ? names.map((name) => {
          const word = example?.answers.get(name);
          return word === undefined ? null : target.labelValue(word, names);
        })
      : [];
    const isLearned = isPerName ? values.some((value) => value !== null) : example !== undefined;
    // Of an image without a label the class is not read by anything; a network takes a place of one all the same.
    const classIndex = isPerName ? null : example?.label == null ? 0 : target.labelValue(example.label, names);
    for (const frame of framesOf(dataset.frames, numberOfFrames)) {
      const index = images.length;
      if (isLearned) labelled.add(index);
      images.push({
        ...{ index, instanceId, frame, patientId, studyId, studyInstanceUID, sopInstanceUID, classIndex, values },
        split: 'train',
      });
    }
  }
  const rule = rangesOf(library.db, instances, new Map());
  const version: DatasetVersion = {
    ...{ id: 0, datasetId: dataset.id, dataset: dataset.name, number: 1, contentHash: '0'.repeat(64) },
    ...{
      target: dataset.target,
      classes: [...names],
      seed: 0,
      splits: [],
      createdAt: now().toISOString(),
      ranges: rule,
    },
  };
  return { images, labelled, version, rule };
}

/** A case with its instances, the least certain first. */
type OrderedCase = Pick<ReadingUnitRow, 'instances'>;

async function answerCases(
  context: ServiceContext,
  { features, trials, recipe }: QuickBench,
  {
    version,
    labelled,
    cases,
    seed,
  }: Pick<Material, 'version' | 'labelled'> & { readonly cases: readonly ReadingUnitRow[]; readonly seed: number },
): Promise<OrderedCase[]> {
  const { images } = features;
  const target = targets[version.target];
  const logits = target.logits(version.classes.length);
  const learned = Array.from(images.keys()).filter((i) => labelled.has((images[i] as VersionImage).index));
  const others = Array.from(images.keys()).filter((i) => !labelled.has((images[i] as VersionImage).index));
  const at = (places: readonly number[]): VersionImage[] => places.map((i) => images[i] as VersionImage);
  const folds = dealtFolds(at(learned), version, seed);
  const values = new Float64Array(images.length * logits);
  for (let fold = 0; fold < fewestToOrder; fold++) {
    throwIfCancelled(context.signal, 'Putting cases in order');
    const held = learned.filter((_, k) => folds[k] === fold);
    const asked = [...held, ...others];
    const answers = await trials.run(
      recipe,
      seed * fewestToOrder + fold,
      at(learned.filter((_, k) => folds[k] !== fold)),
      at(asked),
      (steps) =>
        context.progress({
          stage: 'ordering',
          done: fold * recipe.steps + Math.min(steps, recipe.steps),
          total: fewestToOrder * recipe.steps,
          unit: 'steps',
        }),
    );
    for (const [k, i] of asked.entries()) {
      // Who was left out once is answered once; who has no label by all of them.
      const weight = k < held.length ? 1 : 1 / fewestToOrder;
      for (let c = 0; c < logits; c++) {
        values[i * logits + c] =
          (values[i * logits + c] as number) + weight * (answers.logits[k * logits + c] as number);
      }
    }
  }
  const labels = target.labelsOf(at(learned), { uncertain: 'unknown', scale: null });
  const known = Float64Array.from(learned.flatMap((i) => [...values.subarray(i * logits, (i + 1) * logits)]));
  const temperature = target.temperature(known, labels, logits);
  const probabilities = target.probabilities(
    values.map((z) => z / temperature),
    logits,
  );
  return orderedCases(cases, images, probabilities, version);
}

/** @throws DATASET_NOT_READY where patients of several classes leave no way to deal */
function dealtFolds(
  images: readonly VersionImage[],
  { target, classes, dataset }: DatasetVersion,
  seed: number,
): number[] {
  try {
    return dealFolds(images, { count: fewestToOrder, seed, target, classes });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'SPLIT_IMPOSSIBLE') throw error;
    throw new AppError(
      'DATASET_NOT_READY',
      `Too little of "${dataset}" can be read to put cases in order: ${error.message}`,
      {
        action: 'Label more patients first, in the usual order.',
        cause: error,
      },
    );
  }
}

/** The cases that have an answer; equally certain ones in the usual order. */
function orderedCases(
  cases: readonly ReadingUnitRow[],
  images: readonly VersionImage[],
  probabilities: Float64Array,
  { target, classes }: DatasetVersion,
): OrderedCase[] {
  const caseOf = new Map(
    cases.flatMap((row) => row.instances.map(({ instanceId }) => [instanceId, targetKey(row.target)] as const)),
  );
  const logits = targets[target].logits(classes.length);
  const keys = images.map(({ instanceId }) => caseOf.get(instanceId) as string);
  const pooled = targets[target].poolStudies(probabilities, logits, keys, 'mean');
  const byKey = new Map(cases.map((row) => [targetKey(row.target), row]));
  const answered = pooled.studies.map((key) => byKey.get(key) as ReadingUnitRow);
  return byUncertainty(entropies(pooled.probabilities, logits, target)).map((i) => answered[i] as ReadingUnitRow);
}

/** Cases with an image that was learned from. */
function labelledCases(cases: readonly ReadingUnitRow[], { images, labelled }: Material): number {
  const learned = new Set(images.filter(({ index }) => labelled.has(index)).map(({ instanceId }) => instanceId));
  return cases.filter(({ instances }) => instances.some(({ instanceId }) => learned.has(instanceId))).length;
}

function keepOrder(
  { library }: ServiceContext,
  { id }: DatasetRow,
  order: Pick<OrderReport, 'madeAt' | 'labelled' | 'cases'> & { readonly seenLabelId: number; readonly every: number },
  cases: readonly OrderedCase[],
): void {
  const { madeAt, labelled, cases: count, seenLabelId, every } = order;
  const places = cases.flatMap(({ instances }, place) => instances.map(({ instanceId }) => ({ instanceId, place })));
  const db = library.writer;
  db.transaction(() => saveOrder(db, id, { madeAt, labelled, cases: count, seenLabelId, every }, places));
}
