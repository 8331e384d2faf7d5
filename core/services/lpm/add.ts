/** LPMs of the library: adding one from a folder or file of the hub, and listing them. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AppError, invariant } from '../../base/errors.ts';
import { type ProgressStage, throwIfCancelled } from '../../base/progress.ts';
import {
  type AddLpmOptions,
  type AddLpmReport,
  addLpmOptionsSchema,
  type JobWarning,
  jobSchemas,
  type LpmRecord,
  parseOptions,
  type RecognisedLpm,
} from '../../contract/index.ts';
import { flushFolder, giveName, removeQuietly } from '../../disk/index.ts';
import { defineJob, type JobTools } from '../../jobs/index.ts';
import {
  addAuditEvent,
  addLpm as addRow,
  listLpms as listRows,
  lostLpmHashes,
  lpmByHash,
  lpmByName,
  partialEnding,
} from '../../store/index.ts';
import { fileError } from '../files/file-error.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { warn } from '../session/warn.ts';
import { lpmIdentitySteps, type OpenLpm, openAdded, openLpm } from './lpm-file.ts';
import { checkMemory, recognisedLines, recogniseLpm, timeOfImage } from './recognise.ts';
import { configAsAdded } from './stored-config.ts';

/** Copied at once: some ten milliseconds of a slow disk between two looks at whether to stop. */
const pieceBytes = 4 * 2 ** 20;

/** `lpm list`: every LPM of the library. */
export function listLpms(context: ServiceContext): LpmRecord[] {
  return listRows(context.library.db);
}

/**
 * Copies an LPM into the library after reading every weight of it, as a job. One that is there already (equal weights, whatever the
 * file is called and however it names or stores them) is not added twice; it keeps its name, and gets its file again where that is gone or damaged.
 * Where its files say another epsilon, mean or deviation and a name is given, it is an LPM of its own beside the one that is there.
 * What it was recognised as is said before anything is copied.
 * @throws LPM_PICKLE_REFUSED, LPM_UNSUPPORTED, WEIGHTS_INVALID, TOO_LARGE, TOO_LITTLE_MEMORY, NAME_TAKEN, FILE_NOT_FOUND, DISK_FULL, CANCELLED; BAD_INPUT when the
 *   number of heads must be given
 */
export async function addLpm(context: ServiceContext, options: AddLpmOptions): Promise<AddLpmReport> {
  return await runAsJob(lpmAddJob, parseOptions(addLpmOptionsSchema, options), context);
}

export const lpmAddJob = defineJob({
  kind: 'lpm-add',
  ...jobSchemas['lpm-add'],
  run: (options, tools: Pick<JobTools<ServiceContext>, 'deps' | 'progress'>) =>
    takeLpm({ ...tools.deps, progress: tools.progress }, options),
});

/**
 * As addLpm, as a part of another job. Stopped at any point, it leaves nothing in the library.
 * @param nameOf what to call it, of its hash
 */
export async function takeLpm(
  context: ServiceContext,
  options: AddLpmOptions,
  nameOf: (hash: string) => string = () =>
    options.name ?? basename(resolve(options.path)).replace(/\.safetensors$/i, ''),
): Promise<AddLpmReport> {
  const file = opened(options);
  try {
    const recognised = await recognise(context, file, options.measure === true);
    const { db } = context.library;
    const { lpm, hash, existing } = await identified(context, file, options.name);
    const name = nameOf(hash);
    if (existing === undefined && lpmByName(db, name) !== undefined) {
      throw new AppError('NAME_TAKEN', `The library has another LPM named "${name}".`);
    }
    const folder = existing?.folder ?? `lpm/${hash}`;
    const isThere = existing !== undefined && (await isWhole(context, existing));
    const sizeBytes = isThere
      ? existing.sizeBytes
      : await copyInto(context, context.library.path(...folder.split('/')), lpm);
    if (existing === undefined) save(context, { name, hash, folder, sizeBytes, lpm });
    const record = lpmByHash(db, hash);
    invariant(record !== undefined, 'an LPM that was written can be read');
    return { ...record, alreadyThere: existing !== undefined, parameters: lpm.parameters, recognised };
  } finally {
    file.close();
  }
}

/** `lpm add --preview`: what an LPM would be recognised as; nothing is written. @throws as addLpm, but for the library */
export async function previewLpm(context: ServiceContext, options: AddLpmOptions): Promise<RecognisedLpm> {
  const lpm = opened(parseOptions(addLpmOptionsSchema, options));
  try {
    return await recognise(context, lpm, options.measure === true);
  } finally {
    lpm.close();
  }
}

function opened({ path, heads }: AddLpmOptions): OpenLpm {
  const lpm = openLpm(path, heads === undefined ? {} : { heads });
  try {
    checkMemory(lpm);
    return lpm;
  } catch (error) {
    lpm.close();
    throw error;
  }
}

/** Says what the LPM is. That its time cannot be measured is said too, and no reason not to add it. */
async function recognise(context: ServiceContext, lpm: OpenLpm, measure: boolean): Promise<RecognisedLpm> {
  const found = recogniseLpm(lpm);
  let encodeSeconds: number | null = null;
  if (measure) {
    try {
      encodeSeconds = await timeOfImage(await context.engine(), lpm, found.inputSize);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'WEIGHTS_INVALID') throw error;
      context.log.log('warn', `How long an image takes was not measured: ${error.message}`);
    }
  }
  const recognised = { ...found, encodeSeconds };
  for (const line of recognisedLines(recognised)) context.log.log('info', line);
  return recognised;
}

/** The LPM's identity, computed so that the process answers others between two weights. */
async function identityOf(context: ServiceContext, lpm: OpenLpm): Promise<string> {
  const tell = bytesProgress(context, 'readingWeights', Float32Array.BYTES_PER_ELEMENT * lpm.parameters);
  const steps = lpmIdentitySteps(lpm);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    tell(step.value);
    await setImmediate();
    throwIfCancelled(context.signal, 'Adding the LPM');
  }
}

interface Identified {
  readonly lpm: OpenLpm;
  readonly hash: string;
  readonly existing: LpmRecord | undefined;
}

/**
 * Which LPM of the library a file is, or which it will be. Of weights that are there and are read otherwise it is the one that is read so, or else, where
 * it was asked for under another name, one of its own; without a name it is the one that is there, as before, and that is said. What a run learned on and
 * is not there any more is known again by itself: nothing could be made again with weights that are read otherwise.
 */
async function identified(context: ServiceContext, lpm: OpenLpm, askedName: string | undefined): Promise<Identified> {
  const { db } = context.library;
  const hash = await identityOf(context, lpm);
  const existing = lpmByHash(db, hash);
  const other = existing === undefined ? undefined : otherReading(existing, lpm);
  const lost = lostLpmHashes(db);
  if (existing === undefined ? lost.length === 0 : other === undefined) return { lpm, hash, existing };
  const own: OpenLpm = { ...lpm, config: { ...lpm.config, ownReading: true } };
  // The bar has been full once.
  const ownHash = await identityOf({ ...context, progress: () => {} }, own);
  const beside = lpmByHash(db, ownHash);
  if (lost.includes(ownHash)) return { lpm: own, hash: ownHash, existing: undefined };
  if (existing === undefined || other === undefined) return { lpm, hash, existing };
  if (beside !== undefined || (askedName !== undefined && askedName !== existing.name)) {
    return { lpm: own, hash: ownHash, existing: beside };
  }
  warn(context, { code: 'lpmReadAsAdded', lpm: existing.name, ...other });
  return { lpm, hash, existing };
}

/**
 * What the files of an LPM that is there already would have read otherwise, of what its identity leaves out; undefined where nothing. What the LPM
 * answered rests on the reading that it was added with.
 */
function otherReading(existing: LpmRecord, { config }: OpenLpm): OtherReading | undefined {
  const added = configAsAdded(existing);
  if (added === undefined) return undefined;
  const channels = (key: 'mean' | 'std'): OtherReading['mean'] =>
    isDeepStrictEqual(added[key], config[key]) ? null : { kept: [...added[key]], told: [...config[key]] };
  const eps = added.eps === config.eps ? null : { kept: added.eps, told: config.eps };
  const other = { mean: channels('mean'), std: channels('std'), eps };
  return Object.values(other).every((value) => value === null) ? undefined : other;
}

type OtherReading = Omit<Extract<JobWarning, { code: 'lpmReadAsAdded' }>, 'code' | 'lpm'>;

/** Whether the library's copy of an LPM is there and has the weights that were added. */
async function isWhole({ library, signal }: ServiceContext, record: LpmRecord): Promise<boolean> {
  try {
    const lpm = openAdded(library.path(...record.folder.split('/')), record);
    try {
      const steps = lpmIdentitySteps(lpm);
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value === record.hash;
        await setImmediate();
        throwIfCancelled(signal, 'Adding the LPM');
      }
    } finally {
      lpm.close();
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'CANCELLED') throw error;
    return false;
  }
}

/** Reports of work that is measured in bytes, shown in megabytes. */
function bytesProgress(context: ServiceContext, stage: ProgressStage, totalBytes: number): (moreBytes: number) => void {
  const total = Math.ceil(totalBytes / 1e6);
  let doneBytes = 0;
  return (moreBytes) => {
    doneBytes += moreBytes;
    const done = doneBytes >= totalBytes ? total : Math.floor(doneBytes / 1e6);
    context.progress({ stage, done, total, unit: 'MB' });
  };
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

/**
 * Copies the model's files; the folder gets its name when all are whole and on the disk. Gives their size in bytes. What is left of it
 * by a kill goes when the library is opened again.
 */
async function copyInto(context: ServiceContext, folder: string, lpm: OpenLpm): Promise<number> {
  const sizeBytes = lpm.files.reduce((sum, file) => sum + statSync(file).size, 0);
  const partial = `${folder}${partialEnding}`;
  const tell = bytesProgress(context, 'copyingLpm', sizeBytes);
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (const file of lpm.files) {
      await copyFile(file, join(partial, basename(file)), (bytes) => {
        tell(bytes);
        throwIfCancelled(context.signal, 'Adding the LPM');
      });
    }
    rmSync(folder, { recursive: true, force: true });
    // The row that names the folder follows: by then its files' names and its own are on the disk.
    flushFolder(partial);
    giveName(partial, folder);
    flushFolder(dirname(folder));
    return sizeBytes;
  } catch (error) {
    removeQuietly(partial);
    throw error instanceof AppError ? error : fileError(error, folder);
  }
}

/** Copies a file piece by piece and flushes it to the disk; `copied` hears the bytes of each piece and may throw. */
async function copyFile(source: string, target: string, copied: (bytes: number) => void): Promise<void> {
  const from = await open(source, 'r');
  try {
    const to = await open(target, 'wx');
    try {
      const piece = new Uint8Array(pieceBytes);
      for (;;) {
        const { bytesRead } = await from.read(piece, 0, piece.length);
        if (bytesRead === 0) break;
        await to.writeFile(piece.subarray(0, bytesRead));
        copied(bytesRead);
      }
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
