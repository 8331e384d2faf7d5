/**
 * What a profile is: data that say how the labels file of a public set is told and read. A profile holds no code, so that what is read of a
 * set stands in one place and docs/label-profiles.md is made from it.
 *
 * `{Column}` in a template stands for the cell of that column; columns may also be made by `cells`, from the parts of another column's cells.
 */
import { z } from 'zod';
import { findingMeaningSchema, keyKindSchema, targetKindSchema } from '../../../contract/index.ts';

const name = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
const column = z.string().min(1);
const template = z.string().min(1);
const pattern = z.string().refine((source) => /\(\?<\w+>/.test(source) && new RegExp(source, 'u') !== null, {
  message: 'a pattern names its parts',
});

/** Words of cells, and what each says; `blank` is an empty cell. Numbers are compared as numbers: 1.0 is 1. */
const findingWords = z.record(z.string().min(1), findingMeaningSchema);

const labelSourceSchema = z.discriminatedUnion('from', [
  /** One column a finding. Where `none` says that nothing was found, cells of others that are empty say absent. */
  z.strictObject({
    from: z.literal('columns'),
    columns: z.array(column).min(1),
    words: findingWords,
    none: z.strictObject({ column, word: z.string().min(1), except: z.array(column).default([]) }).optional(),
  }),
  /** Findings in one cell. What is not named is absent, unless one of the words `open` stands there. */
  z.strictObject({
    from: z.literal('list'),
    column,
    /** `python` for `['a', 'b']`. */
    separator: z.string().min(1),
    /** Words that say that nothing was found. */
    none: z.array(z.string().min(1)).default([]),
    /** Words that are no finding, and beside which nothing is known of what is not named. */
    open: z.array(z.string().min(1)).default([]),
    /** All findings that there are; those that the file names where left out. */
    findings: z.array(z.string().min(1)).min(1).optional(),
  }),
  /** One row a finding. */
  z.strictObject({ from: z.literal('rows'), finding: template, column, words: findingWords }),
  /** One word in one column: a class or a grade. */
  z.strictObject({
    from: z.literal('column'),
    column,
    /** What each word of the file is called; the words as they stand where left out. */
    words: z.record(z.string(), z.string().min(1)).optional(),
    /** Words beside which there is no label. */
    without: z.array(z.string()).default([]),
    /** The names in their order; of several rows about one image, the last in this order counts where `highest` is true. */
    order: z.array(z.string().min(1)).min(2).optional(),
    highest: z.boolean().default(false),
  }),
  /** One column a class with 1 in exactly one of them. */
  z.strictObject({ from: z.literal('one-hot'), columns: z.array(column).min(2) }),
  /** One column a quantity, with numbers. */
  z.strictObject({ from: z.literal('numbers'), columns: z.array(column).min(1) }),
]);
export type LabelSource = z.output<typeof labelSourceSchema>;

const variantSchema = z.strictObject({
  name,
  /** What is asked, as "… by this". */
  title: z.string().min(1),
  target: targetKindSchema,
  labels: labelSourceSchema,
});
export type ProfileVariant = z.output<typeof variantSchema>;

const secondFileSchema = z.strictObject({
  title: z.string().min(1),
  /** The name that it is published under. */
  file: z.string().min(1),
  columns: z.array(column).min(1),
  /** Columns of both files that join their rows. */
  on: z.array(column).min(1),
});
export type SecondFile = z.output<typeof secondFileSchema>;

export const profileSchema = z.strictObject({
  name,
  title: z.string().min(1),
  /** The names that the file is published under. */
  files: z.array(z.string().min(1)).min(1),
  /** How the file is told: by columns of its header, or where it has none by what each line looks like. */
  told: z.union([
    z.strictObject({ columns: z.array(column).min(2) }),
    z.strictObject({ line: pattern, columns: z.array(column).min(2) }),
  ]),
  /** Columns that are made of another's cells. A row whose cell does not fit has no such column. */
  cells: z.array(z.strictObject({ column, pattern })).default([]),
  /** Other names of columns in some of the files. */
  otherNames: z.record(z.string(), column).default({}),
  /** What is looked for, one after the other until something is found. */
  keys: z.array(z.strictObject({ kind: keyKindSchema, from: template })).min(1),
  patient: template.optional(),
  reader: column.optional(),
  split: column.optional(),
  second: secondFileSchema.optional(),
  /** What a reader of the documentation has to know beside it. */
  notes: z.array(z.string().min(1)).default([]),
  /** Ways to read it; the first where none is named. */
  variants: z.array(variantSchema).min(1),
});
export type Profile = z.output<typeof profileSchema>;
export type ProfileData = z.input<typeof profileSchema>;
