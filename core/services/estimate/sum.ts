/**
 * The arithmetic of a promise: every part of a training, how often it is done, and how long once takes.
 *
 * Costs that come once (starting threads, compiling) and costs that come with each image, step or epoch are parts of their
 * own: a run of seconds is mostly the first, a run of hours the second.
 */
import type { ProgressStage } from '../../base/progress.ts';
import type { TimePromise } from '../../contract/index.ts';
import { rateNames } from './rates.ts';

/** What is to be done, counted. */
export interface Work {
  readonly datasetId: number;
  /** Images of training and validation that are not decoded yet. */
  readonly decode: number;
  /** Training images over which mean and deviation are still to be computed. */
  readonly statistics: number;
  /** Images that the LPM has not read for this method; `encoding` names what it is asked, null where nothing. */
  readonly encode: number;
  readonly encoding: string | null;
  /** How long one of them is read, as a share of being read for this method alone; 1 where left out. */
  readonly reading?: number;
  readonly network: string;
  readonly epochs: number;
  /** Of these epochs, those of trainings that run beside others; all are made one after the other where left out. */
  readonly beside?: BesideOthers;
  /** The epochs after which it could end at the earliest. */
  readonly fewestEpochs: number;
  readonly stepsPerEpoch: number;
  /** Batches of one validation, each as large as a step's: the last is filled up. */
  readonly validationBatches: number;
  /** Batches that are predicted once at the end, for the threshold. */
  readonly finalBatches: number;
  /** Bytes written for one decoded image, one encoded image and one epoch's checkpoint. */
  readonly imageBytes: number;
  readonly featureBytes: number;
  readonly checkpointBytes: number;
}

/** Trainings that run beside others. */
export interface BesideOthers {
  readonly epochs: number;
  /** As the rate of a step made so is called. */
  readonly step: string;
  /** What a step adds to the time of them all, as a share of the time that it takes: half where two lanes have as much to do. */
  readonly share: number;
}

interface Part {
  readonly stage: ProgressStage;
  /** As its rate is called. */
  readonly rate: string;
  /** As the promise calls it. */
  readonly what: string;
  readonly times: number;
  /** How often it is done where training stops as early as it may; `times` where that changes nothing. */
  readonly fewest?: number;
  /** Of its seconds, those that count; all where left out. */
  readonly share?: number;
}

/** Beyond what the measured times vary: a processor slows down with heat and with what else it does, and rarely speeds up. */
const faster = 0.12;
const slower = 0.2;
/** However far off an earlier training was, the range goes no further. */
const farthest = { low: 0.4, high: 3 };
/** Of a run of seconds nobody can promise more than this. */
const leastSeconds = 1;

const megabyte = 1e6;

/** What reading for all kinds of features takes, as a share of reading for the slowest of them alone (ADR 470). */
const together = 1.35;

/** The works of a search, whose images are read once for all kinds of features: the slowest kind counts, and some for the others. */
export function readTogether(works: readonly Work[], rates: ReadonlyMap<string, number>): readonly Work[] {
  const secondsOf = ({ encoding, encode }: Work): number =>
    encoding === null || encode === 0 ? -1 : (rates.get(rateNames.encode(encoding)) ?? 0);
  const reading = works.filter((work) => secondsOf(work) >= 0);
  if (reading.length < 2) return works;
  const slowest = reading.reduce((a, b) => (secondsOf(b) > secondsOf(a) ? b : a));
  return works.map((work) => (reading.includes(work) ? { ...work, reading: work === slowest ? together : 0 } : work));
}

/** Everything a training does, in the order of the work; what is done zero times is left out. */
export function partsOf(work: Work): readonly Part[] {
  const { datasetId, encoding, network, epochs, beside, stepsPerEpoch } = work;
  const fewestEpochs = beside === undefined ? work.fewestEpochs : epochs;
  const alone = epochs - (beside?.epochs ?? 0);
  const fewestAlone = fewestEpochs - (beside?.epochs ?? 0);
  const reading: ProgressStage = 'decoding';
  const encodingStage: ProgressStage = 'encoding';
  const training: ProgressStage = 'training';
  const validations = (n: number): number => n * work.validationBatches + work.finalBatches;
  const checkpoints = (n: number): number => (n * work.checkpointBytes) / megabyte;
  const parts: Part[] = [
    { stage: reading, what: 'start', rate: rateNames.prepareDecoder, times: work.decode > 0 ? 1 : 0 },
    { stage: reading, what: 'image', rate: rateNames.decode(datasetId), times: work.decode },
    { stage: reading, what: 'megabyte', rate: rateNames.write, times: (work.decode * work.imageBytes) / megabyte },
    {
      stage: 'statistics',
      what: 'image',
      rate: rateNames.statistics(datasetId),
      times: work.statistics,
    },
    ...(encoding === null || work.encode === 0
      ? []
      : [
          { stage: encodingStage, what: 'start', rate: rateNames.prepareEncoder(encoding), times: 1 },
          {
            stage: encodingStage,
            what: 'image',
            rate: rateNames.encode(encoding),
            times: work.encode * (work.reading ?? 1),
          },
          {
            stage: encodingStage,
            what: 'megabyte',
            rate: rateNames.write,
            times: (work.encode * work.featureBytes) / megabyte,
          },
        ]),
    { stage: training, what: 'start', rate: rateNames.prepareNetwork(network), times: 1 },
    {
      stage: training,
      what: 'step',
      rate: rateNames.step(network),
      times: alone * stepsPerEpoch,
      fewest: fewestAlone * stepsPerEpoch,
    },
    ...(beside === undefined
      ? []
      : [
          {
            ...{ stage: training, what: 'step beside others', rate: beside.step, share: beside.share },
            times: beside.epochs * stepsPerEpoch,
          },
          {
            ...{ stage: training, what: 'epoch beside others', rate: rateNames.epoch(network), share: beside.share },
            times: beside.epochs,
          },
        ]),
    {
      stage: training,
      what: 'validation batch',
      rate: rateNames.predict(network),
      times: validations(epochs),
      fewest: validations(fewestEpochs),
    },
    { stage: training, what: 'epoch', rate: rateNames.epoch(network), times: alone, fewest: fewestAlone },
    {
      stage: training,
      what: 'megabyte',
      rate: rateNames.write,
      times: checkpoints(epochs),
      fewest: checkpoints(fewestEpochs),
    },
  ];
  return parts.filter(({ times }) => times > 0);
}

/**
 * The promise of `work`, or null where one of its rates was not measured yet.
 * @param shares what earlier trainings took as shares of their promises: the range is as wide as those were off
 */
export function sumPromise(
  work: Work,
  rates: ReadonlyMap<string, number>,
  diskBytes: number,
  shares: readonly number[] = [],
): TimePromise | null {
  const stages = new Map<ProgressStage, TimePromise['stages'][number]['parts'][number][]>();
  let seconds = 0;
  let fewest = 0;
  let spread = 0;
  for (const part of partsOf(work)) {
    const measured = rates.get(part.rate);
    if (measured === undefined) return null;
    const once = measured * (part.share ?? 1);
    const list = stages.get(part.stage) ?? [];
    stages.set(part.stage, list);
    list.push({ what: part.what, times: part.times, seconds: once });
    seconds += part.times * once;
    fewest += (part.fewest ?? part.times) * once;
    // As if all were slow together, which is how a machine is slow.
    spread += part.times * (part.share ?? 1) * (rates.get(rateNames.spread(part.rate)) ?? 0);
  }
  const low = Math.max(farthest.low, Math.min(1 - faster, ...shares));
  const high = Math.min(farthest.high, Math.max(1 + slower, ...shares));
  return {
    seconds,
    low: Math.max(0, Math.min(fewest, seconds) * low - spread - leastSeconds),
    high: seconds * high + spread + leastSeconds,
    stages: [...stages].map(([stage, parts]) => ({
      stage,
      seconds: parts.reduce((sum, part) => sum + part.times * part.seconds, 0),
      parts,
    })),
    diskBytes,
  };
}
