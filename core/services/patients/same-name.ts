/**
 * Pictures whose names have no `_`, under the rule "the name before the first `_`": the whole name is the patient then. `1.png` in two folders
 * is as likely two people as one, so where such a name lies in several folders, each folder has a patient of its own, named `1 (folder)`.
 */
import { basename, dirname } from 'node:path';
import type { InstanceId } from '../../contract/index.ts';
import {
  filedInstances,
  type InstancePlace,
  movePatients,
  noMoves,
  type PatientMoves,
  patientsOfStudies,
  placedImagesOf,
  type WriteDb,
} from '../../store/index.ts';
import { pictureStudy } from '../files/identify.ts';

/** A picture by its whole name. */
export interface WholeName {
  readonly stem: string;
  readonly folder: string;
}

/** The name of a picture at a place where it has no `_`; null where it has one. */
export function wholeName(path: string, member: string): WholeName | null {
  const place = member === '' ? path : `${path}/${member}`;
  const stem = basename(place)
    .replace(/\.[^.]*$/, '')
    .trim();
  return stem === '' || stem.includes('_') ? null : { stem, folder: dirname(place) };
}

/** The names that lie in several folders, each with its pictures and the patients whom they are parted into by folder. */
export function sameNames<Id>(
  pictures: ReadonlyMap<Id, WholeName>,
): { readonly stem: string; readonly patients: ReadonlyMap<Id, string> }[] {
  return [...Map.groupBy(pictures, ([, { stem }]) => stem)].flatMap(([stem, group]) => {
    const folders = [...new Set(group.map(([, { folder }]) => folder))];
    if (folders.length < 2) return [];
    const isShort = new Set(folders.map((folder) => basename(folder))).size === folders.length;
    const patients = group.map(([id, { folder }]) => [id, `${stem} (${isShort ? basename(folder) : folder})`] as const);
    return [{ stem, patients: new Map(patients) }];
  });
}

/** What was parted. */
export interface PartedNames {
  readonly moves: PatientMoves;
  /** Names that lie in several folders, and the pictures of such names. */
  readonly names: number;
  readonly pictures: number;
}

/**
 * Parts pictures of one name by their folders, also from those of earlier imports; those whose patient was given stay. Call it inside a
 * transaction.
 * @param seen pictures of this import: the library may not keep their paths
 */
export function partSameNames(
  db: WriteDb,
  datasetId: number,
  seen: ReadonlyMap<InstanceId, WholeName>,
  patientKey: (key: string) => string,
  now: string,
): PartedNames {
  const all = new Map<InstanceId, WholeName>();
  for (const { instanceId, kind, path, member } of placedImagesOf(db, datasetId)) {
    const isKept = path !== '' && !path.startsWith('files/') && !path.startsWith('pseudonymised:');
    const name = kind === 'picture' && isKept ? wholeName(path, member) : null;
    if (name !== null && !all.has(instanceId)) all.set(instanceId, name);
  }
  for (const [id, name] of seen) if (!all.has(id)) all.set(id, name);
  const places = new Map<InstanceId, InstancePlace>();
  const found = sameNames(all);
  for (const { stem, patients } of found) {
    for (const [id, key] of patients) {
      const [at] = filedInstances(db, { kind: 'instance', id });
      const [study] = at === undefined ? [] : patientsOfStudies(db, [at.studyId]);
      const isByName = at?.patientKey === patientKey(stem) && study?.ownPatientKey === null;
      if (at === undefined || !isByName) continue;
      const studyKey = all.get(id)?.folder ?? null;
      const own = pictureStudy({ patientKey: patientKey(key), studyKey }, at.contentHash);
      places.set(id, { ...own, modality: null, ownPatientKey: null });
    }
  }
  const moves = places.size === 0 ? noMoves() : movePatients(db, new Map(), places, now);
  return { moves, names: found.length, pictures: found.reduce((sum, { patients }) => sum + patients.size, 0) };
}
