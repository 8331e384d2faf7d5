/** Handlers of core/contract/ipc/library.ts. */
import type { Handlers } from '../../../core/contract/index.ts';
import type { libraryCalls } from '../../../core/contract/ipc/library.ts';
import { libraryCounts, listDatasets, listLpms, listModels, listRuns } from '../../../core/store/index.ts';
import type { CoreContext } from '../context.ts';

export const libraryHandlers: Handlers<keyof typeof libraryCalls, CoreContext> = {
  'library.summary': (_, { services }) => ({
    folder: services.library.folder,
    ...libraryCounts(services.library.db),
  }),
  'datasets.list': (_, { services }) => listDatasets(services.library.db),
  'lpms.list': (_, { services }) => listLpms(services.library.db),
  'models.list': (_, { services }) => listModels(services.library.db),
  'runs.list': (_, { services }) => listRuns(services.library.db),
};
