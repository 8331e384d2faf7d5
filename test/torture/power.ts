/**
 * Power cuts replayed: the writes of each kind of work are recorded once, cut at drawn places, and what a disk may then hold is opened.
 * The database must be exactly in the state before or after the transaction that was cut, with every acknowledged label.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { checkLibrary } from '../../core/services/library/check.ts';
import { databaseDigest, digestDifference } from './digest.ts';
import { type Bench, freshCopy, look, runVictim } from './point.ts';
import { type Stage, stages } from './studies.ts';
import { Disk, readTrace, readTree, type TraceStep, writeTree } from './trace.ts';
import { doWork } from './work.ts';

const database = 'sidelight.sqlite';
const inProcess = { ownProcess: false, progress: () => {} };

export interface Recording {
  readonly stage: Stage;
  readonly base: ReadonlyMap<string, Buffer | null>;
  readonly steps: readonly TraceStep[];
}

export interface CutResult {
  readonly stage: Stage;
  /** So many steps were given to the disk before the power went. */
  readonly at: number;
  readonly losses: readonly string[];
}

/** Records one undisturbed run of every stage. */
export async function recordStages(bench: Bench): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const stage of stages) {
    const library = freshCopy(bench, stage, `record-${stage}`);
    const base = readTree(library);
    const path = join(library, '..', 'trace');
    const { how } = await runVictim(stage, library, bench.material, {
      LD_PRELOAD: bench.shim ?? '',
      TORTURE_FOLDER: library,
      TORTURE_FAULT: 'record',
      TORTURE_TRACE: path,
    });
    if (how !== 'done') throw new Error(`${stage} failed while it was recorded: ${how}`);
    const recording = { stage, base, steps: readTrace(path, library) };
    checkRecording(recording, readTree(library));
    recordings.push(recording);
    rmSync(join(library, '..'), { recursive: true, force: true });
  }
  return recordings;
}

/** A recording that misses a write would prove nothing: replayed whole, it must give the very files that the process left. */
function checkRecording({ stage, base, steps }: Recording, left: ReadonlyMap<string, Buffer | null>): void {
  const replayed = diskAt(base, steps).whole();
  const differing = [...new Set([...left.keys(), ...replayed.keys()])].filter((path) => {
    const [a, b] = [left.get(path), replayed.get(path)];
    return path.endsWith('-shm') ? false : a instanceof Buffer && b instanceof Buffer ? !a.equals(b) : a !== b;
  });
  if (differing.length > 0)
    throw new Error(`the recording of ${stage} is not whole: ${differing.slice(0, 5).join(', ')}`);
}

function diskAt(base: Recording['base'], steps: readonly TraceStep[]): Disk {
  const disk = new Disk(base);
  for (const step of steps) disk.apply(step);
  return disk;
}

/** The places after which another state of the database may be sure: its log was flushed, or its file took another name. */
function boundaries(steps: readonly TraceStep[]): number[] {
  const logs = new Set<string>();
  const found = [0];
  for (const [i, step] of steps.entries()) {
    if ((step.what === 'C' || step.what === 'O') && step.path === `${database}-wal`) logs.add(step.inode);
    const isFlush = step.what === 'F' && logs.has(step.inode);
    const isName = (step.what === 'R' || step.what === 'U') && [step.path, step.to].includes(database);
    if (isFlush || isName) found.push(i + 1);
  }
  return [...found, steps.length];
}

function said(steps: readonly TraceStep[]): Record<string, unknown>[] {
  return steps
    .filter(({ what }) => what === 'A')
    .flatMap(({ bytes }) => bytes.toString('utf8').split('\n'))
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Cuts `count` times, spread evenly over the recordings. `believed`: false leaves every flush out, as a control. */
export async function cutRecordings(
  bench: Bench,
  recordings: readonly Recording[],
  count: number,
  seed: number,
  believed = true,
): Promise<CutResult[]> {
  const results: CutResult[] = [];
  for (const [r, recording] of recordings.entries()) {
    const share = Math.floor(count / recordings.length) + (r < count % recordings.length ? 1 : 0);
    const replay = new Replay(bench, recording, believed);
    for (let i = 0; i < share; i++) {
      const random = Random.seeded(seed).fork(`${recording.stage} ${i}`);
      results.push(await replay.cut(Math.floor(random.uniform(0, recording.steps.length + 1)), random));
    }
  }
  return results;
}

class Replay {
  readonly #bench: Bench;
  readonly #recording: Recording;
  readonly #believed: boolean;
  readonly #boundaries: readonly number[];
  readonly #states = new Map<number, readonly string[]>();

  constructor(bench: Bench, recording: Recording, believed: boolean) {
    this.#bench = bench;
    this.#recording = recording;
    this.#believed = believed;
    this.#boundaries = boundaries(recording.steps);
  }

  async cut(at: number, random: Random): Promise<CutResult> {
    const { stage, base, steps } = this.#recording;
    const before = this.#boundaries.filter((n) => n <= at).at(-1) ?? 0;
    const after = this.#boundaries.find((n) => n >= at) ?? steps.length;
    const allowed = [before, after].map((n) => this.#stateAt(n));
    const given = steps.slice(0, at).filter(({ what }) => this.#believed || (what !== 'F' && what !== 'D'));
    const losses: string[] = [];
    const library = this.#put(diskAt(base, given).afterPowerCut(random));
    look(library, said(given), stage, this.#bench.material, losses);
    if (losses.length === 0) {
      const found = databaseDigest(library);
      const differences = allowed.map((wanted) => digestDifference(found, wanted));
      if (!differences.includes(null)) losses.push(`neither before nor after: ${differences.join('; or ')}`);
      // What was overwritten of a patient's images before his rows went is gone on purpose; the command given again takes the rest.
      if (stage === 'delete') await doWork(stage, { library, folder: this.#bench.material, say: () => {} }, inProcess);
      const watch = { folder: library, signal: { aborted: false }, progress: () => {} };
      const { findings } = await checkLibrary(watch, { deep: true });
      losses.push(...findings.filter(({ severity }) => severity === 'error').map(({ message }) => message));
    }
    return { stage, at, losses };
  }

  /** What the database says when everything up to a boundary reached the disk. */
  #stateAt(at: number): readonly string[] {
    const { stage, base, steps } = this.#recording;
    const known = this.#states.get(at);
    if (known !== undefined) return known;
    const library = this.#put(diskAt(base, steps.slice(0, at)).whole());
    const losses: string[] = [];
    look(library, [], stage, this.#bench.material, losses);
    if (losses.length > 0) throw new Error(`${stage} has no sound state at ${at}: ${losses[0]}`);
    const state = databaseDigest(library);
    this.#states.set(at, state);
    return state;
  }

  #put(files: ReadonlyMap<string, Buffer | null>): string {
    const folder = join(this.#bench.scratch, `power-${this.#recording.stage}`);
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    writeTree(join(folder, 'library'), files);
    return join(folder, 'library');
  }
}

/** One row a kind of work: steps recorded, cuts, losses. */
export function cutLines(recordings: readonly Recording[], results: readonly CutResult[]): string[] {
  const row = (name: string, cells: readonly (string | number)[]): string =>
    name.padEnd(12) + cells.map((cell) => String(cell).padStart(9)).join('');
  const lost = (rows: readonly CutResult[]): number => rows.filter(({ losses }) => losses.length > 0).length;
  return [
    row('power cuts', ['steps', 'cuts', 'lost']),
    ...recordings.map(({ stage, steps }) => {
      const rows = results.filter((result) => result.stage === stage);
      return row(stage, [steps.length, rows.length, lost(rows)]);
    }),
    row('all', [recordings.reduce((sum, { steps }) => sum + steps.length, 0), results.length, lost(results)]),
    ...results.flatMap(({ stage, at, losses }) => losses.map((loss) => `${stage} cut at ${at}: ${loss}`)),
  ];
}
