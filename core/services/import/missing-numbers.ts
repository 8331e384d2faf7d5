/**
 * Numbers that stand for "not measured" in tables of statistics programs: -999, 9999. As quantities they are learned, and one of them moves a mean
 * further than all that was measured.
 */
import type { ImportNote } from '../../contract/index.ts';

const below: ReadonlySet<number> = new Set([-9, -99, -999, -9999, -99_999]);
const above: ReadonlySet<number> = new Set([999, 9999, 99_999, 999_999]);
/** Measured values reach no further than this part of a code above them. */
const reach = 1 / 3;

/** The note about quantities that may say that nothing was measured: negative ones where nothing else is, or far above everything else. */
export function missingNumbers(
  agreed: readonly { readonly question: string | null; readonly label: string }[],
): ImportNote[] {
  const found: string[] = [];
  let labels = 0;
  for (const [question, own] of Map.groupBy(agreed, (entry) => entry.question)) {
    const values = own.map(({ label }) => (label === '' ? Number.NaN : Number(label))).filter(Number.isFinite);
    if (question === null || values.length < own.length) continue;
    const measured = values.filter((value) => !below.has(value) && !above.has(value));
    if (measured.length === 0) continue;
    const [least, most] = [Math.min(...measured), Math.max(...measured)];
    const isCode = (value: number): boolean =>
      (below.has(value) && least >= 0) || (above.has(value) && most <= value * reach);
    const codes = [...new Set(values.filter(isCode))];
    if (codes.length === 0) continue;
    labels += values.filter(isCode).length;
    found.push(`"${question}" (${codes.join(', ')})`);
  }
  return found.length === 0 ? [] : [{ code: 'missingNumbers', values: { columns: found.join(', '), labels } }];
}
