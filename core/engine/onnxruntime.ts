/**
 * ONNX Runtime, the engine that is always there. The only importer of onnxruntime-node, which is loaded on first use.
 *
 * Sessions run their nodes in sequence with a fixed number of threads: results are then the same bits every time.
 */
import { join } from 'node:path';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError, toError } from '../base/errors.ts';
import type { DType, Tensor } from '../base/tensor.ts';
import { emitOnnx, type Graph } from '../graph/index.ts';
import { carryingState } from './carried-state.ts';
import { halfProducts } from './half-products.ts';
import { viewInputs } from './input-views.ts';
import { checkInputs, readWeights } from './inputs.ts';
import { peakMemoryMb, resetPeakMemory } from './memory.ts';
import {
  type AdapterOptions,
  type CompileOptions,
  cpuDescription,
  type DeviceName,
  type DeviceState,
  type Engine,
  type EngineAdapter,
  type EngineState,
  type Executable,
  type Inputs,
  type Tensors,
  tensorsOf,
  type WeightSource,
} from './types.ts';
import { webgpuDevice } from './webgpu/adapter.ts';
import { copyGraph, HeldTensors } from './webgpu/held-tensors.ts';
import { lowerForWebgpu } from './webgpu/lower.ts';
import { widenInputs } from './webgpu/widen-inputs.ts';
import { WeightFiles } from './weight-files.ts';

type Ort = typeof import('onnxruntime-node');

/** Execution providers by our device names, with what to call them. */
const providers = {
  cuda: { provider: 'cuda', description: 'NVIDIA GPU (CUDA)' },
  webgpu: { provider: 'webgpu', description: 'GPU (WebGPU)' },
  dml: { provider: 'dml', description: 'GPU (DirectML)' },
  coreml: { provider: 'coreml', description: 'Apple GPU and Neural Engine (CoreML)' },
  cpu: { provider: 'cpu', description: cpuDescription },
} as const satisfies Record<DeviceName, { provider: string; description: string }>;

/**
 * ONNX Runtime 1.29 and later reports to its maker what models it runs, on Linux and macOS over the network, and keeps an
 * identifier of the machine in the user's cache. It asks this once, when it loads; whatever the environment says, we say no.
 */
function forbidReports(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}

async function load(): Promise<Ort> {
  forbidReports();
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new AppError('ENGINE_UNAVAILABLE', `ONNX Runtime cannot be loaded: ${toError(cause).message}`, {
      action: 'Install the dependencies again with `npm ci`; on Windows install the Visual C++ redistributable.',
      cause,
    });
  }
}

/** What ONNX Runtime offers here. CUDA counts only where its files were installed beside the package. */
async function probe(device: 'auto' | DeviceName): Promise<EngineState> {
  try {
    const ort = await load();
    const bundled = new Set(ort.listSupportedBackends().flatMap(({ name, bundled }) => (bundled ? [name] : [])));
    const names = (Object.keys(providers) as DeviceName[]).filter((name) => bundled.has(providers[name].provider));
    const asked = device === 'auto' || device === 'webgpu';
    const gpu = asked && bundled.has('webgpu') ? await webgpuDevice() : undefined;
    const devices = names.flatMap((name): DeviceState[] => {
      if (name !== 'webgpu') return [{ name, description: providers[name].description }];
      return gpu === undefined || 'reason' in gpu ? [] : [gpu];
    });
    const missing = gpu !== undefined && 'reason' in gpu ? [gpu] : [];
    return {
      name: 'onnxruntime',
      available: true,
      version: ort.env.versions.node ?? null,
      devices,
      missing,
      detail: [
        `providers in the package: ${names.join(', ')}`,
        ...missing.map(({ name, reason }) => `no ${name}: ${reason}`),
      ].join('; '),
      remedy: null,
    };
  } catch (thrown) {
    const error = thrown instanceof AppError ? thrown : new AppError('ENGINE_UNAVAILABLE', toError(thrown).message);
    return {
      name: 'onnxruntime',
      available: false,
      version: null,
      devices: [],
      detail: error.message,
      remedy: error.action,
    };
  }
}

const isHalf = (dtype: DType): boolean => dtype === 'float16';

/**
 * A feed as the native binding reads it. Its own Tensor class insists on a Float16Array for halves, of which
 * the binding (1.30) then finds no bytes ("not enough space: expected 4, got 0"); the bits go through.
 */
function toOrt({ dtype, data, shape }: Tensor): OrtTensor {
  return { type: dtype, data, dims: shape, size: data.length, location: 'cpu' } as unknown as OrtTensor;
}

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const data = tensor.data as Float32Array;
  const plain = isHalf(tensor.type as DType) ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  if (typeof tensor.type !== 'string') throw new AppError('ENGINE_FAILED', `Output ${name} has no dtype.`);
  return { dtype: tensor.type as 'float32', shape: [...tensor.dims], data: plain as Float32Array };
}

function failed(what: string, cause: unknown): AppError {
  return new AppError('ENGINE_FAILED', `ONNX Runtime could not ${what}: ${toError(cause).message}`, { cause });
}

/** The weights of a network: in memory, or the large ones in files and the others written into the model. */
type HandedWeights = { readonly tensors: ReadonlyMap<string, Tensor>; readonly files?: WeightFiles };

function sessionOptions(
  { tensors, files }: HandedWeights,
  options: AdapterOptions,
  outputLocations: Readonly<Record<string, 'cpu' | 'gpu-buffer'>> | undefined,
  isStep: boolean,
): InferenceSession.SessionOptions {
  // Threads that wait for each other by spinning for long take the processor from those that put the next batch together; asleep they wake late (ADR 460).
  const spinning = isStep ? { intra_op: { allow_spinning: '1', spin_duration_us: '20' } } : {};
  const external: { path: string; data: Uint8Array }[] = [];
  for (const [path, { data }] of tensors) {
    external.push({ path, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  }
  const profile = options.profileDirectory;
  return {
    executionProviders: options.device === 'cpu' ? ['cpu'] : [providers[options.device].provider, 'cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    // Planned memory patterns set aside the whole run's memory in one block beside what the first run took: a training
    // step of FPT+ on ViT-B/16 features peaked at 753 MiB with them and at 530 without, an encoding at 1,591 and 1,277.
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(files === undefined
      ? { externalData: external, extra: { session: spinning } }
      : { extra: { session: { ...spinning, model_external_initializers_file_folder_path: files.folder } } }),
    ...(outputLocations === undefined ? {} : { preferredOutputLocation: outputLocations }),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: join(profile, 'session') }),
  };
}

/** Brings the weights to where the session reads them; files that are not whole are read back, since it takes all from one place. */
function handOver(graph: Graph, weights: WeightSource | undefined, files: WeightFiles | undefined): HandedWeights {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of readWeights(graph, weights, files)) {
    if (files?.write(name, tensor) !== true) tensors.set(name, tensor);
  }
  if (files?.isWhole !== false) return files === undefined ? { tensors } : { tensors, files };
  const all = new Map<string, Tensor>();
  for (const { name = '' } of graph.weights) {
    const tensor = tensors.get(name) ?? files.read(name);
    if (tensor !== undefined) all.set(name, tensor);
  }
  return { tensors: all };
}

interface Compiler {
  readonly ort: Ort;
  readonly options: AdapterOptions;
  readonly device: DeviceState;
}

async function createSession(
  { ort, options }: Compiler,
  graph: Graph,
  weights: WeightSource | undefined,
  outputLocations?: Readonly<Record<string, 'cpu' | 'gpu-buffer'>>,
  files?: WeightFiles,
  isStep = false,
): Promise<InferenceSession> {
  try {
    const handed = handOver(graph, weights, files);
    const model = emitOnnx(graph, handed.files && handed.tensors);
    return await ort.InferenceSession.create(model, sessionOptions(handed, options, outputLocations, isStep));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw failed('prepare the network', cause);
  }
}

async function compile(
  compiler: Compiler,
  asked: Graph,
  source: WeightSource | undefined,
  { precision = 'f32', carried, written }: CompileOptions,
): Promise<Executable> {
  const { options, device } = compiler;
  const isWebgpu = options.device === 'webgpu';
  const halved = precision === 'f16' ? halfProducts(asked, source) : { graph: asked, weights: source };
  const { graph: narrow, widen } = isWebgpu
    ? widenInputs(halved.graph, device.hasHalfPrecision ?? true)
    : { graph: halved.graph, widen: (x: Tensors) => x };
  // A step has a backward pass, which comes long after the forward one.
  const isApart = options.device === 'cpu' && carried !== undefined;
  const { graph: viewed, views } = viewInputs(narrow, { apart: isApart });
  const graph = isWebgpu ? lowerForWebgpu(viewed) : viewed;
  const outputs = Object.keys(graph.outputs);
  const state = isWebgpu && carried !== undefined ? new HeldTensors<OrtTensor>(carried) : undefined;
  const files = options.device === 'cpu' ? (written ?? WeightFiles.of(graph, options.log)) : undefined;
  let session: InferenceSession;
  try {
    session = await createSession(
      compiler,
      graph,
      halved.weights,
      state?.locations(outputs),
      files,
      carried !== undefined,
    );
  } finally {
    files?.remove();
  }
  let reader: Promise<InferenceSession> | undefined;

  const run = async (inputs: Inputs): Promise<Tensors> => {
    const given = tensorsOf(inputs);
    checkInputs(asked, given, state?.inputs);
    const viewed = views(widen(given));
    const feeds: Record<string, OrtTensor> = {};
    for (const { name = '' } of graph.inputs) {
      const tensor = viewed[name];
      feeds[name] = tensor === undefined ? (state?.valueOf(name) as OrtTensor) : toOrt(tensor);
    }
    try {
      const results = await session.run(feeds);
      state?.replace(results);
      return Object.fromEntries(
        outputs.flatMap((name) =>
          state?.outputs.has(name) ? [] : [[name, fromOrt(name, results[name] as OrtTensor)]],
        ),
      );
    } catch (cause) {
      throw failed('compute', cause);
    }
  };
  /** The binding has no call that copies a tensor from the GPU: a network that only hands on what it is given does it. */
  const read = async (held: HeldTensors<OrtTensor>): Promise<Tensors> => {
    reader ??= createSession(compiler, copyGraph(graph, held.outputs), undefined);
    try {
      const feeds = Object.entries(held.byOutput()).map(([name, tensor]) => [`held ${name}`, tensor]);
      const results = await (await reader).run(Object.fromEntries(feeds));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(name, tensor)]));
    } catch (cause) {
      throw failed('read the training state', cause);
    }
  };
  const executable: Executable = {
    run,
    ...(state === undefined ? {} : { read: () => read(state) }),
    dispose: async () => {
      state?.dispose();
      await (await reader)?.release();
      if (options.profileDirectory !== undefined) session.endProfiling();
      await session.release();
      files?.remove();
    },
  };
  return isWebgpu ? executable : carryingState(executable, carried);
}

/** The device as it is stored with every result; a GPU with its driver, since another driver is another device. */
async function deviceOf(name: DeviceName): Promise<DeviceState> {
  if (name !== 'webgpu') return { name, description: providers[name].description };
  const found = await webgpuDevice();
  if (!('reason' in found)) return found;
  throw new AppError('ENGINE_UNAVAILABLE', `There is no GPU to compute on: ${found.reason}.`, {
    action: found.remedy ?? 'Use --device cpu.',
  });
}

/** Throws BAD_INPUT where the device multiplies no 16-bit floats, or gains nothing by it. */
function requireHalfPrecision({ device: name, takesOver }: AdapterOptions, device: DeviceState): void {
  if (takesOver === true || (name === 'webgpu' && device.hasHalfPrecision === true)) return;
  const found =
    name === 'webgpu'
      ? `${device.description} multiplies no 16-bit floats (shader-f16)`
      : `ONNX Runtime on ${device.description} computes in f32 here`;
  throw new AppError('BAD_INPUT', `Precision f16 is for a GPU that offers it; ${found}.`, {
    action: 'Leave --precision out, or use a GPU that does: --device webgpu, or --engine tensorflow --device cuda.',
  });
}

async function open(options: AdapterOptions): Promise<Engine> {
  const ort = await load();
  const device = await deviceOf(options.device);
  resetPeakMemory();
  const open = new Set<Executable>();
  return {
    info: {
      name: 'onnxruntime',
      version: ort.env.versions.node ?? 'unknown',
      device: device.description,
      threads: options.threads,
      ...(device.maxBufferBytes === undefined ? {} : { maxBufferBytes: device.maxBufferBytes }),
      reason: options.reason,
    },
    compile: async (graph, weights, compileOptions = {}) => {
      if (compileOptions.precision === 'f16') requireHalfPrecision(options, device);
      const inner = await compile({ ort, options, device }, graph, weights, compileOptions);
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
    },
  };
}

export const onnxruntimeAdapter: EngineAdapter = { name: 'onnxruntime', probe, open };
