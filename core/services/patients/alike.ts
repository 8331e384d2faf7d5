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
  const patients = patientsOfDataset(db, datasetId);
  const groups = alikeGroups(new Set(patients.map(({ patientKey }) => patientKey)));
  if (groups.length === 0) return null;
  const keys = new Set(groups.flat());
  const byKey = Map.groupBy(patients, ({ patientKey }) => patientKey);
  const studyIds = [...keys].flatMap((key) => (byKey.get(key) ?? []).map(({ studyId }) => studyId));
  return { groups: groups.length, patients: keys.size, studyIds, keys };
}

/** Of keys as patients are filed, those that may be one person's, together. */
export function alikeGroups(patientKeys: ReadonlySet<string>): readonly (readonly string[])[] {
  const named = [...patientKeys].filter((key) => shownPatient(key) !== null && !isPseudonym(key));
  return [...Map.groupBy(named, plainId).values()].filter((group) => group.length > 1);
}

/** The same as a note of an import, without the IDs. */
export function alikePatientsNote(found: Pick<AlikePatients, 'groups' | 'patients'> | null): ImportNote[] {
  if (found === null) return [];
  return [{ code: 'alikePatients', values: { groups: found.groups, patients: found.patients } }];
}
