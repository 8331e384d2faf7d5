/** What one call between the window and the other processes is: the schema of what goes in and of what comes out. */
import { z } from 'zod';
import { errorCodes } from '../../base/error-codes.ts';

export interface Call<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** What the call gives, in a sentence; the documentation of calls is written from it. */
  readonly doc: string;
  readonly input: I;
  readonly output: O;
}

/** A table of calls named `noun.verb`; types of input and output follow from the schemas. */
export function defineCalls<const T extends Record<string, Call>>(calls: T): T {
  return calls;
}

/** A table of events named `noun.pastTense` with the schema of what they carry. */
export function defineEvents<const T extends Record<string, z.ZodType>>(events: T): T {
  return events;
}

/** The input of a call that needs none. */
export const nothing = z.strictObject({});

/** A serialised error as core/base writes it. */
export const serialisedErrorSchema = z.object({
  code: z.enum(['BUG', ...Object.keys(errorCodes)]),
  message: z.string(),
  action: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  retryable: z.boolean(),
});
