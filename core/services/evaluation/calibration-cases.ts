/**
 * On whom a temperature is fitted, and whether they are enough. It is one number: of fewer than 20 patients it is mostly chance, and where all
 * have one label (no finding is present in some and absent in others) there is no best one, because surer is always better.
 */
import { type CalibrationCases, type EvaluationPart, type ModelRecord, targetFacts } from '../../contract/index.ts';
import { type EvaluatedImage, evaluatedImages, evaluationsOf, type ReadDb } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { fewestPatients } from '../training/choose-operating-point.ts';
import { unseenPart } from './unseen-part.ts';

/** The images that a model is calibrated on, and the part that they are of; none where it was not evaluated there. */
export function calibrationImages(
  db: ReadDb,
  record: ModelRecord,
): { readonly part: EvaluationPart; readonly images: readonly EvaluatedImage[] } {
  const part = unseenPart(record);
  const evaluation = evaluationsOf(db, record.id).find(({ split }) => split === part);
  return { part, images: evaluation === undefined ? [] : evaluatedImages(db, evaluation.id) };
}

/** Who they are; null of a model of numbers, and where there is nobody. */
export function calibrationCases(db: ReadDb, record: ModelRecord): CalibrationCases | null {
  const { isPerName, hasMarks } = targetFacts[record.target];
  if (isPerName && !hasMarks) return null;
  const { part, images } = calibrationImages(db, record);
  if (images.length === 0) return null;
  const labels = targets[record.target].labelsOf(images, { uncertain: record.uncertain, scale: record.labelScale });
  // A column of labels for each finding, or one of the class.
  const width = labels.length / images.length;
  const columns = Array.from({ length: width }, (_, k) =>
    images.flatMap(({ patientId }, i) => {
      const label = labels[i * width + k] as number;
      return Number.isNaN(label) || label < 0 ? [] : [{ patientId, label }];
    }),
  );
  return {
    part,
    patients: new Set(columns.flat().map(({ patientId }) => patientId)).size,
    fewest: fewestPatients,
    isOneSided: columns.every((column) => new Set(column.map(({ label }) => label)).size < 2),
  };
}
