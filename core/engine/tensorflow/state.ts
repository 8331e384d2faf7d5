/** What the TensorFlow engine could do on this machine. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AppError, toError } from '../../base/errors.ts';
import { cpuDescription, type DeviceName, type EngineState } from '../types.ts';
import { locateTensorflow, packageName, type TensorflowBuild } from './locate.ts';

const execute = promisify(execFile);
const probeTimeoutMs = 60_000;

/** Looks, without loading anything native into this process. Never throws for an engine that is not there. */
export async function tensorflowState(): Promise<EngineState> {
  const located = locateTensorflow();
  if ('reason' in located) return absent(located.reason, located.action);
  const { manifest } = located;
  const builtFrom = `${manifest.from}, ${manifest.cuda ? 'with CUDA' : 'CPU only'}`;
  const detail = `${packageName} ${manifest.package} on libtensorflow from ${builtFrom} (found by ${located.foundBy})`;
  // A CPU-only build has nothing to ask a process of its own for; `auto` looks here before every command.
  if (!manifest.cuda) return present(manifest.tensorflow, [], detail);
  try {
    const { version, hasGpu } = await askProbe(located);
    return present(version, hasGpu ? [{ name: 'cuda', description: await describeGpu() }] : [], detail);
  } catch (thrown) {
    return absent(
      `TensorFlow cannot be loaded: ${toError(thrown).message}`,
      'It needs a processor with AVX and, for CUDA, an NVIDIA driver for CUDA 12. Build it anew with `npm run engine:tensorflow -- --force`.',
    );
  }
}

/** The build to load. Throws ENGINE_UNAVAILABLE with the reason and the next step where there is none. */
export function requireTensorflow(): TensorflowBuild {
  const located = locateTensorflow();
  if ('reason' in located) throw new AppError('ENGINE_UNAVAILABLE', located.reason, { action: located.action });
  return located;
}

/** Name and memory of the first GPU as its driver tells, for example `NVIDIA A10, 23028 MiB (CUDA)`. */
export async function describeGpu(): Promise<string> {
  try {
    const query = ['--query-gpu=name,memory.total', '--format=csv,noheader'];
    const { stdout } = await execute('nvidia-smi', query, { timeout: 10_000 });
    const first = stdout.trim().split('\n')[0];
    return first ? `${first} (CUDA)` : 'NVIDIA GPU (CUDA)';
  } catch {
    // The device answered TensorFlow; that the driver's own tool is not installed only costs us its name.
    return 'NVIDIA GPU (CUDA)';
  }
}

/** What the process that looks (probe.ts) prints as JSON. */
export interface ProbeAnswer {
  readonly version: string;
  /** A CUDA device answered, and TensorFlow will compute on it. */
  readonly hasGpu: boolean;
}

async function askProbe(build: TensorflowBuild): Promise<ProbeAnswer> {
  const program = fileURLToPath(new URL('./probe.ts', import.meta.url));
  const options = { timeout: probeTimeoutMs, env: { ...process.env, NODE_NO_WARNINGS: '1' } };
  const { stdout } = await execute(process.execPath, [program, build.packageFolder], options);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ProbeAnswer;
}

function present(version: string, gpus: EngineState['devices'], detail: string): EngineState {
  const cpu: { name: DeviceName; description: string } = { name: 'cpu', description: cpuDescription };
  return { name: 'tensorflow', available: true, version, devices: [...gpus, cpu], detail, remedy: null };
}

function absent(detail: string, remedy: string): EngineState {
  return { name: 'tensorflow', available: false, version: null, devices: [], detail, remedy };
}
