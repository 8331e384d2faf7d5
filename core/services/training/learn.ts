/** One network learns: its graphs compiled, its epochs run from where it stopped, its progress told. */
import { performance } from 'node:perf_hooks';
import { networksTrained } from '../../contract/index.ts';
import { dropoutMaskShape, memberOf } from '../../models/index.ts';
import {
  type EpochResult,
  type ExampleSource,
  examplesIn,
  freshState,
  type LoopSettings,
  type TrainingNetwork,
  type TrainingState,
  train,
} from '../../training/loop.ts';
import { stepsPerEpoch } from '../../training/sampler.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { startOf } from './again.ts';
import type { MemberPlace, TrainingKeeper } from './keeper.ts';
import type { TrainingMaterial } from './material.ts';
import { compilePredictor } from './model.ts';
import { compileStep, networkWeights, startingParameters } from './network.ts';
import type { PlannedRun } from './plan.ts';

/** What stays the same for every network of a run. */
export interface Learning {
  readonly context: ServiceContext;
  readonly plan: PlannedRun;
  readonly lpm: LibraryLpm;
  readonly material: TrainingMaterial;
  readonly keeper: TrainingKeeper;
  readonly network: TrainingNetwork;
  readonly batch: number;
}

/** Compiles the network that a run trains for batches of `batch` and gives it to `use`. */
export async function withNetwork<T>(
  { context, plan, lpm, material }: Pick<Learning, 'context' | 'plan' | 'lpm' | 'material'>,
  batch: number,
  use: (network: TrainingNetwork) => Promise<T>,
): Promise<T> {
  const engine = await context.engine();
  const config = memberOf(material.config);
  const predictor = await compilePredictor(engine, config, batch, networkWeights(config, lpm));
  const network: TrainingNetwork = {
    ...predictor,
    target: material.target,
    classes: config.classes,
    step: await compileStep(engine, config, plan.run.settings, batch, networkWeights(config, lpm)),
    dropoutShape: dropoutMaskShape(config, batch),
  };
  try {
    return await use(network);
  } finally {
    await network.step.dispose();
    await network.predict.dispose();
  }
}

/** One network's share of the run. */
export interface Task {
  readonly place: MemberPlace;
  readonly sets: { readonly train: ExampleSource; readonly validation: ExampleSource };
  /** What of the run's settings is its own. */
  readonly settings?: Partial<Pick<LoopSettings, 'seed' | 'batch' | 'earlyStop'>>;
  /** Steps of the run before it, and of the run as far as it is known. */
  readonly progress?: { readonly before: number; readonly total: number };
}

/**
 * Trains one network from where it stopped to its last epoch; `ended` is that epoch.
 * @throws TRAINING_DIVERGED, ENGINE_FAILED, CANCELLED; WEIGHTS_INVALID when what was kept is of other parameters
 */
export async function learn(
  { context, plan, lpm, material, keeper, network }: Learning,
  { place, sets, settings: own, progress }: Task,
): Promise<{ readonly state: TrainingState; readonly ended: EpochResult | undefined }> {
  const settings = { ...plan.run.settings, ...own };
  const networks = networksTrained(settings);
  const perEpoch = stepsPerEpoch(examplesIn(network, sets.train), settings.batch);
  const kept = keeper.begin(place);
  let ended = kept?.ended;
  const start =
    (place.fold === 0 ? startOf(context, plan.run.id, memberOf(material.config)) : undefined) ??
    startingParameters(memberOf(material.config), settings, lpm);
  const begin = kept?.state ?? freshState(start, settings.optimiser);
  const { state } = await train(network, settings, sets.train, sets.validation, begin, {
    signal: context.signal,
    now: () => performance.now(),
    step: (done, total, loss) => {
      const epoch = Math.ceil(done / perEpoch);
      const which = place.fold === 0 ? '' : `fold ${place.fold} of ${networks}${place.attempt > 1 ? ', again' : ''}, `;
      context.progress({
        stage: 'training',
        done: (progress?.before ?? 0) + done,
        total: progress?.total ?? total,
        unit: 'steps',
        note: `${which}epoch ${epoch} of ${settings.epochs}, loss ${loss.toFixed(3)}`,
        training: {
          epoch,
          epochs: settings.epochs,
          epochsDone: ended?.epoch ?? 0,
          ...(place.fold === 0 ? {} : { fold: place.fold, folds: networks }),
          loss,
          valLoss: ended?.valLoss ?? null,
          valAuc: ended?.valAuc ?? null,
        },
      });
    },
    epoch: (result, after) => {
      keeper.epoch(place, result, after, after.epochsDone * perEpoch);
      ended = result;
    },
  });
  return { state, ended };
}
