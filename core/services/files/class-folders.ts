/**
 * Class folders, as torchvision's ImageFolder and many public data sets have them:
 *
 *   root/train/CLASS/image.png        root/val/CLASS/…        root/test/CLASS/…
 *   root/train/CLASS/PATIENT/image.png                        one more level names the patient
 *
 * A folder is read this way when it holds `train` and at least one of `val` and `test` (or their usual other names). A folder that is called
 * `patient00001` is that patient wherever it stands, and names no class: CheXpert has `train/patient00001/study1/view1.jpg`, where the second
 * folder would be the class and `study1`, which everybody has, the patient.
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

/** The name of a folder that is one patient's. */
const patientFolder = /^patients?[ _-]?\d+$/i;

/** A reader of class folders for one scan; it looks at each chosen folder's layout once. */
export function classFolderReader(): (root: string, folders: readonly string[]) => ClassFolders {
  const laidOut = new Map<string, boolean>();
  return (root, folders) => {
    const [first, label, patient] = folders;
    const named = folders.find((folder) => patientFolder.test(folder)) ?? null;
    if (first === undefined) return { label: null, patientKey: null };
    const known = laidOut.get(root) ?? isLaidOut(root);
    laidOut.set(root, known);
    const split = splitOfWord(first);
    if (split === null || label === undefined || !known || patientFolder.test(label)) {
      // A folder of pictures may be a patient, a class or everything that somebody has; only the user knows, or its name says it. The same
      // name in `train` and in `valid` is the same person, and so it is by labels files, which name it without a root.
      return { label: null, patientKey: named };
    }
    const ofLayout = patient === undefined ? null : `folder:${root}//${patient}`;
    return { label: { label, split }, patientKey: named === null || named === patient ? ofLayout : named };
  };
}

function isLaidOut(root: string): boolean {
  const splits = new Set(readdirSync(root).map(splitOfWord));
  return splits.has('train') && (splits.has('val') || splits.has('test'));
}
