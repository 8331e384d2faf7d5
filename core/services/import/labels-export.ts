/**
 * The labels of a data set as a file that the reader of labels files reads back to the same labels.
 *
 * What is written is what counts: where readers disagree and nobody has decided, there is none. Where all labels are about the same
 * level there is a row for each study, series or patient; otherwise one for each image. A split stands there where a file gave it: one
 * that was drawn is drawn again by the next training, and would be taken for given if it stood there. The patient stands there where a file gave
 * one, whatever the header says; pseudonyms do not, since another library makes its own.
 */
import { writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { AppError } from '../../base/errors.ts';
import type { KeyColumn, LabelLevel, SplitName } from '../../contract/index.ts';
import {
  datasetByName,
  decidedLevels,
  labelledInstances,
  patientOfStudy,
  placedImagesOf,
  splitsOf,
} from '../../store/index.ts';
import { fileError } from '../files/files.ts';
import { isPseudonym } from '../privacy/pseudonym.ts';
import type { ServiceContext } from '../session/context.ts';

const columnOf: Readonly<Record<LabelLevel, KeyColumn>> = {
  instance: 'sopInstanceUID',
  series: 'seriesInstanceUID',
  study: 'studyInstanceUID',
  patient: 'patientID',
};

/**
 * Writes the file; gives how many rows it has and what names them.
 * @throws DATASET_NOT_FOUND; DATASET_NOT_READY without labels; DISK_FULL and the like for `out`
 */
export function exportLabels(
  context: ServiceContext,
  { dataset: name, out }: { readonly dataset: string; readonly out: string },
): { readonly rows: number; readonly column: KeyColumn } {
  const { db } = context.library;
  const dataset = datasetByName(db, name);
  if (dataset === undefined) throw new AppError('DATASET_NOT_FOUND', `There is no data set "${name}".`);
  const levels = decidedLevels(db, dataset.id);
  const [only] = levels;
  const level: LabelLevel = levels.length === 1 && only !== undefined ? only : 'instance';
  const given = new Map<number, SplitName>(
    splitsOf(db, dataset.id).flatMap(({ patientId, split, origin }) =>
      origin === 'given' ? [[patientId, split] as const] : [],
    ),
  );
  const labels = new Map(labelledInstances(db, dataset.id).map(({ instanceId, label }) => [instanceId, label]));
  const rows = new Map<string, readonly string[]>();
  const patients = new Map<string, string>();
  const givenPatient = (studyInstanceUID: string): string => {
    const known = patients.get(studyInstanceUID);
    if (known !== undefined) return known;
    const { isGiven = false, patientKey = '' } = patientOfStudy(db, studyInstanceUID) ?? {};
    const written = isGiven && level !== 'patient' && !isPseudonym(patientKey) ? patientKey : '';
    patients.set(studyInstanceUID, written);
    return written;
  };
  for (const image of placedImagesOf(db, dataset.id)) {
    const label = labels.get(image.instanceId) ?? null;
    const key = {
      sopInstanceUID: image.sopInstanceUID,
      seriesInstanceUID: image.seriesInstanceUID,
      studyInstanceUID: image.studyInstanceUID,
      patientID: image.patientKey,
    }[columnOf[level] as Exclude<KeyColumn, 'path' | 'accessionNumber'>];
    if (label !== null) {
      rows.set(key, [key, label, given.get(image.patientId) ?? '', givenPatient(image.studyInstanceUID)]);
    }
  }
  if (rows.size === 0) throw new AppError('DATASET_NOT_READY', `The data set "${name}" has no labels.`);
  const header = [columnOf[level], 'label', 'split', 'patientID'];
  // Columns that say nothing are left out.
  const isUsed = header.map((_, at) => at < 2 || [...rows.values()].some((row) => row[at] !== ''));
  const table = [header, ...rows.values()].map((row) => row.filter((_, at) => isUsed[at]));
  try {
    // The byte order mark keeps letters whole in Excel.
    writeFileSync(out, stringify(table, { bom: true }));
  } catch (error) {
    throw fileError(error, out);
  }
  return { rows: rows.size, column: columnOf[level] };
}
