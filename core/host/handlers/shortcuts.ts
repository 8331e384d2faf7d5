/** Handlers of core/contract/ipc/shortcuts.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { shortcutCalls } from '../../contract/ipc/shortcuts.ts';
import { shortcutCheckOf } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const shortcutHandlers: Handlers<keyof typeof shortcutCalls, CoreContext> = {
  'shortcuts.report': ({ model, split }, { services }) => shortcutCheckOf(services.library.db, model, split) ?? null,
};
