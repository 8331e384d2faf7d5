/** `results.csv`: one row an image, then one row a study. */
import { stringify } from 'csv-stringify/sync';
import { type ModelRecord, type Prediction, researchUseOnly } from '../../contract/index.ts';
import { targets } from '../../targets/index.ts';

/** The CSV text of predictions, header first. */
export function predictionsCsv(model: ModelRecord, predictions: readonly Prediction[]): string {
  const columns = targets[model.target].columns(model.classes);
  const header = [
    'level',
    'path',
    'patientID',
    'studyInstanceUID',
    'sopInstanceUID',
    'frame',
    'images',
    ...columns.map(({ header: name }) => name),
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
    ...columns.map(({ index }) => p.probabilities[index]),
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
