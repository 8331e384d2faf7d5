/** Who made the device that a series was taken with: a model may be good on one maker's images and not on another's. */
import type { Database } from '../database.ts';

/** Headers were not read for it before, so every DICOM instance is read for its description again when its file is imported again. */
export function noteManufacturers(database: Database): void {
  database.execute(`
    ALTER TABLE series ADD COLUMN manufacturer TEXT;
    UPDATE instances SET is_described = 0 WHERE kind = 'dicom';
  `);
}
