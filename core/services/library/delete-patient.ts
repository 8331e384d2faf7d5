/**
 * `patient delete`: a patient, or one study, leaves the library.
 * What is removed, and in which order: deletion.ts, which the window's job shares.
 */

import { AppError } from '../../base/errors.ts';
import { parseOptions } from '../../contract/index.ts';
import {
  type DeletePatientOptions,
  type DeletePatientReport,
  deletePatientOptionsSchema,
} from '../../contract/results/maintenance.ts';
import {
  CopiesErasure,
  type Erased,
  type ErasureScope,
  erasureScope,
  studiesFiledElsewhere,
} from '../../store/index.ts';
import { importIdentity } from '../privacy/pseudonym.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { Deletion } from './deletion.ts';

/**
 * Removes everything the library holds of a patient or a study: rows, labels, predictions, features, resized images, copied files.
 * Models stay (their weights name nobody), and so do files outside the library.
 * @throws PATIENT_NOT_FOUND, BAD_INPUT, LIBRARY_BUSY, DISK_FULL
 */
export function deletePatient(context: ServiceContext, options: DeletePatientOptions): DeletePatientReport {
  const { patientID, studyInstanceUID, backups } = parseOptions(deletePatientOptionsSchema, options);
  const { library } = context;
  const db = library.writer;
  const persons = namesOf(context, patientID, studyInstanceUID);
  const scopes = persons.map((who) => erasureScope(db, who));
  const elsewhere = filedElsewhere(context, persons);
  refuseFiledElsewhere(elsewhere, scopes);
  // Backups of before may have the patient's studies under another patient, by whom they were filed then.
  const studies = scopes.flatMap((scope) => scope.studyInstanceUIDs.map((uid) => ({ studyInstanceUID: uid })));
  const deletion = new Deletion(context);
  for (const who of persons) deletion.add(who);
  const ofLibrary = new CopiesErasure(library.folder, [...persons, ...studies], backups, timeOf(context));
  ofLibrary.eraseLeft();
  const inBackups = ofLibrary.outcome;
  const report = deletion.report(inBackups);
  const found = Object.keys(report.rows).some((table) => table !== 'classified_images');
  if (!found && inBackups.holding.length + inBackups.rewritten + inBackups.deleted === 0) {
    throw new AppError('PATIENT_NOT_FOUND', 'The library knows no such patient or study.');
  }
  const { rows, records, recordBytes, copies, originals } = report;
  const removed = { rows, records, recordBytes, copies, originals };
  deletion.tell(patientID === undefined ? 'study' : 'patient', removed, inBackups);
  // A backup beside it, finished before the trail could tell that it should not be.
  ofLibrary.eraseLeft();
  deletion.finish();
  return { ...deletion.report(ofLibrary.outcome), filedElsewhere: elsewhere };
}

/** Studies of others whose headers name these patients. */
function filedElsewhere({ library: { db } }: ServiceContext, persons: readonly Erased[]): number {
  return persons.reduce((sum, who) => sum + ('patientKey' in who ? studiesFiledElsewhere(db, who.patientKey) : 0), 0);
}

/** Nothing is deleted by an ID that stands in headers alone: who was given the studies since is the patient. */
function refuseFiledElsewhere(elsewhere: number, scopes: readonly ErasureScope[]): void {
  if (elsewhere === 0 || scopes.some(({ studies }) => studies.length > 0)) return;
  throw new AppError(
    'PATIENT_NOT_FOUND',
    `No study is filed under this patient ID; ${elsewhere === 1 ? 'one study carries' : `${elsewhere} studies carry`} it in the ` +
      'header and had another patient given since. Nothing was deleted.',
    {
      action: 'Delete by the patient who was given (`sidelight patients` lists them), or study by study (--study UID).',
    },
  );
}

/** A patient may be filed under the ID as it is or under its pseudonym. */
function namesOf(context: ServiceContext, patientID: string | undefined, studyUID: string | undefined): Erased[] {
  if (studyUID !== undefined) return [{ studyInstanceUID: studyUID }];
  const key = patientID ?? '';
  const filed = importIdentity(context.library, false).patientKey(key);
  return [...new Set([key, filed])].map((patientKey) => ({ patientKey }));
}
