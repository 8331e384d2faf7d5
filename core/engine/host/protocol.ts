/** What the engine's process and its client say to each other; see base/channel.ts. */
import type { LogLevel } from '../../base/logger.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { GraphData } from '../../graph/index.ts';
import type { RowProblem, ToldRows } from '../stored-inputs.ts';
import type { CompileOptions, EngineInfo, EngineState, OpenEngineOptions, Tensors } from '../types.ts';

/** Calls by name: what goes in, what comes back. */
export interface EngineCalls {
  /** What could be opened; whoever asks chooses, since a judge does not travel. */
  list: { input: OpenEngineOptions['device']; output: EngineState[] };
  open: {
    input: Omit<OpenEngineOptions, 'log' | 'ownProcess' | 'judge'> & { readonly reason: string | undefined };
    output: EngineInfo;
  };
  /** What is to be compiled once its weights are there. */
  prepare: {
    input: {
      readonly executable: number;
      readonly graph: GraphData;
      readonly options: Omit<CompileOptions, 'written'>;
    };
    output: null;
  };
  /** Weights travel one a message, between `prepare` and `compile`, so that no message holds them all. */
  weight: { input: { readonly executable: number; readonly name: string; readonly tensor: Tensor }; output: null };
  compile: { input: { readonly executable: number }; output: null };
  /** Its weights do not all come: what came of them goes. */
  forget: { input: { readonly executable: number }; output: null };
  /** With the first row of the stored inputs that cannot be read, where there is one, nothing is computed. */
  run: {
    input: { readonly executable: number; readonly inputs: Tensors; readonly stored: ToldRows | null };
    output: { readonly outputs: Tensors } | { readonly problem: RowProblem };
  };
  /** What the executable carries from run to run. */
  read: { input: { readonly executable: number }; output: Tensors };
  release: { input: { readonly executable: number }; output: null };
  peakMemory: { input: null; output: number };
}

/** What the engine's process tells without being asked. */
export interface EngineNews {
  log: {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>> | undefined;
  };
}
