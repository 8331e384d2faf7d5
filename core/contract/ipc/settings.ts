/** Calls about the machine and the library as a whole: engines, sizes, check, backups. */
import { z } from 'zod';
import { backupReportSchema, checkLibraryOptionsSchema, checkReportSchema } from '../results/maintenance.ts';
import { defineCalls, nothing } from './call.ts';

export const libraryParts = ['database', 'features', 'previews', 'files', 'lpm', 'backups', 'other'] as const;

export const doctorViewSchema = z.object({
  platform: z.string(),
  node: z.string(),
  cpu: z.object({ model: z.string(), threads: z.int() }),
  memory: z.object({ totalMb: z.number(), freeMb: z.number() }),
  engines: z.array(
    z.object({
      name: z.string(),
      available: z.boolean(),
      version: z.string().nullable(),
      devices: z.array(z.string()),
      detail: z.string(),
      remedy: z.string().nullable(),
      /** 10⁹ multiplications and additions a second on its best device; null where it does not compute. */
      gflops: z.number().nullable(),
    }),
  ),
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'missing']),
      found: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
  /** What computes now and why; null until something was computed since the start. */
  inUse: z.string().nullable(),
});
export type DoctorView = z.infer<typeof doctorViewSchema>;

export const librarySizesSchema = z.object({
  folder: z.string(),
  parts: z.array(z.object({ name: z.enum(libraryParts), sizeBytes: z.number(), files: z.int() })),
  freeBytes: z.number().nullable(),
});
export type LibrarySizes = z.infer<typeof librarySizesSchema>;

export const backupViewSchema = z.object({ name: z.string(), madeAt: z.string(), sizeBytes: z.number() });
export type BackupView = z.infer<typeof backupViewSchema>;

export const settingsCalls = defineCalls({
  'settings.doctor': {
    doc: 'What this machine can do: engines with their speed, memory, disk, and what is missing with its remedy. Takes seconds.',
    input: nothing,
    output: doctorViewSchema,
  },
  'settings.sizes': {
    doc: 'Where the library is and what takes how much room.',
    input: nothing,
    output: librarySizesSchema,
  },
  'settings.check': {
    doc: 'Looks for damage in the library, beside whatever else is going on.',
    input: checkLibraryOptionsSchema,
    output: checkReportSchema,
  },
  'settings.backups': {
    doc: 'Copies of the database, newest first.',
    input: nothing,
    output: z.array(backupViewSchema),
  },
  'settings.backup': {
    doc: 'Copies the database into a folder, or into the library’s own `backups`.',
    input: z.strictObject({ to: z.string().min(1).nullable() }),
    output: backupReportSchema,
  },
  'settings.restore': {
    doc: 'Puts a backup in the place of the database, which is set aside; the core process ends afterwards and starts again.',
    input: z.strictObject({ from: z.string().min(1) }),
    output: z.object({ backup: z.string(), setAside: z.string().nullable() }),
  },
});
