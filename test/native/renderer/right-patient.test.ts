/**
 * What is stored is what was displayed: seeded random sequences of keys, clicks, changes of level, reader and data set, undo and
 * restarts, over the page's own state, the core's own handlers and a real database, with a slow wire and a slow screen.
 */
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import {
  type ImagePlace,
  type InstanceId,
  isSameTarget,
  type ReadingTarget,
  type ReadingUnit,
  readingUnits,
  targetKey,
  targetOfImage,
} from '../../../core/contract/index.ts';
import { addReader } from '../../../core/services/reading/readers.ts';
import { addReadingClass, readingList } from '../../../core/services/reading/reading.ts';
import type { Library } from '../../../core/store/index.ts';
import { CallError, on } from '../../../renderer/app/client.ts';
import { readingActions } from '../../../renderer/screens/read/actions.ts';
import { meaningOf } from '../../../renderer/screens/read/commands.ts';
import { filters, Reading } from '../../../renderer/screens/read/reading.svelte.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { settled } from './page-wire.ts';
import { fillRoom, placesOf, Screen, Wire } from './room-harness.ts';

/** Fewer while something is being changed. */
const sequences = Number(process.env['SIDELIGHT_SEQUENCES'] ?? 2000);
/** Sequences that share a library, as days share one: each begins with what those before it left. */
const perLibrary = Math.min(100, sequences);
const classes = ['normal', 'mass', 'nodule'];

/** What stood before the reader when a key was pressed that stores something. */
interface Seen {
  readonly dataset: string;
  readonly unit: ReadingUnit;
  readonly instanceId: InstanceId | null;
  readonly what: string;
}

interface StoredRow {
  readonly id: number;
  readonly dataset: string;
  readonly kind: ReadingUnit;
  readonly target: number;
  readonly what: string;
}

const storedLabels = (library: Library, after: number): StoredRow[] =>
  library.db.all(
    `SELECT l.id, d.name AS dataset, l.level AS kind, l.target_id AS target, c.name AS what FROM labels l
     JOIN label_classes c ON c.id = l.class_id JOIN label_schemas s ON s.id = l.schema_id JOIN datasets d ON d.id = s.dataset_id
     WHERE l.id > :after ORDER BY l.id`,
    { after },
  );
const storedTags = (library: Library, after: number): StoredRow[] =>
  library.db.all(
    `SELECT t.id, d.name AS dataset, t.level AS kind, t.target_id AS target, t.tag AS what FROM quality_tags t
     JOIN datasets d ON d.id = t.dataset_id WHERE t.id > :after ORDER BY t.id`,
    { after },
  );
const newest = (library: Library, table: 'labels' | 'quality_tags'): number =>
  library.db.get<{ id: number }>(`SELECT coalesce(max(id), 0) AS id FROM ${table}`)?.id ?? 0;

/** One reader's hour. */
class Sitting {
  readonly #library: Library;
  readonly #random: Random;
  readonly #places: ReadonlyMap<InstanceId, ImagePlace>;
  readonly #wire: Wire;
  #reading = new Reading();
  #screen = new Screen();
  /** Keys that were answered neither with a refusal nor with a failure. */
  readonly labels: Seen[] = [];
  readonly tags: Seen[] = [];
  /** What stood there when a label was on its way to the core: what Redo stores, it stores for what is displayed then. */
  readonly sent: Seen[] = [];
  /** Presses of Undo and Redo. */
  steps = 0;
  refused = 0;
  /** Work under way, and what counts as stored when it ends well. */
  #open = new Map<Promise<unknown>, () => void>();

  constructor(library: Library, random: Random, places: ReadonlyMap<InstanceId, ImagePlace>) {
    this.#library = library;
    this.#random = random;
    this.#places = places;
    this.#wire = new Wire(library, random.fork('wire'), (label) => this.sent.push({ ...this.#now(), what: label }));
    this.#wire.connect();
  }

  /** The page is opened anew on some data set. What the old one sent is done; it hears no answers and sends nothing more. */
  start(): void {
    this.#wire.forget();
    for (const stored of this.#open.values()) stored();
    this.#open.clear();
    this.#reading = new Reading();
    this.#screen = new Screen();
    // As the page does when the core says that who reads has changed.
    on('library.changed', ({ what }) => {
      if (what === 'settings') this.#does(() => this.#reading.reload());
    });
    this.#does(() => this.#reading.open(this.#pick(['a', 'b'])));
  }

  async act(): Promise<void> {
    const reading = this.#reading;
    const commands = readingActions(reading, {
      focusComment() {},
      focusNumber() {},
      openHelp() {},
      nextCase: async () => {},
      backToCases() {},
      hasCases: () => false,
      nothing() {},
      allLabelled() {},
    });
    const press = (chord: string): void => {
      const meaning = meaningOf(chord, reading.mode, 'sidelight', {});
      if (meaning === null || !('command' in meaning)) return;
      const seen = this.#now();
      const { problem, reference } = reading.stage.current;
      // Of a picture that cannot be shown the page says so in its place.
      const told = problem === null || reference === null ? seen : { ...seen, instanceId: reference.instanceId };
      if (meaning.command === 'undo' || meaning.command === 'redo') this.steps += 1;
      const work = async (): Promise<unknown> => await commands[meaning.command]();
      const digit = /^class(\d)$/.exec(meaning.command)?.[1];
      if (digit !== undefined)
        this.#does(work, () => this.labels.push({ ...seen, what: reading.list?.classes[Number(digit) - 1] ?? '' }));
      else if (meaning.command === 'exclude') this.#does(work, () => this.tags.push(told));
      else this.#does(work);
    };
    const turns: Readonly<Record<string, () => void>> = {
      digit: () => press(this.#pick(['1', '2', '3'])),
      digits: () => press(this.#pick(['1', '2', '3'])),
      label: () => press(this.#pick(['1', '2', '3'])),
      again: () => {
        press('1');
        press(this.#pick(['2', 'X', 'Ctrl+Z']));
      },
      leave: () => {
        press(this.#pick(['1', '2', '3']));
        this.#does(() => reading.open(this.#pick(['a', 'b'])));
      },
      exclude: () => press('X'),
      undo: () => press('Ctrl+Z'),
      redo: () => press('Ctrl+Y'),
      next: () => press('Enter'),
      go: () => press(this.#pick(['Ctrl+ArrowLeft', 'Ctrl+ArrowRight', 'Ctrl+ArrowUp', 'Ctrl+ArrowDown'])),
      scroll: () => press(this.#pick(['ArrowUp', 'ArrowDown', 'End', 'PageDown', 'PageUp'])),
      look: () => press(this.#pick(['G', 'ArrowRight', 'ArrowLeft', 'K', 'F'])),
      click: () => {
        const row = this.#pick(reading.shown);
        if (row !== undefined) this.#does(() => reading.select(row.target));
      },
      series: () => {
        const series = this.#pick(reading.series);
        if (series !== undefined) reading.stage.showSeries(series);
      },
      level: () =>
        this.#does(() => reading.configure({ unit: this.#pick(readingUnits), isBlinded: this.#pick([true, false]) })),
      filter: () => reading.setFilter(this.#pick(filters)),
      dataset: () => this.#does(() => reading.open(this.#pick(['a', 'b']))),
      reader: () => {
        const reader = this.#pick(reading.readers?.readers ?? []);
        if (reader !== undefined) this.#does(() => reading.useReader(reader.id));
      },
      reload: () => this.#does(() => reading.reload()),
      restart: () => this.start(),
    };
    turns[this.#pick(Object.keys(turns))]?.();
    await settled();
    // Some of what waits arrives, and the screen is drawn, before the next key; sometimes nothing does.
    for (let k = this.#pick([0, 1, 3, 8, 20]); k > 0 && !this.#wire.isIdle; k--) await this.#wire.deliver();
    if (this.#random.uniform() < 0.8) this.#draw();
    await settled();
    this.#expectOneValue();
  }

  /** Everything on its way arrives; then the list says what is stored. */
  async end(): Promise<void> {
    await this.#drain();
    const { list } = this.#reading;
    if (list === null) throw new Error('a data set was opened and is not there');
    const stored = readingList(testContext(this.#library), list.dataset);
    const said = (items: readonly (typeof stored.items)[number][]): unknown[] =>
      items.map(({ target, label, tag }) => [targetKey(target), label, tag]);
    expect([list.unit, list.reader.id]).toEqual([stored.unit, stored.reader.id]);
    expect(said(this.#reading.items)).toEqual(said(stored.items));
  }

  async #drain(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      quiet = this.#wire.isIdle ? quiet + 1 : 0;
      await this.#wire.deliver();
      this.#draw();
      await settled();
    }
    await Promise.all(this.#open.keys());
    this.#expectOneValue();
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.integer(Math.max(1, list.length))] as T;
  }

  /** A key's or click's work: one that is refused was said to be. */
  #does(work: () => unknown, stored: () => void = () => {}): void {
    const turn: Promise<void> = (async () => await work())().then(
      () => this.#open.get(turn)?.(),
      (thrown: unknown) => {
        if (!(thrown instanceof CallError)) throw thrown;
        expect(['NOT_DISPLAYED', 'READING_CHANGED', 'BAD_INPUT']).toContain(thrown.code);
        this.refused += 1;
      },
    );
    this.#open.set(turn, stored);
  }

  #now(): Seen {
    const { list, stage } = this.#reading;
    return {
      dataset: list?.dataset ?? '',
      unit: list?.unit ?? 'study',
      instanceId: this.#screen.standing(stage.current),
      what: '',
    };
  }

  #draw(): void {
    this.#screen.draw(this.#reading.stage.panes);
  }

  /** The picture on the screen, the row of the list and what a label would go to are the same. */
  #expectOneValue(): void {
    const { list, stage, target, item } = this.#reading;
    if (list === null || !this.#reading.isSeen) return;
    const standing = this.#screen.standing(stage.current);
    const shown = this.targetOf({ dataset: list.dataset, unit: list.unit, instanceId: standing, what: '' });
    expect(target).toEqual(shown);
    expect(isSameTarget(item?.target ?? null, shown)).toBe(true);
  }

  /** What a picture belongs to, from the database alone. */
  targetOf({ unit, instanceId }: Seen): ReadingTarget | null {
    const place = instanceId === null ? undefined : this.#places.get(instanceId);
    return place === undefined ? null : targetOfImage(place, unit);
  }
}

/**
 * Whether every row was stored for what stood on the screen at a key that asked for it, each key counted once. What Undo and Redo
 * store has no such key: `again` says for what they may.
 */
function expectSeen(
  rows: readonly StoredRow[],
  sitting: Sitting,
  keys: readonly Seen[],
  again: readonly Seen[],
  story: string,
): void {
  const left = [...keys];
  let byStep = 0;
  for (const row of rows) {
    const isFor = (seen: Seen): boolean => {
      const target = sitting.targetOf(seen);
      const isThis = seen.dataset === row.dataset && target?.kind === row.kind && target.id === row.target;
      return isThis && (seen.what === '' || seen.what === row.what);
    };
    const at = left.findIndex(isFor);
    if (at >= 0) left.splice(at, 1);
    else if (again.some(isFor)) byStep += 1;
    else
      expect.fail(
        `${story}: ${row.kind} ${row.target} of ${row.dataset} was stored as ${row.what} and never displayed`,
      );
  }
  expect(byStep, story).toBeLessThanOrEqual(sitting.steps);
}

/** Classes, and a second reader. */
function prepare(library: Library): void {
  const context = testContext(library);
  for (const dataset of ['a', 'b']) for (const name of classes) addReadingClass(context, dataset, name);
  addReader(context, 'Dr. Weiss');
}

test(`what is stored is what was displayed, in ${sequences} random sequences`, { timeout: 900_000 }, async () => {
  let stored = 0;
  let refused = 0;
  for (let first = 0; first < sequences; first += perLibrary) {
    const library = temporaryLibrary();
    fillRoom(library);
    prepare(library);
    const places = placesOf(library);
    for (let seed = first; seed < first + perLibrary; seed++) {
      const random = Random.seeded(seed);
      const before = { labels: newest(library, 'labels'), tags: newest(library, 'quality_tags') };
      const sitting = new Sitting(library, random, places);
      sitting.start();
      for (let k = 10 + random.integer(16); k > 0; k--) await sitting.act();
      await sitting.end();
      const labels = storedLabels(library, before.labels);
      expectSeen(labels, sitting, sitting.labels, sitting.sent, `seed ${seed}`);
      expectSeen(storedTags(library, before.tags), sitting, sitting.tags, sitting.tags, `seed ${seed}`);
      stored += labels.length;
      refused += sitting.refused;
    }
    library.close();
  }
  console.log(`${sequences} sequences: ${stored} labels stored, ${refused} keys refused`);
  // Sequences in which nothing was ever stored, or nothing ever came too early, would prove nothing.
  expect(stored).toBeGreaterThan(sequences / 2);
  expect(refused).toBeGreaterThan(sequences / 10);
});

test('a study whose images come late takes nobody’s place', async () => {
  const library = temporaryLibrary();
  fillRoom(library);
  prepare(library);
  const wire = new Wire(library, Random.seeded(0), () => {});
  wire.connect();
  const reading = new Reading();
  const opening = reading.open('a');
  await wire.deliverAll();
  await opening;
  const [, second, third] = reading.items;
  if (second === undefined || third === undefined) throw new Error('the data set has three studies');
  const [late, chosen] = [reading.select(second.target), reading.select(third.target)];
  await wire.deliverLast();
  expect(reading.stage.displayed?.studyId).toBe(third.studyId);
  await wire.deliverAll();
  await Promise.all([late, chosen]);
  expect(reading.stage.displayed?.studyId).toBe(third.studyId);
  expect(reading.item).toBe(third);
});
