/** Handlers of core/contract/ipc/replay.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { replayCalls } from '../../contract/ipc/replay.ts';
import { promiseRun } from '../../services/estimate/estimate.ts';
import { recordOfModel } from '../../services/replay/record.ts';
import { modelByName, replayOf } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const replayHandlers: Handlers<keyof typeof replayCalls, CoreContext> = {
  'replay.report': ({ model }, { services: { library } }) => {
    const record = modelByName(library.db, model);
    return record === undefined ? null : (replayOf(library.db, record.id) ?? null);
  },
  'replay.promise': async ({ model }, { services }) => await promiseRun(services, recordOfModel(services, model).plan),
  'replay.start': async ({ model }, { services, queue }) =>
    queue.add('replay', { model }, (await promiseRun(services, recordOfModel(services, model).plan)).promise),
};
