/** The store: opening a library, and one function for every question asked of it. */
export { type BackupFile, dailyKept, listBackups, stampOf } from './backup.ts';
export { databaseProblems } from './check.ts';
export type { ReadDb, SqlParameters, SqlValue, WriteDb } from './database.ts';
export { Library, type LibraryMode, type OpenLibraryOptions, openLibrary } from './library.ts';
export * from './queries/audit.ts';
export * from './queries/datasets.ts';
export * from './queries/instances.ts';
export * from './queries/jobs.ts';
export * from './queries/labels.ts';
export * from './queries/lpms.ts';
export * from './queries/models.ts';
export * from './queries/predictions.ts';
export * from './queries/records.ts';
export * from './queries/runs.ts';
export * from './queries/splits.ts';
export * from './queries/versions.ts';
export { type Restored, type RestoreOptions, restoreLibrary } from './restore.ts';
export { sealState } from './seal.ts';
