/** Calls about training a stored model again from its record. */
import { z } from 'zod';
import { jobViewSchema } from '../jobs.ts';
import { nameSchema } from '../names.ts';
import { measureOptionsSchema } from '../options.ts';
import { promiseSchema } from '../promise.ts';
import { replayReportSchema } from '../replay.ts';
import { defineCalls } from './call.ts';

const model = z.strictObject({ model: nameSchema });

export const replayCalls = defineCalls({
  'replay.report': {
    doc: 'What came of the newest training of a model from its record; null where there was none.',
    input: model,
    output: replayReportSchema.nullable(),
  },
  'replay.promise': {
    doc: 'How long training a model again from its record takes; null where this machine was not measured for it, with what to measure. Refused where the record cannot be replayed.',
    input: model,
    output: z.object({ promise: promiseSchema.nullable(), missing: measureOptionsSchema.nullable() }),
  },
  'replay.start': {
    doc: 'Queues it, with its promise. A job of the kind "replay".',
    input: model,
    output: jobViewSchema,
  },
});
