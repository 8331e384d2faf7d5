/**
 * What memory a training step of each method takes, in processes of their own on made-up numbers, as `npm run bench -- --memory` measures it: the peak
 * of the engine's process less that of one that has added two numbers. It is measured on the processor, whatever trains, so that shares are of like things.
 */
import { availableMemory } from 'node:process';
import { AppError } from '../../base/errors.ts';
import type { Method } from '../../contract/index.ts';
import { liveBytes } from '../../graph/index.ts';
import { type LpmConfig, networkConfig, parameterLayout, trainingMethods } from '../../models/index.ts';
import { buildTrainStep } from '../../training/train-step.ts';
import { type StepCost, type StepEngine, stepCost } from './step-memory.ts';

/** Always there, and the same on every machine. */
export const measuringEngine: StepEngine = { engine: 'onnxruntime', device: 'cpu' };

/** Share of the memory that a measurement may take: what else runs, runs on. */
const shareToTry = 0.6;

/** What of a network decides its memory. */
export interface StepShape {
  readonly inputSize: number;
  readonly tokenRatio: number;
  readonly classes: number;
  readonly batch: number;
  /** Images at once of a method that computes its steps in parts. */
  readonly microBatch: number;
}

export interface MethodMemory {
  /** MiB with the whole batch at once; null where not even a smaller one could be tried. */
  readonly memoryMb: number | null;
  readonly isMemoryEstimated: boolean;
  /** MiB as a training takes them. */
  readonly trainingMb: number | null;
}

/** What a step of so many images takes, in MiB; null where it died, for want of memory. */
export type MeasureStep = (method: Method, images: number) => Promise<number | null>;

/** Measures in processes of its own. @param idleMb see `idleMemoryMb` */
export function stepMeasure(lpm: LpmConfig, shape: StepShape, idleMb: number): MeasureStep {
  return async (method, images) => {
    const { inputSize, tokenRatio, classes } = shape;
    let cost: StepCost;
    try {
      cost = await stepCost(measuringEngine, lpm, {
        method,
        inputSize,
        tokenRatio,
        classes,
        batch: images,
        part: images,
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENGINE_FAILED') return null;
      throw error;
    }
    return Math.max(0, cost.peakMb - idleMb);
  };
}

/** MiB that the machine, or the container, can give. */
export function freeMemoryMb(): number {
  return availableMemory() / 2 ** 20;
}

/**
 * What one more image takes, as a share of what the graph of a step says: measured 0.75 (full fine-tuning, the last blocks) to 1.1 (LoRA and its like), on
 * LPMs of 2 to 86 million parameters.
 */
const countedShare = { least: 0.75, most: 1.1 };

/** MiB by which the values of a step grow with each image, counted on its graph. */
function countedPerImage(lpm: LpmConfig, method: Method, { inputSize, tokenRatio, classes }: StepShape): number {
  const config = networkConfig(lpm, { method, inputSize, tokenRatio, classes });
  const valuesOf = (batch: number): number => liveBytes(buildTrainStep(config, { batch, weighted: false })).values;
  return (valuesOf(2) - valuesOf(1)) / 2 ** 20;
}

/**
 * The memory of a method. One that reads features is measured with its batch. One that has the LPM in it takes as much for each image: two sizes
 * are measured, and the whole batch where the straight line through them says that it fits; the line stands for it otherwise. What the graph says of an
 * image stands for what two sizes do not tell: where the second would not fit, and where both take what is only taken once, as full fine-tuning does
 * while its weights are copied.
 * @param limitMb MiB that may be taken
 */
export async function methodMemory(
  lpm: LpmConfig,
  method: Method,
  shape: StepShape,
  limitMb: number,
  measureStep: MeasureStep,
): Promise<MethodMemory> {
  const nothing = { memoryMb: null, isMemoryEstimated: false, trainingMb: null };
  const { batch } = shape;
  const most = shareToTry * limitMb;
  const { inputSize, tokenRatio, classes } = shape;
  const { total } = parameterLayout(networkConfig(lpm, { method, inputSize, tokenRatio, classes }));
  // Parameters, their gradients and two moments are there whatever else is, also where two processes at rest differ by more.
  const least = (4 * 4 * total) / 2 ** 20;
  if (least > most) return nothing;
  const measure: MeasureStep = async (of, images) => {
    const mb = await measureStep(of, images);
    return mb === null ? null : Math.max(least, mb);
  };
  if (trainingMethods[method].microBatches === undefined) {
    const memoryMb = await measure(method, batch);
    return { memoryMb, isMemoryEstimated: false, trainingMb: memoryMb };
  }
  const part = Math.min(shape.microBatch, batch);
  const one = await measure(method, 1);
  if (one === null) return nothing;
  if (batch === 1) return { memoryMb: one, isMemoryEstimated: false, trainingMb: one };
  const counted = countedPerImage(lpm, method, shape);
  const atMost = countedShare.most * counted;
  const two = one + atMost > most ? null : await measure(method, 2);
  const slope = two === null ? atMost : Math.max(two - one, countedShare.least * counted);
  const along = (images: number): number => (images === 1 ? one : (two ?? one + slope) + (images - 2) * slope);
  const trainingMb = along(part);
  if (two === null) return { memoryMb: along(batch), isMemoryEstimated: true, trainingMb };
  const whole = batch === 2 ? two : along(batch) > most ? null : await measure(method, batch);
  return { memoryMb: whole ?? along(batch), isMemoryEstimated: whole === null, trainingMb };
}
