/** Handlers of core/contract/ipc/suspects.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { suspectCalls } from '../../contract/ipc/suspects.ts';
import { findSuspects, keepLabel } from '../../services/suspects/suspects.ts';
import type { CoreContext } from '../context.ts';

export const suspectHandlers: Handlers<keyof typeof suspectCalls, CoreContext> = {
  'suspects.list': ({ model }, { services }) => findSuspects(services, model),
  'suspects.keep': (checked, { services }) => keepLabel(services, checked),
};
