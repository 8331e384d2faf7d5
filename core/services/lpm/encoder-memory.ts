/** What memory an LPM's pass takes on the processor, said before it starts, and refused where the machine has not as much. */
import { totalmem } from 'node:os';
import { availableMemory, constrainedMemory } from 'node:process';
import { AppError } from '../../base/errors.ts';
import { cpuDescription, type EngineInfo } from '../../engine/index.ts';
import { type Graph, liveBytes } from '../../graph/index.ts';
import { type Warned, warn } from '../session/warn.ts';

/** Bytes that a machine, or the container that we run in, has, and what of them is free. */
export interface MachineMemory {
  readonly total: number;
  readonly free: number;
}

/** Of this machine, now. */
export function machineMemory(): MachineMemory {
  const limit = constrainedMemory();
  const total = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  return { total, free: Math.min(total, availableMemory()) };
}

/** The program itself: Node, the engine's code, images being read and what is not collected yet. */
const programBytes = 350 * 2 ** 20;
/** What ONNX Runtime packs for its products, in rows and columns of whole vectors, is larger than the weights. */
const packedShare = 1.08;
/** It sets memory aside in ever larger blocks and keeps them; measured with `npm run bench -- --encode`. */
const arenaShare = 1.8;
/** Of the machine's memory; the system needs the rest. */
const usableShare = 0.9;

/**
 * About how many bytes the process that computes takes for the pass of one image, counted on its graph; null on a GPU, whose memory is not told, and on
 * TensorFlow, which was not measured.
 */
export function encoderMemoryBytes(info: Pick<EngineInfo, 'name' | 'device'>, graph: Graph): number | null {
  if (info.name !== 'onnxruntime' || info.device !== cpuDescription) return null;
  const { weights, values } = liveBytes(graph);
  return programBytes + packedShare * weights + arenaShare * values;
}

/**
 * Logs what the pass will take, with a warning where that is more than is free, and refuses what the machine has not.
 * @throws TOO_LITTLE_MEMORY
 */
export function checkEncoderMemory(
  context: Warned,
  asked: { readonly lpm: string; readonly inputSize: number; readonly neededBytes: number | null },
  machine: MachineMemory = machineMemory(),
): void {
  const { lpm, inputSize, neededBytes } = asked;
  if (neededBytes === null) return;
  const what = `The LPM "${lpm}" at ${inputSize.toLocaleString('en')} px takes about ${gigabytes(neededBytes)} of memory`;
  if (neededBytes > usableShare * machine.total) {
    throw new AppError(
      'TOO_LITTLE_MEMORY',
      `${what}; this machine has ${gigabytes(machine.total)}, of which ${gigabytes(usableShare * machine.total)} can be used.`,
    );
  }
  if (neededBytes <= machine.free)
    context.log.log('info', `${what}; ${gigabytes(machine.free)} are free.`, { neededBytes });
  else warn(context, { code: 'littleMemory', lpm, inputSize, neededBytes, freeBytes: machine.free });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
