/** What every handler of the core process is given. */
import type { CoreEventName, EventPayload } from '../../core/contract/index.ts';
import type { ServiceContext } from '../../core/services/context.ts';
import type { FolderWatcher } from '../../core/services/watch.ts';
import type { JobQueue } from './queue.ts';

export interface CoreContext {
  readonly services: ServiceContext;
  readonly queue: JobQueue;
  readonly watcher: FolderWatcher;
  /** Tells the window that something happened. */
  emit<N extends CoreEventName>(name: N, payload: EventPayload<N>): void;
}
