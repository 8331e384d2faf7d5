/**
 * What a target is: everything that training, judging and classifying ask of it. One object each, listed in index.ts. Its names, words and
 * the order of its names stand in the contract, because the page and the store need no arithmetic.
 */
import type { Tensor } from '../base/tensor.ts';
import type { CriterionName, StudyPooling, TargetFigure } from '../contract/index.ts';
import type { Cut } from '../statistics/curves.ts';
import type { Scores } from '../statistics/metrics.ts';
import type { PooledStudies } from '../statistics/pooling.ts';

/** Labels of examples as a network learns them, row by row [n, labelWidth]. */
export type Labels = Int32Array | Float32Array;

/** What a model says of validation examples: the AUC, the share of right answers, and what keeps an epoch. */
export interface Judged {
  readonly valAuc: number | null;
  readonly valAccuracy: number | null;
  /** The higher the better; null where the examples do not define it. The contract says which figure it is (`keptBy`). */
  readonly valScore: number | null;
}

/** How an epoch did: what the target says, and the criterion's loss without class weights. */
export interface Validation extends Judged {
  readonly valLoss: number | null;
}

/** Examples with what was true, what a model gave and what was decided. */
export interface Decided {
  readonly scores: Scores;
  readonly decisions: ArrayLike<number>;
}

/** A figure of examples that count `weights[i]` times (once where left out); null where they do not define it. */
export type WeightedFigure = (answers: Decided, weights?: ArrayLike<number>) => number | null;

/** A column of results.csv; `index` is the place of an answer's probability. */
export interface AnswerColumn {
  readonly header: string;
  readonly index: number;
}

export interface Target {
  /** With fewer names in a data set there is nothing to learn. */
  readonly fewestNames: number;
  /** How many logits a network has for so many names. */
  readonly logits: (names: number) => number;

  /** The label that a word of a labels file or a class folder means, or what is wrong with it. `listed` are the data set's names. */
  readonly readLabel: (
    word: string,
    listed: readonly string[],
  ) => { readonly label: string } | { readonly problem: string };
  /** What a label is to a network: the place of its name. */
  readonly labelValue: (label: string, names: readonly string[]) => number;
  /** A label or a decision in words, as results and CSV files have it. */
  readonly labelWord: (value: number, names: readonly string[]) => string;
  /** Numbers that are one example's label. */
  readonly labelWidth: (logits: number) => number;
  /** What a training step is given of the examples `rows`: `labels`, and a mask where labels may be unknown. */
  readonly labelTensors: (labels: Labels, rows: readonly number[], logits: number) => Readonly<Record<string, Tensor>>;
  /** From all labels of a data set, what those of one patient are to the drawing of splits: every split gets its share of each. */
  readonly strata: (all: readonly string[]) => (own: readonly string[]) => ReadonlySet<string>;

  /** The criteria that fit, by id; the first is the default. */
  readonly criteria: readonly [CriterionName, ...CriterionName[]];
  /** Weights [logits] of the criterion that give rare labels the same say. */
  readonly balancedWeights: (labels: Labels, logits: number) => Float32Array;

  /** Probabilities [n, logits] of logits [n, logits]. */
  readonly probabilities: (values: ArrayLike<number>, logits: number) => Float64Array;
  /** The number that divides the logits so that probabilities are right as often as they say (calibration). */
  readonly temperature: (values: ArrayLike<number>, labels: ArrayLike<number>, logits: number) => number;
  /** The probabilities of each study from those of its images. */
  readonly poolStudies: (
    probabilities: Float64Array,
    logits: number,
    studyOfImage: readonly string[],
    pooling: StudyPooling,
  ) => PooledStudies;

  /** The operating point that a model is stored with, chosen on validation examples; null where none is needed to decide. */
  readonly chooseCut: (validation: Scores) => Cut | null;
  /** The answer to each example, [n, labelWidth]: a label's value. */
  readonly decide: (probabilities: Float64Array, logits: number, cut: Cut | null) => Int32Array;

  /** How an epoch did on validation examples. */
  readonly validate: (values: ArrayLike<number>, labels: Labels, logits: number) => Judged;
  /** Figures beside those of rankings and of single names, each with an interval over patients. */
  readonly figures: Readonly<Partial<Record<TargetFigure, WeightedFigure>>>;
  /** The columns of results.csv between where an image comes from and the decision. */
  readonly columns: (names: readonly string[]) => readonly AnswerColumn[];
}
