/** What an engine is: something that compiles a graph and runs it. */
import type { Logger } from '../base/logger.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Graph } from '../graph/index.ts';
import type { Inputs } from './stored-inputs.ts';
import type { WeightFiles } from './weight-files.ts';

export { type Inputs, type StoredRows, type StoredTensor, tensorsOf } from './stored-inputs.ts';

export type EngineName = 'onnxruntime' | 'tensorflow';
export type DeviceName = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml';

/** How every engine calls the processor in `info.device`. */
export const cpuDescription = 'CPU';

/** The float32 tensor of a weight, asked for once per weight of the graph, at compile time. */
export type WeightSource = (name: string) => Tensor;

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A graph ready to run. */
export interface Executable {
  /**
   * The graph's outputs for these inputs. Inputs are not kept; outputs are the caller's.
   * Throws BAD_INPUT where an input is missing or has another dtype or shape, ENGINE_FAILED where the engine fails, what `StoredRows.damaged` gives
   * where a stored input cannot be read.
   */
  run(inputs: Inputs): Promise<Tensors>;
  /**
   * The carried outputs (`CompileOptions.carried`) as the last run left them, by name; there where an executable was compiled with some.
   * Throws ENGINE_STATE_LOST where they went with their device or process.
   */
  read?(): Promise<Tensors>;
  dispose(): Promise<void>;
}

export interface EngineInfo {
  readonly name: EngineName;
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  /** Bytes of the largest tensor that the device takes; left out where nothing limits it but memory. */
  readonly maxBufferBytes?: number;
  /** Why this engine and device: stored with every run. */
  readonly reason: string;
}

export type Precision = 'f32' | 'f16';

export interface CompileOptions {
  /**
   * `f16`: matrix products in half precision, everything else in float32. For the frozen LPM on a GPU; refused on a CPU, where it only costs,
   * but for one that takes over from a GPU. `f32` where left out.
   */
  readonly precision?: Precision;
  /**
   * Outputs that stay with the engine, by the input that each becomes in the next run. A run may leave those inputs out once one has been
   * made; the outputs are not among its results, `read` gives them. A run that leaves out what was lost throws ENGINE_STATE_LOST.
   */
  readonly carried?: Readonly<Record<string, string>>;
  /** Weights that came before, one at a time, and lie in files already; they are not asked for. For an engine in a process of its own. */
  readonly written?: WeightFiles;
}

export interface Engine {
  readonly info: EngineInfo;
  /** Whether it reads stored inputs (`StoredTensor`) itself: that of a process of its own does, to which they would have to travel. Others take none. */
  readonly readsStored?: boolean;
  /**
   * A weight's tensor must not change while the executable lives: the engine may share its memory.
   * Throws ENGINE_FAILED where the engine refuses the graph, BAD_INPUT where the device has no such precision.
   */
  compile(graph: Graph, weights?: WeightSource, options?: CompileOptions): Promise<Executable>;
  /** Highest resident memory of the process that computes since the engine was opened, in MiB. */
  peakMemoryMb(): Promise<number>;
  dispose(): Promise<void>;
}

/** Whether `auto` may compute on a device, and why or why not. */
export interface DeviceVerdict {
  readonly isTrusted: boolean;
  readonly why: string;
}

/** Asked by `auto` before it takes a GPU: a device computes a lab's numbers because it was right, not because a list prefers it. */
export type JudgeDevice = (candidate: {
  readonly engine: EngineName;
  /** The engine's version. */
  readonly version: string;
  readonly device: DeviceState;
}) => Promise<DeviceVerdict>;

export interface OpenEngineOptions {
  readonly engine: 'auto' | EngineName;
  readonly device: 'auto' | DeviceName;
  /** Without one `auto` takes no GPU. */
  readonly judge?: JudgeDevice;
  /** Threads for one operation; the number of physical cores by default. Results are bit-equal for equal numbers. */
  readonly threads?: number;
  /** Compute in a child process, so that a native crash or lack of memory ends that process alone. */
  readonly ownProcess?: boolean;
  /** Whether a GPU that fails in mid-run hands over to the CPU, which is so where left out; a check of the GPU must see it fail. */
  readonly movesToCpu?: boolean;
  /** Set for the CPU that goes on for a GPU: it computes in the precision that the GPU was asked for, so that what is kept stays of one kind. */
  readonly takesOver?: boolean;
  /** Write a profile of every session in this folder (ONNX Runtime's trace format). For benchmarks. */
  readonly profileDirectory?: string;
  readonly log: Logger;
}

/** What an adapter is asked to open: the device is decided. */
export interface AdapterOptions {
  readonly device: DeviceName;
  readonly threads: number;
  readonly reason: string;
  readonly profileDirectory?: string;
  readonly takesOver?: boolean;
  readonly log: Logger;
}

/** A device as its driver tells of it. */
export interface DeviceState {
  readonly name: DeviceName;
  /** Its name, its driver and the driver's version, as far as they are known. */
  readonly description: string;
  /** A driver that plays a GPU on the processor: right, but slower than the processor itself. `auto` passes it over. */
  readonly isSoftware?: boolean;
  /** Whether it multiplies 16-bit floats. */
  readonly hasHalfPrecision?: boolean;
  /** Bytes of the largest tensor that it takes; left out where nothing limits it but memory. */
  readonly maxBufferBytes?: number;
}

/** A device that the engine knows and that is not here. */
export interface MissingDevice {
  readonly name: DeviceName;
  readonly reason: string;
  readonly remedy: string | undefined;
}

/** What one engine could do here, for `doctor` and for the choice. */
export interface EngineState {
  readonly name: EngineName;
  readonly available: boolean;
  readonly version: string | null;
  /** Devices it can compute on, best first. */
  readonly devices: readonly DeviceState[];
  /** Devices that it could use here if something were installed. */
  readonly missing?: readonly MissingDevice[];
  /** Why it is not available, or what it was built with. */
  readonly detail: string;
  /** How to get what is missing; null where nothing is. */
  readonly remedy: string | null;
}

/** One engine: how to look for it and how to open it. The native library is loaded in here, never before. */
export interface EngineAdapter {
  readonly name: EngineName;
  /** Looks for what `device` needs; for every device where it is `auto`. */
  probe(device: 'auto' | DeviceName): Promise<EngineState>;
  open(options: AdapterOptions): Promise<Engine>;
}
