/** What a reader of figures must know about the patients of a version: how they came to their parts, and whose the images are since. */
import { counted } from '../../base/counted.ts';
import { type DatasetVersion, type JobWarning, type RunRecord, warningLine } from '../../contract/index.ts';
import { patientsSince, type ReadDb } from '../../store/index.ts';
import { startWarnings } from '../training/taught.ts';

/** Sentences for a report; none where every patient was dealt and is who it was. */
export function patientWarnings(db: ReadDb, version: DatasetVersion): string[] {
  const count = (split: string, origin: string): number =>
    version.splits.find((row) => row.split === split && row.origin === origin)?.patients ?? 0;
  const [cut, given, drawn] = [count('val', 'cut'), count('test', 'given'), count('test', 'drawn')];
  return [
    ...(cut > 0
      ? [`The given split has no validation patients: ${cut} of its training patients were taken for it, by patient.`]
      : []),
    ...(given > 0 && drawn > 0
      ? [
          `The test set holds ${counted('en', drawn, 'patient', 'patients')} besides the ${given} that were given as test.`,
        ]
      : []),
    ...movedWarnings(db, version.id).map(warningLine),
  ];
}

/** That images are filed under other patients than when the version was frozen, and what comes of it. */
function movedWarnings(db: ReadDb, versionId: number): JobWarning[] {
  const { movedImages, patientsInSeveralSplits, patientsCountedApart } = patientsSince(db, versionId);
  if (movedImages === 0) return [];
  return [
    {
      code: 'patientsMoved',
      images: movedImages,
      inSeveralParts: patientsInSeveralSplits,
      countedApart: patientsCountedApart,
    },
  ];
}

/** What is true now of the people whom a model learned from and is judged by, whatever was said when it was trained. */
export function peopleWarnings(db: ReadDb, run: Pick<RunRecord, 'id' | 'datasetVersionId'>): JobWarning[] {
  return [...startWarnings(db, run), ...movedWarnings(db, run.datasetVersionId)];
}
