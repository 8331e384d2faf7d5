/** The reading room: what there is to label, what readers said, and what each of them may see. */
import { AppError } from '../../base/errors.ts';
import {
  type InstanceId,
  isSameTarget,
  type PatientId,
  type QualityTag,
  type ReaderId,
  type ReadingItem,
  type ReadingList,
  type ReadingState,
  type ReadingTarget,
  type ReadingUnit,
  type StudyId,
  targetFacts,
  targetKey,
  targetOfImage,
} from '../../contract/index.ts';
import {
  addAuditEvent,
  addClass,
  addComment,
  addQualityTag,
  areSeveral,
  blindingSeveral,
  classNames,
  commentOf,
  comments,
  type DatasetRow,
  type HistoryRow,
  imageFacts,
  imagesOfStudy,
  insertLabel,
  instanceById,
  isInDataset,
  type LabelledInstance,
  labelledInstances,
  markAdjudicated,
  ownLabel,
  placeOfInstance,
  type Question,
  qualityTagOf,
  qualityTags,
  type ReaderRow,
  type ReadingChange,
  type ReadingImage,
  type ReadingSettings,
  readingHistory,
  readingSettings,
  saveReadingChange,
  standingLabels,
  withdrawLabel,
} from '../../store/index.ts';
import { typedClass } from '../datasets/classes.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { answersOf, ownAnswers, readAnswer, requireQuestion, shared } from './answers.ts';
import { readersOf } from './readers.ts';

/** What a question of the reading room is about. */
export interface ReadingSubject {
  readonly dataset: string;
  readonly target: ReadingTarget;
}

/** What a reader does to an item. */
export interface ReadingAct extends ReadingSubject {
  /** Who reads, as the page says. */
  readonly readerId: ReaderId;
}

/** What a reader says, to which question where the data set asks several. */
export interface ReadingAnswer extends ReadingAct {
  readonly question?: Question | undefined;
}

/** How a data set is read: studies, and blinded where several people read, unless somebody said otherwise. */
export function settingsOf(context: ServiceContext, dataset: DatasetRow): ReadingSettings {
  return (
    readingSettings(context.library.db, dataset.id) ?? {
      unit: 'study',
      isBlinded: areSeveral(context.library.db),
    }
  );
}

/** Who reads and must not learn what others say in a data set; null where everything may be known. */
export function blindedReader(context: ServiceContext, dataset: DatasetRow): ReaderRow | null {
  return settingsOf(context, dataset).isBlinded ? readersOf(context).current : null;
}

/** One item and its instances with the label that counts for each. */
export interface ReadingUnitRow {
  readonly target: ReadingTarget;
  readonly patientId: PatientId;
  readonly patientNumber: number;
  readonly studyId: StudyId;
  readonly instances: readonly LabelledInstance[];
}

/** The items of a data set: patients in the order of their first study, their studies, series and instances by UID. */
export function unitsOf(context: ServiceContext, dataset: DatasetRow, unit: ReadingUnit): ReadingUnitRow[] {
  const instances = labelledInstances(context.library.db, dataset.id);
  const byPatient = Map.groupBy(instances, ({ patientId }) => patientId);
  return [...byPatient].flatMap(([patientId, own], index) =>
    [...Map.groupBy(own, (instance) => targetKey(targetOfImage(instance, unit))).values()].map((members) => ({
      target: targetOfImage(members[0] as LabelledInstance, unit),
      patientId,
      patientNumber: index + 1,
      studyId: (members[0] as LabelledInstance).studyId,
      instances: members,
    })),
  );
}

/** Everything to label, as the current reader may see it. @throws DATASET_NOT_FOUND */
export function readingList(context: ServiceContext, name: string): ReadingList {
  const dataset = requireDataset(context, name);
  const { unit, isBlinded } = settingsOf(context, dataset);
  const { current } = readersOf(context);
  const { db } = context.library;
  const own = new Map<string, { labelId: number; label: string }>();
  for (const row of standingLabels(db, dataset.id, unit)) {
    if (row.reader === current.key && !row.isAdjudicated) own.set(targetKey(row.target), row);
  }
  const tags = new Map(qualityTags(db, dataset.id, unit).map((row) => [targetKey(row.target), row]));
  const said = new Map(
    comments(db, dataset.id, unit).flatMap((row) =>
      row.reader === current.key ? [[targetKey(row.target), row.text]] : [],
    ),
  );
  const facts = imageFacts(db, dataset.id);
  const answers = answersOf(db, dataset, { unit, isBlinded, reader: current.key });
  const items = unitsOf(context, dataset, unit).map(({ instances, ...row }): ReadingItem => {
    const key = targetKey(row.target);
    const label = own.get(key);
    const tag = tags.get(key);
    const fact = facts.get((instances[0] as LabelledInstance).instanceId);
    const ofSeries = unit === 'study' ? null : fact?.seriesDescription;
    return {
      ...row,
      modality: fact?.modality ?? null,
      studyDate: fact?.studyDate ?? null,
      description: ofSeries ?? fact?.studyDescription ?? (unit === 'study' ? (fact?.seriesDescription ?? null) : null),
      slice: unit === 'instance' ? (fact?.slice ?? null) : null,
      images: instances.length,
      label: label?.label ?? null,
      labelId: label?.labelId ?? null,
      reference: isBlinded ? null : commonLabel(instances),
      isDisputed: !isBlinded && instances.some((instance) => instance.isDisputed),
      ...answers.of(row.target, instances),
      tag: tag?.tag ?? 'usable',
      reason: tag?.reason ?? '',
      comment: said.get(key) ?? '',
    };
  });
  const { id, name: readerName, labels } = current;
  return {
    dataset: name,
    unit,
    isBlinded,
    isShared: areSeveral(db),
    reader: { id, name: readerName, labels },
    target: dataset.target,
    classes: classNames(db, dataset.id),
    items,
  };
}

/** The label that all instances share, or null. */
function commonLabel(instances: readonly LabelledInstance[]): string | null {
  return shared(instances.map(({ label }) => label));
}

/** The instances of a study. @throws DATASET_NOT_FOUND */
export function readingImages(context: ServiceContext, name: string, studyId: StudyId): ReadingImage[] {
  return imagesOfStudy(context.library.db, requireDataset(context, name).id, studyId);
}

/**
 * Sets what a label is about, whether readers are blinded, or both: to say the one says nothing of the other.
 * @throws DATASET_NOT_FOUND
 */
export function configureReading(context: ServiceContext, name: string, change: ReadingChange): void {
  const dataset = requireDataset(context, name);
  const db = context.library.writer;
  db.transaction(() => {
    saveReadingChange(db, dataset.id, change, settingsOf(context, dataset));
    addAuditEvent(db, {
      happenedAt: timeOf(context),
      action: 'reading.configured',
      subject: name,
      details: { ...change },
    });
  });
}

/** Adds a class. @throws DATASET_NOT_FOUND */
export function addReadingClass(context: ServiceContext, dataset: string, name: string): void {
  const row = requireDataset(context, dataset);
  addClass(context.library.writer, row.id, typedClass(context, row, name));
}

/**
 * Writes the current reader's label and gives what it left of the item. The transaction is on the disk when this returns
 * (synchronous = FULL). A label is given to a picture: `displayed` is the instance that the page shows, and
 * `sopInstanceUID` whose picture that is.
 * @throws NOT_DISPLAYED when the picture does not belong to the item or is not that instance's; READING_CHANGED, BAD_INPUT as `checkedAct`
 */
export function setLabel(
  context: ServiceContext,
  act: ReadingAnswer & { readonly displayed: InstanceId; readonly sopInstanceUID: string },
  given: string,
): ReadingState {
  const { dataset, key } = checkedAct(context, act);
  const question = requireQuestion(context.library.db, dataset, act.question);
  const { target, displayed, sopInstanceUID } = act;
  const place = placeOfInstance(context.library.db, dataset.id, displayed);
  const isOfTarget = place !== undefined && isSameTarget(targetOfImage(place, target.kind), target);
  // A row number is given again once its row is deleted, and in every library; the UID is the picture's own.
  if (!isOfTarget || instanceById(context.library.db, displayed)?.sopInstanceUID !== sopInstanceUID) {
    throw new AppError(
      'NOT_DISPLAYED',
      `The picture on the screen is not of the ${target.kind} that was to be labelled.`,
    );
  }
  if (question === null && !classNames(context.library.db, dataset.id).includes(given)) {
    throw new AppError('BAD_INPUT', `"${given}" is not a class of "${act.dataset}".`, {
      action: 'Add the class first.',
    });
  }
  const label = question === null ? given : readAnswer(dataset, question, given);
  if (ownLabel(context.library.db, dataset.id, target, key, question)?.label !== label) {
    const db = context.library.writer;
    blindingSeveral(db, () => insertLabel(db, dataset.id, target, label, key, timeOf(context), question));
  }
  return stateOf(context, act);
}

/** Takes back all that the current reader says to a question about an item, so that it is not known by them. @throws as `checkedAct` */
export function clearAnswer(context: ServiceContext, act: ReadingAnswer): ReadingState {
  const { dataset, key } = checkedAct(context, act);
  const { writer } = context.library;
  const question = requireQuestion(writer, dataset, act.question);
  writer.transaction(() => {
    for (;;) {
      const own = ownLabel(writer, dataset.id, act.target, key, question);
      if (own === null || !withdrawLabel(writer, own.labelId, key, timeOf(context))) return;
    }
  });
  return stateOf(context, act);
}

/** Takes the current reader's newest label of the item back. @throws BAD_INPUT when there is none; as `checkedAct` */
export function takeLabelBack(context: ServiceContext, act: ReadingAnswer): ReadingState {
  const { dataset, key } = checkedAct(context, act);
  const question = requireQuestion(context.library.db, dataset, act.question);
  const own = ownLabel(context.library.db, dataset.id, act.target, key, question);
  if (own === null || !withdrawLabel(context.library.writer, own.labelId, key, timeOf(context))) {
    throw new AppError('BAD_INPUT', 'There is no label of this reader to take back.', { action: 'Nothing to do.' });
  }
  return stateOf(context, act);
}

/** Says whether an item may be used. @throws as `checkedAct` */
export function setQualityTag(
  context: ServiceContext,
  act: ReadingAct,
  tag: { readonly tag: QualityTag; readonly reason: string },
): ReadingState {
  const { dataset, key } = checkedAct(context, act);
  addQualityTag(context.library.writer, dataset.id, act.target, { ...tag, reader: key }, timeOf(context));
  return stateOf(context, act);
}

/** Writes the current reader's comment. @throws as `checkedAct` */
export function setComment(context: ServiceContext, act: ReadingAct, text: string): ReadingState {
  const { dataset, key } = checkedAct(context, act);
  addComment(context.library.writer, dataset.id, act.target, { text, reader: key }, timeOf(context));
  return stateOf(context, act);
}

/** Writes the current reader's decision; it stands above every reader's label. @throws as `checkedAct` */
export function adjudicate(context: ServiceContext, act: ReadingAnswer, given: string): void {
  const { dataset, key } = checkedAct(context, act);
  const db = context.library.writer;
  const question = requireQuestion(db, dataset, act.question);
  const label = question === null ? given : readAnswer(dataset, question, given);
  blindingSeveral(db, () => {
    markAdjudicated(db, insertLabel(db, dataset.id, act.target, label, key, timeOf(context), question));
  });
}

/** Who said what about an item, with readers' present names; a blinded reader gets their own part. */
export function historyOf(context: ServiceContext, subject: ReadingSubject): HistoryRow[] {
  const { dataset, key } = checked(context, subject);
  const names = new Map(readersOf(context).readers.map((reader) => [reader.key, reader.name]));
  const { isBlinded } = settingsOf(context, dataset);
  return readingHistory(context.library.db, dataset.id, subject.target)
    .filter((row) => !isBlinded || row.reader === key)
    .map((row) => ({ ...row, reader: names.get(row.reader) ?? row.reader }));
}

/** The data set and the current reader's key. @throws BAD_INPUT when the item is not part of the data set */
function checked(
  context: ServiceContext,
  { dataset: name, target }: ReadingSubject,
): { dataset: DatasetRow; key: string } {
  const dataset = requireDataset(context, name);
  if (!isInDataset(context.library.db, dataset.id, target)) {
    throw new AppError('BAD_INPUT', `This ${target.kind} is not part of "${name}".`);
  }
  return { dataset, key: readersOf(context).current.key };
}

/**
 * As `checked`, for what is to be written: who reads and what a label is about must be what the page says they are, since its
 * list may be older than the last change of either.
 * @throws READING_CHANGED; BAD_INPUT when the item is not part of the data set
 */
function checkedAct(context: ServiceContext, act: ReadingAct): { dataset: DatasetRow; key: string } {
  const found = checked(context, act);
  const { unit } = settingsOf(context, found.dataset);
  if (act.target.kind !== unit) {
    throw new AppError(
      'READING_CHANGED',
      `"${act.dataset}" is read by ${unit} now, and this was about one ${act.target.kind}.`,
    );
  }
  if (readersOf(context).current.id !== act.readerId) {
    throw new AppError('READING_CHANGED', 'Another reader has become the current one.');
  }
  return found;
}

/** What is said about one item now, without going through the whole data set. */
function stateOf(context: ServiceContext, subject: ReadingSubject): ReadingState {
  const { dataset, key } = checked(context, subject);
  const { db } = context.library;
  const { target } = subject;
  const isPerName = targetFacts[dataset.target].isPerName;
  const own = isPerName ? null : ownLabel(db, dataset.id, target, key);
  const tag = qualityTagOf(db, dataset.id, target);
  return {
    target,
    label: own?.label ?? null,
    labelId: own?.labelId ?? null,
    answers: isPerName ? ownAnswers(db, dataset.id, target, key) : [],
    tag: tag?.tag ?? 'usable',
    reason: tag?.reason ?? '',
    comment: commentOf(db, dataset.id, target, key),
  };
}
