/**
 * A GPU engine that goes on with the CPU when its device fails in mid-run.
 *
 * A GPU can run out of memory or lose its driver hours into a job that the CPU could finish. The call that failed is
 * then computed again on the CPU, and so is everything after it: an engine never goes back, so that the two are mixed at
 * one point only, which is logged and stands in `info.reason` from there on. What an executable carries from run to run is lost with the GPU:
 * the run that wants it throws ENGINE_STATE_LOST, and whoever ran the steps makes them again on the CPU from what it had last. Whoever stores how a result was computed
 * reads `info` when it is done, not when it starts.
 */
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Graph } from '../graph/index.ts';
import { leavesOut, stateLost } from './carried-state.ts';
import type { CompileOptions, Engine, Executable, Inputs, Tensors, WeightSource } from './types.ts';

/** Asked for at most once, with what is to be stored as the reason. */
export type OpenCpuEngine = (reason: string) => Promise<Engine>;

/** `primary` until it fails with ENGINE_FAILED, then the engine that `openCpu` gives. */
export function withCpuFallback(primary: Engine, openCpu: OpenCpuEngine, log: Logger): Engine {
  let current = primary;
  let moving: Promise<void> | undefined;
  const open = new Set<Executable>();

  /** Leaves a failed primary; several calls that failed together wait for one move. Throws what cannot be helped. */
  const leave = async (failed: Engine, thrown: unknown): Promise<void> => {
    if (failed !== primary || !(thrown instanceof AppError) || thrown.code !== 'ENGINE_FAILED') throw thrown;
    moving ??= openCpu(`${primary.info.name} on ${primary.info.device} failed: ${thrown.message}`).then((cpu) => {
      current = cpu;
      log.log('warn', `${thrown.message} Going on with ${cpu.info.name} on ${cpu.info.device}, which is slower.`);
    });
    await moving;
  };

  return {
    get info() {
      return current.info;
    },
    // The processor's engine is opened where the first one was: in a process of its own, or here.
    ...(primary.readsStored === undefined ? {} : { readsStored: primary.readsStored }),
    compile: async (graph, weights, options) => {
      const compiled = new MovingExecutable(graph, keeping(weights), options);
      const carried = options?.carried;
      /** Where the carried state lies; it does not move along. */
      let stateOn: Engine | undefined;
      const runOn = async (engine: Engine, inputs: Inputs): Promise<Tensors> => {
        if (leavesOut(carried, inputs) && stateOn !== undefined && stateOn !== engine) throw stateLost();
        const outputs = await (await compiled.on(engine)).run(inputs);
        stateOn = engine;
        return outputs;
      };
      const executable: Executable = {
        run: async (inputs) => {
          const engine = current;
          try {
            return await runOn(engine, inputs);
          } catch (thrown) {
            await leave(engine, thrown);
            return await runOn(current, inputs);
          }
        },
        ...(carried === undefined
          ? {}
          : {
              read: async () => {
                const engine = current;
                if (stateOn !== undefined && stateOn !== engine) throw stateLost();
                try {
                  return (await (await compiled.on(engine)).read?.()) ?? {};
                } catch (thrown) {
                  await leave(engine, thrown);
                  throw stateLost(thrown);
                }
              },
            }),
        dispose: async () => {
          if (open.delete(executable)) await compiled.dispose();
        },
      };
      const engine = current;
      try {
        await compiled.on(engine);
      } catch (thrown) {
        await leave(engine, thrown);
        await compiled.on(current);
      }
      open.add(executable);
      return executable;
    },
    peakMemoryMb: () => current.peakMemoryMb(),
    dispose: async () => {
      for (const executable of [...open]) await executable.dispose();
      if (current !== primary) await current.dispose();
      await primary.dispose();
    },
  };
}

/** A graph compiled on whichever engine is in use. */
class MovingExecutable {
  readonly #graph: Graph;
  readonly #weights: WeightSource | undefined;
  readonly #options: CompileOptions | undefined;
  #engine: Engine | undefined;
  #inner: Promise<Executable> | undefined;

  constructor(graph: Graph, weights: WeightSource | undefined, options: CompileOptions | undefined) {
    this.#graph = graph;
    this.#weights = weights;
    this.#options = options;
  }

  /** Compiled on `engine`, in the same precision wherever it is: what is kept under a key is all of one kind. */
  on(engine: Engine): Promise<Executable> {
    if (this.#engine !== engine || this.#inner === undefined) {
      this.#engine = engine;
      this.#inner = engine.compile(this.#graph, this.#weights, this.#options);
      // What could not be compiled is not there to be disposed of; the caller gets the error itself.
      this.#inner.catch(() => {
        this.#inner = undefined;
      });
    }
    return this.#inner;
  }

  async dispose(): Promise<void> {
    await (await this.#inner)?.dispose();
    this.#inner = undefined;
  }
}

/** The same source with every tensor kept: the file it reads may be closed by the time the CPU wants the weights. */
function keeping(weights: WeightSource | undefined): WeightSource | undefined {
  if (weights === undefined) return undefined;
  const kept = new Map<string, Tensor>();
  return (name) => {
    const tensor = kept.get(name) ?? weights(name);
    kept.set(name, tensor);
    return tensor;
  };
}
