/**
 * What a command works with: the terminal, a signal for Ctrl-C, and the services, opened on first use.
 *
 * `--help` and a wrong command line must answer at once, so nothing native is loaded before `services()` is called.
 */
import type { ServiceContext } from '../services/session/context.ts';
import type { Terminal } from './terminal.ts';

/** Options before or after any command. */
export interface GlobalOptions {
  readonly library: string | undefined;
  readonly json: boolean;
  readonly engine: 'auto' | 'onnxruntime' | 'tensorflow';
  readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
  readonly threads: number | undefined;
  /** Of the frozen LPM's matrix products. */
  readonly precision: 'f32' | 'f16' | 'int8';
}

export interface CliContext {
  readonly globals: GlobalOptions;
  /** Names of the command's own options that the command line gives, whatever their values: a default that is typed is given too. */
  readonly given: ReadonlySet<string>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Version of the program. */
  readonly version: string;
  /** The services over the library that `--library` names; opened once. `read` works beside a process that writes. */
  services(mode?: 'read' | 'write'): Promise<ServiceContext>;
}
