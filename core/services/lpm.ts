/** LPMs of the library: adding one from a folder or file of the hub, and listing them. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppError, invariant } from '../base/errors.ts';
import { throwIfCancelled } from '../base/progress.ts';
import {
  type AddLpmOptions,
  type AddLpmReport,
  addLpmOptionsSchema,
  type LpmRecord,
  parseOptions,
} from '../contract/index.ts';
import { addAuditEvent, addLpm as addRow, listLpms as listRows, lpmByHash, lpmByName } from '../store/index.ts';
import { type ServiceContext, timeOf } from './context.ts';
import { fileError } from './files.ts';
import { lpmIdentity, type OpenLpm, openLpm } from './lpm-file.ts';

/** `lpm list`: every LPM of the library. */
export function listLpms(context: ServiceContext): LpmRecord[] {
  return listRows(context.library.db);
}

/**
 * Copies an LPM into the library after reading every weight of it. One that is there already (equal weights, whatever the file is
 * called and however it names or stores them) is not added twice; it keeps its name.
 * @throws LPM_PICKLE_REFUSED, LPM_UNSUPPORTED, WEIGHTS_INVALID, NAME_TAKEN, FILE_NOT_FOUND, DISK_FULL; BAD_INPUT when the number of
 *   heads must be given
 */
export async function addLpm(context: ServiceContext, options: AddLpmOptions): Promise<AddLpmReport> {
  const { path, name: given, heads } = parseOptions(addLpmOptionsSchema, options);
  const lpm = openLpm(path, heads === undefined ? {} : { heads });
  try {
    const name = given ?? basename(resolve(path)).replace(/\.safetensors$/i, '');
    const { db } = context.library;
    const stages = { stage: 'Adding LPM', total: 2, unit: 'steps' };
    context.progress({ ...stages, done: 0, note: 'reading every weight' });
    const hash = lpmIdentity(lpm);
    throwIfCancelled(context.signal, 'Adding the LPM');
    const existing = lpmByHash(db, hash);
    if (existing === undefined && lpmByName(db, name) !== undefined) {
      throw new AppError('NAME_TAKEN', `The library has another LPM named "${name}".`);
    }
    context.progress({ ...stages, done: 1, note: 'copying into the library' });
    const folder = existing?.folder ?? `lpm/${hash}`;
    const sizeBytes = copyInto(context.library.path(...folder.split('/')), lpm);
    if (existing === undefined) save(context, { name, hash, folder, sizeBytes, lpm });
    context.progress({ ...stages, done: 2 });
    const record = lpmByHash(db, hash);
    invariant(record !== undefined, 'an LPM that was written can be read');
    return { ...record, alreadyThere: existing !== undefined, parameters: lpm.parameters };
  } finally {
    lpm.close();
  }
}

function save(
  context: ServiceContext,
  added: { name: string; hash: string; folder: string; sizeBytes: number; lpm: OpenLpm },
): void {
  const { name, hash, folder, sizeBytes, lpm } = added;
  const addedAt = timeOf(context);
  const db = context.library.writer;
  db.transaction(() => {
    addRow(db, { name, hash, family: lpm.config.naming, config: { ...lpm.config }, folder, sizeBytes, addedAt });
    addAuditEvent(db, { happenedAt: addedAt, action: 'lpm.added', subject: name, details: { hash, sizeBytes } });
  });
}

/** Copies the model's files; the folder gets its name when all are whole and on the disk. Gives their size in bytes. */
function copyInto(folder: string, lpm: OpenLpm): number {
  const sizeBytes = lpm.files.reduce((sum, file) => sum + statSync(file).size, 0);
  if (lpm.files.every((file) => existsSync(join(folder, basename(file))))) return sizeBytes;
  const partial = `${folder}.partial`;
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (const file of lpm.files) {
      const target = join(partial, basename(file));
      copyFileSync(file, target);
      const handle = openSync(target, 'r+');
      fsyncSync(handle);
      closeSync(handle);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    return sizeBytes;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw fileError(error, folder);
  }
}
