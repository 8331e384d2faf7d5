/** The sentences of a report: what the numbers mean, said with the numbers, and what they do not show. */
import {
  type EvaluateReport,
  englishVerdictSentences,
  type Method,
  type MetricsBlock,
  type TargetKind,
  targetFacts,
  type Verdict,
} from '../contract/index.ts';

interface Compared {
  readonly method: Method;
  readonly evaluation: EvaluateReport;
}

/** The verdict on studies, which is what a model decides about; on images where no study has a label of its own. Null in a report of before. */
export function mainVerdict(study: MetricsBlock, image: MetricsBlock): Verdict | null {
  return study.n > 0 ? study.verdict : image.verdict;
}

/** What the figures of each method mean: the first sentence is the verdict. */
export function verdictsOf(methods: readonly Compared[]): { readonly method: Method; readonly sentences: string[] }[] {
  return methods.flatMap(({ method, evaluation }) => {
    const verdict = mainVerdict(evaluation.study, evaluation.image);
    return verdict === null ? [] : [{ method, sentences: englishVerdictSentences(verdict) }];
  });
}

/** What the AUCs say, method against method, without claiming more than the intervals allow. */
export function comparisonSentences(methods: readonly Compared[]): string[] {
  const known = methods.flatMap((m) => {
    const { auc, aucInterval } = m.evaluation.image;
    return auc === null ? [] : [{ method: m.method, auc, interval: aucInterval }];
  });
  const first = known[0];
  const hasMarks = methods.some(({ evaluation }) => targetFacts[evaluation.target].hasMarks);
  if (first === undefined) {
    return [
      hasMarks
        ? 'No AUC could be computed: no finding is present in some of these images and absent in others.'
        : 'No AUC could be computed: the patients evaluated do not show every class.',
    ];
  }
  const shown = hasMarks
    ? 'Shown one image with a finding and one without'
    : 'Shown one image of a class and one of the others';
  const sentences = [
    `${shown}, ${first.method} ranks them correctly ${Math.round(100 * first.auc)} times in 100${hasMarks ? ' (mean over findings)' : ''}; guessing does so 50 times.`,
  ];
  for (const other of known.slice(1)) {
    const gap = first.auc - other.auc;
    const apart =
      first.interval !== null &&
      other.interval !== null &&
      (first.interval[0] > other.interval[1] || other.interval[0] > first.interval[1]);
    const size = Math.abs(gap).toFixed(3);
    const verdict = apart
      ? 'The intervals do not overlap: a difference this large is hardly chance.'
      : 'The intervals overlap: on this many patients the two cannot be told apart with certainty.';
    sentences.push(`${first.method} is ${size} ${gap >= 0 ? 'above' : 'below'} ${other.method}. ${verdict}`);
  }
  return sentences;
}

/** How the figures of a report are read, a sentence or two each. */
export function howToRead(target: TargetKind): readonly string[] {
  const { isPerName, hasMarks } = targetFacts[target];
  return [...(isPerName ? (hasMarks ? ofFindings : ofNumbers) : ofClasses), ...ofAll];
}

const auc =
  'AUC: 1 is perfect, 0.5 is guessing. It does not depend on a threshold and says nothing about how often a decision is right in your patients.';

const ofClasses = [
  auc,
  'Sensitivity: the share of images of a class that were found. Specificity: the share of other images that were left alone.',
];

const ofFindings = [
  auc,
  'Each finding is judged on the images where it is known to be present or absent; the others say nothing about it.',
  'Sensitivity: the share of images with a finding in which it was found. Specificity: the share of images without it that were left alone. Both are at the threshold of that finding.',
];

const ofNumbers = [
  'Mean absolute error: how far an answer lies from its label on average, in the unit of the labels. The root mean squared error weighs large mistakes more.',
  'R²: the share of the differences between images that the answers explain; 0 is what the mean of all labels would reach.',
  'Bias: how much too high (above 0) or too low answers are on average. Between the limits of agreement lie 95 % of the differences, if they are spread evenly around the bias.',
];

const ofAll: readonly string[] = [
  'The interval beside a number comes from resampling patients 2,000 times; of a hundred such intervals, made with other patients of the same kind, about 95 hold the true value. Out-of-fold answers know of each other, so fewer patients are drawn of them.',
  'Patients, not images, were dealt to training, validation and test; the test patients took no part in training or in choosing the epoch.',
];

export const limits: readonly string[] = [
  'Numbers hold for images like these. Another scanner, site or population can give other numbers; evaluate again there.',
  'One training run with one seed is shown. Other seeds differ by about as much as the intervals say.',
  'How common a class is in this data set is not how common it is in your clinic; predictive values change with it.',
  'A high AUC does not say that a model looked at the right thing. Look at its mistakes.',
];
