/**
 * Which columns of a table are findings or quantities where nobody named them, and of the others why not.
 *
 * What stands in the cells decides, since names of findings are without number. Two kinds of column hold 0 and 1 and are none: what is known of
 * the person or the device, and the part for which an image is meant. The first is told by its name, the second by the words of split-words.ts.
 */
import {
  asksForSplit,
  columnOfName,
  findingMeanings,
  isMissingValue,
  plainColumnName,
} from '../../../contract/index.ts';
import type { LabelTable } from '../label-table.ts';
import { plainWord } from './cells.ts';

/** What cells of exported findings say. The words stand for themselves. */
export const ownWords = {
  '1': 'present',
  '0': 'absent',
  '-1': 'uncertain',
  blank: 'unknown',
  present: 'present',
  absent: 'absent',
  uncertain: 'uncertain',
} as const;

/** Whether a cell is what exported findings have in theirs. */
export function isOwnMark(cell: string): boolean {
  return Object.hasOwn(ownWords, plainWord(cell));
}

/** A column that was not taken. */
export interface LeftColumn {
  readonly name: string;
  /**
   * `word`: most cells fit, and a few hold something else; `other`: most do not fit; `empty`: no cell holds anything; `attribute`: by its name it
   * is about the person, the device or how the image was made.
   */
  readonly why: 'word' | 'other' | 'empty' | 'attribute';
  /** Of `word`, the first cell that does not fit, its line, and the words that do not; null where they are too many or too long to be named. */
  readonly first?: { readonly word: string; readonly row: number };
  readonly words?: readonly string[] | null;
  /** Of `word`, which of the words present, absent and uncertain stand in columns of findings of the table. */
  readonly marks?: readonly string[];
}

/** Columns of people, devices and of how an image was made, as plain names: 0 and 1 in them are no finding. */
const attributes: ReadonlySet<string> = new Set(
  [
    ...['sex', 'gender', 'male', 'female', 'age', 'age group', 'ethnicity', 'race', 'weight', 'height', 'bmi'],
    ...['laterality', 'side', 'left', 'right', 'left or right', 'left or right breast', 'eye', 'Seite', 'Auge'],
    ...[
      'view',
      'view position',
      'view name',
      'image view',
      'position',
      'projection',
      'Frontal/Lateral',
      'frontal',
      'lateral',
    ],
    ...[
      'AP/PA',
      'ap',
      'pa',
      'portable',
      'Projektion',
      'Lage',
      'modality',
      'manufacturer',
      'vendor',
      'model',
      'scanner',
    ],
    ...['device', 'machine', 'machine id', 'device id', 'scanner id', 'kVp', 'Gerät', 'Hersteller', 'Modalität'],
    ...[
      'site',
      'site id',
      'hospital',
      'hospital id',
      'centre',
      'center',
      'center id',
      'institution',
      'Standort',
      'Klinik',
    ],
    ...[
      'Geschlecht',
      'Alter',
      'männlich',
      'weiblich',
      'Gewicht',
      'Größe',
      'sexe',
      'âge',
      'sexo',
      'edad',
      'sesso',
      'età',
    ],
    ...['follow-up', 'visit', 'exam number', 'index', 'id', 'fold', 'batch', 'number', 'Nummer', 'row', 'year', 'Jahr'],
  ].map(plainColumnName),
);

/** Whether a column is about the person, the device or how the image was made, by its name: "Sex", "patient_age", "is_male", "Image view". */
export function isAttribute(name: string): boolean {
  const plain = plainColumnName(name).replaceAll(/[#:()[\]]/g, '');
  // "Number of Images" of an archive's list, which is 1 nearly everywhere.
  if (/^(?:(?:number|num|count)of|anzahl|(?:nombre|numero)de)/.test(plain)) return true;
  return attributes.has(plain) || attributes.has(plain.replace(/^(?:patients?|is|image|dicom|study|exam)/, ''));
}

/** Of a column at least this part fits where it is one of findings with a few strange words in it. */
const mostFit = 0.5;
/** Strange words that are named at most, and how much of each. */
const shownWords = 4;
const shownLetters = 20;

/**
 * The columns whose cells all fit, and the others that have a name and no meaning of their own.
 * @param asksMarks whether cells are marks, which columns of people and of parts have too
 */
export function columnsThatFit(
  table: LabelTable,
  fits: (cell: string) => boolean,
  asksMarks: boolean,
): { readonly taken: readonly string[]; readonly left: readonly LeftColumn[] } {
  const taken: string[] = [];
  const left: LeftColumn[] = [];
  const marks = new Set<string>();
  (table.header?.fields ?? []).forEach((name, at) => {
    if (name === '' || columnOfName(name) !== null) return;
    const cells = table.rows.flatMap(({ row, fields }) => {
      const word = (fields[at] ?? '').trim();
      return word === '' || isMissingValue(word) ? [] : [{ row, word }];
    });
    const strange = cells.filter(({ word }) => !fits(word));
    const [first] = strange;
    const isLike = strange.length <= cells.length * (1 - mostFit);
    if (asksMarks && isLike) for (const { word } of cells) if (isWord(word)) marks.add(plainWord(word));
    if (cells.length === 0) left.push({ name, why: 'empty' });
    else if (!isLike) left.push({ name, why: 'other' });
    // "is_test" is named with what columns of a split may be, and so is no finding without a word.
    else if (asksMarks && asksForSplit(name)) left.push({ name, why: 'attribute' });
    else if (asksMarks && isAttribute(name)) left.push({ name, why: 'attribute' });
    else if (first !== undefined) {
      const all = [...new Set(strange.map(({ word }) => word))];
      const isNamed = all.length <= shownWords && all.every((word) => word.length <= shownLetters);
      const words = isNamed ? all : null;
      left.push({ name, why: 'word', first: { row: first.row, word: shortened(first.word) }, words });
    } else taken.push(name);
  });
  // Whoever says what cells mean says it of all that stand in them.
  const said = findingMeanings.filter((word) => marks.has(word));
  return { taken, left: left.map((one) => (one.why === 'word' ? { ...one, marks: said } : one)) };
}

function isWord(cell: string): boolean {
  return isOwnMark(cell) && (findingMeanings as readonly string[]).includes(plainWord(cell));
}

function shortened(word: string): string {
  return word.length > shownLetters ? `${word.slice(0, shownLetters)}…` : word;
}
