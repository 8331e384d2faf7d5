/** Calls about what a model's answers hang on. */
import { z } from 'zod';
import { nameSchema, splitSchema } from '../names.ts';
import { shortcutReportSchema } from '../shortcuts.ts';
import { defineCalls } from './call.ts';

export const shortcutCalls = defineCalls({
  'shortcuts.report': {
    doc: 'What the newest check of a model for shortcuts found on a split; null where there was none. A job of the kind "shortcuts" makes one.',
    input: z.strictObject({ model: nameSchema, split: splitSchema }),
    output: shortcutReportSchema.nullable(),
  },
});
