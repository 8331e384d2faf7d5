/** Every call that the core process answers. A call of the contract without a handler does not build. */
import type { CoreCallName, Handlers } from '../../contract/index.ts';
import type { CoreContext } from '../context.ts';
import { classifyHandlers } from './classify.ts';
import { comparisonHandlers } from './comparison.ts';
import { editingHandlers } from './editing.ts';
import { evidenceHandlers } from './evidence.ts';
import { jobHandlers } from './jobs.ts';
import { judgingHandlers } from './judging.ts';
import { labellingHandlers } from './labelling.ts';
import { labelHandlers } from './labels.ts';
import { labelsFileHandlers } from './labels-file.ts';
import { libraryHandlers } from './library.ts';
import { precisionHandlers } from './precision.ts';
import { promotionHandlers } from './promotion.ts';
import { replayHandlers } from './replay.ts';
import { settingsHandlers } from './settings.ts';
import { shortcutHandlers } from './shortcuts.ts';
import { suspectHandlers } from './suspects.ts';
import { trainingHandlers } from './training.ts';

export const handlers: Handlers<CoreCallName, CoreContext> = {
  ...libraryHandlers,
  ...labelHandlers,
  ...labelsFileHandlers,
  ...labellingHandlers,
  ...precisionHandlers,
  ...editingHandlers,
  ...jobHandlers,
  ...classifyHandlers,
  ...settingsHandlers,
  ...judgingHandlers,
  ...comparisonHandlers,
  ...promotionHandlers,
  ...shortcutHandlers,
  ...replayHandlers,
  ...suspectHandlers,
  ...evidenceHandlers,
  ...trainingHandlers,
};
