/**
 * One deletion of patients or studies, whoever asked for it: the command line or the window.
 *
 * Bytes first, rows after. Killed in between, the rows name records that are zeros, which reading treats as damage and the same order finishes; the
 * other way round bytes could be left that no row names any more.
 */
import { existsSync } from 'node:fs';
import type { DeletePatientReport } from '../../contract/results/maintenance.ts';
import {
  addAuditEvent,
  type BackupErasure,
  type Erased,
  type ErasureScope,
  eraseRows,
  erasureScope,
  overwriteFile,
  studiesFiledElsewhere,
} from '../../store/index.ts';
import { eraseThumbnails, overwriteImageRecords } from '../records/erase-images.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

type Bytes = Pick<DeletePatientReport, 'records' | 'recordBytes' | 'copies' | 'originals'>;

type Removed = Bytes & Pick<DeletePatientReport, 'rows'>;

/** Takes patients and studies out of the library one by one and adds up what went; `finish` makes their bytes vanish from the database. */
export class Deletion {
  readonly #context: ServiceContext;
  readonly #rows = new Map<string, number>();
  readonly #models = new Set<string>();
  readonly #bytes = { records: 0, recordBytes: 0, copies: 0, originals: 0 };
  #runsEnded = 0;
  #filedElsewhere = 0;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Removes everything the library holds of `who`; gives how much that was. */
  add(who: Erased): Removed {
    const { library } = this.#context;
    const db = library.writer;
    const now = timeOf(this.#context);
    if ('patientKey' in who) this.#filedElsewhere += studiesFiledElsewhere(db, who.patientKey);
    const scope = erasureScope(db, who);
    const bytes = eraseBytes(this.#context, scope);
    for (const key of ['records', 'recordBytes', 'copies', 'originals'] as const) this.#bytes[key] += bytes[key];
    const { rows, runsEnded, models } = eraseRows(db, scope, now);
    for (const [table, n] of Object.entries(rows)) this.#rows.set(table, (this.#rows.get(table) ?? 0) + n);
    this.#runsEnded += runsEnded;
    for (const model of models) this.#models.add(model);
    // Readers of what was kept in memory ask the library again before the next patient goes.
    this.#context.caches.libraryChanged();
    return { rows, ...bytes };
  }

  /** Says in the audit trail what was removed. */
  tell(subject: 'patient' | 'study', removed: Removed, backups: BackupErasure): void {
    addAuditEvent(this.#context.library.writer, {
      happenedAt: timeOf(this.#context),
      action: 'patient.deleted',
      // Never the ID: the trail is kept for ever, and the patient is to be gone.
      subject,
      details: { ...removed, backups: { ...backups, holding: backups.holding.length } },
    });
  }

  /** Writes the database anew, so that nothing of them is left in free pages. @throws DISK_FULL */
  finish(): void {
    this.#context.library.scrub();
  }

  report(backups: BackupErasure): DeletePatientReport {
    return {
      rows: Object.fromEntries(this.#rows),
      ...this.#bytes,
      runsEnded: this.#runsEnded,
      models: [...this.#models],
      filedElsewhere: this.#filedElsewhere,
      backups: { ...backups, holding: [...backups.holding] },
    };
  }
}

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
