/**
 * TensorFlow, the engine for an NVIDIA GPU: the same graph, interpreted op by op. It runs on the CPU too.
 *
 * The only importer of @tensorflow/tfjs-node-gpu, which is loaded on first use from where `locate` finds it. The
 * library makes one context a process when it is loaded, with the device and the number of threads of that moment;
 * a second engine in the same process shares it.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { counted } from '../base/counted.ts';
import { AppError, toError } from '../base/errors.ts';
import { carryingState } from './carried-state.ts';
import { viewInputs } from './input-views.ts';
import { checkInputs } from './inputs.ts';
import { peakMemoryMb, resetPeakMemory } from './memory.ts';
import type { Binding } from './tensorflow/binding.ts';
import { DeviceTensors } from './tensorflow/device-tensors.ts';
import { compileGraph } from './tensorflow/interpret.ts';
import { describeGpu, requireTensorflow, tensorflowState } from './tensorflow/state.ts';
import {
  type AdapterOptions,
  cpuDescription,
  type Engine,
  type EngineAdapter,
  type Executable,
  type Tensors,
} from './types.ts';

interface LoadOptions {
  readonly device: 'auto' | 'cpu' | 'cuda';
  readonly threads: number;
}

interface Loaded {
  readonly binding: Binding;
  readonly device: string;
  readonly threads: number;
}

/** Made on first use; a promise, so that two engines opened at once share one. */
let loaded: Promise<Loaded> | null = null;

/**
 * The native binding of the package in `packageFolder`. Settings that the library reads once are made before it loads;
 * what the user set in the environment stands.
 */
export function loadBinding(packageFolder: string, { device, threads }: LoadOptions): Binding {
  const settings: Readonly<Record<string, string>> = {
    // Notes on processor features and NUMA nodes, dozens of lines, go to standard error otherwise.
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // Same input, same bits.
    TF_DETERMINISTIC_OPS: '1',
    // Memory as needed; otherwise the whole GPU is taken at start.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Products in float32 mean float32: TF32 keeps 10 bits of mantissa, which is outside our tolerances.
    NVIDIA_TF32_OVERRIDE: '0',
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  // Removed from Node 23; the package calls them while it loads.
  const removed = util as unknown as Record<string, unknown>;
  removed['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  removed['isArray'] ??= Array.isArray;
  const tf = createRequire(join(packageFolder, 'package.json'))(packageFolder) as {
    backend(): { readonly binding: Binding };
  };
  return tf.backend().binding;
}

async function load({ device, threads, log }: AdapterOptions): Promise<Loaded> {
  const { packageFolder } = requireTensorflow();
  try {
    const binding = loadBinding(packageFolder, { device: device === 'cpu' ? 'cpu' : 'cuda', threads });
    const description = binding.isUsingGpuDevice() ? await describeGpu() : cpuDescription;
    log.log('debug', `TensorFlow ${binding.TF_Version} loaded`, { device: description, threads });
    return { binding, device: description, threads };
  } catch (cause) {
    throw new AppError('ENGINE_UNAVAILABLE', `TensorFlow cannot be loaded: ${toError(cause).message}`, { cause });
  }
}

async function open(options: AdapterOptions): Promise<Engine> {
  loaded ??= load(options);
  const { binding, device, threads } = await loaded.catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  if (binding.isUsingGpuDevice() !== (options.device === 'cuda')) {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `TensorFlow runs on ${device} in this process; asked for ${options.device}.`,
      {
        action: 'One process keeps one device: start the command anew with the device you want.',
      },
    );
  }
  if (threads !== options.threads) {
    options.log.log(
      'warn',
      `TensorFlow keeps the ${counted('en', threads, 'thread', 'threads')} it was loaded with in this process.`,
    );
  }
  resetPeakMemory();
  const tensors = new DeviceTensors(binding);
  const open = new Set<Executable>();
  return {
    info: { name: 'tensorflow', version: binding.TF_Version, device, threads, reason: options.reason },
    compile: async (graph, weights, { precision = 'f32', carried } = {}) => {
      if (precision === 'f16' && !binding.isUsingGpuDevice()) {
        throw new AppError(
          'BAD_INPUT',
          'Precision f16 is for a GPU; TensorFlow runs on the CPU here, where it is slower than f32.',
          {
            action: 'Leave --precision out, or use --device cuda on a machine with an NVIDIA GPU.',
          },
        );
      }
      const { graph: viewed, views } = viewInputs(graph, {
        apart: carried !== undefined && !binding.isUsingGpuDevice(),
      });
      const compiled = compileGraph(tensors, viewed, weights, { device, halfProducts: precision === 'f16' });
      const run = async (inputs: Tensors): Promise<Tensors> => {
        checkInputs(graph, inputs);
        return await compiled.run(views(inputs));
      };
      const inner = carryingState({ ...compiled, run }, carried);
      const executable: Executable = {
        ...inner,
        dispose: async () => {
          if (open.delete(executable)) await inner.dispose();
        },
      };
      open.add(executable);
      return executable;
    },
    peakMemoryMb: async () => peakMemoryMb(),
    dispose: async () => {
      for (const executable of [...open]) await executable.dispose();
      tensors.dispose();
    },
  };
}

export const tensorflowAdapter: EngineAdapter = { name: 'tensorflow', probe: tensorflowState, open };
