/** Which engine and device to use, and why. */
import { AppError } from '../base/errors.ts';
import type { DeviceName, EngineName, EngineState, OpenEngineOptions } from './types.ts';

export interface Choice {
  readonly engine: EngineName;
  readonly device: DeviceName;
  readonly reason: string;
}

/**
 * The order in which `auto` looks: TensorFlow on CUDA (it holds a graph of any size on the GPU), then ONNX Runtime on
 * a GPU, then ONNX Runtime on the CPU, then TensorFlow on the CPU (slower, and hungrier by several times).
 */
const preference: readonly (readonly [EngineName, DeviceName])[] = [
  ['tensorflow', 'cuda'],
  ['onnxruntime', 'cuda'],
  ['onnxruntime', 'dml'],
  ['onnxruntime', 'coreml'],
  ['onnxruntime', 'cpu'],
  ['tensorflow', 'cpu'],
];

/** The first pair of the preference that is here and that the user allows. Throws ENGINE_UNAVAILABLE where none is. */
export function chooseEngine(
  { engine, device }: Pick<OpenEngineOptions, 'engine' | 'device'>,
  states: readonly EngineState[],
): Choice {
  const here = ([name, on]: readonly [EngineName, DeviceName]): boolean =>
    states.some((state) => state.name === name && state.available && state.devices.some((d) => d.name === on));
  const allowed = preference.filter(
    ([name, on]) => (engine === 'auto' || engine === name) && (device === 'auto' || device === on),
  );
  const found = allowed.find(here);
  if (found === undefined) {
    const asked = `engine ${engine}, device ${device}`;
    const state = states.map((s) => `${s.name}: ${s.available ? s.devices.map((d) => d.name).join(', ') : s.detail}`);
    const remedy = states.find((s) => s.name === engine)?.remedy;
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `Nothing here offers ${asked}. Found ${state.join('; ')}.`,
      remedy ? { action: remedy } : {},
    );
  }
  return {
    engine: found[0],
    device: found[1],
    reason: reasonFor(found, allowed.slice(0, allowed.indexOf(found)), engine, device),
  };
}

function reasonFor(
  [name, on]: readonly [EngineName, DeviceName],
  passed: readonly (readonly [EngineName, DeviceName])[],
  engine: string,
  device: string,
): string {
  if (engine !== 'auto' && device !== 'auto') return 'asked for';
  const missing = passed.map(([other, where]) => `${other} on ${where}`);
  const best = missing.length === 0 ? 'first choice' : `first choice that is here (not here: ${missing.join(', ')})`;
  const asked =
    engine !== 'auto' ? `engine ${engine} asked for; ` : device !== 'auto' ? `device ${device} asked for; ` : '';
  return `${asked}${name} on ${on} is the ${best}`;
}
