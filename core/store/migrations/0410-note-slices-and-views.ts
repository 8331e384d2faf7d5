/** Where a slice lies in the patient, and which breast a mammogram shows from where: the order of images, and how they hang. */
import type { Database } from '../database.ts';

/**
 * `slice_position_mm` is ImagePositionPatient along the normal of the image: it orders slices whose InstanceNumber is missing or the same.
 * Headers were not read for these before, so every DICOM instance is read for its description again when its file is imported again.
 */
export function noteSlicesAndViews(database: Database): void {
  database.execute(`
    ALTER TABLE instances ADD COLUMN slice_position_mm REAL;
    ALTER TABLE instances ADD COLUMN laterality TEXT;
    ALTER TABLE instances ADD COLUMN view_position TEXT;
    UPDATE instances SET is_described = 0 WHERE kind = 'dicom';
  `);
}
