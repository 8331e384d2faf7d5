/**
 * Class folders, as torchvision's ImageFolder and many public data sets have them:
 *
 *   root/train/CLASS/image.png        root/val/CLASS/…        root/test/CLASS/…
 *   root/train/CLASS/PATIENT/image.png                        one more level names the patient
 *
 * A folder is read this way when it holds `train` and at least one of `val` and `test` (or their usual other names).
 */
import { readdirSync } from 'node:fs';
import { type SplitName, splitOfWord } from '../../contract/index.ts';

export interface FolderLabel {
  readonly label: string;
  readonly split: SplitName;
}

export interface ClassFolders {
  readonly label: FolderLabel | null;
  /** The patient by folder names; null where a picture stands for itself. The same name in two splits is the same patient. */
  readonly patientKey: string | null;
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
    if (split === null || label === undefined || !known) {
      // A folder of pictures may be a patient, a class or everything that somebody has; only the user knows.
      return { label: null, patientKey: null };
    }
    return { label: { label, split }, patientKey: patient === undefined ? null : `folder:${root}//${patient}` };
  };
}

function isLaidOut(root: string): boolean {
  const splits = new Set(readdirSync(root).map(splitOfWord));
  return splits.has('train') && (splits.has('val') || splits.has('test'));
}
