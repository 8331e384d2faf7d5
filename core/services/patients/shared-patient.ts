/**
 * Whether a data set has one patient where there should be many: files anonymised by hand carry one ID for all, and folders were taken
 * for patients. Nothing can be learned from such a data set by patients, so whoever refuses it names this cause.
 */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import type { ImportNote } from '../../contract/index.ts';
import { datasetPatients, type ReadDb } from '../../store/index.ts';
import { nameOfPatientFolder } from '../files/class-folders.ts';

/** From so many studies on, one patient with nearly all of them is no longer taken for a coincidence. */
const fewestStudies = 5;
const nearlyAll = 0.9;

/** What programs and people write where they take the ID away. */
const placeholders: ReadonlySet<string> = new Set(
  [
    'anonymous',
    'anonymized',
    'anonymised',
    'anonym',
    'anon',
    'unknown',
    'none',
    'null',
    'na',
    'nn',
    'noid',
    'id',
    'patient',
  ].concat([
    'patientid',
    'test',
    'removed',
    'deidentified',
    'xxx',
    '0',
    '00',
    '000',
    '0000',
    '00000',
    '000000',
    '00000000',
  ]),
);

/** The ID itself where it names nobody; '' for one that could be somebody's. */
function placeholder(patientKey: string): string {
  return placeholders.has(patientKey.toLowerCase().replaceAll(/[\s_^.-]/g, '')) ? patientKey : '';
}

/** What stands behind too few patients. */
export interface SharedPatient {
  /** One ID that many studies carry, or folders that were taken for patients. */
  readonly cause: 'id' | 'folder';
  /** The ID where it names nobody, else ''. */
  readonly id: string;
  /** Studies (pictures, each counted as one) that the patient or the folders hold, and those of the data set. */
  readonly studies: number;
  readonly all: number;
  /** Those of `all` that are pictures. */
  readonly pictures: number;
  /** How many patients they count as. */
  readonly patients: number;
}

/** The shared patient of a data set; null where patients look like patients. */
export function sharedPatient(db: ReadDb, datasetId: number): SharedPatient | null {
  const patients = datasetPatients(db, datasetId);
  const all = patients.reduce((sum, { studies }) => sum + studies, 0);
  const pictures = patients.reduce((sum, one) => sum + one.pictures, 0);
  const folders = patients.filter(
    ({ patientKey }) => patientKey.startsWith('folder:') && nameOfPatientFolder(patientKey) === null,
  );
  const inFolders = folders.reduce((sum, { studies }) => sum + studies, 0);
  if (inFolders >= all / 2 && inFolders >= 2 * folders.length && folders.length > 0) {
    return { cause: 'folder', id: '', studies: inFolders, all, pictures, patients: folders.length };
  }
  const [most] = patients.toSorted((a, b) => b.studies - a.studies);
  if (most !== undefined && all >= fewestStudies && most.studies >= nearlyAll * all) {
    return { cause: 'id', id: placeholder(most.patientKey), studies: most.studies, all, pictures, patients: 1 };
  }
  const nobody = patients.find(({ patientKey, studies }) => studies > 1 && placeholder(patientKey) !== '');
  if (nobody === undefined) return null;
  return { cause: 'id', id: nobody.patientKey, studies: nobody.studies, all, pictures, patients: 1 };
}

/** The same as a note of an import. */
export function sharedPatientNote(found: SharedPatient | null): ImportNote[] {
  return found === null ? [] : [{ code: 'sharedPatient', values: { ...found } }];
}

/** A refusal of a split with what stands behind it, where that is a shared patient; else as it is. */
export function withSharedPatient(error: AppError, found: SharedPatient | null): AppError {
  if (found === null) return error;
  const { cause, id, studies, all, pictures, patients } = found;
  const what = pictures === all ? 'pictures' : pictures === 0 ? 'studies' : 'studies and pictures';
  const who = studies === all ? `All ${all}` : `${studies} of ${all}`;
  const text =
    cause === 'folder'
      ? `${who} ${what} are filed with their folder as the patient, so they count as ${counted('en', patients, 'patient', 'patients')}.`
      : `${who} ${what} carry the same patient ID${id === '' ? '' : ` ("${id}")`}, so they count as one patient, and patients are what is dealt.`;
  return new AppError(error.code, `${text} ${error.message}`, {
    action:
      cause === 'folder'
        ? 'If a folder is no patient, import the pictures again with --patients picture (or prefix), or with a column patientID in the labels file.'
        : 'Give the patients in a column patientID beside the path in the labels file and import again, or correct PatientID in the files where they lie and import them again.',
    details: { ...error.details, shared: { cause, studies, all, patients } },
    cause: error,
  });
}
