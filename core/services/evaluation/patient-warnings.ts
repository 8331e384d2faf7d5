/** What a reader of figures must know about the patients of a version: how they came to their parts, and whose the images are since. */
import { counted } from '../../base/counted.ts';
import type { DatasetVersion } from '../../contract/index.ts';
import { patientsSince, type ReadDb } from '../../store/index.ts';

/** Sentences for a report; none where every patient was dealt and is who it was. */
export function patientWarnings(db: ReadDb, version: DatasetVersion): string[] {
  const count = (split: string, origin: string): number =>
    version.splits.find((row) => row.split === split && row.origin === origin)?.patients ?? 0;
  const [cut, given, drawn] = [count('val', 'cut'), count('test', 'given'), count('test', 'drawn')];
  const since = patientsSince(db, version.id);
  return [
    ...(cut > 0
      ? [`The given split has no validation patients: ${cut} of its training patients were taken for it, by patient.`]
      : []),
    ...(given > 0 && drawn > 0
      ? [
          `The test set holds ${counted('en', drawn, 'patient', 'patients')} besides the ${given} that were given as test.`,
        ]
      : []),
    ...(since.movedImages > 0
      ? [
          `${counted('en', since.movedImages, 'image of this version belongs', 'images of this version belong')} to another patient since it was frozen; figures count the patients of then.` +
            (since.patientsInSeveralSplits > 0
              ? ` ${counted('en', since.patientsInSeveralSplits, 'patient of now stands', 'patients of now stand')} in several splits of it: train anew before you trust the figures.`
              : since.patientsCountedApart > 0
                ? ` ${counted('en', since.patientsCountedApart, 'patient of now counts', 'patients of now count')} as several in it, so that intervals are too narrow and folds may have learned from whom they answer: train anew before you trust the figures.`
                : ''),
        ]
      : []),
  ];
}
