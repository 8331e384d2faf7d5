/** Handlers of core/contract/ipc/training.ts. */
import {
  type CriterionName,
  type Handlers,
  methods,
  type RunRecord,
  type TargetKind,
  targetKinds,
  trainOptionsSchema,
} from '../../contract/index.ts';
import type { trainingCalls } from '../../contract/ipc/training.ts';
import { trainingMethods } from '../../models/index.ts';
import { checkDatasetAndFiles } from '../../services/datasets/data-check.ts';
import { promiseTime } from '../../services/estimate/estimate.ts';
import { guessingOf } from '../../services/evaluation/guessing.ts';
import { methodsOfBudgets } from '../../services/recipe/plan.ts';
import { summaryOf } from '../../services/recipe/summary.ts';
import { asSeen } from '../../services/session/as-seen.ts';
import { changesSince, optionsAgain, optionsOn } from '../../services/training/again.ts';
import { freeModelName } from '../../services/training/plan.ts';
import {
  epochsOf,
  listRuns,
  modelByName,
  modelNamesOfJobs,
  runOfJob,
  searchOfRun,
  versionById,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { CoreContext } from '../context.ts';

export const trainingHandlers: Handlers<keyof typeof trainingCalls, CoreContext> = {
  'training.defaults': () => {
    const { dataset: _, lpm: __, ...settings } = trainOptionsSchema.parse({ dataset: 'd', lpm: 'l' });
    const criteria = Object.fromEntries(targetKinds.map((kind) => [kind, [...targets[kind].criteria]]));
    return {
      methods: [...methods],
      throughLpm: methods.filter((method) => trainingMethods[method].runsLpm !== undefined),
      readBefore: methods.filter((method) => trainingMethods[method].features !== null),
      searched: methodsOfBudgets(),
      recommended: settings.method,
      criteria: criteria as Record<TargetKind, CriterionName[]>,
      // A reader is not asked for a learning rate: the search finds it, and the published recipe is one click away.
      settings: { ...settings, recipe: 'auto' },
    };
  },
  'training.check': (request, { services }) => checkDatasetAndFiles(services, request),
  'training.promise': async ({ trainings }, { services, queue }) => ({
    ...(await promiseTime(services, trainings)),
    isBusy: queue.isBusy,
  }),
  'training.start': ({ trainings }, { services, queue }) =>
    trainings.map(({ options, promise }) => {
      const { db } = services.library;
      const taken = new Set([...listRuns(db).map(({ modelName }) => modelName), ...modelNamesOfJobs(db)]);
      return queue.add('train', { ...options, name: options.name ?? freeModelName(db, options, taken) }, promise);
    }),
  'training.changes': ({ model }, { services }) => changesSince(services, model),
  'training.again': ({ model }, { services, queue }) => {
    const { db } = services.library;
    const taken = new Set([...listRuns(db).map(({ modelName }) => modelName), ...modelNamesOfJobs(db)]);
    return queue.add('train', optionsAgain(services, model, taken));
  },
  'training.on': ({ model, epochs }, { services, queue }) => {
    const { db } = services.library;
    const taken = new Set([...listRuns(db).map(({ modelName }) => modelName), ...modelNamesOfJobs(db)]);
    return queue.add('train', optionsOn(services, model, epochs, taken));
  },
  'training.follow': ({ jobId }, { services, queue }) => {
    const { db } = services.library;
    const job = queue.get(jobId);
    const ofJob = (): RunRecord[] =>
      [job.kind === 'train' ? runOfJob(db, job) : undefined].filter((row) => row !== undefined);
    const [run] = asSeen(services.library, ofJob);
    if (run === undefined) return null;
    const classes = versionById(db, run.datasetVersionId)?.classes ?? [];
    const made = modelByName(db, run.modelName);
    const search = searchOfRun(db, run.id);
    return {
      run,
      model: made?.run === run.name ? made.name : null,
      epochs: epochsOf(db, run.id),
      classes,
      guessing: { ...guessingOf(services, run) },
      search: search === undefined ? null : summaryOf(search),
    };
  },
};
