/** `export`: options and report. */
import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { problemGroupSchema } from '../problems.ts';

/** What may be kept beyond the basic profile; each is an option of PS3.15 Annex E. */
export const exportRetainOptions = ['uids', 'device', 'institution', 'patient'] as const;

/** Dates and times: removed, kept, or moved by whole days, the same for all studies of a patient. */
export const exportDateModes = ['remove', 'keep', 'shift'] as const;

export const exportOptionsSchema = z.strictObject({
  /** Files and folders; with `dataset` they may be left out. */
  paths: z.array(z.string().min(1)).default([]),
  dataset: nameSchema.optional(),
  /** The folder to make; it must not exist or be empty. */
  out: z.string().min(1),
  retain: z.array(z.enum(exportRetainOptions)).default([]),
  dates: z.enum(exportDateModes).default('remove'),
  /** A CSV file with the columns patientID and pseudonym: a site's own names for its patients. */
  pseudonyms: z.string().min(1).optional(),
  /** True also writes labels.csv: the labels that count in the data set, by the new UIDs. */
  labels: z.boolean().default(false),
});
export type ExportOptions = z.input<typeof exportOptionsSchema>;

const count = z.int().nonnegative();

/** Something a person must look at, with the exported files it is about. */
export const exportWarningSchema = z.object({
  code: z.string(),
  message: z.string(),
  count: z.int().positive(),
  /** Names below `out`; they hold no patient data. */
  files: z.array(z.string()),
});
export type ExportWarning = z.infer<typeof exportWarningSchema>;

/** Every file is accounted for: exported + duplicate + skipped = total. */
export const exportReportSchema = z.object({
  out: z.string(),
  /** What was done, in the standard's words. */
  profile: z.string(),
  retain: z.array(z.enum(exportRetainOptions)),
  dates: z.enum(exportDateModes),
  total: count,
  exported: count,
  duplicate: count,
  skipped: count,
  patients: count,
  studies: count,
  /** Rows of labels.csv; null where none was asked for. */
  labels: count.nullable(),
  problems: z.array(problemGroupSchema),
  warnings: z.array(exportWarningSchema),
  /** What the site's own list of pseudonyms did not fit; null without one. */
  pseudonyms: z
    .object({
      /** Rows of the list, by number, whose patient is in none of these files. */
      unusedRows: z.array(z.int().positive()),
      /** Patients whom the list does not have; their pseudonyms were made. */
      madePatients: count,
    })
    .nullable()
    .default(null),
  seconds: z.number(),
  notice: z.string(),
});
export type ExportReport = z.infer<typeof exportReportSchema>;
