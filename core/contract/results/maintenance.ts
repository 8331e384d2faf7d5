/** `library check`, `library backup`, `library restore`, `library free`, `patient delete`, `batch delete`: options and reports. */
import { z } from 'zod';
import { jobKindSchema } from '../names.ts';

const count = z.int().nonnegative();

export const checkLibraryOptionsSchema = z.strictObject({
  /** True reads every copied and referenced file and compares its hash; otherwise presence and size are checked. */
  deep: z.boolean().default(false),
  /** CSV file for the instances that no file has as it was, each with its UIDs and the place where it was known. */
  list: z.string().optional(),
});
export type CheckLibraryOptions = z.input<typeof checkLibraryOptionsSchema>;

/** One kind of damage or absence. `error`: something is lost or wrong; `note`: worth knowing, nothing is wrong with the library. */
export const findingSchema = z.object({
  severity: z.enum(['error', 'note']),
  code: z.string(),
  message: z.string(),
  action: z.string(),
  count: z.int().positive(),
});
export type Finding = z.infer<typeof findingSchema>;

/** What keeps a library from being read says nothing about its rows: a backup put in its place would lose what is new and mend nothing. */
export const accessCodes = [
  'LIBRARY_READ_ONLY',
  'LIBRARY_BUSY',
  'DISK_FULL',
  'DISK_FAILED',
  'DB_FROM_NEWER_APP',
] as const;

/** Images lie outside the library unless they were copied: where they are gone, or a library was moved without them, it is whole itself. */
export const fileCodes = ['FILE_NOT_FOUND', 'FILE_UNREADABLE'] as const;

/** What a check came to as a whole. `unread`: nothing is known to be wrong, nor that all is well; `files`: all that is wrong are files of images. */
export type CheckOutcome = 'sound' | 'damaged' | 'unread' | 'files';

/** What the findings of a check come to. */
export function checkOutcome(findings: readonly Finding[]): CheckOutcome {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const areAll = (codes: readonly string[]): boolean => errors.every(({ code }) => codes.includes(code));
  if (errors.length === 0) return 'sound';
  if (areAll(accessCodes)) return 'unread';
  return areAll(fileCodes) ? 'files' : 'damaged';
}

export const checkReportSchema = z.object({
  /** True when nothing is lost or wrong. */
  sound: z.boolean(),
  findings: z.array(findingSchema),
  /** `none`: no seal to compare with, as after a crash or while someone works in the library. */
  seal: z.enum(['none', 'intact', 'broken']),
  records: z.object({ checked: count, damaged: count }),
  files: z.object({
    checked: count,
    missing: count,
    changed: count,
    /** Instances in whose files lie other images now. */
    replaced: count,
  }),
  models: z.object({ checked: count, damaged: count }),
  lpms: z.object({ checked: count, damaged: count }),
  backups: z.array(
    z.object({
      name: z.string(),
      madeAt: z.string(),
      sizeBytes: count,
      sound: z.boolean(),
      /** A newer Sidelight made it, and can put it back: nothing is known to be wrong with it. */
      isOfNewer: z.boolean(),
    }),
  ),
  seconds: z.number(),
});
export type CheckReport = z.infer<typeof checkReportSchema>;

export const backupReportSchema = z.object({ path: z.string(), sizeBytes: count, seconds: z.number() });
export type BackupReport = z.infer<typeof backupReportSchema>;

export const restoreReportSchema = z.object({
  backup: z.string(),
  madeAt: z.string(),
  /** Folder below the library with what was in place before; null when nothing was. */
  setAside: z.string().nullable(),
  unsound: z.array(z.string()),
  /** Newer backups that a newer Sidelight made: they are sound, and were passed over. */
  ofNewer: z.array(z.string()),
  /** Kinds of jobs that waited or ran when the backup was made: none of them begins by itself. */
  putAside: z.array(jobKindSchema),
});
export type RestoreReport = z.infer<typeof restoreReportSchema>;

/** Features and resized images that no data set needs. */
export const freeReportSchema = z.object({
  /** False where it is only said what would go. */
  isDone: z.boolean(),
  files: count,
  bytes: count,
  /** Files that stay, because an image in them could not be read again. */
  keptFiles: count,
});
export type FreeReport = z.infer<typeof freeReportSchema>;

/** What becomes of the patient in `backups/` and `set-aside/`. */
export const backupTreatments = ['keep', 'rewrite', 'delete'] as const;

export const deletePatientOptionsSchema = z
  .strictObject({
    /** As in the images, also where the library files the patient under a pseudonym. */
    patientID: z.string().min(1).optional(),
    /** A study instead: for classified studies that were never imported, and for a single study of a patient. */
    studyInstanceUID: z.string().min(1).optional(),
    backups: z.enum(backupTreatments).default('keep'),
  })
  .refine((o) => (o.patientID === undefined) !== (o.studyInstanceUID === undefined), {
    message: 'name a patient or a study, one of the two',
  });
export type DeletePatientOptions = z.input<typeof deletePatientOptionsSchema>;

export const deletePatientReportSchema = z.object({
  /** Removed rows by table. */
  rows: z.record(z.string(), count),
  /** Overwritten records (features and resized images) and their bytes. */
  records: count,
  recordBytes: count,
  /** Copies of the patient's files inside the library, overwritten and removed. */
  copies: count,
  /** Originals that the library only referred to; they are untouched. */
  originals: count,
  /** Unfinished training runs that can no longer be resumed because their images are gone. */
  runsEnded: count,
  /** Models trained with images of the patient; their weights stay. */
  models: z.array(z.string()),
  /** Studies that stay because another patient was given to them; the ID of their headers is forgotten. */
  filedElsewhere: count,
  backups: z.object({
    /** Copies that still hold the patient. */
    holding: z.array(z.string()),
    rewritten: count,
    deleted: count,
  }),
});
export type DeletePatientReport = z.infer<typeof deletePatientReportSchema>;

/** How much was removed. */
export const deleteBatchReportSchema = z.object({ batches: count, predictions: count, failures: count });
export type DeleteBatchReport = z.infer<typeof deleteBatchReportSchema>;
