/** Calls about how an LPM reads: whether 8 bits are possible here, and what they would do to the images of a data set. */
import { z } from 'zod';
import { jobViewSchema } from '../jobs.ts';
import { nameSchema } from '../names.ts';
import { measureOptionsSchema } from '../options.ts';
import { promiseSchema } from '../promise.ts';
import { int8SupportSchema, triedInt8Schema, tryInt8OptionsSchema } from '../try-int8.ts';
import { defineCalls, nothing } from './call.ts';

export const precisionCalls = defineCalls({
  'int8.support': {
    doc: 'Whether an LPM can read in 8 bits here. Begins the engine where it does not run yet.',
    input: nothing,
    output: int8SupportSchema,
  },
  'int8.report': {
    doc: 'What 8 bits did to a data set when they were last tried on it with an LPM and an input size; null where they were not. A job of the kind "try-int8" tries them.',
    input: z.strictObject({ dataset: nameSchema, lpm: nameSchema, inputSize: z.int().positive() }),
    output: triedInt8Schema.nullable(),
  },
  'int8.promise': {
    doc: 'How long trying 8 bits will take; where this machine was not measured for it, what has to be measured first.',
    input: z.strictObject({ options: tryInt8OptionsSchema }),
    output: z.object({ promise: promiseSchema.nullable(), missing: z.array(measureOptionsSchema) }),
  },
  'int8.start': {
    doc: 'Queues trying 8 bits on a data set, with the time that was promised.',
    input: z.strictObject({ options: tryInt8OptionsSchema, promise: promiseSchema.nullable() }),
    output: jobViewSchema,
  },
});
