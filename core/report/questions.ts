/** Sections of a report about data sets that ask each of their names by itself: several findings, or a number. */
import { counted, formOf } from '../base/counted.ts';
import { type MetricsBlock, targetFigureWords, unjudgedWords } from '../contract/index.ts';
import { aucOf, count, plain, section, verdictParagraphs, withInterval } from './cells.ts';
import { escapeHtml, intervalChart, type Point, scatterChart } from './chart.ts';
import type { ReportData, ReportMethod } from './report-data.ts';

/** One row a finding and method: how many are known, how well it is ranked, what its threshold gives. */
export function findingSection({ methods }: ReportData): string {
  const heads = ['known', 'present', 'AUC', 'average precision', 'sensitivity', 'specificity', 'threshold'];
  const table = (name: string, of: (method: ReportMethod) => MetricsBlock): string => {
    const rows = methods.flatMap((m) =>
      of(m).perClass.map((own) => {
        const why =
          own.unjudged === undefined ? '' : `<br><small>cannot be judged: ${unjudgedWords[own.unjudged]}</small>`;
        const cells = [
          count(own.known ?? 0),
          count(own.n),
          aucOf(own),
          plain(own.averagePrecision),
          plain(own.sensitivity),
          plain(own.specificity),
          plain(own.threshold ?? null),
        ];
        return `<tr><td>${escapeHtml(own.name)}${why}</td><td>${escapeHtml(m.method)}</td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`;
      }),
    );
    return `<h3>${name}</h3><div class="scroll"><table><thead><tr><th>finding</th><th>method</th>${heads.map((head) => `<th class="number">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  };
  return section(
    'Each finding by itself',
    table('Images', ({ evaluation }) => evaluation.image) + table('Studies', ({ evaluation }) => evaluation.study),
  );
}

/** The mean absolute error of each method. */
export function numbersAtAGlance(data: ReportData): string {
  const rows = data.methods.map((m, i) => {
    const own = m.evaluation.image.figures[0];
    return { name: m.method, value: own?.value ?? null, interval: own?.interval ?? null, colour: i };
  });
  const highest = Math.max(0, ...rows.flatMap(({ value, interval }) => [value ?? 0, interval?.[1] ?? 0]));
  const first = data.methods[0]?.evaluation;
  const who =
    first === undefined
      ? ''
      : `<figcaption>Mean absolute error of “${escapeHtml(first.classes[0] ?? '')}” over ${counted('en', first.image.n, 'image', 'images')} of ${count(first.image.patients)} ${escapeHtml(first.split)} ${formOf('en', first.image.patients, 'patient', 'patients')}, in the unit of the labels; bars are 95 % intervals from resampling patients.</figcaption>`;
  const chart = intervalChart(rows, {
    title: 'Mean absolute error of each method with 95 % interval',
    low: 0,
    high: highest === 0 ? 1 : highest * 1.05,
  });
  const warnings = data.warnings.map((warning) => `<p class="warn">${escapeHtml(warning)}</p>`).join('');
  return section('At a glance', `${verdictParagraphs(data.methods)}${warnings}<figure>${chart}${who}</figure>`);
}

/** Points of a chart: more than a page can show would only slow it. */
const mostPoints = 3000;

/** Each answer beside its label, and how differences are spread over the range. */
export function numbersSection({ methods }: ReportData): string {
  const figures = methods.map(({ method, evaluation: { image, study, classes } }, i) => {
    const step = Math.ceil(image.points.length / mostPoints);
    const shown = image.points.filter((_, k) => k % step === 0);
    const name = classes[0] ?? '';
    const differences = shown.map(([truth, answer]): Point => [(truth + answer) / 2, answer - truth]);
    const { agreement } = image;
    const lines =
      agreement === null
        ? []
        : [agreement.low, agreement.bias, agreement.high].flatMap(({ value }) => (value === null ? [] : [value]));
    const scatter = scatterChart(shown, {
      title: `Answers of ${method} beside the labels`,
      xLabel: `label: ${name}`,
      yLabel: `answer: ${name}`,
      isSquare: true,
      colour: i,
    });
    const spread = scatterChart(differences, {
      title: `Differences of ${method} over the range`,
      xLabel: 'mean of answer and label',
      yLabel: 'answer minus label',
      lines,
      colour: i,
    });
    const note = step > 1 ? ` Every ${step}th image is drawn.` : '';
    return `<h3>${escapeHtml(method)}</h3><div class="grid2"><figure>${scatter}<figcaption>On the dashed line an answer is its label.${note}</figcaption></figure><figure>${spread}<figcaption>Dashed: bias and limits of agreement (Bland and Altman).</figcaption></figure></div>${agreementTable(image, study)}`;
  });
  return section('How far off the answers are', figures.join(''), 'long');
}

function agreementTable(image: MetricsBlock, study: MetricsBlock): string {
  const rows: readonly (readonly [string, (block: MetricsBlock) => string])[] = [
    ...image.figures.map(
      ({ figure }, k) =>
        [
          targetFigureWords[figure],
          ({ figures }: MetricsBlock) => withInterval(figures[k] ?? { value: null, interval: null }),
        ] as const,
    ),
    ...(['bias', 'low', 'high'] as const).map(
      (name) =>
        [
          { bias: 'bias', low: 'lower limit of agreement', high: 'upper limit of agreement' }[name],
          ({ agreement }: MetricsBlock) => withInterval(agreement?.[name] ?? { value: null, interval: null }),
        ] as const,
    ),
  ];
  const body = rows.map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${value(image)}</td><td class="number">${value(study)}</td></tr>`,
  );
  return `<table><thead><tr><td></td><th class="number">images (${count(image.n)})</th><th class="number">studies (${count(study.n)})</th></tr></thead><tbody>${body.join('')}</tbody></table>`;
}
