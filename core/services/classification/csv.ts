/** `results.csv`: one row an image, then one row a study. */
import { stringify } from 'csv-stringify/sync';
import { type ModelRecord, type Prediction, researchUseOnly } from '../../contract/index.ts';

/** The CSV text of predictions, header first. */
export function predictionsCsv(model: ModelRecord, predictions: readonly Prediction[]): string {
  const header = [
    'level',
    'path',
    'patientID',
    'studyInstanceUID',
    'sopInstanceUID',
    'frame',
    'images',
    ...model.classes.map((name) => `probability_${name}`),
    'decision',
    'threshold',
    'thresholdClass',
    'model',
    'lpmHash',
    'notice',
  ];
  const rows = predictions.map((p) => [
    p.level,
    p.path,
    p.patientID,
    p.studyInstanceUID,
    p.sopInstanceUID,
    p.frame,
    p.images,
    ...p.probabilities,
    p.decision,
    p.threshold,
    p.thresholdClass,
    model.name,
    model.lpmHash,
    // In every row, because rows are copied out of files and the sentence must go with them.
    researchUseOnly,
  ]);
  // Names come from files of strangers: a spreadsheet would run a cell that begins with = as a formula.
  return stringify([header, ...rows], { escape_formulas: true });
}
