/**
 * Patient IDs that differ only in case, blanks, leading zeros or in how their letters are encoded: `P1` and `p1`, `017` and `17`. They count as
 * different people, since they may be; whoever knows the patients is told.
 */
import type { ImportNote, StudyId } from '../../contract/index.ts';
import { patientsOfDataset, type ReadDb } from '../../store/index.ts';
import { isPseudonym } from '../privacy/pseudonym.ts';
import { shownPatient } from './patients.ts';

/** Patients of a data set who may be one person with another of them. */
export interface AlikePatients {
  readonly groups: number;
  readonly patients: number;
  readonly studyIds: readonly StudyId[];
  /** Their keys, as they are filed. */
  readonly keys: ReadonlySet<string>;
}

/** What two spellings of one ID have in common. */
export function plainId(patientKey: string): string {
  return patientKey
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, '')
    .replaceAll(/(?<!\d)0+(?=\d)/g, '');
}

/** The patients of a data set with IDs alike; null where there are none. */
export function alikePatients(db: ReadDb, datasetId: number): AlikePatients | null {
  const named = patientsOfDataset(db, datasetId).filter(
    ({ patientKey }) => shownPatient(patientKey) !== null && !isPseudonym(patientKey),
  );
  const groups = [...Map.groupBy(named, ({ patientKey }) => plainId(patientKey)).values()].filter(
    (group) => new Set(group.map(({ patientId }) => patientId)).size > 1,
  );
  if (groups.length === 0) return null;
  const all = groups.flat();
  const keys = new Set(all.map(({ patientKey }) => patientKey));
  return { groups: groups.length, patients: keys.size, studyIds: all.map(({ studyId }) => studyId), keys };
}

/** The same as a note of an import, without the IDs. */
export function alikePatientsNote(found: AlikePatients | null): ImportNote[] {
  if (found === null) return [];
  return [{ code: 'alikePatients', values: { groups: found.groups, patients: found.patients } }];
}
