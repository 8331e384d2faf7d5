/**
 * Lanes: trainings of small networks at once, each on an engine of its own in a process of its own.
 *
 * A step of a small network takes hardly less time with many threads than with one, so a processor does more where several trainings share its
 * cores than where each has them all. The loops of all lanes run in this process, each waiting for its own engine. An error in one lane stops
 * the others between two of their steps, and is the one that is told.
 */
import type { Logger } from '../../base/logger.ts';
import type { AbortSignalLike } from '../../base/progress.ts';
import type { SideBySide } from '../../contract/index.ts';
import { cpuDescription, type Engine, type EngineInfo } from '../../engine/index.ts';
import { machineMemory } from '../lpm/encoder-memory.ts';
import type { ServiceContext } from '../session/context.ts';

/** The loops of all lanes and the window's calls share one thread, which a step with side images holds for some 5 ms: eight lanes leave it a quarter. */
export const mostLanes = 8;
/** Of the memory that is free, what all lanes may take together. */
const shareOfFree = 0.5;

/**
 * How `trainings` that do not depend on each other run at once beside a session's engine; undefined where they run one after the other on it: on a GPU and on
 * TensorFlow, with one thread or one training, and where memory has no room for two lanes. Lanes share the session's threads.
 * @param laneBytes what a lane takes
 */
export function sideBySide(
  { name, device, threads }: Pick<EngineInfo, 'name' | 'device' | 'threads'>,
  { trainings, laneBytes }: { readonly trainings: number; readonly laneBytes: number },
  freeBytes: number = machineMemory().free,
): SideBySide | undefined {
  if (name !== 'onnxruntime' || device !== cpuDescription) return undefined;
  const lanes = Math.min(mostLanes, threads, trainings, roomFor(laneBytes, freeBytes));
  return lanes > 1 ? { lanes, threads: Math.floor(threads / lanes) } : undefined;
}

/** For how many lanes of so many bytes there is room. */
export function roomFor(laneBytes: number, freeBytes: number = machineMemory().free): number {
  return Math.floor((shareOfFree * freeBytes) / laneBytes);
}

/** The engine of a lane; to be disposed of. @throws ENGINE_UNAVAILABLE, ENGINE_FAILED */
export async function openLaneEngine(
  openEngine: NonNullable<ServiceContext['openEngine']>,
  threads: number,
  log: Logger,
): Promise<Engine> {
  // That each of them was opened is no news.
  const warnings: Logger = {
    log: (level, ...said) => (level === 'warn' || level === 'error') && log.log(level, ...said),
  };
  return await openEngine({ engine: 'onnxruntime', device: 'cpu', threads, ownProcess: true, log: warnings });
}

/** What a lane works with, and how that is closed. */
export interface Lane<Bench> {
  readonly bench: Bench;
  close(): Promise<void>;
}

/** So many lanes at most; each is opened when it is first needed. Close them when the work is done. */
export class Lanes<Bench> {
  /** Aborted where the user stops the work, or a lane has failed: for what runs in a lane. */
  readonly signal: AbortSignalLike;
  readonly #open: (signal: AbortSignalLike) => Promise<Lane<Bench>>;
  readonly #opened: Lane<Bench>[] = [];
  readonly #idle: Lane<Bench>[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #free: number;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(count: number, signal: AbortSignalLike, open: (signal: AbortSignalLike) => Promise<Lane<Bench>>) {
    this.#free = count;
    this.#open = open;
    const hasFailed = (): boolean => this.#failure !== undefined;
    this.signal = {
      get aborted() {
        return hasFailed() || signal.aborted;
      },
    };
  }

  /**
   * Does `work` in the next lane that is free, in the order in which it was asked for.
   * @throws what the first work that failed threw, in whichever lane
   */
  run<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
    const running = this.#runNext(work);
    this.#underWay.add(running);
    const ended = (): void => void this.#underWay.delete(running);
    running.then(ended, ended);
    return running;
  }

  /** Waits for what is under way and closes all lanes. @throws what closing throws, but not after a failure, which has been told */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    const closed = await Promise.allSettled(this.#opened.map((lane) => lane.close()));
    const failed = closed.find((one) => one.status === 'rejected');
    if (failed !== undefined && this.#failure === undefined) throw failed.reason;
  }

  async #runNext<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
    await this.#turn();
    let lane: Lane<Bench> | undefined;
    try {
      if (this.#failure !== undefined) throw this.#failure.thrown;
      lane = this.#idle.pop() ?? (await this.#openOne());
      return await work(lane.bench);
    } catch (thrown) {
      this.#failure ??= { thrown };
      throw this.#failure.thrown;
    } finally {
      if (lane !== undefined) this.#idle.push(lane);
      this.#pass();
    }
  }

  async #openOne(): Promise<Lane<Bench>> {
    const lane = await this.#open(this.signal);
    this.#opened.push(lane);
    return lane;
  }

  /** Waits until a lane is free. */
  async #turn(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives the lane to whoever waits for one. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
