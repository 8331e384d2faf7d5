/**
 * Trainings of a recipe search: a candidate learns from some images for so many steps and answers others, and nothing is stored.
 *
 * They run through the loop that trains models. No epoch is chosen: the last weights answer, because a choice made on the images that are then
 * answered would flatter the candidate that varies most.
 */
import { performance } from 'node:perf_hooks';
import type { AbortSignalLike } from '../../base/progress.ts';
import type {
  Candidate,
  CriterionName,
  DatasetVersion,
  Method,
  RunSettings,
  VersionImage,
} from '../../contract/index.ts';
import type { Engine } from '../../engine/index.ts';
import {
  dropoutMaskShape,
  type LpmConfig,
  type NetworkConfig,
  networkConfig,
  trainingMethods,
} from '../../models/index.ts';
import { targets } from '../../targets/index.ts';
import { examplesIn, freshState, predictAll, type TrainingNetwork, train } from '../../training/loop.ts';
import { stepsPerEpoch, usableBatch } from '../../training/sampler.ts';
import { exampleSource } from '../features/source-examples.ts';
import type { Features } from '../features/source-features.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import { compilePredictor } from '../training/model.ts';
import { compileStep, networkWeights, startingParameters } from '../training/network.ts';
import { guessLoss } from '../training/stuck-members.ts';

/** What all trainings of a search have in common. */
export interface TrialSettings
  extends Pick<
    RunSettings,
    'batch' | 'classWeights' | 'flip' | 'inputSize' | 'keptAs' | 'optimiser' | 'tokenRatio' | 'uncertain'
  > {
  readonly criterion: CriterionName;
  /** Of methods that compute the LPM in every step: images at a time. */
  readonly microBatch?: number;
}

export interface TrialAnswers {
  /** Logits [others, logits] of the images that it did not learn from. */
  readonly logits: Float32Array;
  /** Mean loss over the steps of the last epoch. */
  readonly trainLoss: number;
  /** What guessing would have lost there; null where the criterion defines none. */
  readonly trainGuessLoss: number | null;
  /** Steps that were made: whole epochs. */
  readonly steps: number;
}

/** What computes the trainings, and what stops them between two steps. */
export interface TrialEngine {
  readonly engine: () => Promise<Engine>;
  readonly signal: AbortSignalLike;
}

/** What the LPM said, for each method that is tried. */
export type FeaturesOf = (method: Method) => Features;

/** What all trainings of a search are made from. */
export interface TrialParts {
  readonly version: DatasetVersion;
  readonly lpm: LibraryLpm;
  readonly settings: TrialSettings;
  readonly features: FeaturesOf;
}

/** Compiles each network once and trains on it as often as it is asked. */
export class Trials {
  readonly #networks = new Map<string, { readonly method: Method; readonly compiling: Promise<TrainingNetwork> }>();
  readonly #context: TrialEngine;
  readonly #version: DatasetVersion;
  readonly #lpm: LibraryLpm;
  readonly #settings: TrialSettings;
  readonly #features: FeaturesOf;

  constructor(context: TrialEngine, parts: TrialParts) {
    this.#context = context;
    this.#version = parts.version;
    this.#lpm = parts.lpm;
    this.#settings = parts.settings;
    this.#features = parts.features;
  }

  /**
   * Trains by `recipe`, in whole epochs, and gives what it says of `others`.
   * @throws TRAINING_DIVERGED, CANCELLED, ENGINE_FAILED
   */
  async run(
    recipe: Candidate,
    seed: number,
    training: readonly VersionImage[],
    others: readonly VersionImage[],
    told: (steps: number) => void,
  ): Promise<TrialAnswers> {
    const { inputSize, criterion, classWeights, flip, optimiser, uncertain } = this.#settings;
    const width = targets[this.#version.target].logits(this.#version.classes.length);
    const config = trialNetwork(this.#lpm.config, width, this.#settings, recipe.method);
    const batch = usableBatch(this.#settings.batch, training.length);
    const network = await this.#network(config, recipe.weightDecay, batch);
    const { target } = network;
    const scale = target.labelScale(training);
    const read = this.#features(recipe.method);
    // That of a lane has a process of its own, wherever that of the session is.
    const features = { ...read, doesEngineRead: async () => (await this.#context.engine()).readsStored === true };
    const sourceOf = (images: readonly VersionImage[]) =>
      exampleSource(features, config, images, {
        inputSize,
        statistics: features.statistics,
        target,
        reading: { uncertain, scale },
      });
    const [source, left] = [sourceOf(training), sourceOf(others)];
    const perEpoch = stepsPerEpoch(examplesIn(network, source), batch);
    const epochs = epochsOf(recipe, perEpoch);
    const settings = {
      epochs,
      ...{ batch, criterion, classWeights, flip, seed },
      learningRate: recipe.learningRate,
      augment: recipe.augment,
      earlyStop: null,
    };
    let trainLoss = Number.NaN;
    const begin = freshState(startingParameters(config, { seed }, this.#lpm), optimiser);
    const { state } = await train(network, settings, source, sourceOf([]), begin, {
      signal: this.#context.signal,
      now: () => performance.now(),
      step: (done) => told(done),
      epoch: (result) => {
        trainLoss = result.trainLoss;
      },
    });
    const logits = await predictAll(network, state.params, left, others.length, this.#context.signal);
    const trainGuessLoss = guessLoss(network, { criterion, classWeights }, source);
    return { logits, trainLoss, trainGuessLoss, steps: epochs * perEpoch };
  }

  /** Lets the compiled networks go. */
  async close(): Promise<void> {
    await this.#letGo(() => true);
  }

  async #network(config: NetworkConfig, weightDecay: number, batch: number): Promise<TrainingNetwork> {
    const key = JSON.stringify([config.method, weightDecay, batch]);
    const known = this.#networks.get(key);
    if (known !== undefined) return await known.compiling;
    // A network with the LPM in it is large: one at a time is held.
    if (isLarge(config.method)) await this.#letGo(isLarge);
    const compiling = this.#compile(await this.#context.engine(), config, weightDecay, batch);
    this.#networks.set(key, { method: config.method, compiling });
    // What could not be compiled is not there to be let go.
    compiling.catch(() => this.#networks.delete(key));
    return await compiling;
  }

  async #letGo(isMeant: (method: Method) => boolean): Promise<void> {
    for (const [key, { method, compiling }] of this.#networks) {
      if (!isMeant(method)) continue;
      const { step, predict } = await compiling;
      await step.dispose();
      await predict.dispose();
      this.#networks.delete(key);
    }
  }

  async #compile(engine: Engine, config: NetworkConfig, weightDecay: number, batch: number): Promise<TrainingNetwork> {
    const { criterion, optimiser, classWeights, microBatch } = this.#settings;
    const inParts = isLarge(config.method) && microBatch !== undefined ? { microBatch } : {};
    const settings = { criterion, optimiser, weightDecay, classWeights, ...inParts };
    return {
      ...(await compilePredictor(engine, config, batch, networkWeights(config, this.#lpm))),
      step: await compileStep(engine, config, settings, batch, networkWeights(config, this.#lpm)),
      target: targets[this.#version.target],
      dropoutShape: dropoutMaskShape(config, batch),
    };
  }
}

/** The network that candidates of a method train. */
export function trialNetwork(
  lpm: LpmConfig,
  logits: number,
  { inputSize, tokenRatio, keptAs }: Pick<TrialSettings, 'inputSize' | 'tokenRatio' | 'keptAs'>,
  method: Method,
): NetworkConfig {
  return networkConfig(lpm, { method, classes: logits, inputSize, tokenRatio, keptAs });
}

/** Whether an example takes the memory of a run of the LPM. */
export function isLarge(method: Method): boolean {
  return trainingMethods[method].microBatches === true;
}

/** The whole epochs that a recipe's steps come nearest to. */
export function epochsOf({ steps }: Pick<Candidate, 'steps'>, perEpoch: number): number {
  return Math.max(1, Math.round(steps / perEpoch));
}
