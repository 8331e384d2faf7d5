/**
 * How long the steps of a training take: the loop that trains, on a few records in memory for a few short epochs. For a search it runs once more on as many
 * engines at once as the search would have (ADR 530), for what several trainings share is not told by one alone.
 */
import { performance } from 'node:perf_hooks';
import { AppError } from '../../base/errors.ts';
import type { AbortSignalLike } from '../../base/progress.ts';
import type { MeasureOptions, RunSettings, SideBySide } from '../../contract/index.ts';
import type { Engine } from '../../engine/index.ts';
import { dropoutMaskShape, type NetworkConfig, networkConfig, trainingMethods } from '../../models/index.ts';
import type { NewVersion } from '../../store/index.ts';
import type { Target } from '../../targets/index.ts';
import { freshState, type TrainingNetwork, train } from '../../training/loop.ts';
import { usableBatch } from '../../training/sampler.ts';
import { BatchThreads } from '../features/batches/batch-threads.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { exampleSource, type RecordReader } from '../features/source-examples.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import { imageKind } from '../pixels/source-images.ts';
import type { ServiceContext } from '../session/context.ts';
import { Lanes, openLaneEngine } from '../training/lanes.ts';
import { compilePredictor } from '../training/model.ts';
import { compileStep, networkWeights, startingParameters } from '../training/network.ts';
import { imagesToLearn } from './estimate.ts';
import { EpochClock } from './measure-clock.ts';
import { type FewRecords, withZeros, ZeroRecords } from './measured-records.ts';
import { middleOf, networkName, rateNames } from './rates.ts';

/** Something is timed this often, and less often where that takes longer than `patienceSeconds`, but twice at least. */
export const timesWanted = 8;
export const patienceSeconds = 2;
/** Steps and validation batches of an epoch that is timed. */
const stepsTimed = 3;
const validationTimed = 2;
/** Epochs of a loop that ends when it is told. */
const endless = 1e6;
/** What a search tries mostly; it moves no time. */
const weightDecay = 0.1;

export const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Keeps the middle of some times, and how far they spread. */
export function keep(rates: Map<string, number>, name: string, times: readonly number[]): void {
  const { median, spread } = middleOf(times);
  rates.set(name, median);
  rates.set(rateNames.spread(name), spread);
}

/** Does `work`, whose signal says stop when it is enough or when its user stops it; the latter throws CANCELLED. */
export async function untilEnough(
  context: { readonly signal: AbortSignalLike },
  isEnough: () => boolean,
  work: (signal: { readonly aborted: boolean }) => Promise<unknown>,
): Promise<void> {
  try {
    await work({
      get aborted() {
        return context.signal.aborted || isEnough();
      },
    });
  } catch (error) {
    if (context.signal.aborted || !(error instanceof AppError) || error.code !== 'CANCELLED') throw error;
  }
}

/** What a training is timed on. */
export interface TimedSet {
  readonly images: readonly NewVersion['images'][number][];
  readonly records: FewRecords;
  readonly version: NewVersion;
  readonly target: Target;
}

type TimedOptions = MeasureOptions & Pick<RunSettings, 'criterion'>;

/** Times the loop on the session's engine, and of a search also on several at once. */
export async function timeTraining(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: TimedOptions,
  set: TimedSet,
  rates: Map<string, number>,
): Promise<void> {
  const engine = await context.engine();
  const threads = new BatchThreads(async () => engine.info.threads);
  try {
    const timed = new TimedNetwork(lpm, options, set, threads);
    // Batches come from the disk, as those of a training do, by threads or the engine: zeros take as long, and nothing of a patient lies there.
    await withZeros(context, timed.zeroBytes, async (path) => {
      timed.readZeros(path);
      await timeAlone(context, engine, timed, rates);
      if (options.sideBySide !== undefined) await timeSideBySide(context, options.sideBySide, timed, rates);
    });
  } finally {
    await threads.close();
  }
}

/** Times the loop on one engine. */
async function timeAlone(
  context: ServiceContext,
  engine: Engine,
  timed: TimedNetwork,
  rates: Map<string, number>,
): Promise<void> {
  const { name } = timed;
  const started = performance.now();
  const network = await timed.compile(engine);
  try {
    const compiled = secondsSince(started);
    const clock = new EpochClock(performance.now());
    const isEnough = (): boolean => clock.epochs >= 2 && clock.seconds > patienceSeconds;
    await untilEnough(
      context,
      isEnough,
      async (signal) => await timed.train(engine, network, clock, timesWanted, signal),
    );
    const { median: step } = middleOf(clock.steps);
    keep(rates, rateNames.step(name), clock.steps);
    keep(
      rates,
      rateNames.predict(name),
      clock.validations.map((time) => time / timed.validated),
    );
    rates.set(rateNames.epoch(name), Math.max(0, middleOf(clock.firstSteps).median - step));
    rates.set(rateNames.prepareNetwork(name), compiled + Math.max(0, clock.warmUp - step));
  } finally {
    await network.step.dispose();
    await network.predict.dispose();
  }
}

/** Times steps of trainings that run at once, as a search has them; nothing of a network with the LPM in it, which runs alone. */
async function timeSideBySide(
  context: ServiceContext,
  shared: SideBySide,
  timed: TimedNetwork,
  rates: Map<string, number>,
): Promise<void> {
  const { openEngine } = context;
  if (openEngine === undefined || timed.isLarge) return;
  const lanes = new Lanes(shared.lanes, context.signal, async () => {
    const engine = await openLaneEngine(openEngine, shared.threads, context.log);
    return { bench: engine, close: () => engine.dispose() };
  });
  const clocks: EpochClock[] = [];
  // None ends before the others, who would have the processor to themselves.
  const isEnough = (): boolean =>
    clocks.length === shared.lanes &&
    clocks.every((clock) => clock.epochs >= 2 && clock.steps.length > 0 && clock.seconds > patienceSeconds);
  const timeOne = async (engine: Engine): Promise<void> => {
    const network = await timed.compile(engine);
    const clock = new EpochClock(performance.now());
    clocks.push(clock);
    await untilEnough(lanes, isEnough, async (signal) => await timed.train(engine, network, clock, endless, signal));
  };
  try {
    await Promise.all(Array.from({ length: shared.lanes }, () => lanes.run(timeOne)));
    keep(
      rates,
      rateNames.stepBeside(timed.name, shared.lanes),
      clocks.flatMap(({ steps }) => steps),
    );
  } finally {
    await lanes.close();
  }
}

/** The network of a training that is timed, and its loop. */
class TimedNetwork {
  readonly name: string;
  readonly logits: number;
  /** Whether the LPM is in it: a step takes as long as all others together. */
  readonly isLarge: boolean;
  /** Validation batches of an epoch. */
  readonly validated: number;
  readonly #lpm: LibraryLpm;
  readonly #options: TimedOptions;
  readonly #set: TimedSet;
  readonly #config: NetworkConfig;
  readonly #batch: number;
  readonly #threads: BatchThreads;
  #stored: RecordReader;

  constructor(lpm: LibraryLpm, options: TimedOptions, set: TimedSet, threads: BatchThreads) {
    const { method, inputSize, tokenRatio, keptAs } = options;
    const { version, target } = set;
    const classes = target.logits(version.classes.length);
    this.#lpm = lpm;
    this.#options = options;
    this.#set = set;
    this.#batch = usableBatch(options.batch, imagesToLearn(version.images, options.folds));
    this.#config = networkConfig(lpm.config, { method, classes, inputSize, tokenRatio, keptAs, sizes: options });
    this.#threads = threads;
    this.#stored = set.records;
    this.name = networkName(options, this.#batch, classes);
    this.logits = classes;
    this.isLarge = trainingMethods[method].microBatches === true;
    this.validated = this.isLarge ? 1 : validationTimed;
  }

  async compile(engine: Engine): Promise<TrainingNetwork> {
    const { criterion, optimiser, classWeights, microBatch } = this.#options;
    const settings = { criterion, optimiser, weightDecay, classWeights, ...(this.isLarge ? { microBatch } : {}) };
    const weights = () => networkWeights(this.#config, this.#lpm);
    return {
      ...(await compilePredictor(engine, this.#config, this.#batch, weights())),
      step: await compileStep(engine, this.#config, settings, this.#batch, weights()),
      target: this.#set.target,
      dropoutShape: dropoutMaskShape(this.#config, this.#batch),
    };
  }

  /** Bytes of a batch of the longest records that it reads. */
  get zeroBytes(): number {
    const { records } = this.#set;
    const kinds = [imageKind, ...featuresOf(this.#options.method)];
    return this.#batch * Math.max(...kinds.map((kind) => records.lengthOf(kind)));
  }

  /** Batches come from the zeros at `path` from now on. */
  readZeros(path: string): void {
    const { records } = this.#set;
    this.#stored = new ZeroRecords(records, path, this.#batch, (kind) => records.lengthOf(kind));
  }

  /** So many short epochs, unless it is stopped before. */
  async train(
    engine: Engine,
    network: TrainingNetwork,
    clock: EpochClock,
    epochs: number,
    signal: AbortSignalLike,
  ): Promise<void> {
    const now = () => performance.now();
    await train(
      network,
      { ...this.#options, epochs, batch: this.#batch, learningRate: 1e-4, seed: 0, earlyStop: null },
      this.#examples(engine, this.#batch * (this.isLarge ? 1 : stepsTimed)),
      this.#examples(engine, this.#batch * this.validated),
      freshState(startingParameters(this.#config, { seed: 0 }, this.#lpm), this.#options.optimiser),
      { signal, now, step: () => clock.step(now()), epoch: () => clock.epoch(now()) },
    );
  }

  #examples(engine: Engine, n: number) {
    const { images, version, target } = this.#set;
    const { method, inputSize } = this.#options;
    const { mean, std } = this.#lpm.config;
    const stored = this.#stored;
    return exampleSource(
      {
        sources: stored,
        records: new Map(featuresOf(method).map((kind) => [kind, stored])),
        threads: this.#threads,
        doesEngineRead: async () => engine.readsStored === true,
      },
      this.#config,
      Array.from({ length: n }, (_, i) => ({
        ...(images[i % images.length] as TimedSet['images'][number]),
        ...target.madeTruth(i, version.classes.length),
      })),
      {
        inputSize,
        statistics: { mean: [...mean], std: [...std] },
        target,
        reading: { uncertain: 'unknown', scale: null },
      },
    );
  }
}
