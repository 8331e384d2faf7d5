/** Trainings of a search in two lanes: the same numbers as one after the other, whatever stops them, and nothing is left behind. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { silentLogger } from '../../../../core/base/logger.ts';
import type { ProgressEvent } from '../../../../core/base/progress.ts';
import { type SideBySide, type Trial, trainOptionsSchema } from '../../../../core/contract/index.ts';
import type { Engine } from '../../../../core/engine/index.ts';
import { chooseRecipe } from '../../../../core/services/recipe/choose.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { openServices } from '../../../../core/services/session/open.ts';
import type { StoredSearch } from '../../../../core/store/index.ts';
import { searchLibrary } from '../../../support/search-library.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const machine = vi.hoisted(() => ({ freeBytes: 8 * 2 ** 30 }));
vi.mock('../../../../core/services/lpm/encoder-memory.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/lpm/encoder-memory.ts')>()),
  machineMemory: () => ({ total: 16 * 2 ** 30, free: machine.freeBytes }),
}));
// What stuck means has its own test; here a training of the second recipe always is. What each question was asked of is remembered.
const asked = vi.hoisted(() => ({ of: [] as string[] }));
vi.mock('../../../../core/services/recipe/halving.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/halving.ts')>()),
  isStuckTrial: ({ candidate, fold, attempt }: Trial, trials: readonly Trial[]) => {
    const seen = trials.map((one) => `${one.candidate}.${one.fold}.${one.attempt}`).toSorted();
    asked.of.push(`${candidate}.${fold}.${attempt} of ${seen.join(' ')}`);
    return candidate === 1 && fold === 1;
  },
}));

const two: SideBySide = { lanes: 2, threads: 1 };
const options = trainOptionsSchema.parse({
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
});
const planner = planOf(smallCandidates);

/** A search with one thread, one training after the other, and what its stuck trainings were asked of. */
let alone: StoredSearch;
let askedAlone: string[];

/** A library with the made studies, the LPM and what it says of the images; each test copies it. */
const home = mkdtempSync(join(tmpdir(), 'sidelight-test-'));
const library = join(home, 'library');
beforeAll(async () => {
  const { context, close } = await searchLibrary(home, options);
  alone = await search(context);
  askedAlone = asked.of;
  context.library.writer.run('DELETE FROM recipe_searches');
  await close();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  machine.freeBytes = 8 * 2 ** 30;
  asked.of = [];
});

interface Watched {
  readonly context: ServiceContext;
  readonly seen: ProgressEvent[];
  /** Processes of the engines that were opened beside the session's. */
  readonly processes: number[];
}

/** A copy of the library in a session with so many threads. @param broken what becomes of the n-th engine of a lane, counted from 1 */
async function watched(
  threads = 1,
  broken: (engine: Engine, n: number) => Engine = (engine) => engine,
  folder = join(temporaryFolder(), 'library'),
): Promise<Watched> {
  cpSync(library, folder, { recursive: true });
  const seen: ProgressEvent[] = [];
  const processes: number[] = [];
  const { context, close } = await openServices({
    ...{ library: folder, mode: 'write', engine: 'onnxruntime', device: 'cpu', threads },
    ...{ log: silentLogger, signal: new AbortController().signal },
    progress: (event) => void (event.stage === 'searching' && seen.push(event)),
  });
  onTestFinished(() => close());
  const openEngine: NonNullable<ServiceContext['openEngine']> = async (as) => {
    const engine = await (context.openEngine as NonNullable<ServiceContext['openEngine']>)(as);
    processes.push((engine as Engine & { processId(): number }).processId());
    return broken(engine, processes.length);
  };
  return { context: { ...context, openEngine }, seen, processes };
}

const search = async (context: ServiceContext, sideBySide?: SideBySide, of = planner): Promise<StoredSearch> =>
  (await chooseRecipe(context, options, { planner: of, ...(sideBySide === undefined ? {} : { sideBySide }) }))
    .search as StoredSearch;

const placeOf = ({ candidate, fold, attempt }: Trial): number => 100 * candidate + 10 * fold + attempt;
/** Trainings by their places, and what won. */
const foundOf = ({ trials, winner }: Pick<StoredSearch, 'trials' | 'winner'>) => ({
  trials: trials.toSorted((a, b) => placeOf(a) - placeOf(b)),
  winner,
});

const storedTrials = ({ library: { db } }: ServiceContext): Trial[] =>
  db
    .all<{ trials: string }>('SELECT trials FROM recipe_searches')
    .flatMap(({ trials }) => JSON.parse(trials) as Trial[]);

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

/** The engine, whose n-th step from its start fails so. */
function failingAt(engine: Engine, step: number, fail: () => void): Engine {
  let made = 0;
  return {
    ...engine,
    compile: async (...what) => {
      const executable = await engine.compile(...what);
      return {
        ...executable,
        run: (inputs) => {
          if (++made === step) fail();
          return executable.run(inputs);
        },
      };
    },
  };
}

test('one after the other no engine is opened beside the session’s', async () => {
  const { context, processes, seen } = await watched();
  expect(foundOf(await search(context))).toEqual(foundOf(alone));
  expect(processes).toEqual([]);
  expect(alone.plan.sideBySide).toBeUndefined();
  // Three recipes on two folds, two of them on the three others, and the stuck training twice more.
  expect(alone.trials).toHaveLength(3 * 2 + 2 * 3 + 2);
  expect(seen.every(({ note }) => note?.includes('at once') === false)).toBe(true);
});

test('in two lanes a search has the same losses to the last bit, the same winner, and asks what is stuck of the same trainings', async () => {
  const { context, processes, seen } = await watched();
  const beside = await search(context, two);
  expect(foundOf(beside)).toEqual(foundOf(alone));
  expect(asked.of.toSorted()).toEqual(askedAlone.toSorted());
  expect(processes).toHaveLength(2);
  expect(processes.some(isRunning)).toBe(false);
  const done = seen.map((event) => event.done);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
  // Which two are under way together depends on how quick each lane is.
  const together = /^round 1 of 2, 2 trainings at once: \S+ at 0\.\d+(, \S+ at 0\.\d+)?$/;
  expect(seen.map(({ note }) => note)).toContainEqual(expect.stringMatching(together));
});

test('a session of two threads searches in two lanes of one, unless memory has no room for two', async () => {
  const { context, processes } = await watched(2);
  const beside = await search(context);
  expect(beside.plan.sideBySide).toEqual(two);
  expect(foundOf(beside)).toEqual(foundOf(alone));
  expect(processes).toHaveLength(2);
  machine.freeBytes = 2 ** 29;
  const small = await watched(2);
  expect((await search(small.context)).plan.sideBySide).toBeUndefined();
  expect(small.processes).toEqual([]);
});

test('stopped between two steps keeps what ended and closes its engines; it goes on with as many threads a training, in the room that is left', async () => {
  const { context, processes } = await watched(2);
  let polls = 0;
  const signal = {
    get aborted(): boolean {
      if (storedTrials(context).length >= 3) polls++;
      return polls >= 2;
    },
  } as AbortSignal;
  await expect(search({ ...context, signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  const stopped = storedTrials(context);
  expect(stopped.length).toBeGreaterThanOrEqual(3);
  expect(stopped.length).toBeLessThan(6);
  expect(processes).toHaveLength(2);
  expect(processes.some(isRunning)).toBe(false);
  machine.freeBytes = 2 ** 29;
  const resumed = await search(context);
  expect(resumed.trials.slice(0, stopped.length)).toEqual(stopped);
  expect(foundOf(resumed)).toEqual(foundOf(alone));
  expect(processes).toHaveLength(3);
  expect(processes.some(isRunning)).toBe(false);
});

test('an error in one lane stops the other and is the one that is told', async () => {
  const { context, processes } = await watched(1, (engine, n) =>
    n === 1
      ? engine
      : failingAt(engine, 4, () => {
          throw new AppError('DISK_FULL', 'of the second lane');
        }),
  );
  const long = planOf(smallCandidates.map((one) => ({ ...one, steps: 600 })));
  const failed = search(context, two, long);
  await expect(failed).rejects.toMatchObject({ code: 'DISK_FULL', message: 'of the second lane' });
  // The other lane was in its first training, which did not go on to its end.
  expect(storedTrials(context)).toEqual([]);
  expect(processes).toHaveLength(2);
  expect(processes.some(isRunning)).toBe(false);
});

test('a lane whose process is killed ends the search, which goes on where it was', async () => {
  let isHealthy = false;
  const { context, processes } = await watched(1, (engine, n) =>
    n === 2 && !isHealthy ? failingAt(engine, 4, () => process.kill(processes[1] as number, 'SIGKILL')) : engine,
  );
  await expect(search(context, two)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  expect(processes.some(isRunning)).toBe(false);
  isHealthy = true;
  expect(foundOf(await search(context, two))).toEqual(foundOf(alone));
});

test('a network with the LPM in it is trained on the session’s engine, and nothing beside it', async () => {
  const { context, processes } = await watched();
  const session = await context.engine();
  let compiled = 0;
  const engine = async (): Promise<Engine> => ({
    ...session,
    compile: (...what) => {
      compiled++;
      return session.compile(...what);
    },
  });
  const notes = new Set<string>();
  const progress: ServiceContext['progress'] = ({ stage, note }) =>
    void (stage === 'searching' && notes.add(`${note}`));
  const [linear] = smallCandidates as [(typeof smallCandidates)[number]];
  const { search: found } = await chooseRecipe(
    { ...context, engine, progress },
    { ...options, methods: ['linear', 'partial'] },
    { planner: planOf([linear, { ...linear, method: 'partial', steps: 2 }]), sideBySide: two },
  );
  expect(found?.trials.filter(({ candidate }) => candidate === 1).length).toBeGreaterThan(2);
  expect([...notes].some((note) => note.includes('2 trainings at once: linear'))).toBe(true);
  expect([...notes].filter((note) => note.includes('partial') && note.includes('at once'))).toEqual([]);
  // The two graphs of a step in parts and its prediction; what is small is compiled in the lanes.
  expect(compiled).toBe(3);
  expect(processes).toHaveLength(2);
});
