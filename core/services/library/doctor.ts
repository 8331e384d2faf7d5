/** What this machine can do for Sidelight: engines, devices, memory, disk, versions, and what is missing with its remedy. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { toError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { researchUseOnly } from '../../contract/index.ts';
import { type EngineState, listEngines, openEngine, type SelfTestResult, selfTest } from '../../engine/index.ts';
import { type DeviceSurvey, surveyDevices } from '../devices/survey.ts';
import { embeddedLpmFile } from '../lpm/bundled-file.ts';

/** A thing that was looked at. `remedy` says how to get what is missing; null where nothing is. */
export interface DoctorCheck {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'missing';
  readonly found: string;
  readonly remedy: string | null;
}

export interface DoctorReport {
  readonly sidelight: string;
  readonly platform: string;
  readonly node: string;
  readonly cpu: { readonly model: string; readonly threads: number };
  readonly memory: { readonly totalMb: number; readonly freeMb: number };
  readonly library: { readonly folder: string; readonly exists: boolean; readonly freeDiskBytes: number | null };
  readonly engines: readonly EngineReport[];
  /** Devices beside the processor as they were checked, and what `--engine auto --device auto` computes on. */
  readonly survey: DeviceSurvey;
  readonly packages: Readonly<Record<string, string | null>>;
  readonly embeddedLpm: boolean;
  readonly checks: readonly DoctorCheck[];
  readonly notice: string;
}

/** An engine, and how it did on its best device; null where it is not here. */
export interface EngineReport extends EngineState {
  readonly selfTest: SelfTestResult | { readonly failed: string } | null;
}

/** Packages whose versions a bug report needs. */
const reported = ['onnxruntime-node', 'better-sqlite3', 'zod'] as const;
/** Below this, encoding ViT-B at 512 px beside a running system is tight. */
const comfortableMemoryMb = 6000;
const comfortableDiskBytes = 5e9;

/** Looks at the machine. Never throws for something missing: that is what it reports. */
export async function doctor(options: {
  readonly library: string | undefined;
  readonly version: string;
}): Promise<DoctorReport> {
  const engines: EngineReport[] = [];
  const states = await listEngines();
  for (const state of states) engines.push({ ...state, selfTest: await tryEngine(state) });
  const survey = await surveyDevices(states);
  const database = await probeDatabase(options.library);
  const folder = database.folder ?? options.library ?? '(not known)';
  const freeDiskBytes = freeBytesNear(folder);
  const memory = { totalMb: Math.round(totalmem() / 2 ** 20), freeMb: Math.round(freemem() / 2 ** 20) };
  const packages = Object.fromEntries(reported.map((name) => [name, installedVersion(name)]));
  const embeddedLpm = existsSync(embeddedLpmFile());
  const checks: DoctorCheck[] = [
    nodeCheck(),
    ...engines.map(engineCheck),
    ...deviceChecks(survey, states),
    database.problem === null
      ? { name: 'database', state: 'ok', found: `better-sqlite3 ${packages['better-sqlite3'] ?? ''}`, remedy: null }
      : { name: 'database', state: 'missing', found: database.problem, remedy: 'Run `npm ci` in the program folder.' },
    memory.totalMb < comfortableMemoryMb
      ? {
          name: 'memory',
          state: 'warning',
          found: `${memory.totalMb} MB`,
          remedy: 'Close other programs while encoding, or use a smaller --input-size.',
        }
      : { name: 'memory', state: 'ok', found: `${memory.totalMb} MB, ${memory.freeMb} MB free`, remedy: null },
    freeDiskBytes !== null && freeDiskBytes < comfortableDiskBytes
      ? {
          name: 'disk',
          state: 'warning',
          found: `${(freeDiskBytes / 1e9).toFixed(1)} GB free at the library`,
          remedy:
            'Free disk space or choose another folder with --library DIR; 10,000 images at 512 px need about 30 GB with ViT-B.',
        }
      : {
          name: 'disk',
          state: 'ok',
          found:
            freeDiskBytes === null
              ? 'free space is not known'
              : `${(freeDiskBytes / 1e9).toFixed(0)} GB free at the library`,
          remedy: null,
        },
    embeddedLpm
      ? { name: 'LPM in the box', state: 'ok', found: 'there', remedy: null }
      : {
          name: 'LPM in the box',
          state: 'warning',
          found: 'none in this version',
          remedy: 'Add a ViT, DINO or DINOv2 folder with `sidelight lpm add PATH`.',
        },
  ];
  return {
    sidelight: options.version,
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    cpu: { model: cpus()[0]?.model.trim() ?? 'unknown', threads: availableParallelism() },
    memory,
    library: { folder, exists: existsSync(folder), freeDiskBytes },
    engines,
    survey,
    packages,
    embeddedLpm,
    checks,
    notice: researchUseOnly,
  };
}

/** Loads the database's native part, which is what fails on a wrong Node or a half-finished installation. */
async function probeDatabase(library: string | undefined): Promise<{ folder: string | null; problem: string | null }> {
  try {
    const { libraryFolder } = await import('../session/library.ts');
    return { folder: libraryFolder(library), problem: null };
  } catch (error) {
    return { folder: null, problem: `better-sqlite3 does not load: ${toError(error).message.split('\n')[0]}` };
  }
}

function nodeCheck(): DoctorCheck {
  const major = Number(process.versions.node.split('.')[0]);
  const name = 'Node';
  if (major >= 24) return { name, state: 'ok', found: process.versions.node, remedy: null };
  return {
    name,
    state: 'missing',
    found: process.versions.node,
    remedy: 'Start through `npm run -s sidelight`, which uses the Node 24 of this folder.',
  };
}

/** A product of matrices on the engine's best device, in a process of its own: a library that crashes ends only that. */
async function tryEngine(state: EngineState): Promise<EngineReport['selfTest']> {
  // A software driver computes on the processor, only slower.
  const best = state.devices.find(({ isSoftware }) => isSoftware !== true);
  if (!state.available || best === undefined) return null;
  try {
    const asked = { engine: state.name, device: best.name, ownProcess: true, log: silentLogger };
    const engine = await openEngine(asked);
    try {
      return await selfTest(engine);
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    return { failed: toError(error).message };
  }
}

/** A GPU that is slow, wrong or not there is no fault of the machine: the processor computes. */
function deviceChecks({ devices, chosen }: DeviceSurvey, states: readonly EngineState[]): DoctorCheck[] {
  return [
    ...devices.map(({ device, verdict: { isTrusted, why } }): DoctorCheck => {
      const found = `${device.description}: ${why}${isTrusted ? '' : '; passed over by --device auto'}`;
      return { name: `device ${device.name}`, state: 'ok', found, remedy: null };
    }),
    ...states.flatMap(({ missing = [] }) =>
      missing.map(({ name, reason, remedy = null }): DoctorCheck => {
        return { name: `device ${name}`, state: 'ok', found: `none, and none is needed: ${reason}`, remedy };
      }),
    ),
    { name: 'computes on', state: 'ok', found: chosen, remedy: null },
  ];
}

function engineCheck(engine: EngineReport): DoctorCheck {
  const name = `engine ${engine.name}`;
  // ONNX Runtime is the one that must be there; the others are faster ways where they fit.
  const bad = engine.name === 'onnxruntime' ? 'missing' : 'warning';
  if (!engine.available || engine.selfTest === null) {
    return { name, state: bad, found: engine.detail, remedy: engine.remedy };
  }
  const devices = engine.devices.map((d) => d.description).join('; ');
  const found = `${engine.version ?? ''} on ${devices}`;
  const remedy = 'Use the other engine (--engine), and send the output of `sidelight doctor --json` with a report.';
  if ('failed' in engine.selfTest) {
    return { name, state: bad, found: `${found}, but it does not compute: ${engine.selfTest.failed}`, remedy };
  }
  const { isRight, worstError, gflops } = engine.selfTest;
  if (!isRight) return { name, state: bad, found: `${found}, but its numbers are off by ${worstError}`, remedy };
  return { name, state: 'ok', found: `${found}, ${gflops.toFixed(0)} GFLOPS`, remedy: engine.remedy };
}

/** Free bytes of the disk that holds `folder` or its nearest existing parent; null where the system does not say. */
function freeBytesNear(folder: string): number | null {
  let place = resolve(folder);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    // Some network drives do not answer; the number is a comfort, not a condition.
    return null;
  }
}

/** Version of an installed package; null when it is absent. */
function installedVersion(name: string): string | null {
  const root = resolve(import.meta.dirname, '..', '..', '..');
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? [resolve(root, 'node_modules')]) {
    const file = resolve(folder, name, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  return null;
}
