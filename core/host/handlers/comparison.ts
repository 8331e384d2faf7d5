/** Handlers of core/contract/ipc/comparison.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { comparisonCalls } from '../../contract/ipc/comparison.ts';
import { promiseBefore } from '../../services/comparison/promise.ts';
import { saveComparison } from '../../services/comparison/write.ts';
import { comparisonsOf } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const comparisonHandlers: Handlers<keyof typeof comparisonCalls, CoreContext> = {
  'comparison.list': ({ dataset }, { services }) => comparisonsOf(services.library.db, dataset),
  'comparison.promise': (options, { services }) => promiseBefore(services, options),
  'comparison.start': ({ options, promise }, { queue }) => queue.add('compare', options, promise),
  'comparison.save': ({ id, format, path }, { services }) => {
    saveComparison(services, id, format, path);
    return null;
  },
};
