/** Handlers of core/contract/ipc/labels-file.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { labelsFileCalls } from '../../contract/ipc/labels-file.ts';
import { lookAtFolderClasses } from '../../services/import/folder-classes.ts';
import { exportLabels } from '../../services/import/labels-export.ts';
import { previewLabels, saveRefusedRows } from '../../services/import/preview.ts';
import type { SessionCache } from '../../services/session/caches.ts';
import type { CoreContext } from '../context.ts';

/** What stops the preview that is being made; a folder of many files takes a while. */
const running: SessionCache<{ stop: AbortController }> = {
  name: 'the preview of a labels file',
  until: 'close',
  make: () => ({ stop: new AbortController() }),
};

export const labelsFileHandlers: Handlers<keyof typeof labelsFileCalls, CoreContext> = {
  'labels.preview': async (options, { services }) => {
    const preview = services.caches.of(running);
    preview.stop.abort();
    preview.stop = new AbortController();
    return await previewLabels({ ...services, signal: preview.stop.signal }, options);
  },
  'labels.ofFolders': (options, { services }) => lookAtFolderClasses(services.library.db, options),
  'labels.stopPreview': (_, { services }) => {
    services.caches.of(running).stop.abort();
    return null;
  },
  'labels.saveRefused': async (options, { services }) => await saveRefusedRows(services, options),
  'labels.export': (options, { services }) => exportLabels(services, options).rows,
};
