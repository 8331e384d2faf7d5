/**
 * Starts a thread of ours; nothing else in core/ does, for Node 24 has a fault that ends a process of several threads
 * (docs/adr/0550-webassembly-is-not-collected.md).
 */
import { versions } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * V8 13.6 compiles a wrapper around a JavaScript function that WebAssembly calls often, keeps it for all threads of the process, and frees it twice
 * where one thread looks for it while another one collects what the last thread that used it has left behind. V8 13.7 does not.
 */
function avoidFreeingTwice(): void {
  if (!versions.v8.startsWith('13.6.')) return;
  // Nothing is collected then before its whole module goes.
  setFlagsFromString('--no-wasm-code-gc');
  // So that every generation of threads does not leave its wrappers behind, none is compiled: a call takes the general one.
  setFlagsFromString('--wasm-wrapper-tiering-budget=1000000000');
}

export function startThread(file: URL, options: WorkerOptions = {}): Worker {
  avoidFreeingTwice();
  return new Worker(file, options);
}
