/** What a form may offer for an option: its limits and its choices, read from the schema that checks it. */
import { z } from 'zod';

export type OptionField =
  | {
      readonly kind: 'number';
      /** Allowed itself, unless `isAbove`. */
      readonly min: number;
      /** True where only more than `min` is allowed. */
      readonly isAbove: boolean;
      readonly max: number | null;
      readonly isWhole: boolean;
      /** True where nothing may be said. */
      readonly isOptional: boolean;
    }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'text' };

/** What a form offers for an option of this schema. A number without a lower limit has `min` -Infinity. */
export function optionField(schema: z.ZodType): OptionField {
  const { type, enum: values, minimum, exclusiveMinimum, maximum } = z.toJSONSchema(schema);
  if (values !== undefined) return { kind: 'choice', values: values.map(String) };
  if (type === 'boolean') return { kind: 'flag' };
  if (type !== 'number' && type !== 'integer') return { kind: 'text' };
  // A truth value here is of an older dialect of JSON Schema, which is not asked for.
  const above = typeof exclusiveMinimum === 'number' ? exclusiveMinimum : null;
  // Whole numbers have a limit of their own, which is where they stop being exact; no form needs to say it.
  const isLimited = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return {
    kind: 'number',
    min: above ?? minimum ?? Number.NEGATIVE_INFINITY,
    isAbove: above !== null,
    max: isLimited ? maximum : null,
    isWhole: type === 'integer',
    isOptional: schema.safeParse(undefined).data === undefined,
  };
}
