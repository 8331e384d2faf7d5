/** `results.csv`: one row an image, one row a study, then one row a file that was left out. */
import { type FoldAgreement, type ModelRecord, type Prediction, researchUseOnly } from '../../contract/index.ts';
import type { BatchFailure } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { csvText } from '../files/csv.ts';
import { isNoImage } from '../files/no-image.ts';
import { operatingPointOf } from '../training/operating-point.ts';
import { foldAgreement } from './fold-agreement.ts';

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
  // Columns that not every model has stand behind the decision, and only where it has them.
  const more = [
    ...(predictions.some(({ referred }) => referred !== null) ? [referredColumn] : []),
    ...foldColumns(model, predictions),
  ];
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
    ...more.map(({ header: name }) => name),
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
    ...more.map(({ of: cell }) => cell(p)),
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
    ...more.map(() => null),
    stateOf(failure.code),
    `${failure.message} ${failure.action}`,
    ...of,
    researchUseOnly,
  ]);
  return csvText([header, ...rows, ...leftOut]);
}

interface Column {
  readonly header: string;
  readonly of: (prediction: Prediction) => string | number | null;
}

/** Whether the answer is to go to a reader; of several findings, which of them. */
const referredColumn: Column = {
  header: 'referred',
  of: ({ referred, findingThresholds }) => {
    if (referred === null) return null;
    if (referred.length === 0) return 'no';
    return findingThresholds.length === 0 ? 'yes' : referred.join('; ');
  },
};

/** How far the networks of a model of folds agree: of each finding, else of the one answer. */
function foldColumns(model: ModelRecord, predictions: readonly Prediction[]): Column[] {
  const first = predictions.find(({ foldAnswers }) => foldAnswers.length > 0);
  if (first === undefined) return [];
  const about = (name: string, k: number): Column[] => {
    const own = (p: Prediction): FoldAgreement | undefined => foldAgreement(model, p)[k];
    const behind = foldAgreement(model, first).length > 1 || first.findingThresholds.length > 0 ? `_${name}` : '';
    return [
      { header: `foldsAgreeing${behind}`, of: (p) => own(p)?.agreeing ?? null },
      { header: `foldsLow${behind}`, of: (p) => own(p)?.low ?? null },
      { header: `foldsHigh${behind}`, of: (p) => own(p)?.high ?? null },
    ];
  };
  return [
    { header: 'folds', of: ({ foldAnswers }) => (foldAnswers.length === 0 ? null : foldAnswers.length) },
    ...foldAgreement(model, first).flatMap(({ name }, k) => about(name, k)),
  ];
}

/** What a prediction says, as targets take it: probabilities, or the one number. */
export function answersOf({ probabilities, value }: Pick<Prediction, 'probabilities' | 'value'>): readonly number[] {
  return value === null ? probabilities : [value];
}

function stateOf(code: string): RowState {
  if (code === 'DUPLICATE_SAME') return 'duplicate';
  return isNoImage(code) ? 'not an image' : 'failed';
}
