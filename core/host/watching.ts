/** The watcher of folders, joined to the queue. */
import type { EmitCoreEvent } from '../contract/index.ts';
import { FolderWatcher, watchClassification } from '../services/classification/watch.ts';
import { ensureDatasetApart } from '../services/datasets/apart.ts';
import type { JobQueue } from '../services/jobs/queue.ts';
import type { ServiceContext } from '../services/session/context.ts';

/** A watcher whose files go through the queue, one job a folder at a time. */
export function openWatcher(services: ServiceContext, queue: JobQueue, emit: EmitCoreEvent): FolderWatcher {
  const watcher = new FolderWatcher(services, {
    take: (watch, files) => {
      const isBusy = queue
        .list(['classify'], 1000)
        .some((job) => job.kind === 'classify' && job.isStoppable && job.payload?.watchId === watch.id);
      if (isBusy) return false;
      if (watch.dataset !== null) {
        ensureDatasetApart(services, watch.dataset);
        queue.add('import', { paths: [...files], dataset: watch.dataset, mayBeGone: true });
      }
      queue.add('classify', watchClassification(watch, files));
      return true;
    },
    changed: () => emit('watches.changed', {}),
  });
  watcher.open();
  return watcher;
}
