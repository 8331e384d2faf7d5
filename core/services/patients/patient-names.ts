/** What labels files call patients whom folders name: `patient00001`, and the folders above where several have that name. */
import { nameOfPatientFolder } from '../files/class-folders.ts';

/**
 * The name of each of these patients: the key itself, or where a folder gave it the folder's name, each once.
 * @param keyBehind the key behind a pseudonym, where it is known
 */
export function patientNames(
  patientKeys: Iterable<string>,
  keyBehind: (patientKey: string) => string = (key) => key,
): ReadonlyMap<string, string> {
  const keys = [...new Set(patientKeys)];
  const sharing = Map.groupBy(keys, (key) => nameOfPatientFolder(keyBehind(key)) ?? key);
  return new Map(
    keys.map((key) => {
      const behind = keyBehind(key);
      const name = nameOfPatientFolder(behind);
      if (name === null) return [key, key];
      const isAlone = (sharing.get(name)?.length ?? 0) < 2;
      return [key, isAlone ? name : `${name} (${behind.slice('folder:'.length, -`//${name}`.length)})`];
    }),
  );
}

/** Whether a labels file that gives this patient to an image says what its folders say. */
export function isNamedSo(patientKey: string, patientID: string): boolean {
  return patientKey !== patientID && nameOfPatientFolder(patientKey) === patientID;
}
