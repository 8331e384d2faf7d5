/** Calls about labels that a model doubts. */
import { z } from 'zod';
import { readerIdSchema, readingTargetSchema } from '../ids.ts';
import { nameSchema } from '../names.ts';
import { suspectOptionsSchema, suspectReportSchema } from '../suspects.ts';
import { defineCalls } from './call.ts';

export const suspectCalls = defineCalls({
  'suspects.list': {
    doc: 'The labels that the out-of-fold answers of a model contradict, and what became of each; null of a model without such answers.',
    input: suspectOptionsSchema,
    output: suspectReportSchema.nullable(),
  },
  'suspects.keep': {
    doc: 'Keeps a label that a model doubts: it is not open again, on this model’s list or a later one’s, until it is changed. Gives the list as it is then.',
    input: z.strictObject({
      model: nameSchema,
      target: readingTargetSchema,
      question: z.string().nullable(),
      /** The label that is kept, as the page shows it. */
      label: z.string(),
      /** Who reads, as the page says. */
      readerId: readerIdSchema,
    }),
    output: suspectReportSchema,
  },
});
