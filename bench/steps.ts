/**
 * `npm run bench -- --steps [--against DIR]`: how long a step of training takes from the records on the disk to the next parameters, with
 * the LPM in the box at 512 px and the validation after each epoch; and with DIR, a checkout of another version, the same work there.
 *
 * Each training is a process of its own on a library whose images are encoded before. Versions take turns (A B A B), so that a busy machine
 * slows both; the figure is the fastest epoch and the median one, of all but the first of each training, by steps. Weights are compared, too:
 * a data path that is quicker must train the same model.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '../core/base/logger.ts';
import type { ReportProgress } from '../core/base/progress.ts';
import { type Method, methods } from '../core/contract/index.ts';
import type { encodeDataset } from '../core/services/features/encode.ts';
import type { importPaths } from '../core/services/import/import.ts';
import type { trainModel } from '../core/services/jobs/train.ts';
import type { openServices } from '../core/services/session/open.ts';
import { median } from '../core/statistics/bootstrap.ts';
import { commandLine } from '../scripts/command-line.ts';
import { tasks } from './tasks/index.ts';
import { writeTask } from './tasks/write.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    steps: { type: 'boolean' },
    against: { type: 'string' },
    method: { type: 'string', multiple: true },
    images: { type: 'string', default: '192' },
    epochs: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    'own-process': { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output') },
    json: { type: 'boolean', default: false },
    /** What a child trains, as JSON; for this program's own use. */
    child: { type: 'string' },
  },
});

const batch = 16;
const dataset = 'nodules';
const inputSize = 512;

interface Training {
  readonly root: string;
  readonly library: string;
  readonly method: Method;
  readonly epochs: number;
  readonly ownProcess: boolean;
}

interface Timed {
  /** Seconds of each epoch, validation included. */
  readonly epochs: readonly number[];
  /** Processor milliseconds of this process a step, of all its threads: a busy machine changes them little. */
  readonly processorMs: number;
  readonly weights: string;
  readonly peakMb: number | null;
}

/** Code of the version in `root`. */
async function from<T>(root: string, path: string): Promise<T> {
  return (await import(pathToFileURL(join(root, 'core', 'services', path)).href)) as T;
}

async function services(root: string, library: string, ownProcess: boolean, progress: ReportProgress = () => {}) {
  const { openServices: open } = await from<{ openServices: typeof openServices }>(root, 'session/open.ts');
  return await open({
    ...{ library, mode: 'write', engine: 'onnxruntime', device: 'cpu', ownProcess, log: silentLogger },
    progress,
    signal: new AbortController().signal,
  });
}

interface Preparation {
  readonly root: string;
  readonly library: string;
  readonly files: string;
  readonly labels: string;
  readonly wanted: readonly Method[];
}

/** The library of a version: each its own, since an older one cannot open what a newer one has written. */
function libraryOf(root: string): string {
  return resolve(values.out, 'steps', `library-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`);
}

/** Brings the images into a library, encoded for every method; nothing is done twice. */
async function prepare({ root, library, files, labels, wanted }: Preparation): Promise<void> {
  const { context, close } = await services(root, library, false);
  try {
    const { importPaths: importFiles } = await from<{ importPaths: typeof importPaths }>(root, 'import/import.ts');
    const { encodeDataset: encode } = await from<{ encodeDataset: typeof encodeDataset }>(root, 'features/encode.ts');
    await importFiles(context, { paths: [files], dataset, labels });
    for (const method of wanted) await encode(context, { dataset, inputSize, method });
  } finally {
    await close();
  }
}

/** Trains and gives the seconds of its epochs. */
async function timed({ root, library, method, epochs, ownProcess }: Training): Promise<Timed> {
  const seen: { readonly done: number; readonly ms: number }[] = [];
  const { context, close } = await services(root, library, ownProcess, ({ stage, done }) => {
    const { user, system } = process.cpuUsage();
    if (stage === 'training') seen.push({ done, ms: (user + system) / 1000 });
  });
  try {
    const { trainModel: trains } = await from<{ trainModel: typeof trainModel }>(root, 'jobs/train.ts');
    const name = `${method} ${new Date().toISOString()} ${process.pid}`;
    const report = await trains(context, { dataset, method, epochs, batch, inputSize, name });
    // The second half: by then code is compiled.
    const [middle, last] = [seen[seen.length >> 1], seen.at(-1)];
    return {
      processorMs: ((last?.ms ?? 0) - (middle?.ms ?? 0)) / ((last?.done ?? 0) - (middle?.done ?? 0)),
      epochs: report.epochs.map(({ seconds }) => seconds),
      weights: report.weightsHash,
      peakMb: report.peakMb,
    };
  } finally {
    await close();
  }
}

/** What this program prints in a process of its own; two versions of a native library do not fit in one. */
function child(task: Preparation | Training): Promise<string> {
  return new Promise((done, failed) => {
    const args = [import.meta.filename, '--child', JSON.stringify(task)];
    const own = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    own.stdout.on('data', (chunk) => {
      out += chunk;
    });
    own.on('error', failed);
    own.on('close', (code) => (code === 0 ? done(out) : failed(new Error(`Work in ${task.root} ended with ${code}.`))));
  });
}

async function answerAsChild(task: Preparation | Training): Promise<void> {
  if ('wanted' in task) await prepare(task);
  else console.log(JSON.stringify(await timed(task)));
}

interface StepTimes {
  readonly fastestMs: number;
  readonly medianMs: number;
  readonly processorMs: number;
  readonly peakMb: number;
}

function timesOf(runs: readonly Timed[], steps: number): StepTimes {
  const warm = runs.flatMap(({ epochs }) => epochs.slice(1)).map((seconds) => (1000 * seconds) / steps);
  return {
    fastestMs: Math.min(...warm),
    medianMs: median(warm),
    processorMs: Math.min(...runs.map(({ processorMs }) => processorMs)),
    peakMb: Math.max(...runs.map(({ peakMb }) => peakMb ?? 0)),
  };
}

/** Trains in turns and prints what a step takes. */
export async function benchSteps(): Promise<void> {
  const wanted = (values.method ?? ['fpt+', 'attentive']) as Method[];
  const unknown = wanted.filter((name) => !methods.includes(name));
  if (unknown.length > 0) {
    console.error(`--method ${unknown.join(', ')}: choose from ${methods.join(', ')}.`);
    process.exit(2);
  }
  const roots = [join(import.meta.dirname, '..'), ...(values.against === undefined ? [] : [resolve(values.against)])];
  const steps = Math.floor(Number(values.images) / batch);
  const task = tasks[dataset];
  if (task === undefined) throw new Error(`There is no task ${dataset}.`);
  // Two to test on, because a data set has each of the three splits.
  const counts = { train: Number(values.images), val: 2 * batch, test: 2 };
  const files = resolve(values.out, 'steps', 'files');
  const labels = await writeTask(dataset, task, counts, files, () => {});
  for (const root of roots) await child({ root, library: libraryOf(root), files, labels, wanted });
  const common = { epochs: Number(values.epochs), ownProcess: values['own-process'] };
  const results: Record<string, { here: StepTimes; there: StepTimes | null; ratio: number | null; isSame: boolean }> =
    {};
  for (const method of wanted) {
    const runs = roots.map((): Timed[] => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [i, root] of roots.entries()) {
        runs[i]?.push(JSON.parse(await child({ ...common, root, library: libraryOf(root), method })) as Timed);
      }
    }
    const [here, there = null] = runs.map((each) => timesOf(each, steps)) as [StepTimes, StepTimes?];
    const weights = new Set(runs.flat().map((run) => run.weights));
    const ratio = there === null ? null : there.fastestMs / here.fastestMs;
    results[method] = { here, there, ratio, isSame: weights.size === 1 };
  }
  if (values.json) {
    console.log(JSON.stringify(results, null, 1));
    return;
  }
  const shown = ({ fastestMs, medianMs, processorMs, peakMb }: StepTimes): string =>
    `fastest ${fastestMs.toFixed(1)} ms, median ${medianMs.toFixed(1)} ms, processor ${processorMs.toFixed(1)} ms, peak ${peakMb.toFixed(0)} MiB`;
  console.log(`A step of ${batch} images at ${inputSize} px, ${steps} steps an epoch, validation included`);
  for (const [method, { here, there, ratio, isSame }] of Object.entries(results)) {
    console.log(`${method.padEnd(12)} here:  ${shown(here)}`);
    if (there !== null) console.log(`${''.padEnd(12)} there: ${shown(there)}; ${ratio?.toFixed(2)} times ours`);
    console.log(`${''.padEnd(12)} weights ${isSame ? 'the same, bit for bit' : 'DIFFER'}`);
  }
}

if (values.child !== undefined) await answerAsChild(JSON.parse(values.child) as Preparation | Training);
