/** Keeps a run in the library as it goes: a checkpoint every epoch, and each network of a cross-validation that ended. */
import type { RunRecord } from '../../contract/index.ts';
import { memberOf, type NetworkConfig } from '../../models/index.ts';
import {
  bestParameters,
  epochsOf,
  type Library,
  lastCheckpoint,
  membersOf,
  memberWeights,
  saveEpoch,
  saveMember,
} from '../../store/index.ts';
import type { EpochResult, TrainingState } from '../../training/loop.ts';
import type { MemberPlace, TrainingKeeper } from './keeper.ts';
import { layoutToStore, optimiserFor, optimiserToStore, weightsFor } from './stored-network.ts';

/** The keeper of a run whose network is `config`, of one member or of several. */
export function runKeeper(library: Library, run: RunRecord, config: NetworkConfig): TrainingKeeper {
  const member = memberOf(config);
  const layout = layoutToStore(member);
  const { optimiser } = run.settings;
  return {
    begin: (place) => {
      const state = restoreState(library, run, member, place);
      return state && { state, ended: lastEpoch(library, run, place) };
    },
    epoch: (place, result, after, step) => {
      const { best } = after;
      const fold = place.fold === 0 ? null : place.fold;
      saveEpoch(
        library.writer,
        run.id,
        { ...result, fold, attempt: place.attempt },
        {
          epoch: after.epochsDone,
          step,
          parameters: after.params,
          optimiser: optimiserToStore(optimiser, after.optimiser),
          layout,
          state:
            fold === null
              ? {
                  bestEpoch: best?.epoch ?? null,
                  bestValScore: best?.valScore ?? null,
                  bestValLoss: best?.valLoss ?? null,
                }
              : { ...place },
        },
        // Of a cross-validation no epoch is better than another: the last one counts.
        { isBest: fold === null && best?.epoch === result.epoch },
      );
    },
    finished: () =>
      membersOf(library.db, run.id).map(({ isStuck: _, isKept: __, ...ended }) => {
        const { parameters, layout: stored } = memberWeights(library.db, run.id, ended);
        const [params] = weightsFor(member, stored, [parameters], run.name);
        return { ...ended, params: params as Float32Array };
      }),
    member: ({ params, ...ended }) => {
      saveMember(library.writer, run.id, { ...ended, isStuck: false, isKept: false }, { parameters: params, layout });
    },
  };
}

function lastEpoch({ db }: Library, run: RunRecord, { fold, attempt }: MemberPlace): EpochResult | undefined {
  const last = epochsOf(db, run.id).findLast((epoch) => (epoch.fold ?? 0) === fold && epoch.attempt === attempt);
  if (last === undefined) return undefined;
  const { fold: _, attempt: __, gradientNorm, ...figures } = last;
  return { ...figures, gradientNorm: gradientNorm ?? Number.NaN, valScore: null };
}

/**
 * Where a network stopped, its vectors in the order of its parameters; undefined before its first epoch ended.
 * @throws WEIGHTS_INVALID when the vectors are of other parameters
 */
function restoreState(
  library: Library,
  run: RunRecord,
  config: NetworkConfig,
  { fold, attempt }: MemberPlace,
): TrainingState | undefined {
  const checkpoint = lastCheckpoint(library.db, run.id);
  if (checkpoint === undefined) return undefined;
  const number = (name: string): number | null => {
    const value = checkpoint.state[name];
    return typeof value === 'number' ? value : null;
  };
  // The checkpoint of another network of the run says nothing of this one.
  if ((number('fold') ?? 0) !== fold || (number('attempt') ?? 1) !== attempt) return undefined;
  const { parameters, layout } = checkpoint;
  const [params] = weightsFor(config, layout, [parameters], run.name) as [Float32Array];
  const optimiser = optimiserFor(config, run.settings.optimiser, layout, checkpoint.optimiser, run.name);
  const best = bestParameters(library.db, run.id);
  if (best === undefined) return { epochsDone: checkpoint.epoch, params, optimiser, best: null };
  const [bestParams] = weightsFor(config, best.layout, [best.parameters], run.name) as [Float32Array];
  return {
    epochsDone: checkpoint.epoch,
    params,
    optimiser,
    best: {
      epoch: best.epoch,
      // Checkpoints of before there was a choice of figures have the AUC.
      valScore: number('bestValScore') ?? number('bestValAuc'),
      valLoss: number('bestValLoss'),
      params: bestParams,
    },
  };
}
