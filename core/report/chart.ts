import { counted } from '../base/counted.ts';
import { shownNumber, withMinus } from '../base/shown-number.ts';
/**
 * Charts as inline SVG, for reports that must open anywhere, print, and load nothing.
 *
 * Colours are Okabe and Ito's set, which people with any common colour blindness can tell apart; lines also differ by dash.
 */

/** Text made safe for HTML and SVG, in content and in attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#5b5b5b'];
const dashes = ['', '7 3', '2 3', '9 3 2 3', '4 2', '1 2', ''];

/** The colour of series `index`. */
export function seriesColour(index: number): string {
  return palette[index % palette.length] ?? '#5b5b5b';
}

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** Index into the palette, so that one method keeps its colour in every chart. */
  readonly colour?: number;
  /** Draw as a step rather than straight lines between points. */
  readonly isStep?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  /** Draw the line from corner to corner that stands for chance or for perfect calibration. */
  readonly diagonal?: boolean;
  readonly width?: number;
  readonly height?: number;
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** A line chart with axes, grid and legend. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const width = options.width ?? 420;
  const height = options.height ?? 320;
  const points = series.flatMap((s) => s.points);
  const xRange = options.xRange ?? rangeOf(points.map((p) => p[0]));
  const yRange = options.yRange ?? rangeOf(points.map((p) => p[1]));
  const legendHeight = series.length > 1 ? 18 * series.length : 0;
  const frame = frameOf(width, height, xRange, yRange);
  const lines = series.map((s, i) => {
    const colour = s.colour ?? i;
    return `<path d="${pathOf(s, frame)}" fill="none" stroke="${seriesColour(colour)}" stroke-width="2" stroke-linejoin="round" stroke-dasharray="${dashes[colour % dashes.length] ?? ''}"/>`;
  });
  const dots = series.flatMap((s, i) =>
    s.points.length > 1 || s.points[0] === undefined
      ? []
      : [
          `<circle cx="${frame.x(s.points[0][0])}" cy="${frame.y(s.points[0][1])}" r="3" fill="${seriesColour(s.colour ?? i)}"/>`,
        ],
  );
  const diagonal = options.diagonal
    ? `<line x1="${frame.x(xRange[0])}" y1="${frame.y(yRange[0])}" x2="${frame.x(xRange[1])}" y2="${frame.y(yRange[1])}" class="guide"/>`
    : '';
  const legend =
    series.length < 2
      ? []
      : series.map((s, i) => {
          const colour = s.colour ?? i;
          const y = height + 12 + 18 * i;
          return `<line x1="${frame.left}" x2="${frame.left + 26}" y1="${y}" y2="${y}" stroke="${seriesColour(colour)}" stroke-width="2.5" stroke-dasharray="${dashes[colour % dashes.length] ?? ''}"/><text x="${frame.left + 34}" y="${y + 4}">${escapeHtml(s.name)}</text>`;
        });
  return svg(width, height + legendHeight + 4, options.title, [
    axes(frame, options, xRange, yRange),
    diagonal,
    ...lines,
    ...dots,
    ...legend,
  ]);
}

export interface IntervalRow {
  readonly name: string;
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
  readonly colour?: number;
}

/** Values with their intervals on one scale from `low` to `high`, one row each; `mark` draws a vertical guide. */
export function intervalChart(
  rows: readonly IntervalRow[],
  options: { title: string; low: number; high: number; mark?: { at: number; name: string } },
): string {
  const width = 640;
  const left = 130;
  const right = 160;
  const rowHeight = 34;
  const bottom = rows.length * rowHeight + 14;
  const x = (value: number): number =>
    round(
      left +
        ((Math.min(options.high, Math.max(options.low, value)) - options.low) / (options.high - options.low)) *
          (width - left - right),
    );
  const ticks = niceTicks(options.low, options.high, 6);
  const parts = ticks.map(
    (t) =>
      `<line x1="${x(t)}" x2="${x(t)}" y1="6" y2="${bottom}" class="grid"/><text x="${x(t)}" y="${bottom + 16}" text-anchor="middle" class="tick">${tickText(t)}</text>`,
  );
  if (options.mark !== undefined) {
    parts.push(
      `<line x1="${x(options.mark.at)}" x2="${x(options.mark.at)}" y1="6" y2="${bottom}" class="guide"/><text x="${x(options.mark.at)}" y="${bottom + 30}" text-anchor="middle" class="tick">${escapeHtml(options.mark.name)}</text>`,
    );
  }
  rows.forEach((row, i) => {
    const y = 10 + i * rowHeight + rowHeight / 2;
    const colour = seriesColour(row.colour ?? i);
    parts.push(`<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escapeHtml(row.name)}</text>`);
    if (row.value === null) {
      parts.push(`<text x="${x(options.low) + 4}" y="${y + 4}">not defined</text>`);
      return;
    }
    if (row.interval !== null) {
      parts.push(
        `<line x1="${x(row.interval[0])}" x2="${x(row.interval[1])}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="3" stroke-linecap="round" opacity="0.55"/>`,
      );
    }
    const value = shownNumber(row.value, 3);
    const label =
      row.interval === null
        ? value
        : `${value} (${shownNumber(row.interval[0], 3)} – ${shownNumber(row.interval[1], 3)})`;
    parts.push(
      `<circle cx="${x(row.value)}" cy="${y}" r="6" fill="${colour}"/><text x="${width - right + 14}" y="${y + 4}">${label}</text>`,
    );
  });
  return svg(width, bottom + 38, options.title, parts);
}

export interface CalibrationBin {
  readonly confidence: number;
  readonly accuracy: number;
  readonly n: number;
}

/** Reliability diagram: how often decisions of a stated probability were right. Area of a point follows its count. */
export function calibrationChart(bins: readonly CalibrationBin[], title: string): string {
  const width = 420;
  const height = 320;
  const range = [0, 1] as const;
  const frame = frameOf(width, height, range, range);
  const most = Math.max(1, ...bins.map((b) => b.n));
  return svg(width, height + 4, title, [
    axes(frame, { title, xLabel: 'stated probability', yLabel: 'share that was right' }, range, range),
    `<line x1="${frame.x(0)}" y1="${frame.y(0)}" x2="${frame.x(1)}" y2="${frame.y(1)}" class="guide"/>`,
    ...bins.map(
      (b) =>
        `<line x1="${frame.x(b.confidence)}" x2="${frame.x(b.confidence)}" y1="${frame.y(b.confidence)}" y2="${frame.y(b.accuracy)}" stroke="${seriesColour(0)}" opacity="0.45"/>` +
        `<circle cx="${frame.x(b.confidence)}" cy="${frame.y(b.accuracy)}" r="${round(3 + 8 * Math.sqrt(b.n / most))}" fill="${seriesColour(0)}" fill-opacity="0.75"><title>${counted('en', b.n, 'case', 'cases')}</title></circle>`,
    ),
  ]);
}

export interface ScatterOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The same range on both axes, with the line on which both are equal. */
  readonly isSquare?: boolean;
  /** Heights at which a line is drawn across. */
  readonly lines?: readonly number[];
  /** Index into the palette. */
  readonly colour?: number;
}

export interface CostPoint {
  readonly name: string;
  /** Greater than 0: the axis is logarithmic. */
  readonly x: number;
  readonly y: number;
  readonly interval: readonly [number, number] | null;
  readonly colour: number;
}

/** Named points with intervals of y over a logarithmic x: what something is worth against what it costs. */
export function costChart(
  points: readonly CostPoint[],
  options: Pick<ChartOptions, 'title' | 'xLabel' | 'yLabel'>,
): string {
  const [width, height] = [460, 340];
  const powers = points.map(({ x }) => Math.log10(Math.max(x, 1)));
  // Room for the number of the last decade, and for the name of the best.
  const xRange = [Math.floor(Math.min(...powers)), Math.floor(Math.max(...powers)) + 1.15] as const;
  const [low, high] = rangeOf(points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]));
  const yRange = [low, high + 0.08 * (high - low)] as const;
  const frame = frameOf(width, height, xRange, yRange);
  const marks = points.map(({ name, y, interval, colour }, i) => {
    const at = frame.x(powers[i] as number);
    const bar =
      interval === null
        ? ''
        : `<line x1="${at}" x2="${at}" y1="${frame.y(interval[0])}" y2="${frame.y(interval[1])}" stroke="${seriesColour(colour)}" stroke-width="2" opacity="0.5"/>`;
    // The name of a point at the right would leave the picture.
    const isLeft = at > frame.left + 0.75 * frame.width;
    return `${bar}<circle cx="${at}" cy="${frame.y(y)}" r="4.5" fill="${seriesColour(colour)}"/><text x="${at + (isLeft ? -8 : 8)}" y="${frame.y(y) - 6}" text-anchor="${isLeft ? 'end' : 'start'}" class="tick">${escapeHtml(name)}</text>`;
  });
  const decade = (value: number): string => (Number.isInteger(value) ? (10 ** value).toLocaleString('en-US') : '');
  return svg(width, height, options.title, [axes(frame, options, xRange, yRange, decade), ...marks]);
}

/** Points on two axes. */
export function scatterChart(points: readonly Point[], options: ScatterOptions): string {
  const width = 420;
  const height = options.isSquare === true ? 420 : 320;
  const { lines = [], colour = 0 } = options;
  const xs = points.map(([x]) => x);
  const ys = [...points.map(([, y]) => y), ...lines];
  const xRange = rangeOf(options.isSquare === true ? [...xs, ...ys] : xs);
  const yRange = options.isSquare === true ? xRange : rangeOf(ys);
  const frame = frameOf(width, height, xRange, yRange);
  const across = (from: number, to: number): string =>
    `<line x1="${frame.x(xRange[0])}" y1="${frame.y(from)}" x2="${frame.x(xRange[1])}" y2="${frame.y(to)}" class="guide"/>`;
  return svg(width, height + 4, options.title, [
    axes(frame, options, xRange, yRange),
    ...(options.isSquare === true ? [across(xRange[0], xRange[1])] : []),
    ...lines.map((at) => across(at, at)),
    ...points.map(
      ([x, y]) =>
        `<circle cx="${frame.x(x)}" cy="${frame.y(y)}" r="3" fill="${seriesColour(colour)}" fill-opacity="0.55"/>`,
    ),
  ]);
}

/** Confusion matrix as an HTML table, cells shaded by their share of the row. */
export function confusionTable(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const head = classes.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = confusion.map((row, i) => {
    const total = row.reduce((a, b) => a + b, 0);
    const cells = row.map((n, j) => {
      const share = total === 0 ? 0 : n / total;
      const colour = i === j ? '0, 114, 178' : '213, 94, 0';
      const percent = total === 0 ? '' : `<small>${Math.round(100 * share)} %</small>`;
      return `<td style="background: rgba(${colour}, ${(0.06 + 0.6 * share).toFixed(2)})"><b>${n}</b>${percent}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(classes[i] ?? '')}</th>${cells.join('')}</tr>`;
  });
  return `<table class="confusion"><caption>rows: label, columns: decision</caption><thead><tr><td></td>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function frameOf(
  width: number,
  height: number,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
): Frame {
  const left = 54;
  const top = 12;
  const w = width - left - 14;
  const h = height - top - 46;
  return {
    left,
    top,
    width: w,
    height: h,
    x: (value) => round(left + ((value - xRange[0]) / (xRange[1] - xRange[0])) * w),
    y: (value) => round(top + h - ((value - yRange[0]) / (yRange[1] - yRange[0])) * h),
  };
}

function axes(
  frame: Frame,
  options: ChartOptions,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
  xText: (value: number) => string = tickText,
): string {
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  const vertical = niceTicks(xRange[0], xRange[1], 6).map(
    (t) =>
      `<line x1="${frame.x(t)}" x2="${frame.x(t)}" y1="${frame.top}" y2="${bottom}" class="grid"/><text x="${frame.x(t)}" y="${bottom + 16}" text-anchor="middle" class="tick">${xText(t)}</text>`,
  );
  const horizontal = niceTicks(yRange[0], yRange[1], 6).map(
    (t) =>
      `<line x1="${frame.left}" x2="${right}" y1="${frame.y(t)}" y2="${frame.y(t)}" class="grid"/><text x="${frame.left - 8}" y="${frame.y(t) + 4}" text-anchor="end" class="tick">${tickText(t)}</text>`,
  );
  const middle = frame.top + frame.height / 2;
  return [
    ...vertical,
    ...horizontal,
    `<path d="M${frame.left} ${frame.top}V${bottom}H${right}" class="axis"/>`,
    `<text x="${frame.left + frame.width / 2}" y="${bottom + 36}" text-anchor="middle">${escapeHtml(options.xLabel)}</text>`,
    `<text x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escapeHtml(options.yLabel)}</text>`,
  ].join('');
}

function pathOf(series: Series, frame: Frame): string {
  return series.points
    .map(([px, py], i) => {
      if (i === 0) return `M${frame.x(px)} ${frame.y(py)}`;
      return series.isStep ? `H${frame.x(px)}V${frame.y(py)}` : `L${frame.x(px)} ${frame.y(py)}`;
    })
    .join('');
}

function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}" style="max-width:${width}px">${parts.join('')}</svg>`;
}

/** The range of the values with a little air; [0, 1] when there are none. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** At most about `count` round numbers within [low, high]. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) ?? raw;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function tickText(value: number): string {
  return withMinus(String(Number(value.toPrecision(6))));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
