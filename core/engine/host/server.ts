/**
 * The engine's process: native tensor code and nothing else. It may die of memory; it never opens the database.
 * Started by client.ts, it answers one request after the other and ends when its parent goes.
 */
import { constants, setPriority } from 'node:os';
import process from 'node:process';
import { type AnswerMessage, answering, type CallHandlers, type CallMessage, telling } from '../../base/channel.ts';
import { AppError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Tensor } from '../../base/tensor.ts';
import { type Graph, unpackGraph } from '../../graph/index.ts';
import { listEngines, openHere } from '../index.ts';
import { StoredReader } from '../stored-inputs.ts';
import { type CompileOptions, cpuDescription, type Engine, type Executable } from '../types.ts';
import { WeightFiles } from '../weight-files.ts';
import type { EngineCalls, EngineNews } from './protocol.ts';

// Computing gives way to whoever works at the machine: the window, its list and its images. Before any thread is started,
// since threads take the priority of the one that starts them. Alone on the machine it is as fast as ever.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
// A terminal sends Ctrl-C to every process that it started, and a service manager its SIGTERM: when to stop is for the parent to say, which
// finishes its step with us first. A search that was stopped by Ctrl-C ended with "killed, most likely because memory ran out".
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

let engine: Engine | undefined;
const executables = new Map<number, { readonly executable: Executable; readonly reader: StoredReader }>();
/** A network whose weights arrive: the large ones lie in files where the engine reads them from there. */
interface Prepared {
  readonly graph: Graph;
  readonly options: CompileOptions;
  readonly files: WeightFiles | undefined;
  readonly held: Map<string, Tensor>;
}

const prepared = new Map<number, Prepared>();

/** What cannot be sent has nobody to go to: whoever started this process is gone, it may be without a word, and nothing is left to be done. */
function post(message: AnswerMessage): void {
  process.send?.(message, (failure: Error | null) => {
    if (failure !== null) process.exit(0);
  });
}

const tell = telling<EngineNews>(post);
const log: Logger = { log: (level, message, fields) => tell('log', { level, message, fields }) };

function opened(): Engine {
  if (engine === undefined) throw new AppError('ENGINE_FAILED', 'The engine process was used before it was opened.');
  return engine;
}

function executable(id: number): { readonly executable: Executable; readonly reader: StoredReader } {
  const found = executables.get(id);
  if (found === undefined) throw new AppError('ENGINE_FAILED', `The engine process holds no network ${id}.`);
  return found;
}

function announced(id: number): Prepared {
  const found = prepared.get(id);
  if (found === undefined) throw new AppError('ENGINE_FAILED', `The engine process was not told of the network ${id}.`);
  return found;
}

/** Lets go of weights that arrived: the network is compiled, or will not be. */
function forget(id: number): void {
  prepared.get(id)?.files?.remove();
  prepared.delete(id);
}

const handlers: CallHandlers<EngineCalls> = {
  list: (device) => listEngines(device),
  open: async ({ reason, ...input }) => {
    engine = await openHere({ ...input, log }, reason);
    return engine.info;
  },
  prepare: async ({ executable: id, graph: data, options }) => {
    const { name, device } = opened().info;
    // In half precision the weights are made halves before they are handed over.
    const isRead = name === 'onnxruntime' && device === cpuDescription && options.precision !== 'f16';
    const graph = unpackGraph(data);
    prepared.set(id, { graph, options, files: isRead ? WeightFiles.of(graph, log) : undefined, held: new Map() });
    return null;
  },
  weight: async ({ executable: id, name, tensor }) => {
    const { files, held } = announced(id);
    if (files?.write(name, tensor) !== true) held.set(name, tensor);
    return null;
  },
  compile: async ({ executable: id }) => {
    const { graph, options, files, held } = announced(id);
    const source = (name: string): Tensor => {
      const tensor = held.get(name);
      if (tensor === undefined) throw new AppError('WEIGHTS_INVALID', `Weight ${name} is missing.`);
      return tensor;
    };
    try {
      const compiled = await opened().compile(
        graph,
        source,
        files === undefined ? options : { ...options, written: files },
      );
      executables.set(id, { executable: compiled, reader: new StoredReader() });
    } finally {
      forget(id);
    }
    return null;
  },
  forget: async ({ executable: id }) => {
    forget(id);
    return null;
  },
  run: async ({ executable: id, inputs, stored }) => {
    const { executable: network, reader } = executable(id);
    if (stored === null) return { outputs: await network.run(inputs) };
    const found = reader.read(stored);
    return 'problem' in found ? found : { outputs: await network.run({ ...inputs, ...found.tensors }) };
  },
  read: async ({ executable: id }) => (await executable(id).executable.read?.()) ?? {},
  release: async ({ executable: id }) => {
    const { executable: network, reader } = executable(id);
    reader.close();
    await network.dispose();
    executables.delete(id);
    return null;
  },
  peakMemory: () => opened().peakMemoryMb(),
};

const answer = answering<EngineCalls>(handlers, post);

/** Requests between two whole collections. */
const sweepEvery = 16;
let answered = 0;

/**
 * Frees the tensors that came and went with the last request. They lie outside JavaScript's heap, whose collector sees only
 * small handles and would let them pile up to half of what a training step takes. Collecting the young generation of this all
 * but empty heap is quick; a whole collection, now and then, takes what had grown old meanwhile.
 */
function sweep(): void {
  globalThis.gc?.({ type: ++answered % sweepEvery === 0 ? 'major' : 'minor', execution: 'sync' });
}

// One after the other: a request that arrives while a run is going on waits for it.
let last: Promise<void> = Promise.resolve();
process.on('message', (request) => {
  last = last.then(() => answer(request as CallMessage)).then(sweep);
});
process.on('disconnect', () => process.exit(0));
