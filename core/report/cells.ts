/** What sections of a report are made of: headings, cells, numbers. */
import { shownNumber } from '../base/shown-number.ts';
import type { MetricsBlock } from '../contract/index.ts';
import { escapeHtml } from './chart.ts';
import type { ReportMethod } from './report-data.ts';
import { verdictsOf } from './words.ts';

/** A section with its heading. */
export function section(title: string, body: string, className = ''): string {
  return `<section${className === '' ? '' : ` class="${className}"`}><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

/** The AUC with its interval. */
export function aucOf({ auc, aucInterval }: Pick<MetricsBlock, 'auc' | 'aucInterval'>): string {
  return withInterval({ value: auc, interval: aucInterval });
}

/** A figure with its interval below it. */
export function withInterval({ value, interval }: Pick<MetricsBlock['figures'][number], 'value' | 'interval'>): string {
  if (value === null) return '–';
  return interval === null
    ? plain(value)
    : `${plain(value)}<br><small>${plain(interval[0])} – ${plain(interval[1])}</small>`;
}

/** Three decimals, or a dash for what the data do not define. */
export function plain(value: number | null): string {
  return value === null ? '–' : shownNumber(value, 3);
}

/** A count with its thousands apart. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** What the figures mean, one paragraph a method, its verdict in bold; the method is named where there are several. */
export function verdictParagraphs(methods: readonly ReportMethod[]): string {
  return verdictsOf(methods)
    .map(({ method, sentences: [head = '', ...rest] }) => {
      const name = methods.length > 1 ? `${method}: ` : '';
      return `<p class="verdict"><strong>${escapeHtml(name + head)}</strong> ${escapeHtml(rest.join(' '))}</p>`;
    })
    .join('');
}
