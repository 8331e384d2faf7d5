/** What a check for shortcuts found, in sentences, for the command line. */
import { counted } from '../base/counted.ts';
import {
  type AcquisitionResult,
  type CoveredRegion,
  isAlarming,
  type RegionResult,
  type ShortcutReport,
} from '../contract/index.ts';
import { fewestImages, fewestPatients } from '../services/shortcuts/rule.ts';
import { formatInterval, formatMeasure } from './format.ts';

const regionWords: Readonly<Record<CoveredRegion, string>> = {
  topLeft: 'the top left corner',
  topRight: 'the top right corner',
  bottomLeft: 'the bottom left corner',
  bottomRight: 'the bottom right corner',
  corners: 'all four corners',
  outside: 'everything outside the body',
};

/** The report as lines: a line a region and an attribute, then what it comes to. */
export function shortcutLines(report: ShortcutReport): string[] {
  const alarming = [
    ...report.regions.filter(({ verdict }) => verdict === 'hangsOnIt').map(({ region }) => regionWords[region]),
    ...report.acquisition.filter(({ verdict }) => verdict === 'separates').map(({ attribute }) => `the ${attribute}`),
  ];
  const untold = report.regions.filter(({ verdict }) => verdict === 'untold').map(({ region }) => regionWords[region]);
  return [
    `Shortcuts: ${counted('en', report.images, 'image', 'images')} of ${counted('en', report.patients, 'patient', 'patients')} answered again with parts covered.`,
    ...report.regions.map((found) => `  without ${regionWords[found.region]}: ${regionFigures(found)}`),
    ...report.acquisition.map((found) => `  ${acquisitionFigures(found)}`),
    isAlarming(report)
      ? `Warning: the answers of "${report.model}" hang on ${alarming.join(', ')}. Look at the images there before you trust its figures.`
      : `Nothing of this explains the answers of "${report.model}"${untold.length === 0 ? '' : `, as far as could be told`}.`,
  ];
}

function regionFigures({ images, patients, fall, auc, coveredAuc, changed, name, verdict }: RegionResult): string {
  if (images === 0) return 'not told, because no image has a body that can be told from its background';
  if (verdict === 'untold')
    return `not told: ${counted('en', images, 'image', 'images')} of ${counted('en', patients, 'patient', 'patients')}; it takes ${fewestImages} of ${fewestPatients} patients of each class`;
  const parts = [
    `${name === null ? '' : `"${name}": `}the truth is less probable by ${formatInterval(fall.value, fall.interval)}`,
    ...(auc === null || coveredAuc === null ? [] : [`AUC ${formatMeasure(auc)} to ${formatMeasure(coveredAuc)}`]),
    ...(changed === null ? [] : [`${Math.round(100 * changed)} % decided otherwise`]),
  ];
  return `${parts.join('; ')}${verdict === 'hangsOnIt' ? ' – the answers hang on it' : ''}`;
}

function acquisitionFigures(found: AcquisitionResult): string {
  const { attribute, values, guessed, commonest, auc, withinAuc, verdict } = found;
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const within =
    withinAuc === null
      ? 'no value has cases of both kinds'
      : `AUC ${formatMeasure(auc)} overall, ${formatMeasure(withinAuc)} among cases of one value`;
  const said = { free: '', givesAway: ' – it gives the class away', separates: ' – the answers hang on it' }[verdict];
  return `${attribute} (${values} values): alone it is right in ${percent(guessed)} of the training patients (commonest class: ${percent(commonest)}); ${within}${said}`;
}
