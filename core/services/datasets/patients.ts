/** The patients of a data set as they are filed, and given ones taken back. */
import type { SplitName } from '../../contract/index.ts';
import { patientsOfDataset, splitsOf } from '../../store/index.ts';
import { alikePatients } from '../patients/alike.ts';
import { planTakeBack, shownPatient, type TakenBack, takeBackPatients } from '../patients/patients.ts';
import type { ServiceContext } from '../session/context.ts';
import { requireDataset } from './dataset.ts';

/** A study and whose it is. IDs are null where there is none to show. */
export interface PatientRow {
  readonly studyInstanceUID: string;
  readonly patientID: string | null;
  readonly isGiven: boolean;
  /** By the header, where another patient was given. */
  readonly headerPatientID: string | null;
  /** Who issued the ID of the header, where it says so. */
  readonly issuerOfPatientID: string | null;
  /** Another patient of the data set has an ID that differs only in case, blanks or leading zeros. */
  readonly isAlike: boolean;
  readonly images: number;
  readonly split: SplitName | null;
}

/** Every study of a data set with its patient, patient by patient. @throws DATASET_NOT_FOUND */
export function listPatients(context: ServiceContext, dataset: string): PatientRow[] {
  const { db } = context.library;
  const { id } = requireDataset(context, dataset);
  const splits = new Map(splitsOf(db, id).map(({ patientId, split }) => [patientId, split]));
  const alike = alikePatients(db, id)?.keys;
  return patientsOfDataset(db, id).map((study) => ({
    studyInstanceUID: study.studyInstanceUID,
    patientID: shownPatient(study.patientKey),
    isGiven: study.ownPatientKey !== null,
    headerPatientID: study.ownPatientKey === null ? null : shownPatient(study.ownPatientKey),
    issuerOfPatientID: study.issuerOfPatientID,
    isAlike: alike?.has(study.patientKey) ?? false,
    images: study.instances,
    split: splits.get(study.patientId) ?? null,
  }));
}

/**
 * Files studies of a data set, or one of them, under the patients of their headers again; gives what changes.
 * @throws DATASET_NOT_FOUND
 */
export function takeBack(
  context: ServiceContext,
  options: { readonly dataset: string; readonly studyInstanceUID?: string; readonly dryRun: boolean },
): { readonly studies: readonly TakenBack[]; readonly dealtAnew: number } {
  const { id: datasetId } = requireDataset(context, options.dataset);
  const uid = options.studyInstanceUID;
  const studyIds = planTakeBack(context, { datasetId })
    .filter(({ studyInstanceUID }) => uid === undefined || studyInstanceUID === uid)
    .map(({ studyId }) => studyId);
  if (options.dryRun) return { studies: planTakeBack(context, { studyIds }), dealtAnew: 0 };
  const { studies, moves } = takeBackPatients(context, { studyIds });
  return { studies, dealtAnew: moves.dealtAnew + moves.leaking.length };
}
