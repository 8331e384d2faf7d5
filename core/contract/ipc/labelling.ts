/** Calls about learning curves and the order of the cases to label. */
import { z } from 'zod';
import { jobViewSchema } from '../jobs.ts';
import { curveOptionsSchema, curveReportSchema, everySchema, readingOrderSchema } from '../labelling.ts';
import { timeSchema } from '../names.ts';
import { measureOptionsSchema } from '../options.ts';
import { promiseSchema } from '../promise.ts';
import { defineCalls } from './call.ts';

const dataset = z.string().min(1);
/** When the order was made whose cases the caller has: they are not told again. */
const known = timeSchema.nullable().default(null);

export const labellingCalls = defineCalls({
  'curve.report': {
    doc: 'The newest learning curve of a data set; null where there was none. A job of the kind "curve" makes one.',
    input: z.strictObject({ dataset }),
    output: curveReportSchema.nullable(),
  },
  'curve.promise': {
    doc: 'How long a learning curve will take; where this machine was not measured for it, what has to be measured first.',
    input: z.strictObject({ options: curveOptionsSchema }),
    output: z.object({
      promise: promiseSchema.nullable(),
      missing: z.array(measureOptionsSchema),
      freeBytes: z.number().nullable(),
    }),
  },
  'curve.start': {
    doc: 'Queues a learning curve with the time that was promised.',
    input: z.strictObject({ options: curveOptionsSchema, promise: promiseSchema.nullable() }),
    output: jobViewSchema,
  },
  'reading.order': {
    doc: 'The order of the cases to label and when it was made, or what is missing for one. It holds places, no answer of a model.',
    input: z.strictObject({ dataset, known }),
    output: readingOrderSchema,
  },
  'reading.orderBy': {
    doc: 'Turns the order by uncertainty on or off, and says after how many new labels it is made again; queues a job where one is due.',
    input: z.strictObject({ dataset, isOn: z.boolean(), every: everySchema, known }),
    output: readingOrderSchema,
  },
});
