/** Row numbers that a test writes by hand, as the types that the library's own reads give. */
import type { InstanceId, PatientId, SeriesId, StudyId } from '../../core/contract/index.ts';

export const patientId = (id: number): PatientId => id as PatientId;
export const studyId = (id: number): StudyId => id as StudyId;
export const seriesId = (id: number): SeriesId => id as SeriesId;
export const instanceId = (id: number): InstanceId => id as InstanceId;
