/** What may have become of a key of a labels file on its way through a spreadsheet, and when it may be another's. */
import { type KeyColumn, type KeyKind, noClassOf } from '../../contract/index.ts';

/** What keys that are no paths name. */
export const nouns: Readonly<Record<Exclude<KeyColumn, 'path'>, string>> = {
  sopInstanceUID: 'instance',
  seriesInstanceUID: 'series',
  studyInstanceUID: 'study',
  accessionNumber: 'accession number',
  patientID: 'patient',
};

/** Kinds of key that people give as numbers. */
const numbered: readonly (KeyColumn | KeyKind)[] = ['patientID', 'accessionNumber'];

const lostZeros = '; one with zeros before it is there: the zeros were lost, save the column as text';
const lostDigits =
  ': it is a number with an exponent, a spreadsheet has cut its digits; make the file again with that column as text';
const madeDate =
  ': it is a date, which spreadsheets make of an ID such as 1-2; make the file again with that column as text';

/** Says of keys of one kind what may have become of them. */
export class KeyHints {
  readonly #known: ReadonlySet<string>;
  /** The known IDs that begin with zeros, without them. */
  readonly #shortened: ReadonlySet<string>;
  readonly #isWithoutZeros: boolean;

  /**
   * @param known the keys that there are
   * @param given the keys of the file
   */
  constructor(kind: KeyColumn | KeyKind, known: Iterable<string>, given: Iterable<string>) {
    this.#known = new Set(known);
    this.#shortened = new Set(numbered.includes(kind) ? [...this.#known].filter(beginsWithZero).map(withoutZeros) : []);
    this.#isWithoutZeros = this.#shortened.size > 0 && ![...given].some(beginsWithZero);
  }

  /** What may have become of a key that fits nothing; '' where nothing tells. */
  of(key: string): string {
    if (this.#shortened.has(key)) return lostZeros;
    if (/^\d+(?:[.,]\d+)?E[+-]?\d+$/i.test(key)) return lostDigits;
    const whole = /^(\d+)[.,]0+$/.exec(key)?.[1];
    if (whole !== undefined && this.#known.has(whole))
      return '; one whose ID is that number without decimals is there: save the column as text';
    return noClassOf(key)?.reason === 'date' ? madeDate : '';
  }

  /**
   * Whether a key that is there may be another's without its zeros: both are there, and no ID of the file begins with a zero, as in one that
   * a spreadsheet has taken for numbers.
   */
  isDoubtful(key: string): boolean {
    return this.#isWithoutZeros && this.#shortened.has(key) && this.#known.has(key);
  }
}

/** Why a key that may be another's names nobody. */
export const doubtfulZeros =
  'is there, and so is one with zeros before it; no ID of the file begins with a zero, so they may have been lost. Save the column as text, or name the images by another column';

/** What became of the ID of a patient whom a file gives to images of `own`; null where it may be right. */
export function lossOfGiven(patientID: string, own: string): string | null {
  const isShorter = /^\d+$/.test(patientID) && beginsWithZero(own) && patientID.length < own.length;
  return isShorter && withoutZeros(own) === withoutZeros(patientID)
    ? 'is that of the images without the zeros before it: they were lost, save the column as text'
    : null;
}

function beginsWithZero(key: string): boolean {
  return /^0+\d+$/.test(key);
}

function withoutZeros(key: string): string {
  return key.replace(/^0+(?=\d)/, '');
}
