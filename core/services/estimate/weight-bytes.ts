/**
 * What the weights of a training take of the library's disk: those of the model stay, and until it is stored there is far more. For methods that read
 * features that is next to nothing; of full fine-tuning it is many times the features of all images.
 */
import { type FoldSettings, networksTrained } from '../../contract/index.ts';

const bytesOfNumber = 4;

export interface WeightBytes {
  /** Of the model, for good: its best and its last weights. */
  readonly kept: number;
  /** Besides, until the model is stored; what trains next writes over it. */
  readonly passing: number;
}

/**
 * @param numbers learnable numbers of one network
 * @param vectors of as many numbers that the optimiser keeps
 */
export function weightBytes(numbers: number, vectors: number, asked: FoldSettings): WeightBytes {
  const { folds, repeats, deliver } = asked;
  const network = bytesOfNumber * numbers;
  const ofModel = folds === 1 || deliver === 'refit' ? 1 : folds * repeats;
  const kept = 2 * network * ofModel;
  // The last epoch's weights with what the optimiser keeps, and the best epoch's; of a cross-validation each network that ended.
  const checkpoint = (2 + vectors) * network;
  const members = folds === 1 ? 0 : networksTrained(asked) * network;
  // All of it stands in the database's log once more: the model as it is stored, and the rest as it is overwritten by the same step.
  return { kept, passing: checkpoint + members + (checkpoint + members + kept) };
}
