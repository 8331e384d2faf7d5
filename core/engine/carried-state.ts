/**
 * What an executable keeps between two runs: outputs that become inputs of the next run and need not travel meanwhile.
 *
 * A training step carries its parameters and moments so. On a GPU they stay in its memory; from an engine in a process of its own they
 * travel once an epoch instead of twice a step. A device or process that is lost takes them along: whoever ran the steps is told, and goes on
 * from what it had last.
 */
import { AppError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Executable, Inputs, Tensors } from './types.ts';

/** For each input that a later run may leave out, the output that it then has the value of. */
export type Carried = Readonly<Record<string, string>>;

/** Whether a run leaves out an input that is carried. */
export function leavesOut(carried: Carried | undefined, inputs: Inputs): boolean {
  return carried !== undefined && Object.keys(carried).some((name) => inputs[name] === undefined);
}

/** The error of a run whose carried inputs are gone with the device or process that held them. */
export function stateLost(cause?: unknown): AppError {
  return new AppError('ENGINE_STATE_LOST', 'What the engine held of the training is gone with its device or process.', {
    cause,
  });
}

/**
 * `inner` with its state in this process's memory: for engines whose memory that is. A state that nobody has read is given back as soon as the next one
 * is there: those of a ViT-B/16's network are 11 MB, for which the collector searched the whole heap every third step.
 */
export function carryingState(inner: Executable, carried: Carried | undefined): Executable {
  if (carried === undefined) return inner;
  const outputs = new Set(Object.values(carried));
  let held: Tensors = {};
  let isRead = false;
  return {
    run: async (inputs) => {
      const before = Object.entries(carried).flatMap(([input, output]) => {
        const tensor = held[output];
        return tensor === undefined ? [] : [[input, tensor] as const];
      });
      const all = await inner.run({ ...Object.fromEntries(before), ...inputs });
      if (!isRead) Object.values(held).forEach(giveBack);
      held = picked(all, (name) => outputs.has(name));
      isRead = false;
      return picked(all, (name) => !outputs.has(name));
    },
    read: async () => {
      isRead = true;
      return held;
    },
    dispose: async () => {
      held = {};
      await inner.dispose();
    },
  };
}

/** Frees the memory of a tensor that nobody reads any more, where it has memory of its own. */
function giveBack({ data }: Tensor): void {
  const { buffer } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength) buffer.transfer(0);
}

function picked(tensors: Tensors, isWanted: (name: string) => boolean): Tensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => isWanted(name)));
}
