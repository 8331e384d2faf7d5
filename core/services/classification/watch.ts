/**
 * Folders watched for new images: what arrives is classified, and imported first where a data set is named.
 *
 * The folder is looked through every few seconds, because change notices of network drives cannot be relied on. A file is taken
 * when its size and time have stood still for `settleMs`, so that one that is still being copied is left alone; one whose copy
 * paused and went on has another content and is taken again. Each content is taken once, also after a restart.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { counted } from '../../base/counted.ts';
import { AppError, serialiseError } from '../../base/errors.ts';
import type { ClassifyOptions, JobView } from '../../contract/index.ts';
import type { WatchView } from '../../contract/ipc/classify.ts';
import { sha256 } from '../../disk/index.ts';
import {
  addWatch,
  awayCodes,
  batchFailures,
  datasetByName,
  deletedDatasets,
  listWatches,
  modelByName,
  removeWatch,
  saveWatchedFiles,
  setWatchActive,
  type WatchRow,
  watchedFiles,
} from '../../store/index.ts';
import { fileError } from '../files/file-error.ts';
import { walkFiles } from '../files/walk.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

export interface FolderWatcherOptions {
  /** Queues the files of a watch; gives false while earlier ones of it still wait, and is then asked again. */
  take(watch: WatchRow, files: readonly string[]): boolean;
  /** Something that the list shows is different. */
  changed(): void;
  readonly pollMs?: number;
  readonly settleMs?: number;
  readonly clock?: () => number;
  /** The SHA-256 of a file's bytes. */
  readonly hashOf?: (path: string) => Promise<string>;
}

/** Files of one job: enough to be quick, few enough that results appear while a large folder is worked through. */
const filesTogether = 200;
/**
 * Written by copying programs until a file is whole, and by systems for themselves. A DICOMDIR names the files of its folder, which are taken one by one:
 * handed over, it would take them all along, those that are still being copied among them.
 */
const passedOver = /^\.|~$|\.(part|partial|tmp|crdownload|filepart)$|^(thumbs\.db|desktop\.ini|dicomdir)$/i;

interface Seen {
  readonly mark: string;
  readonly since: number;
  /** Known once it was read: a file that waits for the queue is not read again at every look. */
  contentHash?: string;
}

interface Settled {
  readonly path: string;
  readonly placeHash: string;
  readonly seen: Seen;
}

/** A file or folder that cannot be looked into. */
interface Unreadable {
  readonly path: string;
  readonly why: AppError;
}

type TakenFile = Parameters<typeof saveWatchedFiles>[2][number];

interface State {
  contents: Set<string>;
  places: Set<string>;
  seen: Map<string, Seen>;
  waiting: number;
  problem: { message: string; action: string } | null;
}

export class FolderWatcher {
  readonly #context: ServiceContext;
  readonly #options: FolderWatcherOptions;
  readonly #states = new Map<number, State>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(context: ServiceContext, options: FolderWatcherOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Goes on with the folders that were watched before. A library that is only read could take nothing from them. */
  open(): void {
    if (this.#isReader) return;
    this.#timer = setTimeout(() => void this.#tick(), this.#options.pollMs ?? 2000);
    this.#timer.unref();
  }

  get #isReader(): boolean {
    return this.#context.library.mode === 'read';
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  list(): WatchView[] {
    return listWatches(this.#context.library.db).map((watch) => {
      const state = this.#states.get(watch.id);
      const isActive = watch.isActive && !this.#isReader;
      return { ...watch, isActive, waiting: isActive ? (state?.waiting ?? 0) : 0, problem: state?.problem ?? null };
    });
  }

  /** @throws MODEL_NOT_FOUND; BAD_INPUT for a folder that is watched already */
  add(watch: { readonly folder: string; readonly model: string; readonly dataset: string | null }): number {
    const { db, writer } = this.#context.library;
    this.#requireModel(watch.model);
    if (listWatches(db).some((other) => other.folder === watch.folder && other.model === watch.model)) {
      throw new AppError('BAD_INPUT', 'This folder is watched with this model already.', {
        action: 'Start it in the list, or choose another folder or model.',
      });
    }
    return addWatch(writer, watch, timeOf(this.#context));
  }

  /**
   * @throws MODEL_NOT_FOUND where one is to go on whose model was deleted: what arrives would count as taken, and nothing would answer it;
   *   DATASET_NOT_FOUND where its data set was: the first study would make another one of the same name, and the deleted one could not come back under it
   */
  setActive(id: number, isActive: boolean): void {
    const watch = this.#row(id);
    if (isActive && watch !== undefined) {
      this.#requireModel(watch.model);
      this.#requireNotDeleted(watch.dataset);
    }
    setWatchActive(this.#context.library.writer, id, isActive);
    this.#states.delete(id);
  }

  remove(id: number): void {
    removeWatch(this.#context.library.writer, id);
    this.#states.delete(id);
  }

  #row(id: number): WatchRow | undefined {
    return listWatches(this.#context.library.db).find((watch) => watch.id === id);
  }

  #requireNotDeleted(dataset: string | null): void {
    const { db } = this.#context.library;
    if (dataset === null || datasetByName(db, dataset) !== undefined) return;
    if (!deletedDatasets(db).some(({ name }) => name === dataset)) return;
    throw new AppError(
      'DATASET_NOT_FOUND',
      `The data set "${dataset}", which studies from this folder join, is deleted.`,
      {
        action:
          'Bring it back in the Library first; or take the folder off the list and watch it for another data set.',
      },
    );
  }

  #requireModel(name: string): void {
    if (modelByName(this.#context.library.db, name) !== undefined) return;
    throw new AppError('MODEL_NOT_FOUND', `There is no model "${name}".`);
  }

  /** A job of the queue changed: files of it that were gone or away when their turn came are no longer known, so what is known of the folder is read anew. */
  jobChanged(job: JobView): void {
    if (job.kind !== 'classify' || job.isStoppable || job.result === null) return;
    const watchId = job.payload?.watchId;
    const { batchId } = job.result;
    if (watchId === undefined || batchId === null) return;
    const failures = batchFailures(this.#context.library.db, { batch: batchId });
    if (failures.some(({ code }) => awayCodes.includes(code))) this.#states.delete(watchId);
  }

  /** Looks through every watched folder once. */
  async look(): Promise<void> {
    for (const watch of listWatches(this.#context.library.db)) {
      if (this.#isClosed) return;
      if (watch.isActive) await this.#lookInto(watch);
    }
  }

  async #tick(): Promise<void> {
    // Nobody awaits a timer: a library whose disk does not answer for a moment would end the process, and every job with it.
    this.#looking = this.look().catch((error: unknown) => {
      const { code, message } = serialiseError(error);
      this.#context.log.log('error', 'Watched folders could not be looked through', { code, message });
    });
    await this.#looking;
    if (!this.#isClosed) this.open();
  }

  async #lookInto(watch: WatchRow): Promise<void> {
    const state = this.#state(watch.id);
    const before = JSON.stringify([state.waiting, state.problem]);
    try {
      const { settled, unreadable } = await this.#settledFiles(watch, state);
      unreadable.push(...(await this.#takeNew(watch, state, settled)));
      state.problem = problemOf(unreadable);
    } catch (thrown) {
      // A drive that is away comes back: said in the list, tried again.
      const { message, action } = serialiseError(thrown);
      state.problem = { message, action };
    }
    if (JSON.stringify([state.waiting, state.problem]) !== before) this.#options.changed();
  }

  /** Files that stand still and were not taken; notes how many others there are. */
  async #settledFiles(watch: WatchRow, state: State): Promise<{ settled: Settled[]; unreadable: Unreadable[] }> {
    const now = (this.#options.clock ?? (() => performance.now()))();
    const all = new Map<string, Seen>();
    const settled: Settled[] = [];
    const unreadable: Unreadable[] = [];
    for await (const file of walkFiles([watch.folder], new Set())) {
      if (file.refusal !== null && isUnreadable(file.refusal)) unreadable.push({ path: file.path, why: file.refusal });
      if (file.refusal !== null || file.sizeBytes === 0 || passedOver.test(basename(file.path))) continue;
      const mark = `${file.sizeBytes} ${file.modifiedMs}`;
      const placeHash = sha256(new TextEncoder().encode(`${file.path}\n${mark}`));
      if (state.places.has(placeHash)) continue;
      const earlier = state.seen.get(file.path);
      const seen = earlier?.mark === mark ? earlier : { mark, since: now };
      all.set(file.path, seen);
      if (now - seen.since >= (this.#options.settleMs ?? 4000)) settled.push({ path: file.path, placeHash, seen });
    }
    state.seen = all;
    state.waiting = all.size;
    return { settled, unreadable };
  }

  /** Hands over the first files of a new content; gives why others could not be read, which are tried again at the next look. */
  async #takeNew(watch: WatchRow, state: State, files: readonly Settled[]): Promise<Unreadable[]> {
    const known: TakenFile[] = [];
    const fresh = new Map<string, TakenFile & { readonly path: string }>();
    /** Others of a content that is new: they are taken with it, or wait with it. */
    const alike: TakenFile[] = [];
    const unreadable: Unreadable[] = [];
    for (const { path, placeHash, seen } of files) {
      if (known.length + fresh.size + alike.length >= filesTogether) break;
      const contentHash = seen.contentHash ?? (await this.#hashOf(path, unreadable));
      if (contentHash === null) continue;
      seen.contentHash = contentHash;
      if (state.contents.has(contentHash)) known.push({ contentHash, placeHash });
      else if (fresh.has(contentHash)) alike.push({ contentHash, placeHash });
      else fresh.set(contentHash, { path, pathHash: pathHashOf(path), contentHash, placeHash });
    }
    // Reading takes a while: the folder may be watched no more, or its model or data set have another name.
    const now = this.#states.get(watch.id) === state ? this.#row(watch.id) : undefined;
    if (!now?.isActive) return unreadable;
    const paths = [...fresh.values()].map(({ path }) => path);
    const isTaken = paths.length > 0 && this.#options.take(now, paths);
    const done = [...known, ...(isTaken ? [...fresh.values(), ...alike] : [])];
    if (done.length === 0) return unreadable;
    saveWatchedFiles(this.#context.library.writer, watch.id, done, timeOf(this.#context));
    for (const { contentHash, placeHash } of done) {
      state.contents.add(contentHash);
      state.places.add(placeHash);
    }
    state.waiting -= done.length;
    this.#options.changed();
    return unreadable;
  }

  /** The hash of a file's content; null of one that went away meanwhile, or that cannot be read now, which goes to `unreadable`. */
  async #hashOf(path: string, unreadable: Unreadable[]): Promise<string | null> {
    try {
      return await (this.#options.hashOf ?? hashOf)(path);
    } catch (error) {
      const failure = fileError(error, path);
      if (failure.code !== 'FILE_NOT_FOUND') unreadable.push({ path, why: failure });
      return null;
    }
  }

  #state(id: number): State {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const state = {
      ...watchedFiles(this.#context.library.db, id),
      seen: new Map(),
      waiting: 0,
      problem: null,
    };
    this.#states.set(id, state);
    return state;
  }
}

const isUnreadable = ({ code }: AppError): boolean => code === 'FILE_UNREADABLE' || code === 'DRIVE_AWAY';

/** By what the library knows a path that it does not keep. */
export function pathHashOf(path: string): string {
  return sha256(new TextEncoder().encode(path));
}

/** What a watch asks of the queue for some of its files. */
export function watchClassification(watch: WatchRow, paths: readonly string[]): ClassifyOptions {
  return { paths: [...paths], model: watch.model, watchId: watch.id, mayBeGone: true };
}

/** What the list says of files and folders that cannot be read: the first by name, as the window may show it, and how many more. */
function problemOf(unreadable: readonly Unreadable[]): State['problem'] {
  const [first] = unreadable;
  if (first === undefined) return null;
  const { message, action } = serialiseError(first.why);
  const others = unreadable.length - 1;
  const more = others === 0 ? '' : ` Nor can ${counted('en', others, 'other be read', 'others be read')}.`;
  return { message: `${basename(first.path)}: ${message}${more}`, action };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
