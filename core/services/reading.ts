/** The reading room: what there is to label, what readers said, and what each of them may see. */
import { AppError } from '../base/errors.ts';
import type { LabelLevel, QualityTag, ReadingItem, ReadingList, ReadingState, ReadingUnit } from '../contract/index.ts';
import {
  addAuditEvent,
  addClass,
  addComment,
  addQualityTag,
  classNames,
  commentOf,
  comments,
  type DatasetRow,
  type HistoryRow,
  imagesOfStudy,
  insertLabel,
  type LabelledInstance,
  labelledInstances,
  markAdjudicated,
  ownLabel,
  qualityTagOf,
  qualityTags,
  type ReadingImage,
  type ReadingSettings,
  readingHistory,
  readingSettings,
  saveReadingSettings,
  standingLabels,
  withdrawLabel,
} from '../store/index.ts';
import { type ServiceContext, timeOf } from './context.ts';
import { requireDataset } from './dataset.ts';
import { readersOf } from './readers.ts';

/** What an answer is about. */
export interface ReadingTarget {
  readonly dataset: string;
  readonly level: ReadingUnit;
  readonly targetId: number;
}

const defaults: ReadingSettings = { unit: 'study', isBlinded: false };

/** How a data set is read: studies, and open, unless somebody said otherwise. */
export function settingsOf(context: ServiceContext, dataset: DatasetRow): ReadingSettings {
  return readingSettings(context.library.db, dataset.id) ?? defaults;
}

/** One item and its instances with the label that counts for each. */
export interface ReadingUnitRow {
  readonly targetId: number;
  readonly patientId: number;
  readonly patientNumber: number;
  readonly studyId: number;
  readonly instances: readonly LabelledInstance[];
}

/** The items of a data set: patients in the order of their first study, their studies, series and instances by UID. */
export function unitsOf(context: ServiceContext, dataset: DatasetRow, unit: ReadingUnit): ReadingUnitRow[] {
  const instances = labelledInstances(context.library.db, dataset.id);
  const byPatient = Map.groupBy(instances, ({ patientId }) => patientId);
  return [...byPatient].flatMap(([patientId, own], index) =>
    [...Map.groupBy(own, (instance) => targetOf(instance, unit))].map(([targetId, members]) => ({
      targetId,
      patientId,
      patientNumber: index + 1,
      studyId: (members[0] as LabelledInstance).studyId,
      instances: members,
    })),
  );
}

function targetOf(instance: LabelledInstance, unit: ReadingUnit): number {
  if (unit === 'instance') return instance.instanceId;
  return unit === 'series' ? instance.seriesId : instance.studyId;
}

/** Everything to label, as the current reader may see it. @throws DATASET_NOT_FOUND */
export function readingList(context: ServiceContext, name: string): ReadingList {
  const dataset = requireDataset(context, name);
  const { unit, isBlinded } = settingsOf(context, dataset);
  const { current } = readersOf(context);
  const { db } = context.library;
  const own = new Map<number, { labelId: number; label: string }>();
  for (const row of standingLabels(db, dataset.id, unit)) {
    if (row.reader === current.key && !row.isAdjudicated) own.set(row.targetId, row);
  }
  const tags = new Map(qualityTags(db, dataset.id, unit).map((row) => [row.targetId, row]));
  const said = new Map(
    comments(db, dataset.id, unit).flatMap((row) => (row.reader === current.key ? [[row.targetId, row.text]] : [])),
  );
  const modalities = modalitiesOf(context, dataset);
  const items = unitsOf(context, dataset, unit).map(({ instances, ...row }): ReadingItem => {
    const label = own.get(row.targetId);
    const tag = tags.get(row.targetId);
    return {
      ...row,
      modality: modalities.get((instances[0] as LabelledInstance).seriesId) ?? null,
      images: instances.length,
      label: label?.label ?? null,
      labelId: label?.labelId ?? null,
      reference: isBlinded ? null : commonLabel(instances),
      isDisputed: !isBlinded && instances.some((instance) => instance.isDisputed),
      tag: tag?.tag ?? 'usable',
      reason: tag?.reason ?? '',
      comment: said.get(row.targetId) ?? '',
    };
  });
  const { id, name: readerName, labels } = current;
  return {
    dataset: name,
    unit,
    isBlinded,
    reader: { id, name: readerName, labels },
    classes: classNames(db, dataset.id),
    items,
  };
}

/** The label that all instances share, or null. */
function commonLabel(instances: readonly LabelledInstance[]): string | null {
  const labels = new Set(instances.map(({ label }) => label));
  return labels.size === 1 ? ([...labels][0] ?? null) : null;
}

function modalitiesOf(context: ServiceContext, dataset: DatasetRow): Map<number, string | null> {
  const rows = context.library.db.all<{ id: number; modality: string | null }>(
    `SELECT DISTINCT s.id, s.modality FROM dataset_instances d JOIN instances i ON i.id = d.instance_id
     JOIN series s ON s.id = i.series_id WHERE d.dataset_id = :id`,
    { id: dataset.id },
  );
  return new Map(rows.map(({ id, modality }) => [id, modality]));
}

/** The instances of a study. @throws DATASET_NOT_FOUND */
export function readingImages(context: ServiceContext, name: string, studyId: number): ReadingImage[] {
  return imagesOfStudy(context.library.db, requireDataset(context, name).id, studyId);
}

/** Sets what a label is about and whether readers are blinded. @throws DATASET_NOT_FOUND */
export function configureReading(context: ServiceContext, name: string, settings: ReadingSettings): void {
  const dataset = requireDataset(context, name);
  const db = context.library.writer;
  db.transaction(() => {
    saveReadingSettings(db, dataset.id, settings);
    addAuditEvent(db, {
      happenedAt: timeOf(context),
      action: 'reading.configured',
      subject: name,
      details: { ...settings },
    });
  });
}

/** Adds a class. @throws DATASET_NOT_FOUND */
export function addReadingClass(context: ServiceContext, dataset: string, name: string): void {
  addClass(context.library.writer, requireDataset(context, dataset).id, name.trim());
}

/** Writes the current reader's label and gives what it left of the item. The transaction is on the disk when this returns (synchronous = FULL). */
export function setLabel(context: ServiceContext, target: ReadingTarget, label: string): ReadingState {
  const { dataset, key } = checked(context, target);
  if (ownLabel(context.library.db, dataset.id, target, key)?.label !== label) {
    insertLabel(context.library.writer, dataset.id, levelOf(target), label, key, timeOf(context));
  }
  return stateOf(context, target);
}

/** Takes the current reader's newest label of the item back. @throws BAD_INPUT when there is none */
export function takeLabelBack(context: ServiceContext, target: ReadingTarget): ReadingState {
  const { dataset, key } = checked(context, target);
  const own = ownLabel(context.library.db, dataset.id, target, key);
  if (own === null || !withdrawLabel(context.library.writer, own.labelId, key, timeOf(context))) {
    throw new AppError('BAD_INPUT', 'There is no label of this reader to take back.', { action: 'Nothing to do.' });
  }
  return stateOf(context, target);
}

/** Says whether an item may be used. */
export function setQualityTag(
  context: ServiceContext,
  target: ReadingTarget,
  tag: { readonly tag: QualityTag; readonly reason: string },
): ReadingState {
  const { dataset, key } = checked(context, target);
  addQualityTag(context.library.writer, dataset.id, levelOf(target), { ...tag, reader: key }, timeOf(context));
  return stateOf(context, target);
}

/** Writes the current reader's comment. */
export function setComment(context: ServiceContext, target: ReadingTarget, text: string): ReadingState {
  const { dataset, key } = checked(context, target);
  addComment(context.library.writer, dataset.id, levelOf(target), { text, reader: key }, timeOf(context));
  return stateOf(context, target);
}

/** Writes the current reader's decision; it stands above every reader's label. */
export function adjudicate(context: ServiceContext, target: ReadingTarget, label: string): void {
  const { dataset, key } = checked(context, target);
  const db = context.library.writer;
  db.transaction(() => {
    markAdjudicated(db, insertLabel(db, dataset.id, levelOf(target), label, key, timeOf(context)));
  });
}

/** Who said what about an item, with readers' present names; a blinded reader gets their own part. */
export function historyOf(context: ServiceContext, target: ReadingTarget): HistoryRow[] {
  const { dataset, key } = checked(context, target);
  const names = new Map(readersOf(context).readers.map((reader) => [reader.key, reader.name]));
  const { isBlinded } = settingsOf(context, dataset);
  return readingHistory(context.library.db, dataset.id, levelOf(target))
    .filter((row) => !isBlinded || row.reader === key)
    .map((row) => ({ ...row, reader: names.get(row.reader) ?? row.reader }));
}

function levelOf({ level, targetId }: ReadingTarget): { level: LabelLevel; targetId: number } {
  return { level, targetId };
}

/** The data set and the current reader's key. @throws BAD_INPUT when the item is not part of the data set */
function checked(context: ServiceContext, target: ReadingTarget): { dataset: DatasetRow; key: string } {
  const dataset = requireDataset(context, target.dataset);
  const column = { instance: 'i.id', series: 's.id', study: 's.study_id' }[target.level];
  const found = context.library.db.get(
    `SELECT 1 FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     WHERE d.dataset_id = :id AND ${column} = :targetId LIMIT 1`,
    { id: dataset.id, targetId: target.targetId },
  );
  if (found === undefined) throw new AppError('BAD_INPUT', `This ${target.level} is not part of "${target.dataset}".`);
  return { dataset, key: readersOf(context).current.key };
}

/** What is said about one item now, without going through the whole data set. */
function stateOf(context: ServiceContext, target: ReadingTarget): ReadingState {
  const { dataset, key } = checked(context, target);
  const { db } = context.library;
  const own = ownLabel(db, dataset.id, target, key);
  const tag = qualityTagOf(db, dataset.id, target);
  return {
    targetId: target.targetId,
    label: own?.label ?? null,
    labelId: own?.labelId ?? null,
    tag: tag?.tag ?? 'usable',
    reason: tag?.reason ?? '',
    comment: commentOf(db, dataset.id, target, key),
  };
}
