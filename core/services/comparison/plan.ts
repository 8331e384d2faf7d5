/** What each method costs, measured before anything is trained, and which are trained. */
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import type { ComparisonPlan, MeasureOptions, Method, MethodCost } from '../../contract/index.ts';
import { networkConfig, parameterLayout, trainingMethods } from '../../models/index.ts';
import { ratesOf } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { promiseTime, shapeOf } from '../estimate/estimate.ts';
import { measureTraining } from '../estimate/measure.ts';
import { rateKey, rateNames } from '../estimate/rates.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { describeEngine } from '../session/describe-engine.ts';
import { decideTrainings } from './decide.ts';
import { freeMemoryMb, type MethodMemory, measuringEngine, methodMemory, stepMeasure } from './memory.ts';
import { type ComparedData, promiseOfComparison } from './promise.ts';
import { idleMemoryMb } from './step-memory.ts';
import { type Comparison, comparedMethods, trainingOf } from './trainings.ts';

/**
 * Measures memory, then time, of every method and decides which are trained. Nothing is trained and no image of the test part is looked at.
 * @param options with the input size as the LPM takes it
 */
export async function measureMethods(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: Comparison,
  data: ComparedData,
): Promise<ComparisonPlan> {
  const asked = comparedMethods(options);
  const reference = Object.entries(trainingMethods).find(([, { runsLpm }]) => runsLpm === 'trained')?.[0] as Method;
  const measured = asked.includes(reference) ? asked : [...asked, reference];
  const total = measured.length + asked.length;
  let done = 0;
  const tell = (note: string): void => {
    throwIfCancelled(context.signal, 'The comparison');
    context.progress({ stage: 'measuring', done, total, unit: 'parts', note });
  };
  const memoryLimitMb = options.memoryMb ?? freeMemoryMb();
  const memory = await memoryOf(lpm, options, data, measured, memoryLimitMb, (method) => {
    tell(`memory of ${method}`);
    done++;
  });
  const costs: MethodCost[] = [];
  for (const method of asked) {
    tell(`time of ${method}`);
    done++;
    const own = memory.get(method) as MethodMemory;
    const fits = own.trainingMb !== null && own.trainingMb <= memoryLimitMb;
    costs.push(await costOf(context, lpm, options, data, { method, memory: own, fits }));
  }
  tell('');
  const decided = decideTrainings(costs, { hours: options.hours, memoryMb: memoryLimitMb });
  const trained = asked.filter((method) => decided.get(method) === null);
  const full = memory.get(reference);
  return {
    costs: costs.map((cost) => ({ ...cost, untrained: decided.get(cost.method) ?? null })),
    fullMemoryMb: full?.memoryMb || null,
    isFullMemoryEstimated: full?.isMemoryEstimated ?? false,
    memoryLimitMb,
    promise: trained.length === 0 ? null : (await promiseOfComparison(context, lpm, options, data, trained)).promise,
    engine: await describeEngine(context),
  };
}

async function memoryOf(
  lpm: LibraryLpm,
  options: Comparison,
  { dataset, classes }: ComparedData,
  measured: readonly Method[],
  limitMb: number,
  next: (method: Method) => void,
): Promise<ReadonlyMap<Method, MethodMemory>> {
  const { tokenRatio, microBatch } = trainingOf(options, measured[0] as Method, 0);
  const { inputSize, batch } = options;
  const shape = { inputSize, tokenRatio, batch, microBatch, classes: targets[dataset.target].logits(classes.length) };
  const measure = stepMeasure(lpm.config, shape, await idleMemoryMb(measuringEngine));
  const found = new Map<Method, MethodMemory>();
  for (const method of measured) {
    next(method);
    found.set(method, await methodMemory(lpm.config, method, shape, limitMb, measure));
  }
  return found;
}

/** How often a measurement is tried whose engine died: what it died of may have been something else that ran. */
const tries = 2;

/** Measures how long a training takes. @returns false where the machine has not the memory for it */
async function canMeasure(context: ServiceContext, unknown: MeasureOptions): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    try {
      await measureTraining({ ...context, progress: () => {} }, unknown);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'TOO_LITTLE_MEMORY') return false;
      if (error.code !== 'ENGINE_FAILED') throw error;
      if (tried === tries) return false;
    }
  }
}

/** What a method trains and takes; its time is measured where its memory is there, unless it is known from before. */
async function costOf(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: Comparison,
  { dataset, classes, images }: ComparedData,
  { method, memory, fits }: { readonly method: Method; readonly memory: MethodMemory; readonly fits: boolean },
): Promise<MethodCost> {
  const training = trainingOf(options, method, 0);
  const { epochs, lr, inputSize, tokenRatio } = training;
  const shape = shapeOf(lpm, training, dataset, { images, classes });
  const network = { method, inputSize, tokenRatio, classes: targets[dataset.target].logits(classes.length) };
  const cost: MethodCost = {
    ...{ method, epochs, learningRate: lr },
    learnable: parameterLayout(networkConfig(lpm.config, network)).total,
    ...memory,
    stepSeconds: null,
    stepsPerEpoch: shape.stepsPerEpoch,
    promisedSeconds: null,
    untrained: null,
  };
  if (!fits) return cost;
  const both = [training, training];
  const { missing } = await promiseTime(context, both);
  for (const unknown of missing) {
    // As where the memory of a step is measured: what dies, or is refused, dies for want of memory, and the other methods go on.
    if (!(await canMeasure(context, unknown))) return { ...cost, trainingMb: null };
  }
  const [first, later] = (await promiseTime(context, both)).promises;
  const rates = ratesOf(context.library.db, await rateKey(context, lpm.record.hash, inputSize));
  return {
    ...cost,
    stepSeconds: rates.get(rateNames.step(shape.network)) ?? null,
    promisedSeconds: first && later ? first.seconds + (options.seeds - 1) * later.seconds : null,
  };
}
