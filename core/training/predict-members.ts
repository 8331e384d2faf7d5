/** What each network of a model of several answers to one example. */
import { float32 } from '../base/tensor.ts';
import { type BatchInputs, floatsOf, type TrainingNetwork } from './loop.ts';

/**
 * Logits [classes] of one example, and those of each network of a model of several; `predict` is a graph of `buildPredict` with `members` and of
 * one example.
 */
export async function predictMembers(
  { predict, classes }: Pick<TrainingNetwork, 'predict' | 'classes'>,
  params: Float32Array,
  inputs: BatchInputs,
): Promise<{ readonly logits: Float32Array; readonly members: readonly Float32Array[] }> {
  const outputs = await predict.run({ ...inputs, params: float32([params.length], params) });
  const all = floatsOf(outputs, 'member_logits');
  return {
    logits: floatsOf(outputs, 'logits').slice(),
    members: Array.from({ length: all.length / classes }, (_, k) => all.slice(k * classes, (k + 1) * classes)),
  };
}
