/** Who issued a patient's ID: two hospitals may number their patients alike, and only this tells them apart for certain. */
import type { Database } from '../database.ts';

/**
 * `issuer_of_patient_id` is IssuerOfPatientID of a study's header, NULL where it says none or was not to be kept. It stands with the study, since
 * one ID may have several issuers. Headers were not read for it before, so every DICOM instance is read for its description again when its
 * file is imported again.
 */
export function noteIssuers(database: Database): void {
  database.execute(`
    ALTER TABLE studies ADD COLUMN issuer_of_patient_id TEXT;
    UPDATE instances SET is_described = 0 WHERE kind = 'dicom';
  `);
}
