/**
 * Runs a graph node by node through each op's `tfjs` kernel.
 *
 * A tensor is freed at its last use, counted once when the graph is compiled, so that the peak is the graph's own and
 * not the sum of what the process has seen. Weights and constants are uploaded once and stay.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, toError } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { type Graph, opOf, type Tf, type Value } from '../../graph/index.ts';
import { checkInputs, readWeights } from '../inputs.ts';
import { tensorsOf } from '../stored-inputs.ts';
import type { Executable, Tensors, WeightSource } from '../types.ts';
import type { DeviceTensor, DeviceTensors } from './device-tensors.ts';
import { createKernels } from './kernels.ts';

export interface InterpretOptions {
  /** Name of the device, for messages. */
  readonly device: string;
  readonly halfProducts: boolean;
}

/** How long kernels may keep the event loop before other work (a cancel, a progress line) gets its turn. */
const turnMs = 50;

/** One op of the graph, with where its operands lie. */
interface Step {
  readonly node: Value;
  readonly inputs: readonly number[];
  /** Slots whose last use this is. */
  readonly frees: readonly number[];
}

/** The steps of a graph. Slots are positions in `graph.order`. */
function planSteps(graph: Graph): readonly Step[] {
  const slots = new Map(graph.order.map((node, slot) => [node, slot]));
  const slotOf = (node: Value): number => slots.get(node) as number;
  const lastUse = new Map<number, number>();
  graph.order.forEach((node, slot) => {
    // A node that nobody reads is freed where it is made, unless it is an output.
    lastUse.set(slot, slot);
    for (const input of node.inputs) lastUse.set(slotOf(input), slot);
  });
  for (const output of Object.values(graph.outputs)) lastUse.delete(slotOf(output));
  const frees = new Map<number, number[]>();
  for (const [slot, at] of lastUse) frees.set(at, [...(frees.get(at) ?? []), slot]);
  return graph.order.map((node, slot) => ({ node, inputs: node.inputs.map(slotOf), frees: frees.get(slot) ?? [] }));
}

/** Error texts of the C library for memory that ran out. */
function isOutOfMemory(message: string): boolean {
  return /OOM|out of memory|RESOURCE_EXHAUSTED|ResourceExhausted|failed to allocate/i.test(message);
}

/**
 * The graph ready to run on `device`.
 * Throws WEIGHTS_INVALID where a weight does not fit; `run` and this throw ENGINE_FAILED with the place and the device.
 */
export function compileGraph(
  tensors: DeviceTensors,
  graph: Graph,
  weights: WeightSource | undefined,
  options: InterpretOptions,
): Executable {
  const failed = (what: string, cause: unknown): AppError => {
    if (cause instanceof AppError) return cause;
    const { message } = toError(cause);
    return new AppError('ENGINE_FAILED', `TensorFlow on ${options.device} could not ${what}: ${message}`, {
      details: { engine: 'tensorflow', device: options.device, reason: isOutOfMemory(message) ? 'memory' : 'device' },
      cause,
    });
  };

  const steps = planSteps(graph);
  const resident = new Map<Value, DeviceTensor>();
  const freeResident = (): void => {
    for (const tensor of resident.values()) tensors.release(tensor);
    resident.clear();
  };
  try {
    const named = new Map(graph.weights.map((weight) => [weight.name ?? '', weight]));
    for (const [name, tensor] of readWeights(graph, weights)) {
      resident.set(
        named.get(name) as Value,
        tensors.keepingResult(() => tensors.upload(tensor)),
      );
    }
    for (const node of graph.order) {
      if (node.op !== 'constant') continue;
      resident.set(
        node,
        tensors.keepingResult(() => tensors.upload(node.attrs['tensor'] as Tensor)),
      );
    }
  } catch (cause) {
    freeResident();
    throw failed('prepare the network', cause);
  }
  const weightHandles = new Set([...resident.values()].map(({ handle }) => handle));
  const kernels = createKernels(tensors, {
    halfProducts: options.halfProducts,
    isWeight: ({ handle }) => weightHandles.has(handle),
  });

  return {
    run: async (given) => {
      const inputs = tensorsOf(given);
      checkInputs(graph, inputs);
      const live = new Map<number, DeviceTensor>();
      let place = 'take the inputs';
      let turn = performance.now();
      try {
        for (const [slot, step] of steps.entries()) {
          place = `compute ${step.node.op}${step.node.scope === '' ? '' : ` in ${step.node.scope}`}`;
          live.set(slot, evaluate(tensors, kernels, step, live, resident, inputs));
          for (const freed of step.frees) {
            tensors.release(live.get(freed) as DeviceTensor);
            live.delete(freed);
          }
          if (performance.now() - turn > turnMs) {
            await nextTurn();
            turn = performance.now();
          }
        }
        place = 'hand over the results';
        return readOutputs(tensors, graph, (node) => live.get(graph.order.indexOf(node)) as DeviceTensor);
      } catch (cause) {
        throw failed(place, cause);
      } finally {
        for (const tensor of live.values()) tensors.release(tensor);
      }
    },
    dispose: async () => freeResident(),
  };
}

/** The value of one node, to be released by the caller. */
function evaluate(
  tensors: DeviceTensors,
  kernels: Tf,
  { node, inputs }: Step,
  live: ReadonlyMap<number, DeviceTensor>,
  resident: ReadonlyMap<Value, DeviceTensor>,
  fed: Tensors,
): DeviceTensor {
  return tensors.keepingResult(() => {
    const kept = resident.get(node);
    if (kept) return kept;
    if (node.op === 'input') return tensors.upload(fed[node.name ?? ''] as Tensor);
    const operands = inputs.map((slot) => live.get(slot) as DeviceTensor);
    return opOf(node).tfjs(kernels, operands, node.attrs, node) as DeviceTensor;
  });
}

function readOutputs(tensors: DeviceTensors, graph: Graph, slotValue: (node: Value) => DeviceTensor): Tensors {
  const read = ([name, node]: [string, Value]) =>
    [name, tensors.releasingAll(() => tensors.download(slotValue(node), node.dtype))] as const;
  return Object.fromEntries(Object.entries(graph.outputs).map(read));
}
