/** Patients that a labels file gives to what its rows are about. */
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
