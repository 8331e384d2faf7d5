/** Handlers of core/contract/ipc/precision.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { precisionCalls } from '../../contract/ipc/precision.ts';
import { promiseTryInt8 } from '../../services/labelling/promise.ts';
import { triedInt8 } from '../../services/labelling/tried-int8.ts';
import { int8Support } from '../../services/lpm/int8-engine.ts';
import type { CoreContext } from '../context.ts';

export const precisionHandlers: Handlers<keyof typeof precisionCalls, CoreContext> = {
  'int8.support': async (_, { services }) => await int8Support(await services.engine()),
  'int8.report': async (asked, { services }) => await triedInt8(services, asked),
  'int8.promise': ({ options }, { services }) => promiseTryInt8(services, options),
  'int8.start': ({ options, promise }, { queue }) => queue.add('try-int8', options, promise),
};
