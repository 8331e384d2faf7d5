/** What a training asks of whoever keeps it: where it stopped, and to write down what it has come to. */
import type { RunMember } from '../../contract/index.ts';
import type { EpochResult, TrainingState } from '../../training/loop.ts';

/** Which network learns: the fold that it does not learn from, 0 where there are none, and which training of it, from 1. */
export interface MemberPlace {
  readonly fold: number;
  readonly attempt: number;
}

/** A network of a cross-validation that has learned. */
export interface TrainedMember extends Omit<RunMember, 'isStuck' | 'isKept'> {
  readonly params: Float32Array;
}

export interface TrainingKeeper {
  /** Where this network stopped and the last epoch that it ended; undefined before its first. */
  readonly begin: (
    place: MemberPlace,
  ) => { readonly state: TrainingState; readonly ended: EpochResult | undefined } | undefined;
  /** An epoch of it ended. `step` counts its steps so far. */
  readonly epoch: (place: MemberPlace, result: EpochResult, state: TrainingState, step: number) => void;
  /** The networks of a cross-validation that ended in an earlier call. */
  readonly finished: () => readonly TrainedMember[];
  /** One of them ended. */
  readonly member: (member: TrainedMember) => void;
}

/** Keeps nothing: every network begins at its start. For computing the weights of a run again. */
export const keepNothing: TrainingKeeper = {
  begin: () => undefined,
  epoch: () => {},
  finished: () => [],
  member: () => {},
};
