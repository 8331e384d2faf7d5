/** What is promised before a training starts. */
import { z } from 'zod';
import { methodSchema } from './names.ts';
import { progressStageSchema } from './records.ts';

const count = z.int().nonnegative();

/** What a user is told before a training starts, computed from what was measured on this machine. */
export const promiseSchema = z.object({
  seconds: z.number().nonnegative(),
  /** The range in which it will most likely lie. */
  low: z.number().nonnegative(),
  high: z.number().nonnegative(),
  /** In the order of the work, named as its progress names them. */
  stages: z.array(
    z.object({
      stage: progressStageSchema,
      seconds: z.number().nonnegative(),
      /** What the stage is made of: how often, and how long once takes. "start" is what comes only once. */
      parts: z.array(
        z.object({ what: z.string(), times: z.number().nonnegative(), seconds: z.number().nonnegative() }),
      ),
    }),
  ),
  /** Bytes that the library's disk will lose. */
  diskBytes: count,
  /** Of a search: what of the time each of its methods is expected to take. */
  methods: z.array(z.object({ method: methodSchema, seconds: z.number().nonnegative() })).optional(),
});
export type TimePromise = z.infer<typeof promiseSchema>;
