/**
 * An engine in a process of its own.
 *
 * When that process dies, the call under way fails with ENGINE_FAILED and the reason; the next call starts a new
 * process and compiles what it needs again, from the graph and the weight source that it was given.
 */
import { packGraph } from '../../graph/index.ts';
import { leavesOut, stateLost } from '../carried-state.ts';
import { chooseEngine } from '../devices.ts';
import { readWeights } from '../inputs.ts';
import { separated } from '../stored-inputs.ts';
import type { Engine, EngineInfo, Executable, OpenEngineOptions } from '../types.ts';
import { EngineChild } from './child.ts';

export interface HostedEngine extends Engine {
  /** The process that computes now; undefined while none runs. */
  processId(): number | undefined;
}

/**
 * Opens the engine in a child process; `reason` replaces that of the choice. Throws what `openHere` throws there.
 */
export async function openHosted(
  { log, ownProcess: _own, judge, ...options }: OpenEngineOptions,
  reason?: string,
): Promise<HostedEngine> {
  let opening = { ...options, reason };
  const first = new EngineChild(log);
  let child = first;
  let starting: Promise<EngineChild> | undefined;
  let peakMb = 0;
  let nextExecutable = 1;

  /** Opens the engine in a new process; one in which that fails is ended, since nobody else knows of it. */
  const openIn = async (next: EngineChild): Promise<EngineInfo> => {
    try {
      return await next.call('open', opening);
    } catch (error) {
      await next.end();
      throw error;
    }
  };

  const start = async (): Promise<EngineChild> => {
    log.log('warn', 'The engine process is started again after its end');
    const next = new EngineChild(log);
    await openIn(next);
    child = next;
    return next;
  };

  /** The living process; several callers that find it dead wait for the same new one. */
  const living = (): Promise<EngineChild> => {
    if (child.alive) return Promise.resolve(child);
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  };

  try {
    // Chosen once: a process that is started again computes on what the first one computed on.
    const choice = await chooseEngine(options, await first.call('list', options.device), judge);
    opening = { ...opening, engine: choice.engine, device: choice.device, reason: reason ?? choice.reason };
  } catch (error) {
    await first.end();
    throw error;
  }
  const info = await openIn(first);

  return {
    info,
    readsStored: true,
    compile: async (graph, weights, options = {}) => {
      const executable = nextExecutable++;
      let compiledIn: EngineChild | undefined;
      const prepared = async (): Promise<EngineChild> => {
        const host = await living();
        if (compiledIn === host) return host;
        await host.call('prepare', { executable, graph: packGraph(graph), options });
        try {
          for (const [name, tensor] of readWeights(graph, weights))
            await host.call('weight', { executable, name, tensor });
          await host.call('compile', { executable });
        } catch (error) {
          // A process that is gone has nothing to forget; what went wrong first is told.
          await host.call('forget', { executable }).catch(() => {});
          throw error;
        }
        compiledIn = host;
        return host;
      };
      await prepared();
      let stateIn: EngineChild | undefined;
      const result: Executable = {
        run: async (inputs) => {
          const host = await prepared();
          if (leavesOut(options.carried, inputs) && stateIn !== undefined && stateIn !== host) throw stateLost();
          const { tensors, stored, told } = separated(inputs);
          const ran = await host.call('run', { executable, inputs: tensors, stored: told });
          if ('problem' in ran) throw stored?.damaged(ran.problem.row, ran.problem.what);
          stored?.verified();
          stateIn = host;
          return ran.outputs;
        },
        ...(options.carried === undefined
          ? {}
          : {
              read: async () => {
                if (stateIn?.alive === false) throw stateLost();
                return await (await prepared()).call('read', { executable });
              },
            }),
        dispose: async () => {
          const host = compiledIn;
          compiledIn = undefined;
          if (host?.alive === true) await host.call('release', { executable });
        },
      };
      return result;
    },
    peakMemoryMb: async () => {
      peakMb = Math.max(peakMb, await (await living()).call('peakMemory', null));
      return peakMb;
    },
    dispose: () => child.end(),
    processId: () => (child.alive ? child.processId : undefined),
  };
}
