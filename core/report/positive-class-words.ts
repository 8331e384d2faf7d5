/** The class that a figure is about, in the words of reports and of the command line. */
import { type ModelRecord, type TargetKind, targetFacts } from '../contract/index.ts';

type Positive = Pick<ModelRecord, 'classes' | 'positiveClass' | 'positiveClassSource'>;

/** What must be read before any figure: that the positive class is a guess. Empty where it is known or there is none. */
export function positiveClassWarnings({ classes, positiveClass, positiveClassSource }: Positive): string[] {
  if (positiveClass === null || positiveClassSource !== 'alphabet') return [];
  return [
    `The names “${classes[0] ?? ''}” and “${classes[1] ?? ''}” do not tell which of the two is the positive class (the disease), and nobody said it; “${positiveClass}” ` +
      'was chosen by the alphabet. Sensitivity, specificity, predictive values and threshold are about it: if it is the other, sensitivity ' +
      `and specificity are exchanged. To make it certain, say which it is: \`sidelight evaluate MODEL --positive NAME\`, or in Judge; \`--positive NAME\` with \`train\` or \`import\` keeps it for every later model of the data set.`,
  ];
}

/** What the headline figures are about: `“fracture”`, or that they are means over classes. */
export function figuresOf(model: About): string {
  return namedPositive(model) ?? 'macro average over classes, each against the rest';
}

type About = Pick<ModelRecord, 'positiveClass' | 'positiveClassSource'>;

/** The class that a figure is about, beside each figure: `“fracture”`, and where that is a guess `“b”, not set by you`; null where there is none. */
export function namedPositive({ positiveClass, positiveClassSource }: About): string | null {
  if (positiveClass === null) return null;
  return `“${positiveClass}”${positiveClassSource === 'alphabet' ? ', not set by you' : ''}`;
}

/** How a model decides, in words: by one threshold, by one for each finding, by the most probable class, or not at all (numbers). */
export function decisionWords(model: {
  readonly target: TargetKind;
  readonly classes: readonly string[];
  readonly threshold: number | null;
  readonly thresholdClass: string | null;
  readonly findingThresholds: readonly number[];
}): string {
  const { isPerName, hasMarks } = targetFacts[model.target];
  if (!isPerName) return decisionRule(model);
  if (!hasMarks) return 'none: the answer is a number';
  return model.classes
    .map((name, k) => decisionRule({ thresholdClass: name, threshold: model.findingThresholds[k] ?? null }))
    .join('; ');
}

/** The rule of a decision: `“fracture” from 0.420 on`, or that the most probable class is chosen. */
export function decisionRule(cut: {
  readonly threshold: number | null;
  readonly thresholdClass: string | null;
}): string {
  return cut.threshold === null || cut.thresholdClass === null
    ? 'the class with the highest probability'
    : `“${cut.thresholdClass}” from a probability of ${cut.threshold.toFixed(3)} on`;
}
