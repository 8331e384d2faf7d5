/**
 * `npm run bench -- --promise`: what a training was promised to take, what it took, and how calls of the window fare meanwhile.
 *
 *     npm run bench -- --promise                                 the demo's 120 studies, each method on a fresh library
 *     npm run bench -- --promise --only fpt+ --rounds 3 --calls  with a person at work beside it, ten calls a second
 *
 * Everything goes through the core process, as from the window: the measurement, the promise, the job and its time left.
 */

import { cpSync, existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type JobView,
  type Method,
  type TimePromise,
  type TrainingOptions,
  trainOptionsSchema,
} from '../core/contract/index.ts';
import { commandLine } from '../scripts/command-line.ts';
import { type CallTimes, watchCalls } from './call-times.ts';
import { type CoreClient, openCore } from './core-client.ts';
import { within } from './promise-figures.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    promise: { type: 'boolean' },
    help: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    calls: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    studies: { type: 'string', default: '120' },
    size: { type: 'string', default: '512' },
    epochs: { type: 'string', default: '20' },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string', default: 'fpt+,linear,side-only' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output', 'promise') },
  },
});

const help = `npm run bench -- --promise [options]
What a training was promised to take and what it took.

  --only A,B      methods, in this order; auto: a quick search for a recipe (default: fpt+,linear,side-only)
  --studies N     studies of the demo to learn from (default: 120)
  --size PX       side of an image (default: 512)
  --epochs N      epochs (default: 20)
  --batch N       images of a step (default: 16)
  --rounds N      how often each method is promised and trained (default: 1)
  --twice         train each method a second time on its library, promised with what the first said about time
  --calls         call the core ten times a second meanwhile, as a reader does, and say how long it took to answer
  --out DIR       where the demo's library is kept (default: bench-output/promise)
  --json          one JSON array on standard output`;

const say = (line: string): void => console.error(line);

/** A method, or a search for a recipe. */
type Way = Method | 'auto';

/** One training, promised and carried out. */
interface Trial {
  readonly method: Way;
  readonly promise: TimePromise;
  readonly measuredSeconds: number;
  readonly tookSeconds: number;
  readonly stages: readonly { readonly stage: string; readonly promised: number; readonly took: number }[];
  /** Of the times left that were shown after a fifth of the work, and after the first epoch: see `within`. */
  readonly afterFifth: ReturnType<typeof within>;
  readonly afterEpoch: ReturnType<typeof within>;
  readonly calls: readonly CallTimes[] | null;
}

/** The demo's library, made once. */
async function makeDemo(folder: string): Promise<void> {
  if (existsSync(join(folder, 'sidelight.sqlite'))) return;
  const core = openCore(folder, say);
  try {
    const options = { studies: Number(values.studies), size: Number(values.size), unlabelled: 0, unseen: 0 };
    await core.ended((await core.call('jobs.start', { kind: 'demo', options })).id);
  } finally {
    await core.close();
  }
}

async function trial(library: string, method: Way, done: (trial: Trial) => void): Promise<void> {
  const core = openCore(library, say);
  try {
    const [lpm] = await core.call('lpms.list', {});
    const options = trainOptionsSchema.omit({ resume: true }).parse({
      dataset: 'demo',
      lpm: lpm?.name ?? '',
      ...(method === 'auto' ? { recipe: method } : { method }),
      epochs: Number(values.epochs),
      batch: Number(values.batch),
    });
    for (let training = 0; training < (values.twice ? 2 : 1); training++) {
      const begun = performance.now();
      for (const missing of (await core.call('training.promise', { trainings: [options] })).missing) {
        await core.ended((await core.call('jobs.start', { kind: 'measure', options: missing })).id);
      }
      const [promise] = (await core.call('training.promise', { trainings: [options] })).promises;
      if (promise == null) throw new Error('Nothing was promised after the measurement.');
      const measuredSeconds = (performance.now() - begun) / 1000;
      done({ ...(await carryOut(core, options, promise)), measuredSeconds });
    }
  } finally {
    await core.close();
  }
}

async function carryOut(
  core: CoreClient,
  options: TrainingOptions,
  promise: TimePromise,
): Promise<Omit<Trial, 'measuredSeconds'>> {
  const seen: JobView[] = [];
  const watch = values.calls ? await watchCalls(core, options.dataset) : null;
  const [started] = await core.call('training.start', {
    trainings: [{ options, promise }],
  });
  if (started === undefined) throw new Error('The training was not queued.');
  const ended = await core.ended(started.id, (job) => seen.push(job));
  const calls = watch === null ? null : await watch.stop();
  const took = ended.ranSeconds;
  const running = seen.filter(({ state }) => state === 'running');
  const shown = running.flatMap(({ ranSeconds, remainingSeconds }) =>
    remainingSeconds === null ? [] : [{ at: ranSeconds, whole: ranSeconds + remainingSeconds }],
  );
  const secondEpoch = running.find(({ training }) => training?.epoch === 2)?.ranSeconds ?? took;
  return {
    method: options.recipe === 'auto' ? options.recipe : options.method,
    promise,
    tookSeconds: took,
    stages: stagesOf(promise, running, took),
    afterFifth: within(shown, took, 0.2 * took),
    afterEpoch: within(shown, took, secondEpoch),
    calls,
  };
}

/** What each stage was promised and took: from its first progress to that of the next one. */
function stagesOf(promise: TimePromise, running: readonly JobView[], took: number): Trial['stages'] {
  const begins: { stage: string; at: number }[] = [];
  for (const { stage, ranSeconds } of running) {
    if (stage !== null && stage !== begins.at(-1)?.stage) begins.push({ stage, at: ranSeconds });
  }
  // What is done before a stage's first progress (compiling) belongs to it.
  return begins.map(({ stage, at }, i) => {
    const ends = running.filter((job) => job.stage === stage).at(-1)?.ranSeconds ?? at;
    const before = i === 0 ? 0 : (running.filter((job) => job.stage === begins[i - 1]?.stage).at(-1)?.ranSeconds ?? 0);
    const promised = promise.stages.find((entry) => entry.stage === stage)?.seconds ?? 0;
    return { stage, promised, took: (i === begins.length - 1 ? took : ends) - before };
  });
}

function describe(trial: Trial): string[] {
  const { method, promise, tookSeconds, stages, afterFifth, afterEpoch, calls } = trial;
  const seconds = (value: number): string => `${value.toFixed(1)} s`;
  const signed = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(0)} %`;
  const isInside = tookSeconds >= promise.low && tookSeconds <= promise.high;
  const shown = (what: ReturnType<typeof within>): string =>
    what.count === 0
      ? 'none shown'
      : `${((100 * what.inside) / what.count).toFixed(0)} % of ${what.count}, worst ${signed(what.worst)}`;
  return [
    `${method}: promised ${seconds(promise.seconds)} (${seconds(promise.low)} to ${seconds(promise.high)}), took ${seconds(tookSeconds)}: ${signed(tookSeconds / promise.seconds - 1)}, ${isInside ? 'inside' : 'OUTSIDE'} the range; measuring took ${seconds(trial.measuredSeconds)}`,
    ...stages.map(
      ({ stage, promised, took }) => `  ${stage.padEnd(20)} ${seconds(promised)} promised, ${seconds(took)} taken`,
    ),
    `  time left within 20 %: after a fifth of the time ${shown(afterFifth)}; from the second epoch on ${shown(afterEpoch)}`,
    ...(calls ?? []).map(
      (call) =>
        `  ${call.name.padEnd(16)} ${call.count} calls: median ${call.median.toFixed(1)} ms, 99th percentile ${call.p99.toFixed(1)} ms, longest ${call.longest.toFixed(1)} ms`,
    ),
  ];
}

/** Runs the comparison and prints it. */
export async function benchPromise(): Promise<void> {
  if (values.help) {
    console.log(help);
    return;
  }
  const out = resolve(values.out);
  const made = join(out, `demo-${values.studies}-${values.size}`);
  const library = join(out, 'library');
  await makeDemo(made);
  const trials: Trial[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const method of values.only.split(',') as Way[]) {
      rmSync(library, { recursive: true, force: true });
      cpSync(made, library, { recursive: true });
      await trial(library, method, (done) => {
        trials.push(done);
        if (!values.json) for (const line of describe(done)) console.log(line);
      });
    }
  }
  rmSync(library, { recursive: true, force: true });
  if (values.json) console.log(JSON.stringify(trials, null, 1));
}
