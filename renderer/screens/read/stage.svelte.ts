/** The viewports side by side: layout, which one is active, linked scrolling. */
import type { ImagePlace, InstanceId } from '../../../core/contract/index.ts';
import { playableRate, usualRate } from '../../viewport/cine.svelte.ts';
import type { MeasureKind } from '../../viewport/measure.ts';
import { Viewport } from '../../viewport/viewport.svelte.ts';
import { activePlace, mammographyHanging } from './hanging.ts';
import { Prior } from './prior.svelte.ts';
import type { Series, Start } from './series.ts';

export const layouts = [1, 2, 4] as const;
export type Layout = (typeof layouts)[number];

export class Stage {
  /** Another study of the patient, beside. */
  readonly prior = new Prior();
  readonly #panes = [new Viewport(), new Viewport(), new Viewport(), new Viewport()];
  #layout = $state<Layout>(1);
  #active = $state(0);
  #isMaximised = $state(false);
  #isLinked = $state(false);
  #hasOverlay = $state(true);
  /** What the left button measures; null while it does what it usually does. */
  #tool = $state<MeasureKind | null>(null);
  /** Frames a second that the reader chose for playing; null for what the file says. */
  #rate = $state<number | null>(null);
  #series = $state.raw<readonly Series[]>([]);

  get layout(): Layout {
    return this.#layout;
  }
  get active(): number {
    return this.#active;
  }
  get isMaximised(): boolean {
    return this.#isMaximised;
  }
  get isLinked(): boolean {
    return this.#isLinked;
  }
  get hasOverlay(): boolean {
    return this.#hasOverlay;
  }
  /** The viewports of the layout. */
  get panes(): readonly Viewport[] {
    return this.#panes.slice(0, this.#layout);
  }
  get current(): Viewport {
    return this.#panes[this.#active] as Viewport;
  }

  /** The series of the study that hangs here; none while it is on its way. */
  get series(): readonly Series[] {
    return this.#series;
  }

  /**
   * Study, series and instance of what the active viewport shows or is about to show: the one value from which the list and the labels
   * know what they are about. Null only while nothing hangs here: the active viewport is never an empty one.
   */
  get displayed(): ImagePlace | null {
    const { reference, seriesId } = this.current;
    const own = this.#series.find(({ id }) => id === seriesId);
    if (reference === null || own === undefined) return null;
    return { studyId: own.studyId, seriesId: own.id, instanceId: reference.instanceId };
  }

  /** Whether the picture of `displayed` stands on the screen. */
  get isSeen(): boolean {
    return this.displayed !== null && this.current.isSeen;
  }

  /** Puts a study's series on the viewports, those from `start` on first. */
  hang(series: readonly Series[], start: Start | null): void {
    this.#series = series;
    this.#active = 0;
    const hanging = mammographyHanging(series, this.#layout, start);
    if (hanging !== null) {
      this.#panes.forEach((pane, i) => {
        const hung = hanging[i];
        if (hung == null) pane.clear();
        else pane.show(hung.series.id, hung.series.frames, hung.at + (isOf(hung.instanceId, start) ? start.frame : 0));
      });
      this.#active = activePlace(hanging, start);
      return;
    }
    const first = Math.max(0, start === null ? 0 : series.findIndex((own) => isStart(own, start)));
    const order = [...series.slice(first), ...series.slice(0, first)];
    this.#panes.forEach((pane, i) => {
      const own = i < this.#layout ? order[i] : undefined;
      if (own === undefined) pane.clear();
      else pane.show(own.id, own.frames, i === 0 && start?.kind === 'instance' ? indexOf(own, start) : 0);
    });
  }

  clear(): void {
    this.#series = [];
    for (const pane of this.#panes) pane.clear();
    this.prior.leave();
  }

  setLayout(layout: Layout): void {
    this.#layout = layout;
    this.#isMaximised = false;
    const { displayed, series } = this;
    const start: Start | null =
      displayed === null
        ? null
        : { kind: 'instance', id: displayed.instanceId, frame: this.current.reference?.frame ?? 0 };
    if (mammographyHanging(series, layout, start) !== null) {
      this.hang(series, start);
      return;
    }
    const shown = new Set(this.panes.map(({ seriesId }) => seriesId));
    const waiting = this.#series.filter(({ id }) => !shown.has(id));
    this.#panes.forEach((pane, i) => {
      if (i >= layout) pane.clear();
      else if (pane.seriesId === null) {
        const next = waiting.shift();
        if (next !== undefined) pane.show(next.id, next.frames, 0);
      }
    });
    if (this.#active >= layout || this.current.seriesId === null) this.#active = 0;
  }

  nextLayout(): void {
    this.setLayout(layouts[(layouts.indexOf(this.#layout) + 1) % layouts.length] as Layout);
  }

  /** Makes a viewport the active one; an empty one shows nothing that a key could be about, and is passed over. */
  activate(index: number): void {
    if (this.#panes[index]?.seriesId != null) this.#active = index;
  }

  /** Makes the next viewport with a picture the active one; false where there is no other. */
  stepViewport(by: 1 | -1): boolean {
    for (let k = 1; k < this.#layout; k++) {
      const next = (this.#active + k * by + k * this.#layout) % this.#layout;
      if (this.#panes[next]?.seriesId == null) continue;
      this.#active = next;
      return true;
    }
    return false;
  }

  /** Puts a series on the active viewport. */
  showSeries(series: Series): void {
    this.current.show(series.id, series.frames, 0);
  }

  /** To the next series, or the one before; false where there is none. */
  stepSeries(by: 1 | -1): boolean {
    const at = this.#series.findIndex(({ id }) => id === this.current.seriesId);
    const next = this.#series[at + by];
    if (next === undefined) return false;
    this.showSeries(next);
    return true;
  }

  /** Scrolls the active viewport, and the others with it when linked; false where none could. */
  scroll(by: number): boolean {
    if (!this.#isLinked) return this.current.step(by);
    const linked = [...this.panes, ...(this.prior.isOpen ? [this.prior.viewport] : [])];
    return linked.map((pane) => pane.step(by)).some(Boolean);
  }

  get tool(): MeasureKind | null {
    return this.#tool;
  }

  /** Takes a tool for measuring, or puts it away; what is half drawn goes with it. */
  setTool(tool: MeasureKind | null): void {
    for (const viewport of [...this.#panes, this.prior.viewport]) viewport.stopDrawing();
    this.#tool = tool;
  }

  /** Frames a second at which the active viewport plays, or would. */
  get rate(): number {
    return playableRate(this.#rate ?? this.current.loaded?.header.framesPerSecond ?? usualRate);
  }

  /** Plays at another rate from now on. */
  setRate(rate: number): void {
    this.#rate = playableRate(rate);
    for (const pane of this.panes) if (pane.cine.isPlaying) pane.cine.play(this.rate);
  }

  /** Plays the stack in the active viewport, or pauses it; false where it has one frame only. */
  togglePlaying(): boolean {
    const { cine } = this.current;
    if (!cine.isPlaying) return cine.play(this.rate);
    cine.pause();
    return true;
  }

  /** What plays is paused: the screen is left. */
  pause(): void {
    for (const pane of this.#panes) pane.cine.pause();
  }

  /** Shows the active viewport alone, or all again; false where there is only one. */
  toggleMaximised(): boolean {
    this.#isMaximised = this.#layout > 1 && !this.#isMaximised;
    return this.#layout > 1;
  }

  /** Removes what was measured last on the active viewport, else beside it; false where nothing was. */
  removeMeasure(): boolean {
    return this.current.removeMeasure() || this.prior.viewport.removeMeasure();
  }

  toggleLink(): void {
    this.#isLinked = !this.#isLinked;
  }

  toggleOverlay(): void {
    this.#hasOverlay = !this.#hasOverlay;
  }
}

function isOf(instanceId: InstanceId, start: Start | null): start is Extract<Start, { kind: 'instance' }> {
  return start?.kind === 'instance' && start.id === instanceId;
}

function isStart(series: Series, start: Start): boolean {
  if (start.kind === 'series') return series.id === start.id;
  return series.frames.some(({ instanceId }) => instanceId === start.id);
}

function indexOf(series: Series, start: Extract<Start, { kind: 'instance' }>): number {
  return Math.max(
    0,
    series.frames.findIndex(({ instanceId, frame }) => instanceId === start.id && frame === start.frame),
  );
}
