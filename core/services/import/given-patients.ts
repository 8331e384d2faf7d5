/** Patients that a labels file gives to what its rows are about. */
import { resolve } from 'node:path';
import { type LabelTarget, targetKey } from '../../contract/index.ts';
import type { GivenPatient } from '../patients/patients.ts';
import { isIn } from './files-there.ts';
import { lossOfGiven } from './key-hints.ts';
import { pathBases, placesOfPath } from './label-paths.ts';
import type { LabelRow, LabelsFile } from './labels-file.ts';
import type { OnDisk } from './on-disk.ts';

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

/**
 * The patient that a labels file gives each path at which the import of `imported` may find a picture; paths are composed (NFC). Of a row
 * that several of those files fit, the path gives nobody: it is refused later, or gives its patient when it is known which of them was taken.
 * @throws CANCELLED
 */
export async function patientsByPath(
  file: LabelsFile | null,
  labels: string | undefined,
  imported: readonly string[],
  disk: OnDisk,
): Promise<Map<string, string>> {
  const patients = new Map<string, string>();
  const roots = imported.map((path) => resolve(path));
  const bases = pathBases(labels, imported);
  const give = (places: readonly string[], patientID: string): void => {
    for (const place of places) patients.set(place.normalize('NFC'), patientID);
  };
  const doubtful: { readonly places: readonly string[]; readonly patientID: string }[] = [];
  let before: LabelRow['keys'];
  for (const { key, keys, patientID } of roots.length === 0 ? [] : (file?.rows ?? [])) {
    // A line of several findings gives its patient once, and keys that are no paths are looked for when the images are there.
    const isSame = keys !== undefined && keys === before;
    before = keys;
    if (patientID === null || isSame || keys?.every(({ kind }) => kind !== 'path') === true) continue;
    const places = placesOfPath(key, bases).filter((place) => roots.some((root) => isIn(place, root)));
    if (places.length > 1) doubtful.push({ places, patientID });
    else give(places, patientID);
  }
  await disk.each(doubtful, async ({ places, patientID }) => {
    const files = await Promise.all(places.map((place) => disk.fileAt(place)));
    if (new Set(files.filter((one) => one !== null)).size < 2) give(places, patientID);
  });
  return patients;
}

/**
 * What a scan asks for the patient of a picture. An ID that lost the zeros of the picture's own gives nobody: its row is refused later, and
 * would be taken for right if the picture were filed by it already.
 */
export function givenPatientOf(
  patients: ReadonlyMap<string, string>,
): (path: string, member: string, own: string | null) => string | undefined {
  return (path, member, own) => {
    const given = patients.get((member === '' ? path : `${path}/${member}`).normalize('NFC'));
    return given === undefined || lossOfGiven(given, own ?? '') !== null ? undefined : given;
  };
}
