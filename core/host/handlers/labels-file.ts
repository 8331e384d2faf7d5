/** Handlers of core/contract/ipc/labels-file.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { labelsFileCalls } from '../../contract/ipc/labels-file.ts';
import { exportLabels } from '../../services/import/labels-export.ts';
import { previewLabels, saveRefusedRows } from '../../services/import/preview.ts';
import type { CoreContext } from '../context.ts';

/** Stops the preview that is being made; a folder of many files takes a while. */
let stop = new AbortController();

export const labelsFileHandlers: Handlers<keyof typeof labelsFileCalls, CoreContext> = {
  'labels.preview': async (options, { services }) => {
    stop.abort();
    stop = new AbortController();
    return await previewLabels({ ...services, signal: stop.signal }, options);
  },
  'labels.stopPreview': () => {
    stop.abort();
    return null;
  },
  'labels.saveRefused': async (options, { services }) => await saveRefusedRows(services, options),
  'labels.export': (options, { services }) => exportLabels(services, options).rows,
};
