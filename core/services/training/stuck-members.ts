/**
 * Which networks of a cross-validation learned next to nothing while another one learned: they are trained again from another start.
 *
 * A network's loss is compared with that of guessing: of answering every image alike, with the shares of the labels. What a network has won is the
 * share of that loss which it took away. It is stuck where the best network won a fifth or more, and it won less than a quarter of what that one did.
 * Where none won a fifth, there may be nothing to learn or the recipe does not fit: training again would not help, and none is stuck.
 */
import { Random } from '../../base/random.ts';
import type { CriterionName, RunSettings } from '../../contract/index.ts';
import { criteria } from '../../training/criteria/index.ts';
import type { ExampleSource, TrainingNetwork } from '../../training/loop.ts';
import { examplesIn } from '../../training/loop.ts';

/** What the best network has won at least, where there is something to learn. */
const leastWon = 0.2;
/** A network that won less than this share of what the best one did is stuck. */
const stuckShare = 0.25;
/** How often a network is trained at most: once, and twice again. */
export const mostAttempts = 3;

export interface Losses {
  readonly trainLoss: number;
  /** Null where the criterion defines none for these labels. */
  readonly guessLoss: number | null;
}

/** The share of the loss of guessing that a network took away; negative where it is worse than guessing, null where that is not known. */
export function shareWon({ trainLoss, guessLoss }: Losses): number | null {
  return guessLoss === null || guessLoss <= 0 ? null : 1 - trainLoss / guessLoss;
}

/** Whether a network is stuck, compared with the first trainings of all networks. */
export function isStuck(member: Losses, firsts: readonly Losses[]): boolean {
  const won = shareWon(member);
  const best = Math.max(...firsts.map((first) => shareWon(first) ?? Number.NEGATIVE_INFINITY));
  return won !== null && best >= leastWon && won < stuckShare * best;
}

/** The seed of a training of a network: its start, the order of its examples, its augmentation. */
export function memberSeed(seed: number, fold: number, attempt: number): number {
  return Random.seeded(seed).fork(`network without fold ${fold}, training ${attempt}`).uint32();
}

/**
 * The loss of guessing: of the labels' shares, or with class weights, which give every class the same share, of none.
 * Null where the criterion defines none.
 */
export function guessLoss(
  network: Pick<TrainingNetwork, 'target' | 'classes'>,
  { criterion, classWeights }: Pick<RunSettings, 'classWeights'> & { readonly criterion: CriterionName },
  source: ExampleSource,
): number | null {
  const { target, classes } = network;
  const n = examplesIn(network, source);
  const guess = classWeights === 'balanced' ? new Float64Array(classes) : target.guess(source.labels, classes);
  const logits = Float64Array.from({ length: n * classes }, (_, i) => guess[i % classes] as number);
  const everyone = Array.from({ length: n }, (_, i) => i);
  const loss = criteria[criterion].value(logits, target.labelTensors(source.labels, everyone, classes), classes);
  return loss !== null && Number.isFinite(loss) ? loss : null;
}
