/** Handlers of core/contract/ipc/editing.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { editingCalls } from '../../contract/ipc/editing.ts';
import {
  listClassMerges,
  mergeClasses,
  planClassMerge,
  takeClassMergeBack,
} from '../../services/datasets/merge-classes.ts';
import {
  deleteDataset,
  listDeletedDatasets,
  planDatasetDeletion,
  restoreDataset,
} from '../../services/library/datasets.ts';
import { planErasure } from '../../services/library/erase.ts';
import {
  deleteModel,
  listDeletedModels,
  planModelDeletion,
  renameModel,
  restoreModel,
} from '../../services/library/models.ts';
import { saveWindowChoices, windowChoices } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

/** What of the library shows a thing, and is to be read again once it changed. */
const shownBy = {
  models: ['models', 'predictions'],
  datasets: ['datasets', 'models', 'labels'],
  labels: ['datasets', 'labels'],
} as const;

function told<T>({ emit }: CoreContext, changed: keyof typeof shownBy, value: T): T {
  for (const what of shownBy[changed]) emit('library.changed', { what });
  return value;
}

export const editingHandlers: Handlers<keyof typeof editingCalls, CoreContext> = {
  'choices.get': (_, { services }) => windowChoices(services.library.db),
  'choices.save': (choices, { services }) => {
    // Who only reads leaves no trace, not even of where they were.
    if (services.library.mode === 'write') saveWindowChoices(services.library.writer, choices);
    return null;
  },
  'models.rename': ({ model, name }, context) => {
    renameModel(context.services, model, name);
    // Jobs and watched folders that name it follow.
    context.emit('library.changed', { what: 'jobs' });
    context.emit('watches.changed', {});
    return told(context, 'models', null);
  },
  'models.deletion': ({ model }, { services }) => planModelDeletion(services, model),
  'models.delete': ({ model, evenInUse }, context) => {
    const plan = deleteModel(context.services, model, { evenInUse });
    context.emit('watches.changed', {});
    return told(context, 'models', plan);
  },
  'models.deleted': (_, { services }) => listDeletedModels(services),
  'models.restore': ({ model }, context) => {
    const back = restoreModel(context.services, model);
    context.emit('watches.changed', {});
    return told(context, 'models', back);
  },
  'datasets.deletion': ({ dataset }, { services }) => planDatasetDeletion(services, dataset),
  'datasets.delete': ({ dataset }, context) => {
    const plan = deleteDataset(context.services, dataset);
    context.queue.giveWay(dataset);
    context.emit('watches.changed', {});
    return told(context, 'datasets', plan);
  },
  'datasets.deleted': (_, { services }) => listDeletedDatasets(services),
  'datasets.restore': ({ dataset }, context) => {
    const back = restoreDataset(context.services, dataset);
    context.emit('watches.changed', {});
    return told(context, 'datasets', back);
  },
  'studies.deletion': ({ studyIds, extent }, { services }) => planErasure(services, studyIds, extent),
  'classes.plannedMerge': ({ dataset, from, into }, { services }) => ({
    labels: planClassMerge(services, dataset, from, into),
  }),
  'classes.merge': ({ dataset, from, into }, context) =>
    told(context, 'labels', { labels: mergeClasses(context.services, dataset, from, into) }),
  'classes.merges': ({ dataset }, { services }) =>
    listClassMerges(services, dataset).map(({ id: _, ...merge }) => merge),
  'classes.takeApart': ({ dataset, from }, context) =>
    told(context, 'labels', { labels: takeClassMergeBack(context.services, dataset, from) }),
};
