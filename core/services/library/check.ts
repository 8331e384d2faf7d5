/**
 * `library check`: is everything there that the library says is there, to the last byte?
 *
 * It works on a folder and not on an opened library, because a damaged one may not open; it changes nothing, and may run beside a
 * process that works (what is being written is not yet in the index).
 */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { z } from 'zod';
import { counted } from '../../base/counted.ts';
import { type ErrorCode, errorCodes } from '../../base/error-codes.ts';
import { AppError, serialiseError } from '../../base/errors.ts';
import { type AbortSignalLike, type ReportProgress, throwIfCancelled } from '../../base/progress.ts';
import { redact } from '../../base/redact.ts';
import type { InstanceKind, LpmRecord, ModelRecord } from '../../contract/index.ts';
import {
  accessCodes,
  type CheckReport,
  type checkLibraryOptionsSchema,
  type Finding,
} from '../../contract/results/maintenance.ts';
import { sha256, writeWholeFile } from '../../disk/index.ts';
import { damagedRecords } from '../../features/index.ts';
import {
  databaseProblems,
  type Library,
  listBackups,
  listJobs,
  listLpms,
  listModels,
  listRuns,
  modelLayout,
  modelWeights,
  openLibrary,
  recordsOf,
  refusalOfNewer,
  sealState,
} from '../../store/index.ts';
import { csvText } from '../files/csv.ts';
import { placePath, readPlace } from '../files/files.ts';
import { identifyBytes } from '../files/identify.ts';
import { addAgain } from '../lpm/lost.ts';
import { lpmIdentity, openAdded } from '../lpm/lpm-file.ts';
import { imageKey } from '../records/record-stores.ts';
import { hashWeights } from '../training/model.ts';

export interface CheckLibraryContext {
  readonly folder: string;
  readonly signal: AbortSignalLike;
  readonly progress: ReportProgress;
}

type Options = z.output<typeof checkLibraryOptionsSchema>;

class Findings {
  readonly list: Finding[] = [];

  add(severity: Finding['severity'], code: ErrorCode, message: string, action?: string, count = 1): void {
    if (count > 0) this.list.push({ severity, code, message, action: action ?? errorCodes[code].action, count });
  }
}

const none = { checked: 0, damaged: 0 };
const noFiles = { checked: 0, missing: 0, changed: 0, replaced: 0 };

/**
 * Everything wrong with the library in `folder`, each with its remedy.
 * @throws FILE_NOT_FOUND when there is no library; CANCELLED
 */
export async function checkLibrary(context: CheckLibraryContext, options: Options): Promise<CheckReport> {
  const started = performance.now();
  const { folder } = context;
  const path = join(folder, 'sidelight.sqlite');
  if (!existsSync(folder) || (!existsSync(path) && !existsSync(join(folder, 'writer.lock')))) {
    throw new AppError('FILE_NOT_FOUND', `There is no library in ${redact(folder)}.`, {
      action: 'Name the library folder (--library DIR).',
    });
  }
  const findings = new Findings();
  const step = (name: string): void => {
    throwIfCancelled(context.signal, 'Checking the library');
    context.progress({ stage: 'checking', done: 0, total: null, unit: 'records', note: name });
  };
  step('database');
  const problems = existsSync(path) ? databaseProblems(path) : ['The file sidelight.sqlite is missing.'];
  // A backup in the place of what a newer version wrote would lose all that was done since.
  const newer = problems.length > 0 ? refusalOfNewer(path) : undefined;
  if (newer !== undefined) findings.add('error', 'DB_FROM_NEWER_APP', newer.message);
  else for (const problem of problems) findings.add('error', 'DB_DAMAGED', problem);
  const seal = sealState(folder);
  if (seal === 'broken') {
    findings.add(
      'error',
      'DB_DAMAGED',
      'The library file is not what it was when Sidelight closed it (a damaged disk, another program).',
      problems.length > 0 ? undefined : restoreOrGoOn,
    );
  }
  const parts = problems.length > 0 ? null : await readableContent(context, findings, step, options);
  step('backups');
  const backups = listBackups(join(folder, 'backups')).map(({ name, madeAt, sizeBytes, path: file }) => {
    const sound = databaseProblems(file).length === 0;
    return { name, madeAt, sizeBytes, sound, isOfNewer: !sound && refusalOfNewer(file) !== undefined };
  });
  const unsound = backups.filter(({ sound, isOfNewer }) => !sound && !isOfNewer).length;
  const action = 'Delete it; the next daily backup takes its place.';
  findings.add(
    'error',
    'DB_DAMAGED',
    `Damaged: ${unsound} of ${counted('en', backups.length, 'backup', 'backups')}.`,
    action,
    unsound,
  );
  return {
    sound: findings.list.every((finding) => finding.severity === 'note'),
    findings: findings.list,
    seal,
    ...(parts ?? { records: none, models: none, lpms: none, files: noFiles }),
    backups,
    seconds: (performance.now() - started) / 1000,
  };
}

const restoreOrGoOn =
  'If you changed it yourself, nothing is wrong. Otherwise restore the newest backup with `sidelight library restore`; SQLite finds no fault in its structure, but a value may be wrong.';

const notRead = 'The structure of the database has no fault; what it holds was not checked.';

/** As checkContent; rows that are structurally sound but hold nonsense (a rotten bit in a JSON value) are a finding too. */
async function readableContent(
  context: CheckLibraryContext,
  findings: Findings,
  step: (name: string) => void,
  options: Options,
): Promise<Awaited<ReturnType<typeof checkContent>> | null> {
  try {
    return await checkContent(context, findings, step, options);
  } catch (error) {
    const { code, message, action } = serialiseError(error);
    if (code === 'CANCELLED') throw error;
    const access = accessCodes.find((one) => one === code);
    if (access !== undefined) findings.add('error', access, `${notRead} ${message}`, action);
    else findings.add('error', 'DB_DAMAGED', `A row of the library cannot be read (${message}).`);
    return null;
  }
}

async function checkContent(
  context: CheckLibraryContext,
  findings: Findings,
  step: (name: string) => void,
  options: Options,
): Promise<Pick<CheckReport, 'records' | 'files' | 'models' | 'lpms'>> {
  const library = openLibrary(context.folder, { mode: 'read' });
  try {
    step('stored records');
    const records = checkRecords(library, findings, step);
    step('models');
    const models = checkModels(library, findings);
    // Reading is the check: a run or a job whose settings are not what they were is an error.
    listRuns(library.db);
    listJobs(library.db);
    step('LPMs');
    const lpms = checkLpms(library, findings);
    step('files');
    const files = await checkFiles(library, findings, options, context.signal);
    return { records, models, lpms, files };
  } finally {
    library.close();
  }
}

function checkRecords(library: Library, findings: Findings, step: (name: string) => void): CheckReport['records'] {
  let checked = 0;
  let damaged = 0;
  for (const { id, folder } of library.db.all<{ id: number; folder: string }>('SELECT id, folder FROM record_stores')) {
    step(folder);
    const records = recordsOf(library.db, id).map(({ instanceId, frame, ...rest }) => ({
      ...rest,
      key: imageKey(instanceId, frame),
    }));
    const bad = damagedRecords(library.path(...folder.split('/')), records).length;
    checked += records.length;
    damaged += bad;
    const action = 'Nothing is lost: the next encode, train or classify that needs them computes them again.';
    const message = `${bad} of ${counted('en', records.length, 'record', 'records')} in ${folder}: damaged or missing.`;
    findings.add('error', 'FEATURES_DAMAGED', message, action, bad);
  }
  return { checked, damaged };
}

function checkModels(library: Library, findings: Findings): CheckReport['models'] {
  let damaged = 0;
  const models = listModels(library.db);
  for (const model of models) {
    const problem = modelProblem(library, model);
    if (problem === null) continue;
    damaged++;
    const action = 'Restore the library from a backup (sidelight library restore), or train the model again.';
    findings.add('error', 'WEIGHTS_INVALID', problem, action);
  }
  return { checked: models.length, damaged };
}

/** What is wrong with a model's weights or with the list of what they are. */
function modelProblem(library: Library, model: ModelRecord): string | null {
  const { db } = library;
  try {
    const weights = modelWeights(db, model.id);
    if (weights === undefined || hashWeights(weights) !== model.weightsHash) {
      return `The weights of model "${model.name}" do not have their hash.`;
    }
    modelLayout(db, model);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

function checkLpms(library: Library, findings: Findings): CheckReport['lpms'] {
  let damaged = 0;
  const lpms = listLpms(library.db);
  for (const lpm of lpms) {
    const { name } = lpm;
    const problem = lpmProblem(library.path(...lpm.folder.split('/')), lpm);
    if (problem === null) continue;
    damaged++;
    findings.add('error', 'WEIGHTS_INVALID', `LPM "${name}": ${problem}`, addAgain(lpm));
  }
  return { checked: lpms.length, damaged };
}

function lpmProblem(folder: string, record: LpmRecord): string | null {
  try {
    const lpm = openAdded(folder, record);
    try {
      return lpmIdentity(lpm) === record.hash ? null : 'its weights are not those that were added.';
    } finally {
      lpm.close();
    }
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

interface NotedFile {
  readonly instance: number;
  readonly kind: InstanceKind;
  readonly sopInstanceUID: string;
  readonly studyInstanceUID: string;
  /** Null for an image that is known at no place any more. */
  readonly path: string | null;
  readonly member: string;
  readonly size: number;
  readonly modified: number;
  readonly hash: string;
}

/** An instance that no file has as it was, with the last place where it was known; '' where another image took it. */
interface LostInstance {
  readonly state: 'missing' | 'changed' | 'other';
  readonly sopInstanceUID: string;
  readonly studyInstanceUID: string;
  readonly place: string;
}

/** What a place has to say for an image; `other` where another image lies there. */
type PlaceState = 'sound' | 'missing' | 'changed' | 'other';

const putBack =
  'Put the files back, or import the folder where they are now; they are recognised by their content. `library check --list FILE` names them.';
const takeOrDelete =
  'Import the folder: what lies there now comes in, and these are no longer trained on. If their UIDs were changed, label the new ones ' +
  '(a labels file by path does); if they are not to come back, delete their studies: `sidelight patient delete --study UID`. ' +
  '`library check --list FILE` names them.';

/** An instance counts as missing when none of its places has it. */
async function checkFiles(
  library: Library,
  findings: Findings,
  { deep, list }: Options,
  signal: AbortSignalLike,
): Promise<CheckReport['files']> {
  const noted = library.db.all<NotedFile>(
    `SELECT i.id AS instance, i.kind, i.sop_instance_uid AS sopInstanceUID, st.study_instance_uid AS studyInstanceUID, f.path,
       coalesce(f.member, '') AS member, coalesce(f.size_bytes, 0) AS size, coalesce(f.modified_ms, 0) AS modified,
       coalesce(f.content_hash, '') AS hash
     FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id LEFT JOIN files f ON f.instance_id = i.id
     WHERE f.path IS NULL OR f.path NOT LIKE 'pseudonymised:%' ORDER BY i.id`,
  );
  const lost = { missing: [] as LostInstance[], changed: [] as LostInstance[], other: [] as LostInstance[] };
  let instances = 0;
  for (const [, places] of Map.groupBy(noted, (file) => file.instance)) {
    throwIfCancelled(signal, 'Checking the library');
    instances++;
    const states: PlaceState[] = [];
    for (const place of places) {
      const state = place.path === null ? 'other' : await placeState(library, { ...place, path: place.path }, deep);
      states.push(state);
      if (state === 'sound') break;
    }
    if (states.includes('sound')) continue;
    const state = (['other', 'changed'] as const).find((one) => states.includes(one)) ?? 'missing';
    for (const { sopInstanceUID, studyInstanceUID, path, member } of places.slice(0, 1)) {
      const place = member === '' ? (path ?? '') : `${path}/${member}`;
      lost[state].push({ state, sopInstanceUID, studyInstanceUID, place });
    }
  }
  const { missing, changed, other } = lost;
  const told = (count: readonly LostInstance[], what: string): string =>
    `The files of ${counted('en', count.length, 'instance', 'instances')} ${what} (${namedStudies(count)}).`;
  findings.add('error', 'FILE_NOT_FOUND', told(missing, 'are not where they were'), putBack, missing.length);
  findings.add('error', 'FILE_UNREADABLE', told(changed, 'have changed'), putBack, changed.length);
  findings.add('error', 'FILE_NOT_FOUND', told(other, 'hold other images now'), takeOrDelete, other.length);
  if (list !== undefined) writeWholeFile(list, lostCsv([...missing, ...changed, ...other]));
  return { checked: instances, missing: missing.length, changed: changed.length, replaced: other.length };
}

/** Header first. */
function lostCsv(lost: readonly LostInstance[]): string {
  const rows = lost.map(({ state, sopInstanceUID, studyInstanceUID, place }) => [
    state,
    studyInstanceUID,
    sopInstanceUID,
    place,
  ]);
  return csvText([['state', 'studyInstanceUID', 'sopInstanceUID', 'place'], ...rows]);
}

/** Studies by the end of their UIDs, enough to find them again in the list. */
function namedStudies(lost: readonly LostInstance[]): string {
  const studies = [...new Set(lost.map(({ studyInstanceUID }) => studyInstanceUID))];
  const shown = studies.slice(0, 5).map(redact).join(', ');
  const more = studies.length > 5 ? ` and ${studies.length - 5} more` : '';
  return `${studies.length === 1 ? 'study' : 'studies'} ${shown}${more}`;
}

async function placeState(
  library: Library,
  place: NotedFile & { readonly path: string },
  deep: boolean,
): Promise<PlaceState> {
  const path = placePath(library, place.path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 'missing';
  // A file of the same size that was written since may hold anything: UIDs are mostly replaced by others as long.
  const isAsNoted = place.member !== '' || (stats.size === place.size && Math.floor(stats.mtimeMs) === place.modified);
  if (!deep && isAsNoted) return 'sound';
  try {
    const bytes = await readPlace(path, place.member);
    if (sha256(bytes) === place.hash) return 'sound';
    return await stateOfOther(bytes, place);
  } catch (error) {
    if (error instanceof AppError) return ['FILE_NOT_FOUND', 'DRIVE_AWAY'].includes(error.code) ? 'missing' : 'changed';
    throw error;
  }
}

/** Whether bytes that are not the noted ones are another image, or the same one changed or damaged. */
async function stateOfOther(bytes: Uint8Array, { kind, sopInstanceUID }: NotedFile): Promise<'changed' | 'other'> {
  if (kind === 'picture') return 'changed';
  const { instance } = await identifyBytes(bytes, { patientKey: null, studyKey: null }, undefined);
  return instance.sopInstanceUID === sopInstanceUID ? 'changed' : 'other';
}
