/** What one viewport shows and how: a stack of frames, the one in view, its window and its place. */
import type { DisplayWindow, SeriesId } from '../../core/contract/index.ts';
import { CallError } from '../app/client.ts';
import { Cine } from './cine.svelte.ts';
import { type FrameReference, type LoadedFrame, loadFrame, prefetchFrame } from './frames.ts';
import { fitted, isMirrored, type Placement } from './geometry.ts';
import { type Measure, type MeasureKind, type Point, pointsOf } from './measure.ts';
import { type Preset, presetWindow, seriesWindow } from './presets.ts';

export type MouseAction = 'window' | 'pan' | 'zoom' | 'scroll';

export class Viewport {
  readonly cine = new Cine(this);
  #frames = $state.raw<readonly FrameReference[]>([]);
  #seriesId = $state.raw<SeriesId | null>(null);
  #index = $state(0);
  #loaded = $state.raw<LoadedFrame | null>(null);
  /** What stands on the screen: drawn, not only loaded. */
  #painted = $state.raw<LoadedFrame | null>(null);
  #waiting: (() => void)[] = [];
  #problem = $state.raw<{ message: string; action: string } | null>(null);
  #isLoading = $state(false);
  /** What the reader chose; null = as the frame says. Kept through a stack, as readers expect. */
  #chosen = $state.raw<DisplayWindow | null>(null);
  /** Where the files of the stack name no window: one for all of its images, so that brightness means the same from slice to slice. */
  #ofSeries = $state.raw<DisplayWindow | null>(null);
  #measures = $state.raw<readonly Measure[]>([]);
  #isInverted = $state(false);
  #place = $state.raw<Placement>(fitted);
  #request = 0;

  get seriesId(): SeriesId | null {
    return this.#seriesId;
  }
  get loaded(): LoadedFrame | null {
    return this.#loaded;
  }
  get problem(): { message: string; action: string } | null {
    return this.#problem;
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }
  get index(): number {
    return this.#index;
  }
  /** The frame that this viewport shows or is about to show; null where it is empty. */
  get reference(): FrameReference | null {
    return this.#frames[this.#index] ?? null;
  }
  /** True once the picture of `reference` stands on the screen: not while it loads, nor while the one before still stands there. */
  get isSeen(): boolean {
    return (
      this.#painted !== null && this.#painted === this.#loaded && isSameFrame(this.#painted.reference, this.reference)
    );
  }
  /** Position of the frame whose picture is there: the one before, while the next one loads. */
  get loadedIndex(): number {
    const loaded = this.#loaded;
    const at = loaded === null ? -1 : this.#frames.findIndex((frame) => isSameFrame(loaded.reference, frame));
    return at < 0 ? this.#index : at;
  }
  get count(): number {
    return this.#frames.length;
  }
  get place(): Placement {
    return this.#place;
  }
  get window(): DisplayWindow | null {
    const header = this.#loaded?.header;
    const kept = header?.hasOwnWindow === false ? this.#ofSeries : null;
    return this.#chosen ?? kept ?? header?.windows[0] ?? null;
  }
  /** What the instance says and what the reader chose, together. */
  get isInverted(): boolean {
    return this.#isInverted !== (this.#loaded?.header.isInverted ?? false);
  }

  /** Told by whoever draws, each time a frame has been drawn. */
  paintedFrame(frame: LoadedFrame): void {
    this.#painted = frame;
    this.#settle();
  }

  /** Resolves once the picture is on the screen (true), or cannot be shown, or gave way to another (false). */
  async whenSettled(): Promise<boolean> {
    const request = this.#request;
    while (request === this.#request && !this.isSeen && this.#problem === null && this.reference !== null) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return request === this.#request && this.isSeen;
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Shows a stack from frame `index` on, with the instance's own window and the whole picture in view. */
  show(seriesId: SeriesId, frames: readonly FrameReference[], index: number): void {
    this.#frames = frames;
    this.#seriesId = seriesId;
    // The last patient's picture must not stand there while the next one's loads.
    this.#loaded = null;
    this.#painted = null;
    this.#ofSeries = null;
    this.#measures = [];
    this.cine.pause();
    this.reset();
    this.#load(index);
  }

  clear(): void {
    this.#request += 1;
    this.cine.pause();
    this.#measures = [];
    this.#frames = [];
    this.#seriesId = null;
    this.#loaded = null;
    this.#painted = null;
    this.#problem = null;
    this.#isLoading = false;
    this.#settle();
  }

  /** Goes to a frame, or to the end that is nearest to it; false where it is there already. */
  goTo(index: number): boolean {
    const wanted = Math.min(this.#frames.length - 1, Math.max(0, index));
    if (wanted === this.#index || wanted < 0) return false;
    this.#load(wanted);
    return true;
  }

  step(by: number): boolean {
    return this.goTo(this.#index + by);
  }

  #load(index: number): void {
    const reference = this.#frames[index];
    this.#index = index;
    this.#request += 1;
    this.#settle();
    if (reference === undefined) return;
    const request = this.#request;
    this.#isLoading = true;
    this.#problem = null;
    loadFrame(reference).then(
      (loaded) => {
        // A slower load of an earlier frame must not replace what the reader has moved on to.
        if (request !== this.#request) return;
        this.#loaded = loaded;
        if (loaded.header.hasOwnWindow === false) this.#ofSeries ??= seriesWindow(loaded.header);
        this.#isLoading = false;
        for (const ahead of [1, 2, -1]) {
          const next = this.#frames[index + ahead];
          if (next !== undefined) prefetchFrame(next);
        }
      },
      (thrown: unknown) => {
        if (request !== this.#request) return;
        this.#loaded = null;
        this.#isLoading = false;
        const known = thrown instanceof CallError ? thrown : null;
        this.#problem = { message: known?.message ?? String(thrown), action: known?.action ?? '' };
        this.#settle();
      },
    );
  }

  reset(): void {
    this.#chosen = null;
    this.#isInverted = false;
    this.#place = fitted;
  }

  /** For playing: on to the next frame, from the last one to the first. */
  playNext(): void {
    this.goTo((this.#index + 1) % Math.max(1, this.count));
  }

  /** What was measured on the picture that is there. */
  get measures(): readonly Measure[] {
    const loaded = this.#loaded;
    return loaded === null ? [] : this.#measures.filter(({ frame }) => isSameFrame(frame, loaded.reference));
  }

  /** The measure that still lacks a point, if one is being drawn on the picture that is there. */
  get drawing(): Measure | null {
    return this.measures.find(({ kind, points }) => points.length < pointsOf[kind]) ?? null;
  }

  /** Sets a point: the next one of the measure that is being drawn, or the first of a new one. */
  setPoint(kind: MeasureKind, point: Point): void {
    const frame = this.#loaded?.reference;
    if (frame === undefined) return;
    const { drawing } = this;
    const begun = drawing?.kind === kind ? drawing : { kind, frame, points: [] };
    this.#measures = [
      ...this.#measures.filter((own) => own !== drawing),
      { ...begun, points: [...begun.points, point] },
    ];
  }

  /** Takes back what is being drawn; false where nothing is. */
  stopDrawing(): boolean {
    const { drawing } = this;
    this.#measures = this.#measures.filter((own) => own !== drawing);
    return drawing !== null;
  }

  /** Removes what was measured last on the picture that is there; false where nothing was. */
  removeMeasure(): boolean {
    const last = this.measures.at(-1);
    this.#measures = this.#measures.filter((own) => own !== last);
    return last !== undefined;
  }

  fit(): void {
    this.#place = { ...this.#place, zoom: 1, panX: 0, panY: 0 };
  }

  /** Chooses a preset; false where it means nothing on this frame. */
  usePreset(preset: Preset): boolean {
    const header = this.#loaded?.header;
    const window = header === undefined ? null : presetWindow(preset, header);
    if (window === null) return false;
    this.#chosen = window;
    return true;
  }

  invert(): void {
    this.#isInverted = !this.#isInverted;
  }

  zoomBy(factor: number): void {
    this.#place = { ...this.#place, zoom: Math.min(40, Math.max(0.1, this.#place.zoom * factor)) };
  }

  panBy(x: number, y: number): void {
    this.#place = { ...this.#place, panX: this.#place.panX + x, panY: this.#place.panY + y };
  }

  rotate(degrees: 90 | -90): void {
    // What the reader sees turns clockwise, whether or not it is mirrored.
    const turned = (this.#place.rotation + (isMirrored(this.#place) ? -degrees : degrees) + 360) % 360;
    this.#place = { ...this.#place, rotation: turned as Placement['rotation'] };
  }

  flipHorizontally(): void {
    this.#place = { ...this.#place, isFlippedHorizontally: !this.#place.isFlippedHorizontally };
  }

  flipVertically(): void {
    this.#place = { ...this.#place, isFlippedVertically: !this.#place.isFlippedVertically };
  }

  /** Window by a drag of CSS pixels: right is wider (less contrast), down is a higher level (darker). */
  dragWindow(x: number, y: number): void {
    const { window } = this;
    const header = this.#loaded?.header;
    if (window === null || header === undefined) return;
    const range = Math.max(header.max - header.min, 1e-6);
    // A full range in about 800 pixels; near a narrow window in finer steps.
    const step = Math.min(range / 800, Math.max(window.width / 150, range / 20_000));
    const least = window.shape === 'LINEAR' ? 1 : range / 65_536;
    this.#chosen = {
      ...window,
      width: Math.min(4 * range + 1, Math.max(least, window.width + x * step)),
      center: window.center + y * step,
      name: '',
    };
  }
}

function isSameFrame(a: FrameReference, b: FrameReference | null): boolean {
  return a.instanceId === b?.instanceId && a.frame === b.frame;
}
