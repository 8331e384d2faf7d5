/** The matrix of points and faults as lines of text. */
import { faults, type PointResult } from './point.ts';
import { stages } from './studies.ts';

/** One row a kind of work, one column a fault; `7` is seven points without a loss, `7!2` seven of which two lost something. */
export function matrixLines(results: readonly PointResult[]): string[] {
  const cell = (rows: readonly PointResult[]): string => {
    const lost = rows.filter((row) => row.losses.length > 0).length;
    return rows.length === 0 ? '-' : lost === 0 ? String(rows.length) : `${rows.length}!${lost}`;
  };
  const table = [
    ['', ...faults, 'all'],
    ...stages.map((stage) => {
      const rows = results.filter((result) => result.stage === stage);
      return [stage, ...faults.map((fault) => cell(rows.filter((row) => row.fault === fault))), cell(rows)];
    }),
    ['all', ...faults.map((fault) => cell(results.filter((row) => row.fault === fault))), cell(results)],
  ];
  const widths = (table[0] ?? []).map((_, c) => Math.max(...table.map((row) => (row[c] ?? '').length)));
  const lines = table.map((row) => row.map((text, c) => text.padStart(widths[c] ?? 0)).join('  '));
  const interrupted = results.filter((result) => result.ended !== 'done').length;
  const slowest = Math.max(0, ...results.map((result) => result.openMs));
  const losses = results.reduce((sum, result) => sum + result.losses.length, 0);
  return [
    ...lines,
    `${results.length} points, ${interrupted} of them interrupted, slowest opening afterwards ${Math.round(slowest)} ms, ${losses} losses.`,
    ...results.flatMap((r) => r.losses.map((loss) => `${r.stage} ${r.fault} at ${r.at} (seed ${r.seed}): ${loss}`)),
  ];
}
