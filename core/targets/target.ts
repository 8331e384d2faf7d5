/**
 * What a target is: everything that training, judging and classifying ask of it. One object each, listed in index.ts. Its names, words and
 * the order of its names stand in the contract, because the page and the store need no arithmetic.
 */
import type { Tensor } from '../base/tensor.ts';
import type {
  CriterionName,
  ModelRecord,
  StudyPooling,
  TargetFigure,
  UncertainPolicy,
  VersionImage,
} from '../contract/index.ts';
import type { Cut } from '../statistics/curves.ts';
import type { Scores } from '../statistics/metrics.ts';
import type { PooledStudies } from '../statistics/pooling.ts';

/** Labels of examples as a network learns them, row by row [n, labelWidth]; NaN where one is not known. */
export type Labels = Int32Array | Float32Array;

/** What is true of an image, as frozen versions have it. */
export interface Truth {
  readonly classIndex: VersionImage['classIndex'];
  readonly values: Readonly<VersionImage['values']>;
}

/** What labels of numbers are measured in, so that a network learns numbers of about 1. */
export type LabelScale = NonNullable<ModelRecord['labelScale']>;

/** What is chosen about how labels are read. */
export interface LabelReading {
  readonly uncertain: UncertainPolicy;
  /** Null where the target has none. */
  readonly scale: LabelScale | null;
}

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

/** A column of results.csv: its name, and what it says of an example. */
export interface AnswerColumn {
  readonly header: string;
  readonly of: (probabilities: ArrayLike<number>, point: OperatingPoint) => string | number | null;
}

/** How probabilities become decisions. */
export interface OperatingPoint {
  /** Of one name out of two; null where the most probable one decides. */
  readonly cut: Cut | null;
  /** Of each name, where they are decided one by one. */
  readonly thresholds: readonly number[];
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
  /** What a label is in a frozen version: the place of its name; where each name is a question, the value of the answer. */
  readonly labelValue: (label: string, names: readonly string[]) => number;
  /** What the unit of the labels is, of training images; null where labels have none. */
  readonly labelScale: (training: readonly Truth[]) => LabelScale | null;
  /** The labels of images as a network learns them. */
  readonly labelsOf: (images: readonly Truth[], reading: LabelReading) => Labels;
  /** A label or a decision in words, as results and CSV files have it. */
  readonly labelWord: (value: number, names: readonly string[]) => string;
  /** What might be true of the i-th of several images: for measuring how long a training takes, on images that nobody has labelled. */
  readonly madeTruth: (i: number, names: number) => Truth;
  /** Numbers that are one example's label. */
  readonly labelWidth: (logits: number) => number;
  /** What a training step is given of the examples `rows`: `labels`, and a mask where labels may be unknown. */
  readonly labelTensors: (labels: Labels, rows: readonly number[], logits: number) => Readonly<Record<string, Tensor>>;
  /** From all labels of a data set, what those of one patient are to the drawing of splits: every split gets its share of each. */
  readonly strata: (all: readonly string[]) => (own: readonly string[]) => ReadonlySet<string>;

  /** The criteria that fit, by id; the first is the default. */
  readonly criteria: readonly [CriterionName, ...CriterionName[]];
  /** The logits [logits] that answer every example alike as well as can be: with the shares of the labels, or their mean. */
  readonly guess: (labels: Labels, logits: number) => Float64Array;
  /** Weights [logits] of the criterion that give rare labels the same say. */
  readonly balancedWeights: (labels: Labels, logits: number) => Float32Array;

  /** Probabilities [n, logits] of logits [n, logits]; of numbers, the numbers in their unit. */
  readonly probabilities: (values: ArrayLike<number>, logits: number, scale?: LabelScale | null) => Float64Array;
  /** The number that divides the logits so that probabilities are right as often as they say (calibration). */
  readonly temperature: (values: ArrayLike<number>, labels: ArrayLike<number>, logits: number) => number;
  /** Probabilities of one example as they are when its logits are `times` as large: what another temperature makes of them. */
  readonly sharpened: (probabilities: readonly number[], times: number) => readonly number[];
  /** The probabilities of each study from those of its images. */
  readonly poolStudies: (
    probabilities: Float64Array,
    logits: number,
    studyOfImage: readonly string[],
    pooling: StudyPooling,
  ) => PooledStudies;

  /** The operating point that a model is stored with, chosen on validation examples; null where none is needed to decide. */
  readonly chooseCut: (validation: Scores) => Cut | null;
  /** From which probability each name is called present, chosen on validation examples; none where names are not decided one by one. */
  readonly chooseThresholds: (probabilities: Float64Array, labels: Labels, logits: number) => readonly number[];
  /** The answer to each example, [n, labelWidth]: a label's value. Findings are called present from the cut's threshold, or 0.5. */
  readonly decide: (probabilities: Float64Array, logits: number, cut: Cut | null) => Labels;
  /** What is answered to one example, in words. */
  readonly answer: (probabilities: ArrayLike<number>, names: readonly string[], point: OperatingPoint) => string;

  /** How far answers speak against labels, [n, labelWidth]: above 0 where another label fits better; NaN where none is known. */
  readonly doubts: (probabilities: Float64Array, labels: Labels, logits: number) => Float64Array;

  /** How an epoch did on validation examples. */
  readonly validate: (values: ArrayLike<number>, labels: Labels, logits: number) => Judged;
  /** Figures beside those of rankings and of single names, each with an interval over patients. */
  readonly figures: Readonly<Partial<Record<TargetFigure, WeightedFigure>>>;
  /** The columns of results.csv between where an image comes from and the decision. */
  readonly columns: (names: readonly string[]) => readonly AnswerColumn[];
}
