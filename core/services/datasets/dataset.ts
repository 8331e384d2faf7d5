/** Data sets: listing, and freezing one into a version that a run can name. */
import { AppError, invariant } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import {
  type DatasetSummary,
  type DatasetVersion,
  type FrameRule,
  type PatientId,
  type SampleRanges,
  splitNames,
  type TargetKind,
  targetFacts,
} from '../../contract/index.ts';
import { commonRange, sampleKinds } from '../../images/index.ts';
import {
  addAuditEvent,
  addVersion,
  classListOf,
  type DatasetRow,
  datasetByName,
  listDatasets as listRows,
  type NewVersion,
  newestVersion,
  openSamplesOf,
  type ReadDb,
  saveSplit,
  splitsOf,
  versionById,
} from '../../store/index.ts';
import { type Truth, targets } from '../../targets/index.ts';
import { sharedPatient, withSharedPatient } from '../patients/shared-patient.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { type LabelledExample, labelledExamples, namesUsed } from './examples.ts';
import { type AssignedSplit, checkSplits, drawSplits, type SplitPatient } from './split.ts';
import { versionOfNow } from './whose-images.ts';

/** `datasets`: every data set with its counts. */
export function listDatasets(context: ServiceContext): DatasetSummary[] {
  return listRows(context.library.db);
}

/** @throws DATASET_NOT_FOUND naming what there is */
export function requireDataset(context: ServiceContext, name: string): DatasetRow {
  const row = datasetByName(context.library.db, name);
  if (row !== undefined) return row;
  const names = listRows(context.library.db).map((dataset) => `"${dataset.name}"`);
  throw new AppError(
    'DATASET_NOT_FOUND',
    `There is no data set "${name}" (${names.length === 0 ? 'the library has none' : `found: ${names.join(', ')}`}).`,
    {
      action:
        names.length === 0
          ? 'Make one first: `sidelight import PATH --dataset NAME`. If it should be there, name its library with --library DIR.'
          : 'Use one of these names.',
    },
  );
}

/** The frames that a rule takes of an instance, 0-based. */
export function framesOf(rule: FrameRule, numberOfFrames: number): number[] {
  if (rule === 'all') return Array.from({ length: numberOfFrames }, (_, frame) => frame);
  return [rule === 'first' ? 0 : Math.floor((numberOfFrames - 1) / 2)];
}

/** The names of the labels `used`, in the order in which a version of the data set counts them. */
export function orderNames(db: ReadDb, { id, target }: DatasetRow, used: readonly string[]): string[] {
  const { names, isFixed, positive } = classListOf(db, id);
  return targetFacts[target].order(used, {
    listed: names,
    isFixed,
    positive,
    earlier: newestVersion(db, id)?.classes,
  });
}

export interface FreezeOptions {
  readonly dataset: string;
  /** Seed of the split; counts only for patients who have none yet. */
  readonly seed?: number;
}

/** What freezing would keep, and what it would have to write down first. */
export interface PlannedVersion {
  readonly dataset: DatasetRow;
  readonly version: NewVersion;
  /** The version of this very content that exists already, with the images as they are filed now. */
  readonly existing: DatasetVersion | undefined;
  /** The split of every labelled patient, and those that stood before. */
  readonly splits: ReadonlyMap<PatientId, AssignedSplit>;
  readonly assigned: ReadonlyMap<PatientId, AssignedSplit>;
}

export interface PlannedSplits {
  /** Every labelled patient. */
  readonly patients: readonly SplitPatient[];
  /** The splits that are written down. */
  readonly assigned: ReadonlyMap<PatientId, AssignedSplit>;
  /** Those, and the ones that the other patients would be dealt. */
  readonly splits: ReadonlyMap<PatientId, AssignedSplit>;
}

/**
 * The splits of a data set as a training with this seed would have them; nothing is written. The data check shows them before.
 * @param instances the labelled ones, in the order of `labelledExamples`
 * @throws SPLIT_IMPOSSIBLE
 */
export function planSplits(
  { library }: ServiceContext,
  dataset: DatasetRow,
  instances: readonly Pick<LabelledExample, 'patientId' | 'strata'>[],
  seed: number,
): PlannedSplits {
  const patients = patientsOf(dataset, instances);
  const assigned = assignedSplits(library.db, dataset);
  return namingCause(library.db, dataset, () => {
    return { patients, assigned, splits: drawSplits(patients, assigned, Random.seeded(seed).fork('split')) };
  });
}

/** What `work` gives; a refusal for lack of patients names the one ID or the folders that stand behind it. */
function namingCause<T>(db: ReadDb, dataset: DatasetRow, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'SPLIT_IMPOSSIBLE') throw error;
    throw withSharedPatient(error, sharedPatient(db, dataset.id));
  }
}

/** The splits of a data set that are written down: given with the labels, or dealt for an earlier version. */
export function assignedSplits(db: ReadDb, dataset: DatasetRow): Map<PatientId, AssignedSplit> {
  return new Map(splitsOf(db, dataset.id).map(({ patientId, split, origin }) => [patientId, { split, origin }]));
}

/**
 * The version that `freezeDataset` would give, with every image and its split; nothing is written. A promise counts with it.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE
 */
export function planVersion(context: ServiceContext, options: FreezeOptions): PlannedVersion {
  const { library } = context;
  const dataset = requireDataset(context, options.dataset);
  const labelled = labelledExamples(library.db, dataset);
  // What no file holds can be trained on by nobody, whatever is remembered of it.
  const instances = labelled.filter(({ isGone }) => !isGone);
  const names = namesUsed(instances);
  const classes = orderNames(library.db, dataset, names);
  const used = names.length;
  const { fewestNames } = targets[dataset.target];
  if (used < fewestNames) {
    const [one, several] = targetFacts[dataset.target].noun;
    const gone = labelled.length - instances.length;
    throw new AppError(
      'DATASET_NOT_READY',
      `Data set "${dataset.name}" has ${instances.length} labelled instances of ${used} ${used === 1 ? one : several}; ` +
        `training needs at least ${fewestNames} ${fewestNames === 1 ? one : several}.` +
        (gone === 0 ? '' : ` ${gone} more have a label and are in no file any more.`),
      {
        action: gone
          ? 'Import the former files again from wherever they are, or label the images that lie in their places now (a labels file by path does both at once).'
          : instances.length === 0
            ? `Give labels: \`sidelight import PATH --dataset "${dataset.name}" --labels FILE\`, or in the window under Read and label. If labels were given, the report of the import says which rows fitted no image.`
            : `All labels say "${names[0] ?? ''}". Import or label images of another ${one}, too.`,
        details: { instances: instances.length, classes: used },
      },
    );
  }
  const seed = options.seed ?? 0;
  const { patients, assigned, splits } = planSplits(context, dataset, instances, seed);
  const { isPerName } = targetFacts[dataset.target];
  namingCause(library.db, dataset, () => {
    // Of several findings one may well be missing in a part; that no part is empty holds for them too.
    checkSplits(isPerName ? patients.map(({ patientId }) => ({ patientId, classes: new Set() })) : patients, splits);
  });
  if (isPerName) checkTaught(instances, classes, splits);
  return { dataset, ...describeVersion(library.db, dataset, instances, classes, splits, seed), splits, assigned };
}

/**
 * The data set as it is now, as a version that never changes: labelled images that are neither excluded nor disputed, classes and
 * splits. Patients without a split are
 * dealt one first. Equal content of the same patients and studies gives the version that exists, so this can be called before every command.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE
 */
export function freezeDataset(context: ServiceContext, options: FreezeOptions): DatasetVersion {
  const { dataset, version, existing, splits, assigned } = planVersion(context, options);
  return existing ?? save(context, dataset, version, assigned, splits);
}

/** @throws DATASET_NOT_READY for a finding or a quantity of which nothing is known for any training patient: it cannot be learned */
function checkTaught(
  instances: readonly LabelledExample[],
  names: readonly string[],
  splits: ReadonlyMap<PatientId, AssignedSplit>,
): void {
  const taught = new Set(
    instances.flatMap(({ patientId, answers }) =>
      splits.get(patientId)?.split === 'train'
        ? [...answers].flatMap(([name, word]) => (word === 'uncertain' ? [] : [name]))
        : [],
    ),
  );
  const missing = names.filter((name) => !taught.has(name));
  if (missing.length === 0) return;
  throw new AppError(
    'DATASET_NOT_READY',
    `${missing.map((name) => `"${name}"`).join(', ')}: nothing is known of it for any training patient, so it cannot be learned.`,
    {
      action: 'Label some training patients for it, or take it out of the list of the data set.',
      details: { names: missing },
    },
  );
}

function patientsOf(
  { target }: DatasetRow,
  instances: readonly Pick<LabelledExample, 'patientId' | 'strata'>[],
): SplitPatient[] {
  const strataOf = targets[target].strata(instances.flatMap(({ strata }) => strata));
  // Instances come ordered by UID, so patients do too, whoever was imported first.
  const labels = Map.groupBy(instances, ({ patientId }) => patientId);
  const patients = [...labels].map(([patientId, own]) => ({
    patientId,
    classes: strataOf(own.flatMap(({ strata }) => strata)),
  }));
  return targetFacts[target].isPerName ? withEverybody(patients) : patients;
}

/** What a patient counts for of whom nothing else is to be balanced. */
const everybody = 'every patient';

/** Patients whose strata are few enough to be balanced: rarer ones than there are parts go where the patient goes anyway. */
function withEverybody(patients: readonly SplitPatient[]): SplitPatient[] {
  const counts = new Map<string, number>();
  for (const { classes } of patients) for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return patients.map(({ patientId, classes }) => ({
    patientId,
    classes: new Set([...[...classes].filter((name) => (counts.get(name) ?? 0) >= splitNames.length), everybody]),
  }));
}

function describeVersion(
  db: ReadDb,
  dataset: DatasetRow,
  instances: readonly LabelledExample[],
  classes: readonly string[],
  splits: ReadonlyMap<PatientId, AssignedSplit>,
  seed: number,
): Pick<PlannedVersion, 'version' | 'existing'> {
  const { target } = dataset;
  // A data set asks one thing all its life, so the content of its versions need not name it.
  const lines: string[] = [JSON.stringify(classes)];
  const images = instances.flatMap((instance) => {
    const assigned = splits.get(instance.patientId);
    invariant(assigned !== undefined, 'every labelled patient has a split');
    const { split, origin: splitOrigin } = assigned;
    const { classIndex, values } = truthOf(target, instance, classes);
    return framesOf(dataset.frames, instance.numberOfFrames).map((frame) => {
      lines.push(JSON.stringify([instance.sopInstanceUID, frame, classIndex ?? values, split]));
      const { instanceId, patientId, studyId } = instance;
      return { instanceId, frame, patientId, studyId, classIndex, values, split, splitOrigin };
    });
  });
  const ranges = rangesOf(db, instances, splits);
  // Drawn otherwise, the same images are another content; data sets without such pictures are the versions that they were.
  if (Object.keys(ranges).length > 0) lines.push(JSON.stringify({ ranges }));
  const { contentHash, existing } = versionOfNow(db, dataset.id, lines, instances);
  return { version: { datasetId: dataset.id, contentHash, seed, classes, ranges, images }, existing };
}

/** What is true of an instance, as a version keeps it. */
function truthOf(target: TargetKind, { label, answers }: LabelledExample, names: readonly string[]): Truth {
  const { labelValue } = targets[target];
  if (label !== null) return { classIndex: labelValue(label, names), values: [] };
  const values = names.map((name) => {
    const word = answers.get(name);
    return word === undefined ? null : labelValue(word, names);
  });
  return { classIndex: null, values };
}

/**
 * One range for each kind of open samples in a data set: of its training images, as mean and deviation are; of the others where no training
 * image is of the kind.
 */
export function rangesOf(
  db: ReadDb,
  instances: readonly Pick<LabelledExample, 'instanceId' | 'patientId'>[],
  splits: ReadonlyMap<PatientId, AssignedSplit>,
): SampleRanges {
  const training = new Set(
    instances.filter(({ patientId }) => splits.get(patientId)?.split === 'train').map(({ instanceId }) => instanceId),
  );
  const looks = openSamplesOf(
    db,
    instances.map(({ instanceId }) => instanceId),
  );
  const ranges: SampleRanges = {};
  for (const kind of sampleKinds) {
    const all = looks.filter((look) => look.kind === kind);
    if (all.length === 0) continue;
    const learned = all.filter(({ instanceId }) => training.has(instanceId));
    const from = learned.length > 0 ? learned : all;
    const [low, high] = commonRange(
      kind,
      from.map((look) => [look.low, look.high]),
    );
    ranges[kind] = [low, high];
  }
  return ranges;
}

function save(
  context: ServiceContext,
  dataset: DatasetRow,
  version: NewVersion,
  assigned: ReadonlyMap<PatientId, AssignedSplit>,
  splits: ReadonlyMap<PatientId, AssignedSplit>,
): DatasetVersion {
  const db = context.library.writer;
  const now = timeOf(context);
  return db.transaction(() => {
    for (const [patientId, split] of splits) {
      if (assigned.get(patientId)?.split !== split.split) saveSplit(db, dataset.id, { patientId, ...split }, now);
    }
    const id = addVersion(db, version, now);
    const saved = versionById(db, id);
    invariant(saved !== undefined, 'a version that was written can be read');
    const details = { version: saved.number, images: version.images.length, seed: version.seed };
    addAuditEvent(db, { happenedAt: now, action: 'dataset.frozen', subject: dataset.name, details });
    return saved;
  });
}
