/** What every handler of the core process is given. */
import type { EmitCoreEvent } from '../contract/index.ts';
import type { FolderWatcher } from '../services/classification/watch.ts';
import type { JobQueue } from '../services/jobs/queue.ts';
import type { ServiceContext } from '../services/session/context.ts';
import type { Decoders } from './decoders.ts';

export interface CoreContext {
  readonly services: ServiceContext;
  readonly queue: JobQueue;
  readonly watcher: FolderWatcher;
  readonly decoders: Decoders;
  /** Engine, device and why; null until something was computed. */
  engineInUse(): string | null;
  /** Closes everything, does `work` over the closed library, and ends the process; the window's process starts it again. */
  endAfter<T>(work: () => T): Promise<T>;
  /** Tells the window that something happened. */
  readonly emit: EmitCoreEvent;
}
