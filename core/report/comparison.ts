/** The report of a comparison of methods: the table, and the AUC against memory and against parameters, as one HTML text. */
import { counted } from '../base/counted.ts';
import { formatDuration } from '../base/duration.ts';
import {
  type ComparedMethod,
  type ComparisonReport,
  comparisonRecipeMeaning,
  methodMeaning,
} from '../contract/index.ts';
import { count, plain, section, withInterval } from './cells.ts';
import { type CostPoint, costChart, escapeHtml } from './chart.ts';
import { comparisonNotes, lpmShare, untrainedWords } from './comparison-words.ts';
import { reportPage } from './page.ts';

/** The report as one HTML document. It loads nothing from anywhere. */
export function renderComparison(report: ComparisonReport): string {
  const title = `Fine-tuning methods compared on ${report.dataset}`;
  const lead = `Version ${report.version} of the data set, LPM “${escapeHtml(report.lpm)}” at ${report.inputSize} px; ended ${report.endedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return reportPage(title, lead, [tableSection(report), chartsSection(report), notesSection(report)]);
}

const heads = ['AUC', 'learnable', 'memory of training', 'an epoch', 'PPE', 'PME'];

function tableSection(report: ComparisonReport): string {
  const best = Math.max(...report.methods.map(({ auc }) => auc ?? Number.NEGATIVE_INFINITY));
  const rows = report.methods.map((row) => {
    const cells = [
      row.state === 'trained'
        ? withInterval({ value: row.auc, interval: row.aucInterval })
        : escapeHtml(untrainedWords(row)),
      `${count(row.learnable)}<br><small>${lpmShare(row.learnableShare)} of the LPM</small>`,
      memoryCell(row),
      row.epochSeconds === null ? '–' : `${row.isEpochEstimated ? '~ ' : ''}${formatDuration(row.epochSeconds)}`,
      ...[row.ppe, row.pme].map((score) => (score === null ? '–' : score.toFixed(2))),
    ];
    const about = `<small>${escapeHtml(methodMeaning[row.method])}</small><small>${counted('en', row.epochs, 'epoch', 'epochs')} at ${row.learningRate}</small>`;
    return `<tr${row.auc !== null && row.auc === best ? ' class="best"' : ''}><td class="method">${escapeHtml(row.method)}${about}</td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`;
  });
  return section(
    'The methods side by side',
    `<div class="scroll"><table><thead><tr><th>method</th>${heads.map((head) => `<th class="number">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}

function memoryCell({ memoryMb, isMemoryEstimated, memoryShare }: ComparedMethod): string {
  if (memoryMb === null) return 'not measured';
  const share = memoryShare === null ? '' : `<br><small>${lpmShare(memoryShare)} of full</small>`;
  return `${isMemoryEstimated ? '~ ' : ''}${count(Math.round(memoryMb))} MB${share}`;
}

function chartsSection({ methods }: ComparisonReport): string {
  const points = (x: (row: ComparedMethod) => number | null): CostPoint[] =>
    methods.flatMap((row, colour) => {
      const at = x(row);
      return at === null || row.auc === null
        ? []
        : [{ name: row.method, x: at, y: row.auc, interval: row.aucInterval, colour }];
    });
  const charts = [
    { points: points(({ memoryMb }) => memoryMb), title: 'AUC against memory', xLabel: 'memory of training (MB)' },
    { points: points(({ learnable }) => learnable), title: 'AUC against parameters', xLabel: 'learnable parameters' },
  ].filter((chart) => chart.points.length > 0);
  if (charts.length === 0) return '';
  const drawn = charts.map(
    ({ points: own, title, xLabel }) =>
      `<figure><h3>${title}</h3>${costChart(own, { title, xLabel, yLabel: 'AUC' })}</figure>`,
  );
  return section('What it buys', `<div class="grid2">${drawn.join('')}</div>`);
}

function notesSection(report: ComparisonReport): string {
  const list = comparisonNotes(report).map((note) => `<li>${escapeHtml(note)}</li>`);
  const models = report.methods.flatMap(({ method, trainings }) =>
    trainings.map(
      ({ seed, model, auc }) =>
        `<tr><td>${escapeHtml(method)}</td><td class="number">${seed}</td><td class="number">${plain(auc)}</td><td>${escapeHtml(model)}</td></tr>`,
    ),
  );
  const table =
    models.length === 0
      ? ''
      : `<h3>Every training</h3><div class="scroll"><table><thead><tr><th>method</th><th class="number">seed</th><th class="number">AUC</th><th>model</th></tr></thead><tbody>${models.join('')}</tbody></table></div>`;
  return section(
    'How to read this',
    `<p>${escapeHtml(comparisonRecipeMeaning[report.recipe])}.</p><ul>${list.join('')}</ul>${table}`,
    'long',
  );
}
