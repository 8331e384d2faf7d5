/** Everything a command needs, opened once and closed once. */
import type { Logger } from '../../base/logger.ts';
import type { ReportProgress } from '../../base/progress.ts';
import { type Engine, type OpenEngineOptions, openEngine, type Precision } from '../../engine/index.ts';
import { deviceCheckOf, type LibraryMode, saveDeviceCheck } from '../../store/index.ts';
import { deviceJudge } from '../devices/judge.ts';
import { requireRightHalves } from '../devices/reference.ts';
import { SessionCaches } from './caches.ts';
import type { EngineChoice, ServiceContext } from './context.ts';
import { libraryFolder, openServiceLibrary } from './library.ts';
import { programVersion } from './program-version.ts';

export interface OpenServicesOptions {
  /** The library's folder; the user's own when left out. */
  readonly library?: string | undefined;
  readonly mode: LibraryMode;
  readonly engine: OpenEngineOptions['engine'];
  readonly device: OpenEngineOptions['device'];
  readonly threads?: number;
  /** Of the LPM's matrix products; `f16` is for a GPU. */
  readonly precision?: Precision;
  /** Whether the engine runs in a process of its own, which may die without taking the library along. */
  readonly ownProcess?: boolean;
  readonly progress: ReportProgress;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** The services' context, and how to close it. The engine is opened at its first use; where that fails, the next use tries again. */
export async function openServices(
  options: OpenServicesOptions,
): Promise<{ readonly context: ServiceContext; close(): Promise<void> }> {
  const now = options.now ?? (() => new Date());
  const library = openServiceLibrary(libraryFolder(options.library), options.mode, options.log, now());
  const judge = deviceJudge({
    known: (device) => deviceCheckOf(library.db, device),
    // A library that is only read keeps nothing: the check is then made anew.
    keep: (device, check) => {
      if (options.mode === 'write') saveDeviceCheck(library.writer, device, check);
    },
    program: programVersion(),
    now,
    log: options.log,
    threads: options.threads,
  });
  const rightInPrecision = async (opened: Engine): Promise<Engine> => {
    if (options.precision !== 'f16') return opened;
    try {
      await requireRightHalves(opened);
      return opened;
    } catch (error) {
      await opened.dispose();
      throw error;
    }
  };
  const caches = new SessionCaches();
  let opening: Promise<Engine> | undefined;
  const open = (as: Partial<EngineChoice> & Pick<EngineChoice, 'engine' | 'device'>): Promise<Engine> =>
    openEngine({
      ...(options.ownProcess === undefined ? {} : { ownProcess: options.ownProcess }),
      log: options.log,
      ...as,
      judge,
    });
  const engine = (): Promise<Engine> => {
    const { engine: name, device, threads } = options;
    opening ??= open({ engine: name, device, ...(threads === undefined ? {} : { threads }) })
      .then(rightInPrecision)
      .catch((error: unknown) => {
        // What kept it from opening (no memory, too many open files) may be over when the next job asks.
        opening = undefined;
        throw error;
      });
    return opening;
  };
  return {
    context: {
      library,
      caches,
      engine,
      openEngine: open,
      ...(options.precision === undefined ? {} : { precision: options.precision }),
      progress: options.progress,
      signal: options.signal,
      log: options.log,
      now,
    },
    close: async () => {
      try {
        // An engine that failed to open has already been reported to whoever asked for it.
        const opened = await opening?.catch(() => undefined);
        await opened?.dispose();
      } finally {
        caches.clear();
        library.close();
      }
    },
  };
}
