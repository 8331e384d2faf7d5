/**
 * Shares of cases where one patient may have several: images, or studies.
 *
 * What is said of one patient's images is alike, so they are less worth than as many patients. They are counted as if they were the same answer again:
 * cases of patients who have m₁, m₂, … of them among those that the share is of vary as (Σm)² / Σm² independent ones (Kish, Survey Sampling,
 * 1965). Of m cases each that is the number of patients, of one each that of cases; many of a single one hardly count. How alike the answers to one patient
 * really are is not estimated: of few patients, or few wrong answers, that would be a guess, and mostly one that makes intervals narrow.
 */
import { type Estimate, proportion } from './proportions.ts';

/** Whose the cases are, and as how many independent patients each of these counts. */
export interface CasesOfPatients {
  readonly patients: ArrayLike<number>;
  readonly worth: number;
}

/** As how many independent cases each of `rows` counts, for the `worth` of `wilson`; that of the patients where each has one. */
export function worthOfRows(rows: Iterable<number>, { patients, worth }: CasesOfPatients): number {
  const counted = new PatientCounts();
  for (const row of rows) counted.add(patients[row] as number);
  return worth * counted.independence;
}

/** The share of `rows` that are hits, with its Wilson interval. */
export function shareOfRows(
  rows: readonly number[],
  isHit: (row: number) => boolean,
  cases: CasesOfPatients,
): Estimate {
  return proportion(rows.filter(isHit).length, rows.length, worthOfRows(rows, cases));
}

/** Counts the cases of each patient, one after the other. */
export class PatientCounts {
  readonly #cases = new Map<number, number>();
  #all = 0;
  #squares = 0;

  add(patient: number): void {
    const before = this.#cases.get(patient) ?? 0;
    this.#cases.set(patient, before + 1);
    this.#all += 1;
    this.#squares += 2 * before + 1;
  }

  /** As how many independent cases each one counts so far: (Σm)² / Σm² of them, shared among Σm; 1 of none. */
  get independence(): number {
    return this.#all === 0 ? 1 : this.#all / this.#squares;
  }
}
