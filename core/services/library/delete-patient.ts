/**
 * `patient delete`: a patient, or one study, leaves the library.
 *
 * Order of events: bytes first, rows after. Killed in between, the rows name records that are zeros, which reading treats as damage
 * and the same command finishes; the reverse order could leave bytes that no row names any more.
 */

import { existsSync } from 'node:fs';
import { AppError } from '../../base/errors.ts';
import { parseOptions } from '../../contract/index.ts';
import {
  type DeletePatientOptions,
  type DeletePatientReport,
  deletePatientOptionsSchema,
} from '../../contract/results/maintenance.ts';
import {
  addAuditEvent,
  type Erased,
  type ErasureScope,
  eraseFromBackups,
  eraseRows,
  erasureScope,
  overwriteFile,
  studiesFiledElsewhere,
} from '../../store/index.ts';
import { importIdentity } from '../privacy/pseudonym.ts';
import { eraseThumbnails, overwriteImageRecords } from '../records/erase-images.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/**
 * Removes everything the library holds of a patient or a study: rows, labels, predictions, features, resized images, copied files.
 * Models stay (their weights name nobody), and so do files outside the library.
 * @throws PATIENT_NOT_FOUND, BAD_INPUT, LIBRARY_BUSY, DISK_FULL
 */
export function deletePatient(context: ServiceContext, options: DeletePatientOptions): DeletePatientReport {
  const { patientID, studyInstanceUID, backups } = parseOptions(deletePatientOptionsSchema, options);
  const { library } = context;
  const db = library.writer;
  const now = timeOf(context);
  const persons = namesOf(context, patientID, studyInstanceUID);
  const scopes = persons.map((who) => erasureScope(db, who));
  const elsewhere = filedElsewhere(context, persons);
  refuseFiledElsewhere(elsewhere, scopes);
  const records = { records: 0, recordBytes: 0, copies: 0, originals: 0 };
  const result = { rows: new Map<string, number>(), runsEnded: 0, models: new Set<string>() };
  for (const scope of scopes) {
    const taken = eraseBytes(context, scope);
    for (const key of ['records', 'recordBytes', 'copies', 'originals'] as const) records[key] += taken[key];
    const erased = eraseRows(db, scope, now);
    for (const [table, n] of Object.entries(erased.rows)) result.rows.set(table, (result.rows.get(table) ?? 0) + n);
    result.runsEnded += erased.runsEnded;
    for (const model of erased.models) result.models.add(model);
  }
  // Backups of before may have the patient's studies under another patient, by whom they were filed then.
  const studies = scopes.flatMap((scope) => scope.studyInstanceUIDs.map((uid) => ({ studyInstanceUID: uid })));
  const inBackups = eraseFromBackups(library.folder, [...persons, ...studies], backups, now);
  const found = [...result.rows].some(([table]) => table !== 'classified_images');
  if (!found && inBackups.holding.length + inBackups.rewritten + inBackups.deleted === 0) {
    throw new AppError('PATIENT_NOT_FOUND', 'The library knows no such patient or study.');
  }
  const rows = Object.fromEntries(result.rows);
  addAuditEvent(db, {
    happenedAt: now,
    action: 'patient.deleted',
    // Never the ID: the trail is kept for ever, and the patient is to be gone.
    subject: patientID === undefined ? 'study' : 'patient',
    details: { rows, ...records, backups: { ...inBackups, holding: inBackups.holding.length } },
  });
  context.caches.libraryChanged();
  library.scrub();
  return {
    rows,
    ...records,
    runsEnded: result.runsEnded,
    models: [...result.models],
    filedElsewhere: elsewhere,
    backups: { ...inBackups, holding: [...inBackups.holding] },
  };
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

type Bytes = Pick<DeletePatientReport, 'records' | 'recordBytes' | 'copies' | 'originals'>;

function eraseBytes({ library }: ServiceContext, scope: ErasureScope): Bytes {
  const ids = JSON.stringify(scope.instances);
  const { records, recordBytes } = overwriteImageRecords(library, scope.instances);
  // A copy is named by its content: another instance may be the same file.
  const files = library.db.all<{ path: string; shared: number }>(
    `SELECT path, EXISTS (SELECT 1 FROM files o WHERE o.path = f.path AND o.instance_id NOT IN
       (SELECT value FROM json_each(:ids))) AS shared
     FROM files f WHERE instance_id IN (SELECT value FROM json_each(:ids))`,
    { ids },
  );
  let copies = 0;
  for (const { path, shared } of files) {
    const copy = library.path(...path.split('/'));
    if (!path.startsWith('files/') || shared === 1 || !existsSync(copy)) continue;
    overwriteFile(copy);
    copies++;
  }
  eraseThumbnails(library, scope.instances);
  const originals = files.filter(({ path }) => !path.startsWith('files/') && !path.startsWith('pseudonymised:')).length;
  return { records, recordBytes, copies, originals };
}
