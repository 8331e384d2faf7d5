/** The sentences of a report: what the numbers mean, said with the numbers, and what they do not show. */
import type { EvaluateReport, Method } from '../contract/index.ts';

interface Compared {
  readonly method: Method;
  readonly evaluation: EvaluateReport;
}

/** What the AUCs say, method against method, without claiming more than the intervals allow. */
export function comparisonSentences(methods: readonly Compared[]): string[] {
  const known = methods.flatMap((m) => {
    const { auc, aucInterval } = m.evaluation.image;
    return auc === null ? [] : [{ method: m.method, auc, interval: aucInterval }];
  });
  const first = known[0];
  if (first === undefined) return ['No AUC could be computed: the patients evaluated do not show every class.'];
  const sentences = [
    `Shown one image of a class and one of the others, ${first.method} ranks them correctly ${Math.round(100 * first.auc)} times in 100; guessing does so 50 times.`,
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

export const howToRead: readonly string[] = [
  'AUC: 1 is perfect, 0.5 is guessing. It does not depend on a threshold and says nothing about how often a decision is right in your patients.',
  'Sensitivity: the share of images of a class that were found. Specificity: the share of other images that were left alone.',
  'The interval beside a number comes from resampling patients 2,000 times; of a hundred such intervals, made with other patients of the same kind, about 95 hold the true value.',
  'Patients, not images, were dealt to training, validation and test; the test patients took no part in training or in choosing the epoch.',
];

export const limits: readonly string[] = [
  'Numbers hold for images like these. Another scanner, site or population can give other numbers; evaluate again there.',
  'One training run with one seed is shown. Other seeds differ by about as much as the intervals say.',
  'How common a class is in this data set is not how common it is in your clinic; predictive values change with it.',
  'A high AUC does not say that a model looked at the right thing. Look at its mistakes.',
];
