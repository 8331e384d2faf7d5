/**
 * A self-contained report from results: data in, one HTML text out. No file, network or clock is touched, so the command
 * line, the demo and the window make the same report.
 */
import {
  type EpochRecord,
  type EvaluateReport,
  type Method,
  type MetricsBlock,
  methodMeaning,
  researchUseOnly,
  targetFigureWords,
} from '../contract/index.ts';
import {
  calibrationChart,
  confusionTable,
  escapeHtml,
  intervalChart,
  lineChart,
  type Point,
  type Series,
} from './chart.ts';
import { examplesSection, type ReportExample } from './examples.ts';
import { decisionRule, figuresOf, namedPositive } from './positive-class-words.ts';
import { reportStyle } from './style.ts';
import { comparisonSentences, howToRead, limits } from './words.ts';

/** One trained and evaluated method. */
export interface ReportMethod {
  readonly method: Method;
  /** Whether every weight of the LPM was trained: what the memory of the others is compared with. */
  readonly trainsLpm: boolean;
  readonly model: string;
  readonly evaluation: EvaluateReport;
  readonly learnable: number;
  readonly lpmParameters: number | null;
  readonly peakMb: number | null;
  readonly seconds: number;
  readonly bestEpoch: number | null;
  readonly epochs: readonly EpochRecord[];
}

/** Everything a report shows. */
export interface ReportData {
  readonly title: string;
  readonly createdAt: Date;
  readonly dataset: {
    readonly name: string;
    readonly patients: number;
    readonly studies: number;
    readonly images: number;
    readonly classes: readonly { readonly name: string; readonly images: number }[];
  };
  readonly lpm: { readonly name: string; readonly hash: string };
  readonly engine: string;
  /** What a reader must know before any number, for example that the LPM is a stand-in. */
  readonly warnings: readonly string[];
  readonly methods: readonly ReportMethod[];
  readonly examples: readonly ReportExample[];
  /** Steps with their time, for the last section. */
  readonly timings: readonly { readonly name: string; readonly seconds: number; readonly peakMb: number | null }[];
}

/** The report as one HTML document. */
export function renderReport(data: ReportData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(data.title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(data.title)}</h1>
<p>Data set “${escapeHtml(data.dataset.name)}”: ${count(data.dataset.patients)} patients, ${count(data.dataset.studies)} studies, ${count(data.dataset.images)} images; made ${data.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
<span class="notice">${researchUseOnly}</span>
</header>
<main>
${[atAGlance, methodsSection, perClassSection, trainingSection, curvesSection, confusionSection, calibrationSection]
  .map((section) => section(data))
  .join('\n')}
${examplesSection(data.examples)}
${readingSection(data)}
${provenanceSection(data)}
</main>
<footer>${researchUseOnly} Made by Sidelight on this machine; this file loads nothing from anywhere.</footer>
</body>
</html>
`;
}

function section(title: string, body: string, className = ''): string {
  return `<section${className === '' ? '' : ` class="${className}"`}><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function atAGlance(data: ReportData): string {
  const values = data.methods.flatMap(({ evaluation: { image } }) => [image.auc, image.aucInterval?.[0]]);
  const lowest = Math.min(0.5, ...values.filter((v) => v !== null && v !== undefined));
  const split = data.methods[0]?.evaluation;
  const chart = intervalChart(
    data.methods.map((m, i) => ({
      name: m.method,
      value: m.evaluation.image.auc,
      interval: m.evaluation.image.aucInterval,
      colour: i,
    })),
    {
      title: 'AUC of each method with 95 % interval',
      low: Math.max(0, Math.floor(lowest * 10) / 10),
      high: 1,
      mark: { at: 0.5, name: 'chance' },
    },
  );
  const who =
    split === undefined
      ? ''
      : `<figcaption>AUC (${escapeHtml(figuresOf(split))}) over ${count(split.image.n)} images of ${count(split.image.patients)} ${escapeHtml(split.split)} patients; bars are 95 % intervals from resampling patients.</figcaption>`;
  return section(
    'At a glance',
    data.warnings.map((w) => `<p class="warn">${escapeHtml(w)}</p>`).join('') +
      `<figure>${chart}${who}</figure>` +
      comparisonSentences(data.methods)
        .map((s) => `<p>${escapeHtml(s)}</p>`)
        .join(''),
  );
}

function methodsSection(data: ReportData): string {
  const best = Math.max(...data.methods.map((m) => m.evaluation.image.auc ?? Number.NEGATIVE_INFINITY));
  const fullMb = data.methods.find((m) => m.trainsLpm)?.peakMb ?? null;
  const rows = data.methods.map((m) => {
    const { image, study } = m.evaluation;
    const ofFull =
      fullMb === null || m.peakMb === null
        ? ''
        : `<br><small>${((100 * m.peakMb) / fullMb).toFixed(0)} % of full</small>`;
    const share =
      m.lpmParameters === null
        ? ''
        : `<br><small>${((100 * m.learnable) / m.lpmParameters).toFixed(2)} % of the LPM</small>`;
    return `<tr${image.auc === best ? ' class="best"' : ''}><td class="method">${escapeHtml(m.method)}<small>${escapeHtml(methodMeaning[m.method])}</small><small>decision: ${escapeHtml(decisionRule(image))}</small></td>${[
      aucOf(image),
      aucOf(study),
      ...image.figures.map(withInterval),
      plain(image.sensitivity),
      plain(image.specificity),
      count(m.learnable) + share,
      m.peakMb === null ? '–' : `${count(Math.round(m.peakMb))} MB${ofFull}`,
      duration(m.seconds),
    ]
      .map((cell) => `<td class="number">${cell}</td>`)
      .join('')}</tr>`;
  });
  const about = data.methods[0] === undefined ? '' : aboutWords(data.methods[0].evaluation);
  const heads = [
    'AUC, images',
    'AUC, studies',
    ...(data.methods[0]?.evaluation.image.figures ?? []).map(({ figure }) => `${targetFigureWords[figure]}, images`),
    `sensitivity${about}`,
    `specificity${about}`,
    'learnable',
    'peak memory',
    'training',
  ];
  return section(
    'The methods side by side',
    `<div class="scroll"><table><thead><tr><th>method</th>${heads.map((h) => `<th class="number">${escapeHtml(h)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>
<p><small>${escapeHtml(meaningOf(data.methods.map((m) => m.evaluation)))} Training time and peak memory are of training alone; the LPM reads each image once beforehand and its features are kept (times at the end).</small></p>`,
  );
}

/** What the sensitivities beside each other are about, as a part of a heading. */
function aboutWords(evaluation: EvaluateReport): string {
  const named = namedPositive(evaluation);
  return named === null ? ', macro average' : ` of ${named}`;
}

function meaningOf(evaluations: readonly EvaluateReport[]): string {
  const [first] = evaluations;
  if (first === undefined) return '';
  if (first.positiveClass === null) {
    return 'Sensitivity and specificity are means over classes, each class against the rest (macro average).';
  }
  const other = first.classes.find((name) => name !== first.positiveClass) ?? '';
  return `“${first.positiveClass}” is the positive class${first.positiveClassSource === 'alphabet' ? ' (not set by you)' : ''}: sensitivity is the share of its images that were found, specificity the share of the images of “${other}” that were left alone.`;
}

function perClassSection(data: ReportData): string {
  const classes = data.methods[0]?.evaluation.classes ?? [];
  const head = classes.map((c) => `<th class="number">${escapeHtml(c)}</th>`).join('');
  const rows = data.methods.map((m) => {
    const cells = classes.map((name) => {
      const figures = m.evaluation.image.perClass.find((c) => c.name === name);
      return `<td class="number">${figures === undefined ? '–' : aucOf(figures)}</td>`;
    });
    return `<tr><td>${escapeHtml(m.method)}</td>${cells.join('')}</tr>`;
  });
  return section(
    'Which class is found by whom',
    `<p>AUC of each class against all others, with 95 % interval.</p><div class="scroll"><table><thead><tr><th>method</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}

function trainingSection(data: ReportData): string {
  const lines = (name: string, value: (e: EpochRecord) => number | null): Series[] =>
    data.methods.map((m, i) => ({
      name: name === '' ? m.method : `${m.method}${m.bestEpoch === null ? '' : ` (kept: epoch ${m.bestEpoch})`}`,
      colour: i,
      points: m.epochs.flatMap((e): Point[] => {
        const y = value(e);
        return y === null ? [] : [[e.epoch, y]];
      }),
    }));
  const loss = lineChart(
    lines('', (e) => e.trainLoss),
    {
      title: 'Training loss by epoch',
      xLabel: 'epoch',
      yLabel: 'training loss',
    },
  );
  const auc = lineChart(
    lines('auc', (e) => e.valAuc),
    {
      title: 'Validation AUC by epoch',
      xLabel: 'epoch',
      yLabel: 'validation AUC',
    },
  );
  return section('Training', `<div class="grid2"><figure>${loss}</figure><figure>${auc}</figure></div>`);
}

function curvesSection(data: ReportData): string {
  const classes = data.methods[0]?.evaluation.classes ?? [];
  // With two classes the curve of the negative one mirrors that of the positive one and would only repeat it.
  const positive = data.methods[0]?.evaluation.positiveClass ?? null;
  const shown = positive === null ? classes : [positive];
  const unit = [0, 1] as const;
  const figures = shown.map((name) => {
    const lines = (kind: 'roc' | 'pr'): Series[] =>
      data.methods.flatMap((m, i): Series[] => {
        const entry = m.evaluation.image.perClass.find((c) => c.name === name);
        if (entry === undefined || entry[kind].length === 0) return [];
        const value = kind === 'roc' ? `AUC ${plain(entry.auc)}` : `average precision ${plain(entry.averagePrecision)}`;
        return [{ name: `${m.method} (${value})`, points: entry[kind], colour: i }];
      });
    const roc = lineChart(lines('roc'), {
      title: `ROC curve of ${name}`,
      xLabel: `1 − specificity (${name})`,
      yLabel: `sensitivity (${name})`,
      xRange: unit,
      yRange: unit,
      diagonal: true,
    });
    const pr = lineChart(lines('pr'), {
      title: `Precision and recall of ${name}`,
      xLabel: `recall (sensitivity, ${name})`,
      yLabel: `precision (PPV, ${name})`,
      xRange: unit,
      yRange: unit,
    });
    return `<h3>${escapeHtml(name)} against the rest</h3><div class="grid2"><figure>${roc}</figure><figure>${pr}</figure></div>`;
  });
  return section('ROC and precision-recall curves', figures.join(''), 'long');
}

function confusionSection(data: ReportData): string {
  const figures = data.methods.map(
    ({ method, evaluation: { image, classes } }) =>
      `<figure><h3>${escapeHtml(method)}</h3>${confusionTable(image.confusion, classes)}</figure>`,
  );
  return section('What was taken for what', `<div class="grid2">${figures.join('')}</div>`);
}

function calibrationSection(data: ReportData): string {
  const figures = data.methods.map(({ method, evaluation: { image } }) => {
    const bins = image.calibration.flatMap(({ confidence, accuracy, n }) =>
      n === 0 || confidence === null || accuracy === null ? [] : [{ confidence, accuracy, n }],
    );
    return `<figure><h3>${escapeHtml(method)}</h3>${calibrationChart(bins, `Calibration of ${method}`)}<figcaption>expected calibration error ${plain(image.calibrationError)}, Brier score ${plain(image.brier)}</figcaption></figure>`;
  });
  return section(
    'Can the probabilities be believed?',
    `<p>A point on the dashed line means: of the decisions made with this probability, exactly that share was right. Points below it are overconfident. Larger points stand for more images.</p><div class="grid2">${figures.join('')}</div>`,
  );
}

function readingSection(data: ReportData): string {
  const list = (items: readonly string[]): string =>
    `<ul>${items.map((i) => `<li>${escapeHtml(i)}</li>`).join('')}</ul>`;
  return section(
    'How to read this, and what it does not show',
    `${list(howToRead)}<h3>Limits</h3>${list([...limits, ...data.warnings])}`,
  );
}

function provenanceSection(data: ReportData): string {
  const classes = data.dataset.classes.map((c) => `${c.name} ${count(c.images)}`).join(', ');
  const version = data.methods[0]?.evaluation.version;
  const facts: readonly (readonly [string, string])[] = [
    [
      'Data set',
      `${data.dataset.name}${version === undefined ? '' : `, version ${version}`}; images a class: ${classes}`,
    ],
    ['LPM', data.lpm.name],
    ['LPM hash', data.lpm.hash],
    ['Engine', data.engine],
    ['Models', data.methods.map((m) => m.model).join(', ')],
    ...data.timings.map((t): readonly [string, string] => [
      t.name,
      duration(t.seconds) + (t.peakMb === null ? '' : `, peak memory ${count(Math.round(t.peakMb))} MB`),
    ]),
  ];
  return section(
    'Where this comes from',
    `<table><tbody>${facts.map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td><code>${escapeHtml(value)}</code></td></tr>`).join('')}</tbody></table>`,
  );
}

/** The AUC with its interval. */
function aucOf({ auc, aucInterval }: Pick<MetricsBlock, 'auc' | 'aucInterval'>): string {
  return withInterval({ value: auc, interval: aucInterval });
}

function withInterval({ value, interval }: Pick<MetricsBlock['figures'][number], 'value' | 'interval'>): string {
  if (value === null) return '–';
  return interval === null
    ? plain(value)
    : `${plain(value)}<br><small>${plain(interval[0])} – ${plain(interval[1])}</small>`;
}

function plain(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
