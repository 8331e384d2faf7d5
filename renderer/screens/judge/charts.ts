/** The plots of the Judge screen as options of Observable Plot. */

import type { ClassCurves, CoveragePointView, NumberCase, NumbersLevel } from '../../../core/contract/index.ts';
import { Plot } from '../../components/plot.ts';

const line = 'var(--series-1)';
const mark = 'var(--series-2)';
const guide = 'var(--line-strong)';
const margins = { marginLeft: 46, marginRight: 12, marginTop: 28, marginBottom: 36 } as const;
const unit = (label: string): Plot.ScaleOptions => ({ domain: [0, 1], label, ticks: 5, nice: false });

/** Where chance lies on a ROC curve, and perfect calibration on its plot. */
function diagonal(): Plot.Markish {
  return Plot.line(
    [
      [0, 0],
      [1, 1],
    ],
    { stroke: guide, strokeDasharray: '3,4' },
  );
}

/** ROC curve with its band and the point of the threshold. */
export function rocOptions(
  curves: ClassCurves,
  at: { readonly x: number; readonly y: number } | null,
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  return {
    ...margins,
    x: unit(words.x),
    y: unit(words.y),
    marks: [
      diagonal(),
      Plot.areaY(curves.band, { x: (d) => d[0], y1: (d) => d[1], y2: (d) => d[2], fill: line, fillOpacity: 0.18 }),
      Plot.line(curves.roc, { x: (d) => d[0], y: (d) => d[1], stroke: line, strokeWidth: 2, clip: true }),
      ...(at === null ? [] : [Plot.dot([at], { x: 'x', y: 'y', r: 5, fill: mark, stroke: 'var(--surface-raised)' })]),
    ],
  };
}

export function prOptions(
  curves: ClassCurves,
  share: number,
  at: { readonly x: number; readonly y: number } | null,
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  return {
    ...margins,
    x: unit(words.x),
    y: unit(words.y),
    marks: [
      Plot.ruleY([share], { stroke: guide, strokeDasharray: '3,4' }),
      Plot.line(curves.pr, { x: (d) => d[0], y: (d) => d[1], stroke: line, strokeWidth: 2, curve: 'step-before' }),
      ...(at === null ? [] : [Plot.dot([at], { x: 'x', y: 'y', r: 5, fill: mark, stroke: 'var(--surface-raised)' })]),
    ],
  };
}

export function calibrationOptions(
  curves: ClassCurves,
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  const bins = curves.calibration.map((bin) => ({
    x: bin.predicted,
    y: bin.observed.value ?? 0,
    low: bin.observed.interval?.[0] ?? 0,
    high: bin.observed.interval?.[1] ?? 1,
    n: bin.n,
  }));
  return {
    ...margins,
    x: unit(words.x),
    y: unit(words.y),
    marks: [
      diagonal(),
      Plot.ruleX(bins, { x: 'x', y1: 'low', y2: 'high', stroke: line, strokeOpacity: 0.7 }),
      Plot.line(bins, { x: 'x', y: 'y', stroke: line, strokeOpacity: 0.5 }),
      Plot.dot(bins, { x: 'x', y: 'y', r: (d: { n: number }) => 2 + Math.sqrt(d.n), fill: line }),
    ],
    r: { type: 'identity' },
  };
}

/** Error among the answered against the share answered, with the point chosen. */
export function coverageOptions(
  points: readonly CoveragePointView[],
  chosen: CoveragePointView | null,
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  const rows = points.map((p) => ({
    x: p.coverage,
    y: p.error ?? 0,
    low: p.errorInterval?.[0] ?? 0,
    high: p.errorInterval?.[1] ?? 0,
  }));
  const top = Math.min(1, Math.max(0.05, ...rows.map((row) => Math.min(row.high, 3 * row.y + 0.1))));
  return {
    ...margins,
    x: unit(words.x),
    y: { domain: [0, top], label: words.y, ticks: 5 },
    marks: [
      Plot.areaY(rows, { x: 'x', y1: 'low', y2: 'high', fill: line, fillOpacity: 0.18, clip: true }),
      Plot.line(rows, { x: 'x', y: 'y', stroke: line, strokeWidth: 2 }),
      ...(chosen === null
        ? []
        : [Plot.dot([{ x: chosen.coverage, y: chosen.error ?? 0 }], { x: 'x', y: 'y', r: 5, fill: mark })]),
    ],
  };
}

/** Answers beside their labels, with the line on which both are equal; both axes have the same range. */
export function scatterOptions(
  cases: readonly NumberCase[],
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  const [low, high] = rangeOf(cases.flatMap(({ truth, answer }) => [truth, answer]));
  const domain = [low, high];
  return {
    ...margins,
    x: { domain, label: words.x, ticks: 5, nice: true },
    y: { domain, label: words.y, ticks: 5, nice: true },
    marks: [
      Plot.line(
        [
          [low, low],
          [high, high],
        ],
        { stroke: guide, strokeDasharray: '3,4' },
      ),
      Plot.dot(cases, { x: 'truth', y: 'answer', r: 3, fill: line, fillOpacity: 0.6 }),
    ],
  };
}

/** Differences over the range, with bias and limits of agreement (Bland and Altman). */
export function differenceOptions(
  cases: readonly NumberCase[],
  agreement: NumbersLevel['agreement'],
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  const points = cases.map(({ truth, answer }) => ({ x: (truth + answer) / 2, y: answer - truth }));
  const lines = agreement === null ? [] : [agreement.low, agreement.bias, agreement.high].map(({ value }) => value);
  return {
    ...margins,
    x: { label: words.x, ticks: 5, nice: true },
    y: { label: words.y, ticks: 5, nice: true },
    marks: [
      Plot.ruleY([0], { stroke: guide }),
      Plot.ruleY(lines, { stroke: mark, strokeDasharray: '3,4' }),
      Plot.dot(points, { x: 'x', y: 'y', r: 3, fill: line, fillOpacity: 0.6 }),
    ],
  };
}

/** Least and largest of some numbers; a little around one that stands alone. */
function rangeOf(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

/** A figure of each model with its interval, one line a model: an AUC from chance to 1, or an error from 0 on. */
export function compareOptions(
  rows: readonly { readonly name: string; readonly value: number; readonly low: number; readonly high: number }[],
  label: string,
  isError: boolean,
): Plot.PlotOptions {
  const domain = isError ? [0, Math.max(...rows.map((r) => r.high))] : [Math.min(0.5, ...rows.map((r) => r.low)), 1];
  return {
    marginLeft: 150,
    marginRight: 20,
    marginTop: 8,
    marginBottom: 34,
    x: { label, nice: true, grid: true, domain },
    y: { label: null, domain: rows.map((r) => r.name) },
    marks: [
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: line, strokeWidth: 3, strokeOpacity: 0.6 }),
      Plot.dot(rows, { y: 'name', x: 'value', r: 5, fill: line }),
    ],
  };
}

/** What something is worth, with its interval, against what it costs, on a logarithmic scale; each point with its name. */
export function costOptions(
  points: readonly {
    readonly name: string;
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
  }[],
  words: { readonly x: string; readonly y: string },
): Plot.PlotOptions {
  const powers = points.map(({ x }) => Math.log10(x));
  return {
    ...margins,
    // Room for the names at the right.
    marginRight: 70,
    x: {
      type: 'log',
      domain: [10 ** Math.floor(Math.min(...powers)), 10 ** (Math.floor(Math.max(...powers)) + 1)],
      label: words.x,
      ticks: 4,
      tickFormat: '~s',
    },
    y: { label: words.y, ticks: 5, nice: true },
    marks: [
      Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: line, strokeWidth: 2, strokeOpacity: 0.5 }),
      Plot.dot(points, { x: 'x', y: 'y', r: 5, fill: line }),
      Plot.text(points, { x: 'x', y: 'y', text: 'name', dx: 8, textAnchor: 'start', fill: 'var(--ink)' }),
    ],
  };
}
