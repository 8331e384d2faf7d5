/**
 * Where lines, log and progress go.
 *
 * The result goes to standard output, everything else to standard error. On a terminal one line per stage is redrawn
 * (items, rate, time left); elsewhere a plain line appears at the start, about every ten seconds, and at the end.
 */
import type { Logger } from '../base/logger.ts';
import { type ProgressEvent, type ProgressStage, progressStages, type ReportProgress } from '../base/progress.ts';
import { formatDuration } from './format.ts';

/** The parts of a stream that are used; tests pass their own. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface TerminalOptions {
  readonly stream: OutputStream;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

const redrawMs = 100;
const plainLineMs = 10_000;
/** Speed is measured over this long, so that the time left follows a machine that gets busy. */
const rateWindowMs = 15_000;

interface Stage {
  readonly name: ProgressStage;
  readonly startedAt: number;
  readonly samples: { at: number; done: number }[];
  last: ProgressEvent;
  drawnAt: number;
}

/** Progress and log lines on one stream, which share the last line of the terminal. */
export class Terminal {
  readonly #stream: OutputStream;
  readonly #clock: () => number;
  readonly #live: boolean;
  #stage: Stage | undefined;
  #lineOpen = false;

  constructor(options: TerminalOptions) {
    this.#stream = options.stream;
    this.#clock = options.clock;
    this.#live = options.stream.isTTY === true;
  }

  readonly progress: ReportProgress = (event) => {
    const now = this.#clock();
    let stage = this.#stage;
    if (stage === undefined || stage.name !== event.stage || event.done < stage.last.done) {
      this.finish();
      stage = { name: event.stage, startedAt: now, samples: [], last: event, drawnAt: Number.NEGATIVE_INFINITY };
      this.#stage = stage;
    }
    stage.last = event;
    stage.samples.push({ at: now, done: event.done });
    while (stage.samples.length > 2 && now - (stage.samples[0]?.at ?? now) > rateWindowMs) stage.samples.shift();
    if (now - stage.drawnAt < (this.#live ? redrawMs : plainLineMs)) return;
    stage.drawnAt = now;
    this.#draw(stage, now);
  };

  readonly logger: Logger = {
    log: (level, message, fields) => {
      if (level === 'debug') return;
      const extra = fields === undefined ? '' : ` ${JSON.stringify(fields)}`;
      this.line(level === 'info' ? `${message}${extra}` : `${level}: ${message}${extra}`);
    },
  };

  /** Writes a line above the progress line. */
  line(text: string): void {
    this.#clearLine();
    this.#stream.write(`${text}\n`);
  }

  /** Ends the current stage with its count and time. Harmless when there is none. */
  finish(): void {
    const stage = this.#stage;
    if (stage === undefined) return;
    this.#stage = undefined;
    this.#clearLine();
    const { done, total, unit } = stage.last;
    const count = total === null || total === done ? `${done}` : `${done} of ${total}`;
    this.#stream.write(
      `${progressStages[stage.name]}: ${count} ${unit} in ${formatDuration((this.#clock() - stage.startedAt) / 1000)}\n`,
    );
  }

  #draw(stage: Stage, now: number): void {
    if (!this.#live) {
      this.#stream.write(`${progressText(stage.last, rateOf(stage.samples))}\n`);
      return;
    }
    const width = Math.max(20, (this.#stream.columns ?? 80) - 1);
    const text = progressText(stage.last, rateOf(stage.samples), barOf(stage.last));
    this.#stream.write(`\r\u001b[2K${text.slice(0, width)}`);
    this.#lineOpen = true;
    stage.drawnAt = now;
  }

  #clearLine(): void {
    if (this.#lineOpen) this.#stream.write('\r\u001b[2K');
    this.#lineOpen = false;
  }
}

/** Items a second over the samples kept, or undefined while unknown. */
function rateOf(samples: readonly { at: number; done: number }[]): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 500 || last.done <= first.done)
    return undefined;
  return (last.done - first.done) / ((last.at - first.at) / 1000);
}

function barOf(event: ProgressEvent): string {
  if (event.total === null || event.total === 0) return '';
  const cells = 20;
  const full = Math.min(cells, Math.round((event.done / event.total) * cells));
  return `[${'#'.repeat(full)}${'-'.repeat(cells - full)}] `;
}

/** `Encoding: 120/550 images, 12.4/s, 35 s left`. */
export function progressText(event: ProgressEvent, rate: number | undefined, bar = ''): string {
  const parts = [`${event.done}${event.total === null ? '' : `/${event.total}`} ${event.unit}`];
  if (rate !== undefined) {
    parts.push(rate >= 1 ? `${rate.toFixed(1)}/s` : `${(1 / rate).toFixed(1)} s each`);
    if (event.total !== null && event.total > event.done) {
      parts.push(`${formatDuration((event.total - event.done) / rate)} left`);
    }
  }
  if (event.note !== undefined && event.note !== '') parts.push(event.note);
  return `${progressStages[event.stage]}: ${bar}${parts.join(', ')}`;
}
