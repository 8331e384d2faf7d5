/** `results.csv`: one row an image, one row a study, then one row a file that was left out. */
import { stringify } from 'csv-stringify/sync';
import { type ModelRecord, type Prediction, researchUseOnly } from '../../contract/index.ts';
import type { BatchFailure } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { isNoImage } from '../files/no-image.ts';
import { operatingPointOf } from '../training/operating-point.ts';

/** What a row says happened. Only rows that are `classified` have probabilities and a decision. */
export const rowStates = ['classified', 'duplicate', 'not an image', 'failed'] as const;
type RowState = (typeof rowStates)[number];

/** The CSV text of predictions and of the files that gave none, header first. */
export function predictionsCsv(
  model: ModelRecord,
  predictions: readonly Prediction[],
  failures: readonly BatchFailure[],
): string {
  const columns = targets[model.target].columns(model.classes);
  const point = operatingPointOf(model);
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
    'positiveClass',
    'status',
    'reason',
    'model',
    'lpmHash',
    'notice',
  ];
  const of = [model.name, model.lpmHash];
  const rows = predictions.map((p) => [
    p.level,
    p.path,
    p.patientID,
    p.studyInstanceUID,
    p.sopInstanceUID,
    p.frame,
    p.images,
    ...columns.map((column) => column.of(answersOf(p), { cut: point.cut, thresholds: p.findingThresholds })),
    p.decision,
    p.threshold,
    p.thresholdClass,
    model.positiveClass,
    'classified' satisfies RowState,
    '',
    ...of,
    // In every row, because rows are copied out of files and the sentence must go with them.
    researchUseOnly,
  ]);
  const leftOut = failures.map((failure) => [
    'file',
    failure.member === '' ? failure.path : `${failure.path}/${failure.member}`,
    ...new Array<null>(5).fill(null),
    ...columns.map(() => null),
    ...new Array<null>(3).fill(null),
    model.positiveClass,
    stateOf(failure.code),
    `${failure.message} ${failure.action}`,
    ...of,
    researchUseOnly,
  ]);
  // Names come from files of strangers: a spreadsheet would run a cell that begins with = as a formula.
  return stringify([header, ...rows, ...leftOut], { escape_formulas: true });
}

/** What a prediction says, as targets take it: probabilities, or the one number. */
export function answersOf({ probabilities, value }: Pick<Prediction, 'probabilities' | 'value'>): readonly number[] {
  return value === null ? probabilities : [value];
}

function stateOf(code: string): RowState {
  if (code === 'DUPLICATE_SAME') return 'duplicate';
  return isNoImage(code) ? 'not an image' : 'failed';
}
