/**
 * The reading room over a real library, without a window: the page's own state classes, the core's own handlers and database, and
 * between them a wire and a screen that keep the page waiting as a slow disk, a large file and a busy machine do, in an order
 * drawn from a seed.
 */

import { serialiseError } from '../../../core/base/errors.ts';
import type { Random } from '../../../core/base/random.ts';
import {
  type CallInput,
  type CallName,
  type CoreCallName,
  coreCalls,
  type ImagePlace,
  type InstanceId,
  parseOptions,
  type Reply,
} from '../../../core/contract/index.ts';
import type { CoreContext } from '../../../core/host/context.ts';
import { labellingHandlers } from '../../../core/host/handlers/labelling.ts';
import { labelHandlers } from '../../../core/host/handlers/labels.ts';
import { addInstance, addToDataset, ensureDataset, instanceById, type Library } from '../../../core/store/index.ts';
import type { Viewport } from '../../../renderer/viewport/viewport.svelte.ts';
import { madeInstance, testTime } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { connectPage, settled } from './page-wire.ts';

/** What the reading room calls. */
const roomHandlers = { ...labelHandlers, ...labellingHandlers };

/**
 * Two data sets that share studies of several series and images, so that no study, series and image of one picture have equal row
 * numbers: what is taken for another kind is another patient.
 */
export function fillRoom(library: Library): void {
  const db = library.writer;
  db.transaction(() => {
    const [a, b] = ['a', 'b'].map((name) => ensureDataset(db, name, 'all', testTime));
    for (let study = 0; study < 8; study++) {
      for (let series = 0; series < 1 + (study % 3); series++) {
        for (let image = 0; image < 1 + ((study + series) % 4); image++) {
          const { id } = addInstance(
            db,
            madeInstance(study, {
              patientKey: `patient ${study >> 1}`,
              seriesInstanceUID: `1.2.3.${study}.${series + 1}`,
              sopInstanceUID: `1.2.3.${study}.${series + 1}.${image + 1}`,
              numberOfFrames: study === 5 ? 3 : 1,
            }),
            testTime,
          );
          if (study < 6 && a !== undefined) addToDataset(db, a.id, id, testTime);
          if (study > 1 && b !== undefined) addToDataset(db, b.id, id, testTime);
        }
      }
    }
  });
}

/** The place of every instance. */
export function placesOf(library: Library): ReadonlyMap<InstanceId, ImagePlace> {
  const rows = library.db.all<ImagePlace>(
    'SELECT i.id AS instanceId, s.id AS seriesId, s.study_id AS studyId FROM instances i JOIN series s ON s.id = i.series_id',
  );
  return new Map(rows.map((row) => [row.instanceId, row]));
}

/** An instance whose picture cannot be decoded. */
export const brokenInstance = 4 as InstanceId;

/** What crosses between page and core; nothing arrives before the test lets it. */
export class Wire {
  readonly #random: Random;
  readonly #context: CoreContext;
  /** Asked for and not yet delivered. */
  readonly #waiting: (() => void)[] = [];
  /** How to give up each picture that is on its way. */
  readonly #fetching = new Set<() => void>();
  #listeners: ReturnType<typeof connectPage> = new Map();
  readonly #sent: (label: string) => void;

  /** `sent` hears of every label at the moment in which the page sends it. */
  constructor(library: Library, random: Random, sent: (label: string) => void) {
    this.#random = random;
    this.#sent = sent;
    const services = testContext(library);
    // What labelling needs of the core's context; the rest belongs to jobs.
    this.#context = {
      services,
      emit: (name: string, payload: unknown) => {
        for (const listener of this.#listeners.get(name) ?? []) this.#later(() => listener(payload));
      },
    } as unknown as CoreContext;
  }

  /** Makes this wire the one that the page speaks through. */
  connect(): void {
    this.#listeners = connectPage((name: CallName, input: unknown) => this.#invoke(name, input));
    globalThis.fetch = (address) => this.#fetch(String(address));
  }

  /** What is on its way arrives nowhere any more; the page's own store of pictures is told so, which outlives a page only here. */
  forget(): void {
    for (const give of this.#fetching) give();
    this.#fetching.clear();
    this.#waiting.length = 0;
    this.#listeners = new Map();
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** Delivers one of what waits, any of it, and lets the page take it in. */
  async deliver(): Promise<void> {
    const [next] = this.#waiting.splice(this.#random.integer(this.#waiting.length), 1);
    next?.();
    await settled();
  }

  /** Delivers what was asked for last. */
  async deliverLast(): Promise<void> {
    this.#waiting.pop()?.();
    await settled();
  }

  async deliverAll(): Promise<void> {
    while (!this.isIdle) await this.deliver();
  }

  #later(work: () => void): void {
    this.#waiting.push(work);
  }

  #invoke(name: CallName, input: unknown): Promise<Reply> {
    if (name === 'labels.set') this.#sent((input as CallInput<'labels.set'>).label);
    // The core answers in the order in which it is asked; the answers take their time.
    const reply = this.#answer(name as CoreCallName, input);
    return new Promise((resolve) => this.#later(() => resolve(reply)));
  }

  #answer(name: CoreCallName, input: unknown): Reply {
    try {
      const handler = roomHandlers[name as keyof typeof roomHandlers] as (i: unknown, c: CoreContext) => unknown;
      // As the core receives it: plain data, checked again.
      return { ok: true, value: structuredClone(handler(parseOptions(coreCalls[name].input, input), this.#context)) };
    } catch (error) {
      return { ok: false, error: serialiseError(error) };
    }
  }

  /** A picture of one pixel, late. */
  #fetch(address: string): Promise<Response> {
    const [, instance] = /pixels\/(\d+)\/\d+$/.exec(address) ?? [];
    return new Promise((resolve, reject) => {
      const give = (): void => reject(new Error('the page is gone'));
      this.#fetching.add(give);
      this.#later(() => {
        this.#fetching.delete(give);
        resolve(pictureOf(this.#context.services.library, Number(instance) as InstanceId));
      });
    });
  }
}

/** Pictures so large that the page keeps no more than two of them: every other look at an image waits for it again. */
const pixels = 120 * 2 ** 20;
const pictures = new Map<string, ArrayBuffer>();

function blockOf(sopInstanceUID: string): ArrayBuffer {
  const known = pictures.get(sopInstanceUID);
  if (known !== undefined) return known;
  const header = {
    sopInstanceUID,
    rows: 1,
    columns: pixels,
    channels: 1,
    samples: 'uint8',
    windows: [],
    min: 0,
    max: 1,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Zeros that nobody reads: the system gives no memory for them.
  const block = new Uint8Array(Math.ceil((4 + text.length) / 8) * 8 + pixels);
  new DataView(block.buffer).setUint32(0, text.length, true);
  block.set(text, 4);
  pictures.set(sopInstanceUID, block.buffer);
  return block.buffer;
}

function pictureOf(library: Library, instanceId: InstanceId): Response {
  if (instanceId === brokenInstance) {
    const error = { code: 'DICOM_DECODE_FAILED', message: 'damaged', action: '', retryable: false };
    return new Response(JSON.stringify(error), { status: 422 });
  }
  const uid = instanceById(library.db, instanceId)?.sopInstanceUID ?? '';
  return { ok: true, arrayBuffer: () => Promise.resolve(blockOf(uid)) } as Response;
}

/** What a reader sees: it changes when it is drawn, some time after the page wants it to. */
export class Screen {
  readonly #standing = new Map<Viewport, InstanceId | null>();

  /** The instance whose picture stands in a viewport. */
  standing(viewport: Viewport): InstanceId | null {
    return this.#standing.get(viewport) ?? null;
  }

  draw(viewports: readonly Viewport[]): void {
    for (const viewport of viewports) {
      const { loaded } = viewport;
      this.#standing.set(viewport, loaded?.reference.instanceId ?? null);
      if (loaded !== null) viewport.paintedFrame(loaded);
    }
  }
}
