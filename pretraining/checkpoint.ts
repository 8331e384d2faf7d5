/** What a sitting leaves for the next one: parameters, moments and the step, in one file, complete or not at all. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { float32 } from '../core/base/tensor.ts';
import { readSafetensors, writeSafetensors } from '../core/weights/index.ts';

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Seconds of computing so far, over all sittings. */
  readonly seconds: number;
  readonly params: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

const file = (folder: string): string => join(folder, 'pretrain.safetensors');

export function saveCheckpoint(folder: string, { step, seconds, params, m, v }: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  const vector = (data: Float32Array) => float32([data.length], data);
  writeSafetensors(
    file(folder),
    { params: vector(params), m: vector(m), v: vector(v) },
    { step: String(step), seconds: seconds.toFixed(1) },
  );
}

/** The checkpoint of `folder`, or undefined where none is. */
export function loadCheckpoint(folder: string): Checkpoint | undefined {
  if (!existsSync(file(folder))) return undefined;
  const tensors = readSafetensors(file(folder));
  try {
    const read = (name: string) => tensors.read(name).data as Float32Array;
    return {
      step: Number(tensors.metadata['step']),
      seconds: Number(tensors.metadata['seconds']),
      params: read('params'),
      m: read('m'),
      v: read('v'),
    };
  } finally {
    tensors.close();
  }
}
