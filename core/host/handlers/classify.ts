/** Handlers of core/contract/ipc/classify.ts. */
import { AppError } from '../../base/errors.ts';
import type { Handlers } from '../../contract/index.ts';
import type { classifyCalls } from '../../contract/ipc/classify.ts';
import { batchResults, exportResults } from '../../services/classification/results.ts';
import { ensureDatasetApart } from '../../services/datasets/apart.ts';
import { modelVerdict } from '../../services/evaluation/judge-report.ts';
import { deleteBatches } from '../../services/library/delete-batch.ts';
import { batchFailures, listBatches, listWatches, modelByName } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const classifyHandlers: Handlers<keyof typeof classifyCalls, CoreContext> = {
  'classify.start': ({ addTo, ...options }, { services, queue }) => {
    if (addTo !== null && options.paths.length > 0) {
      ensureDatasetApart(services, addTo);
      queue.add('import', { paths: options.paths, dataset: addTo });
    }
    return queue.add('classify', options);
  },
  'classify.batches': (_, { services }) => listBatches(services.library.db),
  'classify.results': (choice, { services }) => batchResults(services, choice),
  'classify.retry': ({ batch }, { services, queue }) => {
    const { db } = services.library;
    const { model, watchId = null } = listBatches(db).find((row) => row.id === batch) ?? {};
    const paths = [...new Set(batchFailures(db, { batch }).map(({ path }) => path))].filter((path) => path !== '');
    if (model === undefined || paths.length === 0) {
      throw new AppError('BAD_INPUT', 'There is nothing to try again in these results.');
    }
    // A folder that goes by another model by now is about the results of that one.
    const isOfWatch = listWatches(db).some((watch) => watch.id === watchId && watch.model === model);
    const ofWatch = watchId !== null && isOfWatch ? { watchId } : {};
    return queue.add('classify', { paths, model, retries: batch, ...ofWatch, mayBeGone: true });
  },
  'classify.export': ({ choice, format, path }, { services }) => {
    // Results outlive their model.
    const worthOf = (model: string) =>
      modelByName(services.library.db, model) === undefined ? undefined : modelVerdict(services, model);
    exportResults(services, choice, format, path, worthOf);
    return null;
  },
  'classify.delete': (choice, { services }) => deleteBatches(services, choice),
  'watches.list': (_, { watcher }) => watcher.list(),
  'watches.add': (watch, { watcher, emit }) => {
    watcher.add(watch);
    emit('watches.changed', {});
    return null;
  },
  'watches.setActive': ({ id, isActive }, { watcher, emit }) => {
    watcher.setActive(id, isActive);
    emit('watches.changed', {});
    return null;
  },
  'watches.remove': ({ id }, { watcher, emit }) => {
    watcher.remove(id);
    emit('watches.changed', {});
    return null;
  },
};
