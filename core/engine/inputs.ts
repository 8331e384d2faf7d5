/** Checks that both engines make before they hand tensors to native code. */
import { AppError } from '../base/errors.ts';
import { describeTensor, sizeOf, type Tensor } from '../base/tensor.ts';
import type { Graph, Value } from '../graph/index.ts';
import type { Tensors, WeightSource } from './types.ts';

function problemOf(value: Value, tensor: Tensor | undefined): string | undefined {
  if (tensor === undefined) return `${value.name} is missing; need ${describeTensor(value)}`;
  const fits = tensor.dtype === value.dtype && tensor.shape.join() === value.shape.join();
  if (!fits) return `${value.name} is ${describeTensor(tensor)}; need ${describeTensor(value)}`;
  if (tensor.data.length === sizeOf(value.shape)) return undefined;
  return `${value.name} holds ${tensor.data.length} values; need ${sizeOf(value.shape)}`;
}

/** Throws BAD_INPUT, naming all problems, where `inputs` are not what the graph takes; `held` may be left out. */
export function checkInputs(graph: Graph, inputs: Tensors, held: ReadonlySet<string> = new Set()): void {
  const problems = graph.inputs.map((value) => {
    const tensor = inputs[value.name ?? ''];
    return tensor === undefined && held.has(value.name ?? '') ? undefined : problemOf(value, tensor);
  });
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new AppError('BAD_INPUT', `Inputs do not fit the graph: ${found.join('; ')}.`);
}

/** The tensors of all weights of the graph but those that are `there`, in its order. Throws WEIGHTS_INVALID where one does not fit. */
export function* readWeights(
  graph: Graph,
  weights: WeightSource | undefined,
  there: { has(name: string): boolean } = new Set<string>(),
): Generator<readonly [string, Tensor]> {
  for (const value of graph.weights) {
    const name = value.name ?? '';
    if (there.has(name)) continue;
    const tensor = weights?.(name);
    const problem = problemOf(value, tensor);
    if (tensor === undefined || problem !== undefined) throw new AppError('WEIGHTS_INVALID', `Weight ${problem}.`);
    yield [name, tensor];
  }
}
