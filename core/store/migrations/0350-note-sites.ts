/** Which model of device a series was taken with, and in which institution: a model may be good at one site and not at another. */
import type { Database } from '../database.ts';

/** Headers were not read for these before, so every DICOM instance is read for its description again when its file is imported again. */
export function noteSites(database: Database): void {
  database.execute(`
    ALTER TABLE series ADD COLUMN manufacturer_model_name TEXT;
    ALTER TABLE series ADD COLUMN institution_name TEXT;
    UPDATE instances SET is_described = 0 WHERE kind = 'dicom';
  `);
}
