/** What was left out or is to be looked at and why, grouped so that four hundred bad files read as three lines. */
import { z } from 'zod';

/** One reason with its count. `examples` are redacted names of the first few, never full paths. */
export const problemGroupSchema = z.object({
  code: z.string(),
  message: z.string(),
  action: z.string(),
  count: z.int().positive(),
  examples: z.array(z.string()),
});
export type ProblemGroup = z.infer<typeof problemGroupSchema>;

/** A file of which something is to be said. `path` is shortened where it may name a patient, unless its reader asked for the whole. */
export const namedFileSchema = z.object({
  path: z.string(),
  code: z.string(),
  message: z.string(),
  action: z.string(),
});
export type NamedFile = z.infer<typeof namedFileSchema>;

/** One of all files that an import names: left out, or imported and to be looked at. */
export const fileOfImportSchema = namedFileSchema.extend({ isImported: z.boolean() });
export type FileOfImport = z.infer<typeof fileOfImportSchema>;

/** One problem of a labels file. `row` counts lines of the file; the header is row 1. */
export const labelProblemSchema = z.object({ row: z.int().positive().nullable(), message: z.string() });
export type LabelProblem = z.infer<typeof labelProblemSchema>;
