/** `suspects`: the labels that a model's out-of-fold answers contradict, and what readers made of them. No label is changed here. */
import { AppError, invariant } from '../../base/errors.ts';
import {
  type InstanceId,
  type ModelRecord,
  type ReaderId,
  type ReadingTarget,
  type Suspect,
  type SuspectReport,
  targetFacts,
} from '../../contract/index.ts';
import {
  addAuditEvent,
  addLabelCheck,
  answeredInstances,
  type EvaluatedImage,
  identifiersOf,
  type LabelCheckRow,
  labelChecksOf,
  labelledInstances,
  listModels,
  listReaders,
  modelByName,
  type Question,
  runByName,
} from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { shownPatient } from '../patients/patients.ts';
import { readersOf } from '../reading/readers.ts';
import { settingsOf } from '../reading/reading.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { type DoubtedLabel, doubtedLabels, labelKey } from './doubted.ts';

/** What a decision about a label is about. */
export interface CheckedLabel {
  readonly model: string;
  readonly target: ReadingTarget;
  readonly question: Question;
}

/** As `suspectReport`, null of a model without out-of-fold answers. @throws MODEL_NOT_FOUND */
export function findSuspects(context: ServiceContext, model: string): SuspectReport | null {
  const record = requireModelRecord(context, model);
  const labels = labelsOf(context, record);
  if (labels === null) return null;
  const { db } = context.library;
  const dataset = requireDataset(context, record.dataset);
  const current = currentLabels(context, dataset.id, record);
  const checks = newestChecks(labelChecksOf(db, dataset.id));
  const names = new Map(listReaders(db).map(({ key, name }) => [key, name]));
  const doubted = labels.filter(({ doubt }) => doubt > 0);
  const named = identifiersOf(
    db,
    doubted.map(({ images }) => (images[0] as EvaluatedImage).instanceId),
  );
  const suspects = doubted.map((label, i): Suspect => {
    const first = label.images[0] as EvaluatedImage;
    const called = named.get(first.instanceId);
    const now = sharedLabel(label, current);
    const decided = decisionOn(label, now, checks.get(labelKey(label)));
    const { images, target, question, label: word, answer, labelProbability, answerProbability, doubt } = label;
    return {
      rank: i + 1,
      target,
      question,
      instanceId: first.instanceId,
      frame: first.frame,
      studyId: first.studyId,
      images: images.length,
      patientID: shownPatient(called?.patientID ?? '') ?? '',
      studyInstanceUID: called?.studyInstanceUID ?? '',
      sopInstanceUID: called?.sopInstanceUID ?? '',
      label: word,
      answer,
      labelProbability,
      answerProbability,
      doubt,
      state: decided.state,
      labelNow: now,
      reader: decided.row === null ? null : (names.get(decided.row.reader) ?? decided.row.reader),
      decidedAt: decided.row?.decidedAt ?? null,
    };
  });
  const counted = (state: Suspect['state']): number => suspects.filter((one) => one.state === state).length;
  return {
    model: record.name,
    dataset: record.dataset,
    version: versionOf(context, record),
    target: record.target,
    labels: labels.length,
    open: counted('open'),
    kept: counted('kept'),
    changed: counted('changed'),
    suspects,
    effect: effectOn(context, record, labels),
  };
}

/**
 * The labels that a model's out-of-fold answers contradict, the strongest contradiction first, each with what became of it.
 * @throws MODEL_NOT_FOUND; BAD_INPUT of a model that was trained without folds; DATASET_NOT_READY where its answers are not there any more
 */
export function suspectReport(context: ServiceContext, model: string): SuspectReport {
  const report = findSuspects(context, model);
  if (report !== null) return report;
  const { folds } = requireModelRecord(context, model);
  throw folds > 1
    ? new AppError(
        'DATASET_NOT_READY',
        `The out-of-fold answers of model "${model}" are not in the library any more.`,
        {
          action: 'Train again with --folds 5.',
        },
      )
    : new AppError(
        'BAD_INPUT',
        `Model "${model}" was trained without folds: it learned from its labels, so its answers repeat them and can contradict none.`,
        { action: 'Train with --folds 5 (`sidelight train DATASET --folds 5`), then ask for the list of that model.' },
      );
}

/**
 * Keeps a label that a model doubts, by the current reader's decision. The label itself is not touched.
 * @throws MODEL_NOT_FOUND; READING_CHANGED where another reader reads by now or the label is another one; BAD_INPUT where it is not on the list
 */
export function keepLabel(
  context: ServiceContext,
  checked: CheckedLabel & { readonly label: string; readonly readerId: ReaderId },
): SuspectReport {
  const { current } = readersOf(context);
  if (current.id !== checked.readerId) {
    throw new AppError('READING_CHANGED', 'Another reader has become the current one.');
  }
  const suspect = onList(context, checked);
  if (suspect === undefined) {
    throw new AppError('BAD_INPUT', `This label is not on the list of model "${checked.model}".`, {
      action: 'Open the list again and choose there.',
    });
  }
  if (suspect.labelNow !== checked.label) {
    throw new AppError('READING_CHANGED', 'The label that was to be kept is another one by now.');
  }
  store(context, checked, { before: checked.label, after: checked.label, reader: current.key });
  return suspectReport(context, checked.model);
}

/** What a reader is about to do to a label that was opened from the list: what stood there before; null where it is not on the list. */
export function labelBefore(context: ServiceContext, checked: CheckedLabel): string | null {
  const suspect = onList(context, checked);
  return suspect === undefined ? null : (suspect.labelNow ?? suspect.label);
}

/** Notes what the current reader made of a label of the list: kept, where it is what it was, or changed. */
export function noteLabel(context: ServiceContext, checked: CheckedLabel, before: string, after: string): void {
  store(context, checked, { before, after, reader: readersOf(context).current.key });
}

function onList(context: ServiceContext, { model, target, question }: CheckedLabel): Suspect | undefined {
  const key = labelKey({ target, question });
  return findSuspects(context, model)?.suspects.find((one) => labelKey(one) === key);
}

function store(
  context: ServiceContext,
  { model, target, question }: CheckedLabel,
  said: { readonly before: string; readonly after: string; readonly reader: string },
): void {
  const record = requireModelRecord(context, model);
  const { id: datasetId } = requireDataset(context, record.dataset);
  const db = context.library.writer;
  const decision = said.before === said.after ? 'kept' : 'changed';
  db.transaction(() => {
    addLabelCheck(db, { datasetId, modelId: record.id, target, question, decision, ...said }, timeOf(context));
    addAuditEvent(db, {
      happenedAt: timeOf(context),
      action: 'label.checked',
      subject: record.name,
      details: { decision },
    });
  });
}

function labelsOf(context: ServiceContext, record: ModelRecord): DoubtedLabel[] | null {
  return doubtedLabels(context, record, settingsOf(context, requireDataset(context, record.dataset)).unit);
}

/** The label that counts now for each image of a data set, by question and image. */
function currentLabels(
  { library: { db } }: ServiceContext,
  datasetId: number,
  { target, classes }: ModelRecord,
): (question: Question, instance: InstanceId) => string | null {
  if (!targetFacts[target].isPerName) {
    const labels = new Map(labelledInstances(db, datasetId).map((row) => [row.instanceId, row.label]));
    return (_, instance) => labels.get(instance) ?? null;
  }
  const answers = new Map(answeredInstances(db, datasetId, classes).map((row) => [row.instanceId, row.answers]));
  return (question, instance) => answers.get(instance)?.[classes.indexOf(question ?? '')] ?? null;
}

/** The label that all images of a doubted one have now; null where one has none or they differ. */
function sharedLabel({ question, images }: DoubtedLabel, current: ReturnType<typeof currentLabels>): string | null {
  const words = new Set(images.map(({ instanceId }) => current(question, instanceId)));
  return words.size === 1 ? ([...words][0] ?? null) : null;
}

function newestChecks(rows: readonly LabelCheckRow[]): ReadonlyMap<string, LabelCheckRow> {
  return new Map(rows.map((row) => [labelKey(row), row]));
}

/** A decision holds for the label that it left: one that is another since is open again, or changed. */
function decisionOn(
  { label }: DoubtedLabel,
  now: string | null,
  row: LabelCheckRow | undefined,
): { readonly state: Suspect['state']; readonly row: LabelCheckRow | null } {
  if (row !== undefined && row.after === now) return { state: row.decision, row };
  return { state: now === label ? 'open' : 'changed', row: null };
}

/**
 * What became of the list of the newest earlier model of the data set, of which labels are others since: how many, and with how many the
 * answers agree of this model, which learned from them as they are now.
 */
function effectOn(
  context: ServiceContext,
  record: ModelRecord,
  labels: readonly DoubtedLabel[],
): SuspectReport['effect'] {
  const now = new Map(labels.map((label) => [labelKey(label), label]));
  const earlier = listModels(context.library.db).filter(
    (model) => model.dataset === record.dataset && model.id < record.id && model.target === record.target,
  );
  for (const model of earlier.toReversed()) {
    if (versionOf(context, model) >= versionOf(context, record)) continue;
    const changed = (labelsOf(context, model) ?? [])
      .filter(({ doubt }) => doubt > 0)
      .flatMap((before) => {
        const after = now.get(labelKey(before));
        return after === undefined || after.label === before.label ? [] : [after];
      });
    if (changed.length === 0) continue;
    return { model: model.name, changed: changed.length, agrees: changed.filter(({ doubt }) => doubt <= 0).length };
  }
  return null;
}

function versionOf({ library }: ServiceContext, { run }: ModelRecord): number {
  const found = runByName(library.db, run);
  invariant(found !== undefined, 'a model names a run that exists');
  return found.datasetVersion;
}

function requireModelRecord({ library }: ServiceContext, name: string): ModelRecord {
  const record = modelByName(library.db, name);
  if (record !== undefined) return record;
  const names = listModels(library.db).map((model) => `"${model.name}"`);
  throw new AppError(
    'MODEL_NOT_FOUND',
    `There is no model "${name}" (${names.length === 0 ? 'the library has none' : `found: ${names.join(', ')}`}).`,
    {
      action: names.length === 0 ? 'Train one first: `sidelight train DATASET --folds 5`.' : 'Use one of these names.',
    },
  );
}
