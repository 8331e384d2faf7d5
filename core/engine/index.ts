/** Opens the engine that computes. */
import { AppError } from '../base/errors.ts';
import { type Choice, chooseEngine } from './devices.ts';
import { withCpuFallback } from './fallback.ts';
import { openHosted } from './host/client.ts';
import { onnxruntimeAdapter } from './onnxruntime.ts';
import { tensorflowAdapter } from './tensorflow.ts';
import { physicalCores } from './threads.ts';
import { cpuDescription, type Engine, type EngineAdapter, type EngineState, type OpenEngineOptions } from './types.ts';
import { removeLeft } from './weight-files.ts';

export { type SelfTestResult, selfTest } from './self-test.ts';
export * from './types.ts';

/** The engines this version knows, each loading its native library only when asked. */
const adapters: readonly EngineAdapter[] = [onnxruntimeAdapter, tensorflowAdapter];

/** What every engine could do on this machine, on `device` or on any. Never throws for a missing engine. */
export function listEngines(device: OpenEngineOptions['device'] = 'auto'): Promise<EngineState[]> {
  return Promise.all(adapters.map((adapter) => adapter.probe(device)));
}

/**
 * An engine as asked for; its `info.reason` says why this one. A GPU engine that fails in mid-run goes on with the CPU
 * and says so (see fallback.ts). Throws ENGINE_UNAVAILABLE where nothing fits.
 */
export async function openEngine(options: OpenEngineOptions): Promise<Engine> {
  const engine = options.ownProcess === true ? await openHosted(options) : await openHere(options);
  if (engine.info.device === cpuDescription || options.movesToCpu === false) return engine;
  const openCpu = (reason: string): Promise<Engine> => {
    const cpu: OpenEngineOptions = { ...options, engine: 'onnxruntime', device: 'cpu', takesOver: true };
    return options.ownProcess === true ? openHosted(cpu, reason) : openHere(cpu, reason);
  };
  return withCpuFallback(engine, openCpu, options.log);
}

/** What `openEngine` would open, and why; nothing is opened. Throws ENGINE_UNAVAILABLE where nothing fits. */
export async function chooseDevice(options: Pick<OpenEngineOptions, 'engine' | 'device' | 'judge'>): Promise<Choice> {
  return await chooseEngine(options, await listEngines(options.device), options.judge);
}

/** As openEngine, in this process and on one device for good. `reason` replaces that of the choice. */
export async function openHere(options: OpenEngineOptions, reason?: string): Promise<Engine> {
  removeLeft();
  const choice = await chooseDevice(options);
  const adapter = adapters.find(({ name }) => name === choice.engine);
  if (adapter === undefined)
    throw new AppError('ENGINE_UNAVAILABLE', `Engine ${choice.engine} is not in this version.`);
  const threads = options.threads ?? physicalCores();
  const engine = await adapter.open({
    device: choice.device,
    threads,
    reason: reason ?? choice.reason,
    log: options.log,
    ...(options.profileDirectory === undefined ? {} : { profileDirectory: options.profileDirectory }),
    ...(options.takesOver === undefined ? {} : { takesOver: options.takesOver }),
  });
  options.log.log('info', `Engine ${engine.info.name} ${engine.info.version} on ${engine.info.device}`, {
    threads,
    reason: engine.info.reason,
  });
  return engine;
}
