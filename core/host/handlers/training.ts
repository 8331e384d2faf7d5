/** Handlers of core/contract/ipc/training.ts. */
import { type Handlers, methods, type TrainingOptions, trainOptionsSchema } from '../../contract/index.ts';
import type { trainingCalls } from '../../contract/ipc/training.ts';
import { checkDataset } from '../../services/datasets/data-check.ts';
import { promiseTime } from '../../services/estimate/estimate.ts';
import { epochsOf, listJobs, listRuns, modelByName, type ReadDb, versionById } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const trainingHandlers: Handlers<keyof typeof trainingCalls, CoreContext> = {
  'training.defaults': () => {
    const { dataset: _, lpm: __, ...settings } = trainOptionsSchema.parse({ dataset: 'd', lpm: 'l' });
    return { methods: [...methods], recommended: settings.method, settings };
  },
  'training.check': (request, { services }) => checkDataset(services, request),
  'training.promise': async ({ trainings }, { services, queue }) => ({
    ...(await promiseTime(services, trainings)),
    isBusy: queue.isBusy,
  }),
  'training.start': ({ trainings }, { services, queue }) =>
    trainings.map(({ options, promise }) => {
      const name = options.name ?? freeName(services.library.db, options);
      return queue.add('train', { ...options, name }, promise);
    }),
  'training.follow': ({ jobId }, { services, queue }) => {
    const { db } = services.library;
    const { name } = queue.get(jobId).payload as { readonly name?: string };
    const run = listRuns(db).findLast(({ modelName }) => modelName === name);
    if (run === undefined) return null;
    return { run, epochs: epochsOf(db, run.id), classes: versionById(db, run.datasetVersionId)?.classes ?? [] };
  },
};

/** `data set-method`, with a number where a model, a run or a waiting job has that name. */
function freeName(db: ReadDb, { dataset, method }: TrainingOptions): string {
  const taken = new Set([
    ...listRuns(db).map(({ modelName }) => modelName),
    ...listJobs(db).map(({ payload }) => (payload as { readonly name?: string }).name),
  ]);
  const base = `${dataset}-${method}`;
  let name = base;
  for (let n = 2; taken.has(name) || modelByName(db, name) !== undefined; n++) name = `${base}-${n}`;
  return name;
}
