/** The viewports side by side: layout, which one is active, linked scrolling. */
import type { FrameReference } from '../../viewport/frames.ts';
import { Viewport } from '../../viewport/viewport.svelte.ts';

export const layouts = [1, 2, 4] as const;
export type Layout = (typeof layouts)[number];

/** A series of the study in view: its frames in one stack. */
export interface Series {
  readonly id: number;
  readonly modality: string | null;
  readonly frames: readonly FrameReference[];
}

export class Stage {
  readonly #panes = [new Viewport(), new Viewport(), new Viewport(), new Viewport()];
  #layout = $state<Layout>(1);
  #active = $state(0);
  #isMaximised = $state(false);
  #isLinked = $state(false);
  #hasOverlay = $state(true);
  #series: readonly Series[] = [];

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

  /** Puts a study's series on the viewports; `start` is a frame or a series to begin with. */
  hang(series: readonly Series[], start: FrameReference | number | null): void {
    this.#series = series;
    this.#active = 0;
    const at = series.findIndex(({ id, frames }) =>
      typeof start === 'number' ? id === start : frames.some(({ instanceId }) => instanceId === start?.instanceId),
    );
    const first = Math.max(0, at);
    this.#panes.forEach((pane, i) => {
      const own = i < this.#layout ? series[first + i] : undefined;
      if (own === undefined) pane.clear();
      else pane.show(own.id, own.frames, i === 0 && typeof start === 'object' ? indexOf(own, start) : 0);
    });
  }

  clear(): void {
    this.#series = [];
    for (const pane of this.#panes) pane.clear();
  }

  setLayout(layout: Layout): void {
    this.#layout = layout;
    this.#isMaximised = false;
    this.#active = Math.min(this.#active, layout - 1);
    const shown = new Set(this.panes.map(({ seriesId }) => seriesId));
    const waiting = this.#series.filter(({ id }) => !shown.has(id));
    this.#panes.forEach((pane, i) => {
      if (i >= layout) pane.clear();
      else if (pane.seriesId === null) {
        const next = waiting.shift();
        if (next !== undefined) pane.show(next.id, next.frames, 0);
      }
    });
  }

  nextLayout(): void {
    this.setLayout(layouts[(layouts.indexOf(this.#layout) + 1) % layouts.length] as Layout);
  }

  activate(index: number): void {
    this.#active = index;
  }

  stepViewport(by: 1 | -1): void {
    this.#active = (this.#active + by + this.#layout) % this.#layout;
  }

  /** Puts a series on the active viewport. */
  showSeries(series: Series): void {
    this.current.show(series.id, series.frames, 0);
  }

  stepSeries(by: 1 | -1): void {
    const at = this.#series.findIndex(({ id }) => id === this.current.seriesId);
    const next = this.#series[at + by];
    if (next !== undefined) this.showSeries(next);
  }

  /** Scrolls the active viewport, and the others with it when linked. */
  scroll(by: number): void {
    if (!this.#isLinked) this.current.step(by);
    else for (const pane of this.panes) pane.step(by);
  }

  toggleMaximised(): void {
    this.#isMaximised = this.#layout > 1 && !this.#isMaximised;
  }

  toggleLink(): void {
    this.#isLinked = !this.#isLinked;
  }

  toggleOverlay(): void {
    this.#hasOverlay = !this.#hasOverlay;
  }
}

function indexOf(series: Series, start: FrameReference | null): number {
  return Math.max(
    0,
    series.frames.findIndex(({ instanceId, frame }) => instanceId === start?.instanceId && frame === start.frame),
  );
}
