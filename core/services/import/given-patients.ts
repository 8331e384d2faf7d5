/** Patients in labels files: those that a file gives to what its rows are about, and IDs that lost their zeros. */
import { type LabelTarget, targetKey } from '../../contract/index.ts';
import type { GivenPatient } from '../patients/patients.ts';

/** The patients that entries give, each once: a row of several findings gives one. */
export function wishesOf(
  entries: readonly {
    readonly row: number | null;
    readonly target: LabelTarget;
    readonly givenPatient?: string | null;
  }[],
): GivenPatient[] {
  const wishes = new Map<string, GivenPatient>();
  for (const { row, target, givenPatient: patientKey } of entries) {
    if (typeof patientKey !== 'string') continue;
    const key = `${targetKey(target)}\n${patientKey}`;
    if (!wishes.has(key)) wishes.set(key, { row, target, patientKey });
  }
  return [...wishes.values()];
}

/** The known IDs that begin with zeros, without them. */
export function withoutZeros(keys: Iterable<string>): ReadonlySet<string> {
  return new Set([...keys].filter((key) => /^0+\d+$/.test(key)).map((key) => key.replace(/^0+/, '')));
}
