/**
 * Time left, as a person can read it: begun with what was promised, corrected by the speed of this run, counting down with
 * the clock and drifting towards what the speed says, so that one slow image does not make it jump.
 *
 * Where nothing was promised the speed alone counts, and nothing is said in the first two seconds.
 */
import type { TimePromise } from '../contract/index.ts';

type Stage = TimePromise['stages'][number];

/** Seconds over which the speed follows a change; longer where a stage has gone on for long, or comes in epochs. */
const followSeconds = 30;
/** As much as this the promise of a stage counts against what is seen of it: soon less than its own speed. */
const stagePriorSeconds = 2;
/** As much as this the promise counts against what is seen of the machine. */
const priorSeconds = 5;
/** Nothing is said earlier where nothing was promised: the first images of a stage include what is only done once. */
const quietSeconds = 2;
/** A machine is not taken to be slower or faster than promised by more. */
const slowest = 5;
const fastest = 0.4;

/** One stage of the work, from its first report. */
class Pace {
  readonly #expected: Stage | undefined;
  readonly #begun: number;
  readonly #base: number;
  #done: number;
  #at: number;
  /** Work and time that still count: what is long past counts less. */
  #items = 0;
  #seconds = 0;
  #total: number | null = null;

  constructor(expected: Stage | undefined, done: number, now: number) {
    this.#expected = expected;
    this.#begun = now;
    this.#at = now;
    // What was done before the first report may be of an earlier session, or include what is only done once.
    this.#base = done;
    this.#done = done;
  }

  update(done: number, total: number | null, now: number): void {
    this.#total = total;
    const elapsed = now - this.#at;
    if (done <= this.#done || elapsed <= 0) return;
    const follow = Math.max(followSeconds, (now - this.#begun) / 4, 2 * this.#epochSeconds());
    const kept = Math.exp(-elapsed / follow);
    this.#items = this.#items * kept + (done - this.#done);
    this.#seconds = this.#seconds * kept + elapsed;
    this.#done = done;
    this.#at = now;
  }

  /** Seconds until the stage's end, where earlier stages went at `slowness` times the promised time; null where nobody can tell. */
  left(slowness: number, now: number): number | null {
    if (this.#total === null) return null;
    const todo = Math.max(0, this.#total - this.#done);
    const each = this.#expectedEach();
    if (each === null || each === 0) {
      if (this.#items === 0 || now - this.#begun < quietSeconds) return todo === 0 ? 0 : null;
      return (todo * this.#seconds) / this.#items;
    }
    const prior = Math.min(each * this.#total, Math.max(stagePriorSeconds, this.#epochSeconds() / 8));
    return (todo * (this.#seconds + prior * slowness)) / (this.#items + prior / each);
  }

  /** Seconds that went by since the first report, and those promised for what was done in them. */
  spent(): { readonly seconds: number; readonly promised: number } {
    const each = this.#expectedEach();
    if (each === null) return { seconds: 0, promised: 0 };
    return { seconds: this.#at - this.#begun, promised: each * (this.#done - this.#base) };
  }

  /** What was promised for one of the stage's items. */
  #expectedEach(): number | null {
    if (this.#expected === undefined || !this.#total) return null;
    const start = this.#expected.parts.find(({ what }) => what === 'start');
    return Math.max(0, this.#expected.seconds - (start === undefined ? 0 : start.times * start.seconds)) / this.#total;
  }

  /** Validation comes at the end of each epoch: a shorter look at the speed would miss it. */
  #epochSeconds(): number {
    const epochs = this.#expected?.parts.find(({ what }) => what === 'epoch')?.times ?? 0;
    return epochs === 0 ? 0 : (this.#expected?.seconds ?? 0) / epochs;
  }
}

export class TimeLeft {
  readonly #stages: readonly Stage[];
  readonly #begun: number;
  #stage: string | null = null;
  #pace: Pace | null = null;
  /** Of the stages that ended. */
  #seconds = 0;
  #promised = 0;
  #shown: number | null = null;
  #shownAt = 0;

  /** @param now seconds of a clock that does not go back; `promised` in the order of the work */
  constructor(now: number, promised: readonly Stage[] = []) {
    this.#begun = now;
    this.#stages = promised;
  }

  /** Notes that `done` of `total` of a stage are done. */
  update(stage: string, done: number, total: number | null, now: number): void {
    if (this.#pace === null || stage !== this.#stage) {
      const ended = this.#pace?.spent();
      this.#seconds += ended?.seconds ?? 0;
      this.#promised += ended?.promised ?? 0;
      this.#stage = stage;
      this.#pace = new Pace(
        this.#stages.find((expected) => expected.stage === stage),
        done,
        now,
      );
      // Without a promise a new stage begins a new count: nothing is known of it yet.
      if (this.#stages.length === 0) this.#shown = null;
    }
    this.#pace.update(done, total, now);
    const left = this.#pace.left(this.#slowness(), now);
    if (left === null) return;
    const raw = left + this.#slowness() * this.#laterSeconds();
    if (this.#shown === null || raw === 0) this.#shown = raw;
    else {
      const passed = now - this.#shownAt;
      const counted = Math.max(0, this.#shown - passed);
      // A short run has no time for slow corrections.
      const drift = Math.min(followSeconds / 3, Math.max(1, (now - this.#begun + raw) / 30));
      this.#shown = counted + (1 - Math.exp(-passed / drift)) * (raw - counted);
    }
    this.#shownAt = now;
  }

  /** Seconds left at `now`, or null as long as nobody can tell. */
  at(now: number): number | null {
    return this.#shown === null ? null : Math.max(0, this.#shown - (now - this.#shownAt));
  }

  /** How many times the promised time everything took so far; near 1 as long as little was done. */
  #slowness(): number {
    const now = this.#pace?.spent() ?? { seconds: 0, promised: 0 };
    const slowness = (this.#seconds + now.seconds + priorSeconds) / (this.#promised + now.promised + priorSeconds);
    return Math.min(slowest, Math.max(fastest, slowness));
  }

  /** Seconds promised for what comes after the stage of now. */
  #laterSeconds(): number {
    const at = this.#stages.findIndex(({ stage }) => stage === this.#stage);
    return at < 0 ? 0 : this.#stages.slice(at + 1).reduce((sum, { seconds }) => sum + seconds, 0);
  }
}
