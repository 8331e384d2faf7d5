/** A learning curve and its forecast in sentences, for the command line. */
import { signedNumber } from '../base/shown-number.ts';
import { type CurveReport, type CurveRow, targetFacts } from '../contract/index.ts';
import { formatInterval, formatTable, plural } from './format.ts';

/** What is said where nothing is forecast. */
const unfittedWords: Readonly<Record<NonNullable<CurveRow['unfitted']>, string>> = {
  fewSizes: 'there are too few patients for three sizes of training sets; label more, and ask again',
  guessing: 'with all patients the AUC may still be that of guessing, and nothing says when it will grow',
  scattered: 'repeats differ so much that every gain is possible; label more, or give --repeats 10',
};

/** The table of sizes, then what more patients would bring. */
export function curveLines(report: CurveReport): string[] {
  const { dataset, version, method, repeats, folds, patients, asked, more, sizes, rows, helpsMost } = report;
  const [mean] = rows;
  return [
    `Learning curve of "${dataset}" version ${version}: ${method}, ${plural(repeats, 'repeat')} of ${folds} folds, ` +
      `${plural(patients, 'patient')} of training and validation, none of test.`,
    '',
    ...formatTable(
      ['learned from', ...rows.map(({ name }) => `AUC${name === null ? '' : ` of ${name}`} (95 % interval)`)],
      sizes.map((size, s) => [
        plural(Math.round(size.patients), 'patient'),
        ...rows.map(({ points }) => formatInterval(points[s]?.auc, points[s]?.interval)),
      ]),
    ),
    '',
    ...(asked > more
      ? [`A forecast goes no further than twice the patients there are: ${more} more, not ${asked}.`]
      : []),
    ...(mean === undefined ? [] : [forecastLine(report, mean)]),
    ...rows
      .filter(({ name, gain }) => name !== null && gain !== null)
      .map((row) => `  ${row.name}: ${gainWords(row)} (${plural(row.patients, 'patient')} now)`),
    ...rows
      .filter(({ name, unfitted }) => name !== null && unfitted !== null)
      .map(
        ({ name, unfitted }) =>
          `  ${name}: no forecast, because ${unfittedWords[unfitted as NonNullable<CurveRow['unfitted']>]}`,
      ),
    ...(rows.length > 1 ? [mostLine(report, helpsMost)] : []),
    'The forecast supposes more patients like these, from the same places and with the same shares; it is of this quick method.',
  ];
}

function forecastLine({ more }: CurveReport, row: CurveRow): string {
  if (row.unfitted !== null) return `No forecast: ${unfittedWords[row.unfitted]}.`;
  return `${plural(more, 'more patient', 'more patients')}: AUC ${gainWords(row)}.`;
}

/** `+0.00 to +0.02`. */
export function gainWords({ gain }: Pick<CurveRow, 'gain'>): string {
  if (gain === null) return '–';
  const [low, high] = gain.interval;
  return `${signedNumber(low, 2)} to ${signedNumber(high, 2)}`;
}

function mostLine({ target }: CurveReport, helpsMost: string | null): string {
  const [one] = targetFacts[target].noun;
  return helpsMost === null ? `Of no ${one} can a gain be told from none.` : `They would help "${helpsMost}" most.`;
}
