/** Calls about comparisons of methods. A job of the kind "compare" makes one. */
import { z } from 'zod';
import { compareOptionsSchema, comparisonReportSchema } from '../comparison.ts';
import { jobViewSchema } from '../jobs.ts';
import { nameSchema } from '../names.ts';
import { promiseSchema } from '../promise.ts';
import { defineCalls } from './call.ts';

export const comparisonCalls = defineCalls({
  'comparison.list': {
    doc: 'The finished comparisons of methods on a data set, newest first.',
    input: z.strictObject({ dataset: nameSchema }),
    output: z.array(comparisonReportSchema),
  },
  'comparison.promise': {
    doc: 'Time and disk of a comparison with the methods that fit its hours; null where none does, and where something of it was not measured on this machine yet, which the job does first.',
    input: compareOptionsSchema,
    output: promiseSchema.nullable(),
  },
  'comparison.start': {
    doc: 'Queues a comparison with the promise that its user saw.',
    input: z.strictObject({ options: compareOptionsSchema, promise: promiseSchema.nullable() }),
    output: jobViewSchema,
  },
  'comparison.save': {
    doc: 'Writes the table of a finished comparison to a file: CSV, or a report as HTML.',
    input: z.strictObject({ id: z.int(), format: z.enum(['csv', 'html']), path: z.string().min(1) }),
    output: z.null(),
  },
});
