/**
 * Class folders, as torchvision's ImageFolder and many public data sets have them:
 *
 *   root/train/CLASS/image.png        root/val/CLASS/…        root/test/CLASS/…
 *   root/train/CLASS/PATIENT/image.png                        one more level names the patient
 *
 * A folder is read this way when it holds `train` and at least one of `val` and `test` (or their usual other names). A folder that is called
 * `patient00001` is a patient and names no class: CheXpert has `train/patient00001/study1/view1.jpg`, where the second folder would be the class
 * and `study1`, which everybody has, the patient. Numbers begin anew at every site, so the folders above belong to the name, but for those of
 * parts: a set numbers its patients once for `train` and `valid`.
 */
import { readdirSync } from 'node:fs';
import { sep } from 'node:path';
import { type SplitName, splitOfWord } from '../../contract/index.ts';
import { fileError } from './file-error.ts';

export interface FolderLabel {
  readonly label: string;
  readonly split: SplitName;
}

export interface ClassFolders {
  readonly label: FolderLabel | null;
  /** The patient by folder names; null where a picture stands for itself. The same name in two splits is the same patient. */
  readonly patientKey: string | null;
}

/** The name of a folder that is one patient's. */
const patientFolder = /^patients?[ _-]?\d+$/i;

/**
 * The patient whom the outermost of `folders` with such a name stands for; null where none has one. What lies above it, from `root` on, is in
 * the key.
 */
export function patientOfFolders(root: string, folders: readonly string[]): string | null {
  const at = folders.findIndex((folder) => patientFolder.test(folder));
  if (at < 0) return null;
  const above = [...root.split(sep), ...folders.slice(0, at)].filter((part) => part !== '' && !isPart(part));
  return `folder:/${above.join('/')}//${folders[at]}`;
}

/** What people call the patient of a key that a folder called `patient00001` gave; null for other keys. */
export function nameOfPatientFolder(patientKey: string): string | null {
  return /^folder:.*?\/\/(.*patient.*\d)$/is.exec(patientKey)?.[1] ?? null;
}

/** A folder or an archive of one part of a set. */
function isPart(name: string): boolean {
  return splitOfWord(name.replace(/\.zip$/i, '')) !== null;
}

/** A reader of class folders for one scan; it looks at each chosen folder's layout once. */
export function classFolderReader(): (root: string, folders: readonly string[]) => ClassFolders {
  const laidOut = new Map<string, boolean>();
  return (root, folders) => {
    const [first, label, patient] = folders;
    if (first === undefined) return { label: null, patientKey: null };
    const known = laidOut.get(root) ?? isLaidOut(root);
    laidOut.set(root, known);
    const split = splitOfWord(first);
    if (split === null || label === undefined || !known || patientFolder.test(label)) {
      // A folder of pictures may be a patient, a class or everything that somebody has; only the user knows, or its name says it.
      return { label: null, patientKey: patientOfFolders(root, folders) };
    }
    // Below a class, the same folders in two splits, or in two classes, are the same patient.
    const below = folders.slice(2);
    const at = below.findIndex((folder) => patientFolder.test(folder));
    const named = at < 0 ? patient : below.slice(0, at + 1).join('/');
    return { label: { label, split }, patientKey: named === undefined ? null : `folder:${root}//${named}` };
  };
}

function isLaidOut(root: string): boolean {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch (error) {
    throw fileError(error, root);
  }
  const splits = new Set(names.map(splitOfWord));
  return splits.has('train') && (splits.has('val') || splits.has('test'));
}
