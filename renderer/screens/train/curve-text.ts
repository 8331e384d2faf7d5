/** A learning curve in sentences: what more patients would bring, or why nothing can be said; that first. */
import type { CurveReport, CurveRow } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** What a row of the curve is about. */
export function nameOf({ name }: Pick<CurveRow, 'name'>): string {
  return name ?? i18n.words.labelling.curve.mean;
}

export function curveSentences(report: CurveReport): string[] {
  const words = i18n.words.labelling.curve;
  const { rows, more, asked, sizes, helpsMost } = report;
  const [mean] = rows;
  if (mean === undefined) return [];
  if (mean.gain === null) return [words.none(words.unfitted[mean.unfitted ?? 'fewSizes'])];
  const now = mean.points.at(-1)?.auc ?? null;
  const most = rows.find(({ name }) => name !== null && name === helpsMost);
  return [
    words.gain(more, ...gainOf(mean.gain.interval)),
    ...(now === null ? [] : [words.now(i18n.number(now, 3), i18n.number(sizes.at(-1)?.patients ?? 0))]),
    ...(most?.gain
      ? [words.most(nameOf(most), ...gainOf(most.gain.interval))]
      : rows.length > 1
        ? [words.noneMost]
        : []),
    ...(asked > more ? [words.nearer(i18n.number(asked), i18n.number(more))] : []),
    words.supposes,
  ];
}

/** Both ends of a gain with their sign. */
function gainOf([low, high]: readonly [number, number]): [string, string] {
  return [`+${i18n.number(low, 2)}`, `+${i18n.number(high, 2)}`];
}
