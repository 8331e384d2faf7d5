/** Which engine and device to use, and why. */
import { AppError } from '../base/errors.ts';
import type { DeviceName, DeviceState, EngineName, EngineState, JudgeDevice, OpenEngineOptions } from './types.ts';

export interface Choice {
  readonly engine: EngineName;
  readonly device: DeviceName;
  readonly reason: string;
}

type Pair = readonly [EngineName, DeviceName];

/**
 * The order in which `auto` looks: TensorFlow on CUDA (it holds a graph of any size on the GPU), then ONNX Runtime on
 * a GPU, then ONNX Runtime on the CPU, then TensorFlow on the CPU (slower, and hungrier by several times).
 */
const preference: readonly Pair[] = [
  ['tensorflow', 'cuda'],
  ['onnxruntime', 'cuda'],
  ['onnxruntime', 'webgpu'],
  ['onnxruntime', 'dml'],
  ['onnxruntime', 'coreml'],
  ['onnxruntime', 'cpu'],
  ['tensorflow', 'cpu'],
];

/** Without a judge nothing is known of a device but its name, and a name computes nothing for a lab. */
const unjudged: JudgeDevice = async () => ({ isTrusted: false, why: 'not checked' });

/**
 * The first pair of the preference that is here and that the user allows. A device that the user named is taken; `auto` takes
 * a GPU only where `judge` trusts it, and a software driver never. Throws ENGINE_UNAVAILABLE where nothing fits.
 */
export async function chooseEngine(
  { engine, device }: Pick<OpenEngineOptions, 'engine' | 'device'>,
  states: readonly EngineState[],
  judge: JudgeDevice = unjudged,
): Promise<Choice> {
  const passed: string[] = [];
  const absent: string[] = [];
  for (const [name, on] of preference) {
    if ((engine !== 'auto' && engine !== name) || (device !== 'auto' && device !== on)) continue;
    const state = states.find((s) => s.name === name && s.available);
    const found = state?.devices.find((d) => d.name === on);
    if (state === undefined || found === undefined) {
      absent.push(`${name} on ${on}`);
      continue;
    }
    if (device === 'auto' && on !== 'cpu') {
      const { isTrusted, why } = await verdict(judge, state, found);
      if (!isTrusted) {
        passed.push(`${name} on ${on}: ${why}`);
        continue;
      }
    }
    return { engine: name, device: on, reason: reasonFor([name, on], absent, passed, engine, device) };
  }
  throw unavailable(engine, device, states, passed);
}

async function verdict(judge: JudgeDevice, state: EngineState, device: DeviceState): ReturnType<JudgeDevice> {
  if (device.isSoftware === true) return { isTrusted: false, why: 'a software driver, slower than the processor' };
  return await judge({ engine: state.name, version: state.version ?? 'unknown', device });
}

function unavailable(engine: string, device: string, states: readonly EngineState[], passed: string[]): AppError {
  const asked = `engine ${engine}, device ${device}`;
  const found = states.map((s) => `${s.name}: ${s.available ? s.devices.map((d) => d.name).join(', ') : s.detail}`);
  const missing = states.flatMap((s) => s.missing ?? []).find(({ name }) => name === device);
  const remedy = missing?.remedy ?? states.find((s) => s.name === engine)?.remedy;
  const why = [missing?.reason, ...passed].filter((reason) => reason !== undefined).map((reason) => ` (${reason})`);
  return new AppError(
    'ENGINE_UNAVAILABLE',
    `Nothing here offers ${asked}${why.join('')}. Found ${found.join('; ')}.`,
    remedy ? { action: remedy } : {},
  );
}

function reasonFor([name, on]: Pair, absent: string[], passed: string[], engine: string, device: string): string {
  if (engine !== 'auto' && device !== 'auto') return 'asked for';
  const notes = [
    ...(absent.length === 0 ? [] : [`not here: ${absent.join(', ')}`]),
    ...(passed.length === 0 ? [] : [`passed over: ${passed.join('; ')}`]),
  ];
  const best = notes.length === 0 ? 'first choice' : `first choice that can be used here (${notes.join('; ')})`;
  const asked =
    engine !== 'auto' ? `engine ${engine} asked for; ` : device !== 'auto' ? `device ${device} asked for; ` : '';
  return `${asked}${name} on ${on} is the ${best}`;
}
