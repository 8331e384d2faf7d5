/**
 * Patients of a data set whose ID two issuers gave: two hospitals number their patients each for itself, so these may be two people who
 * count as one. Nobody is parted by it, since many files carry no issuer and a hospital may write its own in two ways (ADR 580).
 */
import type { StudyId } from '../../contract/index.ts';
import { patientsOfDataset, type ReadDb } from '../../store/index.ts';

/** Patients under an ID of several issuers. */
export interface SharedIssuers {
  readonly patients: number;
  /** Their studies that name an issuer. */
  readonly studyIds: readonly StudyId[];
}

/** An issuer as it is compared: without its case, and with one blank for several; null for none. */
export function plainIssuer(issuer: string | null): string | null {
  return issuer?.normalize('NFKC').replaceAll(/\s+/g, ' ').trim().toUpperCase() || null;
}

/** The patients of a data set under an ID of several issuers; null where there are none. Studies whose patient was given are decided. */
export function sharedIssuers(db: ReadDb, datasetId: number): SharedIssuers | null {
  const issued = patientsOfDataset(db, datasetId).filter(
    ({ issuerOfPatientID, ownPatientKey }) => ownPatientKey === null && plainIssuer(issuerOfPatientID) !== null,
  );
  const several = [...Map.groupBy(issued, ({ patientId }) => patientId).values()].filter(
    (studies) => new Set(studies.map(({ issuerOfPatientID }) => plainIssuer(issuerOfPatientID))).size > 1,
  );
  if (several.length === 0) return null;
  return { patients: several.length, studyIds: several.flat().map(({ studyId }) => studyId) };
}
