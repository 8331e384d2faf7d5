/**
 * A self-contained report from results: data in, one HTML text out. No file, network or clock is touched, so the command
 * line, the demo and the window make the same report.
 */
import { counted, formOf } from '../base/counted.ts';
import { formatDuration } from '../base/duration.ts';
import {
  defaultTarget,
  type EpochRecord,
  type EvaluateReport,
  methodMeaning,
  targetFacts,
  targetFigureWords,
} from '../contract/index.ts';
import { aucOf, count, plain, section, verdictParagraphs, withInterval } from './cells.ts';
import {
  calibrationChart,
  confusionTable,
  escapeHtml,
  intervalChart,
  lineChart,
  type Point,
  type Series,
} from './chart.ts';
import { examplesSection } from './examples.ts';
import { reportPage } from './page.ts';
import { decisionRule, figuresOf, namedPositive } from './positive-class-words.ts';
import { findingSection, numbersAtAGlance, numbersSection } from './questions.ts';
import { referralLines } from './referral-words.ts';
import type { ReportData } from './report-data.ts';
import { comparisonSentences, howToRead, limits } from './words.ts';

/** The report as one HTML document. */
export function renderReport(data: ReportData): string {
  const lead = `Data set “${escapeHtml(data.dataset.name)}”: ${counted('en', data.dataset.patients, 'patient', 'patients')}, ${counted('en', data.dataset.studies, 'study', 'studies')}, ${counted('en', data.dataset.images, 'image', 'images')}; made ${data.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return reportPage(data.title, lead, [
    ...sectionsOf(data).map((one) => one(data)),
    referralSection(data),
    examplesSection(data.examples),
    readingSection(data),
    provenanceSection(data),
  ]);
}

/** The sections of figures: those that mean something for what the data set asks. */
function sectionsOf({ methods }: ReportData): readonly ((data: ReportData) => string)[] {
  const { target = defaultTarget } = methods[0]?.evaluation ?? {};
  const { isPerName, hasMarks } = targetFacts[target];
  if (!isPerName) {
    return [
      atAGlance,
      methodsSection,
      perClassSection,
      trainingSection,
      curvesSection,
      confusionSection,
      calibrationSection,
    ];
  }
  if (hasMarks) return [atAGlance, methodsSection, findingSection, trainingSection, curvesSection];
  return [numbersAtAGlance, methodsSection, numbersSection, trainingSection];
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
  const about =
    split === undefined
      ? ''
      : targetFacts[split.target].hasMarks
        ? 'mean over the findings that can be judged'
        : figuresOf(split);
  const who =
    split === undefined
      ? ''
      : `<figcaption>AUC (${escapeHtml(about)}) over ${counted('en', split.image.n, 'image', 'images')} of ${count(split.image.patients)} ${escapeHtml(split.split)} ${formOf('en', split.image.patients, 'patient', 'patients')}; bars are 95 % intervals from resampling patients.</figcaption>`;
  return section(
    'At a glance',
    verdictParagraphs(data.methods) +
      data.warnings.map((w) => `<p class="warn">${escapeHtml(w)}</p>`).join('') +
      `<figure>${chart}${who}</figure>` +
      comparisonSentences(data.methods)
        .map((s) => `<p>${escapeHtml(s)}</p>`)
        .join(''),
  );
}

/** Which answers go to a reader by the rule that is kept with a model, and what is promised of the others; nothing where no model has a rule. */
function referralSection({ methods }: ReportData): string {
  const lines = methods.flatMap(({ model, evaluation }) =>
    referralLines(evaluation).map((line) => (methods.length === 1 ? line : `${model}: ${line}`)),
  );
  return lines.length === 0
    ? ''
    : section('Answers that go to a reader', lines.map((line) => `<p>${escapeHtml(line)}</p>`).join(''));
}

function methodsSection(data: ReportData): string {
  const { target = defaultTarget } = data.methods[0]?.evaluation ?? {};
  const { isPerName, hasMarks } = targetFacts[target];
  const isNumber = isPerName && !hasMarks;
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
    return `<tr${image.auc === best ? ' class="best"' : ''}><td class="method">${escapeHtml(m.method)}<small>${escapeHtml(methodMeaning[m.method])}</small>${isPerName ? '' : `<small>decision: ${escapeHtml(decisionRule(image))}</small>`}</td>${[
      ...(isNumber ? [] : [aucOf(image), aucOf(study)]),
      ...image.figures.map(withInterval),
      ...(isNumber
        ? study.figures.slice(0, 1).map(withInterval)
        : [plain(image.sensitivity), plain(image.specificity)]),
      count(m.learnable) + share,
      m.peakMb === null ? '–' : `${count(Math.round(m.peakMb))} MB${ofFull}`,
      formatDuration(m.seconds),
    ]
      .map((cell) => `<td class="number">${cell}</td>`)
      .join('')}</tr>`;
  });
  const about = data.methods[0] === undefined ? '' : aboutWords(data.methods[0].evaluation);
  const figures = data.methods[0]?.evaluation.image.figures ?? [];
  const heads = [
    ...(isNumber ? [] : ['AUC, images', 'AUC, studies']),
    ...figures.map(({ figure }) => `${targetFigureWords[figure]}, images`),
    ...(isNumber
      ? figures.slice(0, 1).map(({ figure }) => `${targetFigureWords[figure]}, studies`)
      : [`sensitivity${about}`, `specificity${about}`]),
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
  if (targetFacts[evaluation.target].hasMarks) return ', mean over findings';
  const named = namedPositive(evaluation);
  return named === null ? ', macro average' : ` of ${named}`;
}

function meaningOf(evaluations: readonly EvaluateReport[]): string {
  const [first] = evaluations;
  if (first === undefined) return '';
  const { isPerName, hasMarks } = targetFacts[first.target];
  if (hasMarks) {
    return 'AUC, sensitivity and specificity are means over the findings that can be judged, each at its own threshold.';
  }
  if (isPerName) return 'Numbers are in the unit of the labels.';
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
    `<p>AUC of each class against all others, with 95 % interval.</p><div class="scroll"><table><thead><tr><th>method</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${decisionsTable(data)}`,
  );
}

/** Each class at the decision that the model makes: the figures that belong to the confusion matrices below. */
function decisionsTable({ methods }: ReportData): string {
  const heads = ['images', 'answered', 'sensitivity', 'specificity', 'precision (PPV in these images)'];
  const classes = methods[0]?.evaluation.classes ?? [];
  const rows = methods.flatMap((m) =>
    classes.flatMap((name) => {
      const own = m.evaluation.image.perClass.find((c) => c.name === name);
      if (own === undefined) return [];
      const cells = [
        count(own.n),
        own.answered === undefined ? '–' : count(own.answered),
        withInterval({ value: own.sensitivity, interval: own.sensitivityInterval ?? null }),
        withInterval({ value: own.specificity, interval: own.specificityInterval ?? null }),
        withInterval({ value: own.precision ?? null, interval: own.precisionInterval ?? null }),
      ];
      const row = cells.map((cell) => `<td class="number">${cell}</td>`).join('');
      return [`<tr><td>${escapeHtml(m.method)}</td><td>${escapeHtml(own.name)}</td>${row}</tr>`];
    }),
  );
  return `<p>Each class against all others at the decision that the model makes, with 95 % interval (Wilson).</p><div class="scroll"><table><thead><tr><th>method</th><th>class</th>${heads.map((head) => `<th class="number">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** Which network of a cross-validation an epoch is of; nothing where there is one. */
function networkOf(epoch: EpochRecord | undefined): string {
  if (epoch === undefined || epoch.fold === null) return '';
  return ` without fold ${epoch.fold}${epoch.attempt === 1 ? '' : `, training ${epoch.attempt}`}`;
}

function trainingSection(data: ReportData): string {
  const lines = (name: string, value: (e: EpochRecord) => number | null): Series[] =>
    data.methods.flatMap((m, i) => {
      // Of a cross-validation a line for each training of each network.
      const trainings = [...Map.groupBy(m.epochs, ({ fold, attempt }) => `${fold} ${attempt}`).values()];
      return trainings.map((epochs, k) => ({
        name: `${m.method}${networkOf(epochs[0])}${name === '' || m.bestEpoch === null ? '' : ` (kept: epoch ${m.bestEpoch})`}`,
        colour: i + k,
        points: epochs.flatMap((e): Point[] => {
          const y = value(e);
          return y === null ? [] : [[e.epoch, y]];
        }),
      }));
    });
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
  // Of numbers there is none.
  const hasAuc = data.methods.some(({ epochs }) => epochs.some(({ valAuc }) => valAuc !== null));
  return section(
    'Training',
    `<div class="grid2"><figure>${loss}</figure>${hasAuc ? `<figure>${auc}</figure>` : ''}</div>`,
  );
}

function curvesSection(data: ReportData): string {
  const { isPerName } = targetFacts[data.methods[0]?.evaluation.target ?? defaultTarget];
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
    const heading = isPerName ? name : `${name} against the rest`;
    return `<h3>${escapeHtml(heading)}</h3><div class="grid2"><figure>${roc}</figure><figure>${pr}</figure></div>`;
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
    `${list(howToRead(data.methods[0]?.evaluation.target ?? defaultTarget))}<h3>Limits</h3>${list([...limits, ...data.warnings])}`,
  );
}

function provenanceSection(data: ReportData): string {
  const { isPerName, noun } = targetFacts[data.methods[0]?.evaluation.target ?? defaultTarget];
  const classes = data.dataset.classes.map((c) => `${c.name} ${count(c.images)}`).join(', ');
  const version = data.methods[0]?.evaluation.version;
  const facts: readonly (readonly [string, string])[] = [
    [
      'Data set',
      `${data.dataset.name}${version === undefined ? '' : `, version ${version}`}; images ${isPerName ? `with an answer to each ${noun[0]}` : `a ${noun[0]}`}: ${classes}`,
    ],
    ['LPM', data.lpm.name],
    ['LPM hash', data.lpm.hash],
    ['Engine', data.engine],
    ['Models', data.methods.map((m) => m.model).join(', ')],
    ...data.timings.map((t): readonly [string, string] => [
      t.name,
      formatDuration(t.seconds) + (t.peakMb === null ? '' : `, peak memory ${count(Math.round(t.peakMb))} MB`),
    ]),
  ];
  return section(
    'Where this comes from',
    `<table><tbody>${facts.map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td><code>${escapeHtml(value)}</code></td></tr>`).join('')}</tbody></table>`,
  );
}
