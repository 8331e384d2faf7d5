/** Calls about the model in use for a data set. */
import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { promoteOptionsSchema, promotionComparisonSchema, promotionSchema } from '../promotion.ts';
import { defineCalls, nothing } from './call.ts';

export const promotionCalls = defineCalls({
  'promotion.inUse': {
    doc: 'The model in use of every data set that has one, with the decision that put it there.',
    input: nothing,
    output: z.array(promotionSchema),
  },
  'promotion.history': {
    doc: 'Every decision about a data set, newest first.',
    input: z.strictObject({ dataset: nameSchema }),
    output: z.array(promotionSchema),
  },
  'promotion.compare': {
    doc: 'A model beside the one in use on the test patients, which is recorded as a look at them; null where one of the two was not evaluated there yet, with their names.',
    input: z.strictObject({ model: nameSchema }),
    output: z.object({
      lacking: z.array(z.string()),
      comparison: promotionComparisonSchema.nullable(),
      /** Under whose name a decision would be kept. */
      by: z.string(),
    }),
  },
  'promotion.pair': {
    doc: 'A model beside another one of its data set on the test patients that both were asked about, patient by patient; null where one of the two was not evaluated there yet, with their names. Nothing is decided by it.',
    input: z.strictObject({ model: nameSchema, other: nameSchema }),
    output: z.object({ lacking: z.array(z.string()), comparison: promotionComparisonSchema.nullable() }),
  },
  'promotion.put': {
    doc: 'Puts a model in use. Without a reason only where it is not worse than the one in use.',
    input: promoteOptionsSchema.omit({ by: true, margin: true }),
    output: promotionSchema,
  },
});
