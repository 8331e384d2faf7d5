/** Opens the engine that computes. */
import { AppError } from '../base/errors.ts';
import { chooseEngine } from './devices.ts';
import { openHosted } from './host/client.ts';
import { onnxruntimeAdapter } from './onnxruntime.ts';
import { tensorflowAdapter } from './tensorflow.ts';
import { physicalCores } from './threads.ts';
import type { Engine, EngineAdapter, EngineState, OpenEngineOptions } from './types.ts';

export type * from './types.ts';

/** The engines this version knows, each loading its native library only when asked. */
const adapters: readonly EngineAdapter[] = [onnxruntimeAdapter, tensorflowAdapter];

/** What every engine could do on this machine, for `doctor`. Never throws for a missing engine. */
export function listEngines(): Promise<EngineState[]> {
  return Promise.all(adapters.map((adapter) => adapter.probe()));
}

/** An engine as asked for; its `info.reason` says why this one. Throws ENGINE_UNAVAILABLE where nothing fits. */
export async function openEngine(options: OpenEngineOptions): Promise<Engine> {
  if (options.ownProcess === true) return openHosted(options);
  const choice = chooseEngine(options, await listEngines());
  const adapter = adapters.find(({ name }) => name === choice.engine);
  if (adapter === undefined)
    throw new AppError('ENGINE_UNAVAILABLE', `Engine ${choice.engine} is not in this version.`);
  const threads = options.threads ?? physicalCores();
  const engine = await adapter.open({
    device: choice.device,
    threads,
    reason: choice.reason,
    log: options.log,
    ...(options.profileDirectory === undefined ? {} : { profileDirectory: options.profileDirectory }),
  });
  options.log.log('info', `Engine ${engine.info.name} ${engine.info.version} on ${engine.info.device}`, {
    threads,
    reason: choice.reason,
  });
  return engine;
}
