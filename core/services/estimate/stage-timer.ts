/**
 * What a training says about time while it runs. Minutes of real work tell more than the seconds of a measurement: its
 * rates take the place of the measured ones, so that the next promise is better than the first.
 */
import type { ProgressEvent, ProgressStage } from '../../base/progress.ts';
import { middleOf, rateNames } from './rates.ts';

/** Fewer images or steps than this say less than a measurement. */
const fewest = 16;

/**
 * A unit that takes so many times as long as the middle one of its kind, and longer than a minute, was no work: the machine slept, as a laptop does whose lid
 * is closed, and the clocks of macOS and Windows go on meanwhile. One night among five hundred steps would make each a minute. A validation can itself take
 * minutes, and each does the same: a few times as long is too long there.
 */
const sleep = { times: 100, timesOfValidation: 10, seconds: 60 };

/** What the rates of a training are called by, and what is counted apart from them. */
export interface WatchedTraining {
  readonly datasetId: number;
  readonly encoding: string | null;
  readonly network: string;
  readonly stepsPerEpoch: number;
  readonly validationBatches: number;
  /** Whether one network is trained: those of a cross-validation have epochs of different lengths, which are not told apart here. */
  readonly isOneNetwork: boolean;
  /** Seconds of writing one decoded image, one encoded image, one checkpoint: a part of its own in a promise. */
  readonly writing: { readonly image: number; readonly feature: number; readonly checkpoint: number };
}

/** Hears every report of a training, shown or not. */
export class StageTimer {
  /** By stage, seconds of each unit that was reported by itself, with its number. */
  readonly #times = new Map<ProgressStage, { readonly done: number; readonly seconds: number }[]>();
  #last: { readonly stage: ProgressStage; readonly done: number; readonly at: number } | null = null;

  /** @param now seconds of a clock that does not go back */
  see({ stage, done }: ProgressEvent, now: number): void {
    const last = this.#last;
    this.#last = { stage, done, at: now };
    // The first unit of a stage includes what is only done once.
    if (last?.stage !== stage || done !== last.done + 1) return;
    const times = this.#times.get(stage) ?? [];
    this.#times.set(stage, times);
    times.push({ done, seconds: now - last.at });
  }

  #secondsOf(stage: ProgressStage, isMeant: (done: number) => boolean = () => true): number[] {
    return (this.#times.get(stage) ?? []).filter(({ done }) => isMeant(done)).map(({ seconds }) => seconds);
  }

  /** Rates by name, with their spread; those of which too little was seen are left out. */
  rates(training: WatchedTraining): Map<string, number> {
    const { datasetId, encoding, network, stepsPerEpoch, validationBatches, writing } = training;
    const rates = new Map<string, number>();
    const keep = (name: string, times: readonly number[], apart: number): void => {
      if (times.length < fewest) return;
      rates.set(name, Math.max(0, meanOf(times) - apart));
      rates.set(rateNames.spread(name), middleOf(times).spread);
    };
    const secondsOf = (stage: ProgressStage): number[] => workOf(this.#secondsOf(stage), sleep.times);
    keep(rateNames.decode(datasetId), secondsOf('decoding'), writing.image);
    keep(rateNames.statistics(datasetId), secondsOf('statistics'), 0);
    if (encoding !== null) keep(rateNames.encode(encoding), secondsOf('encoding'), writing.feature);
    if (!training.isOneNetwork) return rates;
    // Before an epoch's first step lie the validation and the checkpoint of the one before: many images to validate take hundreds of steps' time.
    const isFirst = (step: number): boolean => (step - 1) % stepsPerEpoch === 0;
    const others = workOf(
      this.#secondsOf('training', (step) => !isFirst(step)),
      sleep.times,
    );
    const firsts = workOf(this.#secondsOf('training', isFirst), sleep.timesOfValidation);
    keep(rateNames.step(network), others, 0);
    if (others.length >= fewest && firsts.length > 1 && validationBatches > 0) {
      const between = meanOf(firsts) - meanOf(others) - writing.checkpoint;
      rates.set(rateNames.predict(network), Math.max(0, between) / validationBatches);
      rates.set(rateNames.spread(rateNames.predict(network)), middleOf(firsts).spread / validationBatches);
      rates.set(rateNames.epoch(network), 0);
    }
    return rates;
  }
}

/** Those of one kind that were work. Of two, the quicker one is the middle: the other may be the night. */
function workOf(seconds: readonly number[], times: number): number[] {
  const middle = seconds.toSorted((a, b) => a - b)[(seconds.length - 1) >> 1] ?? 0;
  const most = Math.max(sleep.seconds, times * middle);
  return seconds.filter((one) => one <= most);
}

/** The mean, not the middle: over a whole run its hiccups count too. */
function meanOf(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / Math.max(1, times.length);
}
