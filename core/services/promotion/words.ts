/** What a comparison found, in sentences, for the command line and for the error that refuses a model. */
import { counted } from '../../base/counted.ts';
import { shownNumber, signedNumber } from '../../base/shown-number.ts';
import { type EstimateView, fewestToTell, type GroupGain, type PromotionComparison } from '../../contract/index.ts';

const figureWords = { auc: 'AUC', absoluteError: 'mean absolute error' } as const;
const attributeWords = {
  modality: 'modality',
  manufacturer: 'manufacturer',
  device: 'device',
  institution: 'institution',
  sex: 'sex',
  age: 'age',
} as const satisfies Record<GroupGain['attribute'], string>;

const number = (value: number | null): string => (value === null ? '–' : shownNumber(value, 3));
const signed = (value: number | null): string => (value === null ? '–' : signedNumber(value, 3));

/** A figure with its interval. */
export function estimateWords({ value, interval }: EstimateView): string {
  return interval === null ? number(value) : `${number(value)} (${number(interval[0])} to ${number(interval[1])})`;
}

/** A gain with its interval, with signs. */
export function gainWords({ value, interval }: EstimateView): string {
  return interval === null ? signed(value) : `${signed(value)} (${signed(interval[0])} to ${signed(interval[1])})`;
}

/** What a subgroup is called. */
export function groupWords({ attribute, value }: Pick<GroupGain, 'attribute' | 'value'>): string {
  return `${attributeWords[attribute]} ${value === '' ? 'not known' : value}`;
}

/** What the verdict says, in one sentence that names both models. */
export function verdictWords(found: PromotionComparison): string {
  const { model, inUse, verdict, allowedLoss, groups } = found;
  const [own, other] = [`"${model}"`, inUse === null ? 'guessing' : `"${inUse}"`];
  const loss = number(allowedLoss);
  switch (verdict) {
    case 'notWorse':
      return `${own} is not worse than ${other}: a loss of more than ${loss} is ruled out.`;
    case 'betterThanGuessing':
      return `${own} is better than guessing. The data set has no model in use yet.`;
    case 'worse':
      return `${own} is worse than ${other}: its interval lies below 0, and a loss of more than ${loss} is not ruled out.`;
    case 'worseInSubgroup': {
      const worse = groups.filter(({ isWorse }) => isWorse).map(groupWords);
      return `${own} is not worse than ${other} overall, but it is by more than ${loss} in: ${worse.join(', ')}.`;
    }
    case 'notBetterThanGuessing':
      return `${own} is not shown to be better than guessing.`;
    case 'cannotTell':
      return `Whether ${own} is as good as ${other} cannot be told: ${untoldWords(found)}.`;
  }
}

function untoldWords({ untold, patients, inUse, allowedLoss }: PromotionComparison): string {
  switch (untold) {
    case 'otherNames':
      return `"${inUse}" answers other names, so there is nothing to compare`;
    case 'wideInterval':
      return `the interval is so wide that it holds both no loss and one of more than ${number(allowedLoss)}`;
    default:
      return (
        `${counted('en', patients, 'test patient', 'test patients')}${inUse === null ? '' : ' in common'}: too few; it takes ${fewestToTell.patients}, ` +
        `and ${fewestToTell.rarer} whose answer is not the commonest one`
      );
  }
}

/** The comparison as lines: the figures, then the verdict. */
export function comparisonLines(found: PromotionComparison): string[] {
  const { dataset, model, inUse, figure, level, cases, patients, leftOut, own, before, gain, names, groups } = found;
  const what = figureWords[figure];
  const isError = figure === 'absoluteError';
  const gains = (rows: readonly { readonly name: string; readonly gain: EstimateView; readonly mark?: string }[]) =>
    rows.map(({ name, gain: one, mark = '' }) => `  ${name}: ${gainWords(one)}${mark}`);
  return [
    `Test patients of "${dataset}"${inUse === null ? '' : ' that both models were asked about'}: ${patients}, ${level === 'study' ? counted('en', cases, 'study', 'studies') : counted('en', cases, 'image', 'images')}` +
      `${leftOut === 0 ? '' : ` (${leftOut} more that "${inUse}" was not asked about, or whose patient one of the two learned from)`}.`,
    `${what} of "${model}": ${estimateWords(own)}`,
    ...(before === null ? [] : [`${what} of "${inUse}", which is in use: ${estimateWords(before)}`]),
    `${inUse === null ? `Better than guessing by` : isError ? 'Smaller by, paired' : 'Difference, paired'}: ${gainWords(gain)}`,
    ...gains(names),
    ...(groups.length === 0 ? [] : ['In subgroups with patients enough:']),
    ...gains(
      groups.map((group) => ({
        name: `${groupWords(group)} (${counted('en', group.patients, 'patient', 'patients')})`,
        gain: group.gain,
        mark: group.isWorse ? ', worse' : '',
      })),
    ),
    verdictWords(found),
  ];
}
