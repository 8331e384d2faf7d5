/**
 * The labels of a data set as a file that the reader of labels files reads back to the same labels.
 *
 * What is written is what counts: where readers disagree and nobody has decided, there is none. Where all labels are about the same
 * level there is a row for each study, series or patient; otherwise one for each image. A split stands there where a file gave it: one
 * that was drawn is drawn again by the next training, and would be taken for given if it stood there. The patient stands there where a file gave
 * one, whatever the header says, and of pictures, which have none; pseudonyms do not, since another library makes its own.
 *
 * Of several findings each has a column with 1 (present), 0 (absent), -1 (uncertain) or nothing, a quantity one with its numbers. By reader,
 * each reader's own labels stand in rows of their own, those on which readers disagree among them; decisions of an adjudicator do not.
 */
import { AppError } from '../../base/errors.ts';
import { type KeyColumn, type LabelLevel, type SplitName, targetFacts, targetKey } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import {
  answeredInstances,
  comparedLabels,
  type DatasetRow,
  datasetByName,
  decidedLevels,
  listReaders,
  type PlacedImage,
  patientOfStudy,
  placedImagesOf,
  type Question,
  questionsOf,
  type ReadDb,
  splitsOf,
} from '../../store/index.ts';
import { markedCsvText } from '../files/csv.ts';
import { patientNames } from '../patients/patient-names.ts';
import { shownPatient } from '../patients/patients.ts';
import { isPseudonym } from '../privacy/pseudonym.ts';
import type { ServiceContext } from '../session/context.ts';

const columnOf: Readonly<Record<LabelLevel, Exclude<KeyColumn, 'path' | 'accessionNumber'>>> = {
  instance: 'sopInstanceUID',
  series: 'seriesInstanceUID',
  study: 'studyInstanceUID',
  patient: 'patientID',
};

/** One cell of a label, by what a data set asks: marks are written as public sets write them. */
const cellOfMark: Readonly<Record<string, string>> = { present: '1', absent: '0', uncertain: '-1' };

/** The reader of labels that no named reader gave. */
const importReader = 'import';

/**
 * Writes the file; gives how many rows it has and what names them.
 * @param options.byReader true writes what each reader said instead of what counts
 * @throws DATASET_NOT_FOUND; DATASET_NOT_READY without labels; DISK_FULL and the like for `out`
 */
export function exportLabels(
  context: ServiceContext,
  {
    dataset: name,
    out,
    byReader = false,
  }: { readonly dataset: string; readonly out: string; readonly byReader?: boolean },
): { readonly rows: number; readonly column: KeyColumn } {
  const { db } = context.library;
  const dataset = datasetByName(db, name);
  if (dataset === undefined) throw new AppError('DATASET_NOT_FOUND', `There is no data set "${name}".`);
  const levels = decidedLevels(db, dataset.id);
  const [only] = levels;
  const level: LabelLevel = levels.length === 1 && only !== undefined ? only : 'instance';
  const column = columnOf[level];
  const images = placedImagesOf(db, dataset.id);
  const names = patientNames(images.map(({ patientKey }) => patientKey));
  const patients = new Map<string, string>();
  const givenPatient = ({ studyInstanceUID, kind }: PlacedImage): string => {
    const known = patients.get(studyInstanceUID);
    if (known !== undefined) return known;
    const { isGiven = false, patientKey = '' } = patientOfStudy(db, studyInstanceUID) ?? {};
    // A picture has no header that would say it again: the name of its file or folder did.
    const isOnlyHere = isGiven || (kind === 'picture' && shownPatient(patientKey) !== null);
    const written =
      isOnlyHere && level !== 'patient' && !isPseudonym(patientKey) ? (names.get(patientKey) ?? patientKey) : '';
    patients.set(studyInstanceUID, written);
    return written;
  };
  const keyOf = (image: PlacedImage): string =>
    ({
      sopInstanceUID: image.sopInstanceUID,
      seriesInstanceUID: image.seriesInstanceUID,
      studyInstanceUID: image.studyInstanceUID,
      patientID: names.get(image.patientKey) ?? image.patientKey,
    })[column];
  const table = labelTable(db, dataset, { byReader, column, keyOf, patientOf: givenPatient });
  if (table.rows === 0) throw new AppError('DATASET_NOT_READY', `The data set "${name}" has no labels.`);
  writeWholeFile(out, table.text);
  return { rows: table.rows, column };
}

/**
 * The labels of a data set as the text of a labels file, and how many rows it has.
 * @param options.keyOf what names an image in `column`; null leaves it out
 * @param options.patientOf whose it is where that is to be said, else an empty text
 */
export function labelTable(
  db: ReadDb,
  dataset: DatasetRow,
  {
    byReader,
    column,
    keyOf,
    patientOf,
  }: {
    readonly byReader: boolean;
    readonly column: KeyColumn;
    readonly keyOf: (image: PlacedImage) => string | null;
    readonly patientOf: (image: PlacedImage) => string;
  },
): { readonly rows: number; readonly text: string } {
  const questions = questionsOf(db, dataset.id);
  const said = byReader ? saidByReaders(db, dataset, questions) : saidInAll(db, dataset, questions);
  const given = new Map<number, SplitName>(
    splitsOf(db, dataset.id).flatMap(({ patientId, split, origin }) =>
      origin === 'given' ? [[patientId, split] as const] : [],
    ),
  );
  const { hasMarks, isPerName } = targetFacts[dataset.target];
  const cellOf = (label: string): string =>
    hasMarks ? (cellOfMark[label] ?? '') : isPerName ? withoutDoubt(label) : label;
  const rows = new Map<string, readonly string[]>();
  for (const image of placedImagesOf(db, dataset.id)) {
    const key = keyOf(image);
    if (key === null) continue;
    for (const { reader, of } of said) {
      const labels = questions.map((_, k) => of(image, k));
      if (labels.every((label) => label === null)) continue;
      const cells = labels.map((label) => (label === null ? '' : cellOf(label)));
      const about = [given.get(image.patientId) ?? '', patientOf(image), reader];
      rows.set(`${key}\n${reader}`, [key, ...cells, ...about]);
    }
  }
  const header = [column, ...questions.map((question) => question ?? 'label'), 'split', 'patientID', 'reader'];
  // Columns that say nothing are left out, but those of findings: that nothing is known of one is said too.
  const isUsed = header.map((_, at) => at <= questions.length || [...rows.values()].some((row) => row[at] !== ''));
  const table = [header, ...rows.values()].map((row) => row.filter((_, at) => isUsed[at]));
  return { rows: rows.size, text: markedCsvText(table) };
}

/** A number that nobody takes for a thousand: 1.234 as 1.2340. */
function withoutDoubt(number: string): string {
  return /^-?[1-9]\d{0,2}\.\d{3}$/.test(number) ? `${number}0` : number;
}

/** What somebody said of an image to the k-th question. */
interface Said {
  /** Empty where the import or all together say it. */
  readonly reader: string;
  readonly of: (image: PlacedImage, k: number) => string | null;
}

/** What counts. */
function saidInAll(db: ReadDb, { id }: DatasetRow, questions: readonly Question[]): Said[] {
  const labels = new Map(answeredInstances(db, id, questions).map(({ instanceId, answers }) => [instanceId, answers]));
  return [{ reader: '', of: ({ instanceId }, k) => labels.get(instanceId)?.[k] ?? null }];
}

/** What each reader said, on whatever level. */
function saidByReaders(db: ReadDb, { id }: DatasetRow, questions: readonly Question[]): Said[] {
  const readers = [{ key: importReader, name: '' }, ...listReaders(db)];
  return readers.map(({ key, name }) => {
    const labels = questions.map(
      (question) =>
        new Map(comparedLabels(db, id, key, question).map(({ level, targetId, own }) => [`${level} ${targetId}`, own])),
    );
    const of: Said['of'] = ({ instanceId, seriesId, studyId, patientId }, k) => {
      const places = [
        { kind: 'instance', id: instanceId },
        { kind: 'series', id: seriesId },
        { kind: 'study', id: studyId },
        { kind: 'patient', id: patientId },
      ] as const;
      const found = places.map((target) => labels[k]?.get(targetKey(target)) ?? null);
      return found.find((label) => label !== null) ?? null;
    };
    return { reader: name, of };
  });
}
