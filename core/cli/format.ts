/** Numbers and tables as people read them on a terminal. */
import { counted } from '../base/counted.ts';
import { shownNumber } from '../base/shown-number.ts';

export { formatDuration } from '../base/duration.ts';

/** `812 B`, `3.4 MB`, `1.2 GB` (powers of 1,000, as disks are sold). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `1,234,567`. */
export function formatCount(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 study`, `3 studies`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return counted('en', n, one, many);
}

/** Three decimals, or a dash for what the data do not define. */
export function formatMeasure(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : shownNumber(value, 3);
}

/** `0.912 (0.880 to 0.941)`. */
export function formatInterval(
  value: number | null | undefined,
  interval: readonly [number, number] | null | undefined,
): string {
  if (value === null || value === undefined) return '–';
  const [own, ...ends] = [value, ...(interval ?? [])].map((one) => shownNumber(one, 3));
  return ends.length === 0 ? `${own}` : `${own} (${ends.join(' to ')})`;
}

/** Lines of a table with a heading; columns whose cells are all numbers are set flush right. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, c) => Math.max(heading.length, ...rows.map((row) => (row[c] ?? '').length)));
  const isNumeric = headings.map(
    (_, c) => rows.length > 0 && rows.every((row) => /^[-−–\d.,%]*( (MB|GB|kB|B|s))?$/.test(row[c] ?? '')),
  );
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (isNumeric[c] ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
      .join('  ')
      .trimEnd();
  return [format(headings), widths.map((w) => '-'.repeat(w)).join('  '), ...rows.map(format)];
}
