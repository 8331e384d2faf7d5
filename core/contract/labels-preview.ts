/** What a labels file would do, before it does it. */
import { z } from 'zod';
import { labelReadingSchema } from './label-reading.ts';
import { labelColumnSchema, labelEncodingSchema, labelSeparatorSchema } from './labels-file.ts';
import { classNameSchema, nameSchema, picturePatientsSchema, splitSchema } from './names.ts';
import { positiveClassSourceSchema } from './records.ts';
import { importNoteSchema } from './reports.ts';
import { targetKindSchema } from './targets.ts';

const count = z.int().nonnegative();

export const previewOptionsSchema = z.strictObject({
  labels: z.string().min(1),
  dataset: nameSchema,
  /** Files and folders that are to be imported with it; none where the labels come alone. */
  paths: z.array(z.string().min(1)).default([]),
  pseudonymise: z.boolean().default(false),
  reader: z.string().min(1).default('import'),
  /** Whose a picture is that no column gives a patient; the data set's rule where left out. */
  patients: picturePatientsSchema.optional(),
  /** Of a data set that the import would make. */
  target: targetKindSchema.optional(),
  classes: z.array(nameSchema).min(1).max(50).optional(),
  /** True takes names that differ only in small and capital letters for one class. */
  mergeCase: z.boolean().optional(),
  /** The positive one of two classes, as somebody said. */
  positive: classNameSchema.optional(),
  /** How the file is read where it has not our own columns. Where it is left out and a profile fits, that is proposed. */
  reading: labelReadingSchema.optional(),
  classNames: z
    .array(z.strictObject({ from: z.string().min(1), to: nameSchema }))
    .max(1000)
    .default([]),
});
export type PreviewOptions = z.input<typeof previewOptionsSchema>;

/** Names of classes that differ only in small and capital letters: one class typed carelessly, or two. */
export const caseQuestionSchema = z.object({
  names: z.array(z.object({ name: z.string(), rows: count, isKnown: z.boolean() })),
  /** The name that would stand for all. */
  suggestion: z.string(),
});

/** The two classes that there would be, and which is positive; null with more or fewer. */
const positiveProposalSchema = z
  .object({ names: z.array(z.string()).length(2), name: z.string(), source: positiveClassSourceSchema })
  .nullable();
export type PositiveProposal = z.infer<typeof positiveProposalSchema>;

/** Class folders that are to be imported. */
export const folderClassesOptionsSchema = previewOptionsSchema
  .pick({ dataset: true, target: true, classes: true, mergeCase: true })
  .extend({ paths: z.array(z.string().min(1)) });
export type FolderClassesOptions = z.output<typeof folderClassesOptionsSchema>;

export const folderClassesSchema = z.object({
  classes: z.array(z.object({ name: z.string(), files: count })),
  caseQuestions: z.array(caseQuestionSchema),
  positive: positiveProposalSchema,
});
export type FolderClasses = z.infer<typeof folderClassesSchema>;

/** Rows from which nothing would be taken. Cells and paths stand here whole: it is shown to whoever has the file, and never stored. */
export const previewRefusalSchema = z.object({
  /** Lines of the file; several where rows contradict each other. */
  rows: z.array(z.int().positive()),
  message: z.string(),
  /** What the row says where the image should be named. */
  key: z.string(),
  /** Files that it might mean. */
  files: z.array(z.string()),
});
export type PreviewRefusal = z.infer<typeof previewRefusalSchema>;

/** How many of the refused rows, and of the files without a row, a preview lists. */
export const previewListLimit = 200;

export const labelsPreviewSchema = z.object({
  dataset: z.string(),
  /** True for a data set that the import would make. */
  isNewDataset: z.boolean(),
  encoding: labelEncodingSchema,
  separator: labelSeparatorSchema,
  /** Rows that hold something, the header left out, and rows of separators alone. */
  rows: count,
  emptyRows: count,
  /** The columns in order, and what each was taken for; of one that is not used `why` says the reason. */
  columns: z.array(
    z.object({
      name: z.string(),
      meaning: labelColumnSchema.nullable(),
      why: z.enum(['unknown', 'other-key', 'other-words', 'split-words']).nullable(),
      /** Of `split-words`, the words that speak of training, validation or test. */
      words: z.array(z.string()).optional(),
    }),
  ),
  /** The first rows as they were understood. */
  first: z.array(
    z.object({
      row: z.int().positive(),
      key: z.string(),
      label: z.string(),
      /** What the line says of several findings or quantities; `label` is empty then. */
      answers: z.array(z.object({ question: z.string(), label: z.string() })),
      split: splitSchema.nullable(),
      patientID: z.string().nullable(),
      reader: z.string().nullable(),
    }),
  ),
  /** Classes by name, with the names in the file that become it, the labels it would get and the images those are about. */
  classes: z.array(
    z.object({ name: z.string(), from: z.array(z.string()), isNew: z.boolean(), labels: count, images: count }),
  ),
  /** How the file is read that has not our own columns; null where it has. */
  reading: z
    .object({
      /** The public set whose file it is; null where options say how it is read. */
      title: z.string().nullable(),
      /** The profile as it has to be named; null likewise. */
      profile: z.string().nullable(),
      /** True where nobody asked for the profile: an import takes it only when it is named. */
      isProposed: z.boolean(),
      /** All ways in which the profile reads such files. */
      variants: z.array(z.object({ profile: z.string(), title: z.string() })),
      /** What is taken from where, in sentences, and what one has to know of the set. */
      says: z.array(z.string()),
      notes: z.array(z.string()),
      target: targetKindSchema.nullable(),
      /** Findings that no row says anything of. */
      silent: z.array(z.string()),
    })
    .nullable(),
  /** A profile that fits a file which is read by our own columns. */
  alsoFits: z.object({ title: z.string(), profile: z.string() }).nullable(),
  /** What is said of each finding; `unknown` are those of which something else is said. */
  findings: z.array(z.object({ name: z.string(), present: count, absent: count, uncertain: count, unknown: count })),
  /** What the file was taken for where nobody said it, and patients who may be one: as the import says it after. */
  notes: z.array(importNoteSchema),
  splits: z.array(z.object({ split: splitSchema, patients: count, images: count })),
  /** Patients whose images get a label. */
  patients: count,
  /** Rows found with other upper and lower case in their path, and with another beginning of it. */
  otherCase: count,
  moved: count,
  /** Rows from which nothing would be taken, and the first of them. */
  refusedRows: count,
  /** Of them those that cannot be read whatever the images are; an import stops for them unless they are to be left out. */
  unreadableRows: count,
  refused: z.array(previewRefusalSchema),
  /** Images that no row is about, and the first of them by name. */
  imagesWithoutRow: z.object({ count, names: z.array(z.string()) }),
  /** Against the labels that are there: `overruled` are those that a reader has labelled otherwise, whose label goes on counting. */
  /** Patients to whom an earlier file gave another split. */
  splitsChanged: count,
  changes: z.object({ new: count, same: count, changed: count, overruled: count }),
  caseQuestions: z.array(caseQuestionSchema),
  positive: positiveProposalSchema,
  /** Why nothing could be written, whichever rows are left out; null where something could. */
  blocked: z.object({ message: z.string(), action: z.string() }).nullable(),
});
export type LabelsPreview = z.infer<typeof labelsPreviewSchema>;
