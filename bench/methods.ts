/**
 * `npm run bench -- --methods`: what each method reaches and what it takes, by the services a user uses.
 *
 *     npm run bench -- --methods                                    three tasks nothing was tuned on, five seeds
 *     npm run bench -- --methods --task specks --seeds 2 --only fpt+,side-only
 *     npm run bench -- --methods --dataset D --library DIR --lpm N  the same table for a data set of yours
 *
 * Every training runs with an engine process of its own, so that its peak memory is its own. What is done is kept in
 * --out (or in the library given): the same command after a stop goes on.
 */

import { join, resolve } from 'node:path';
import { serialiseError } from '../core/base/errors.ts';
import { createInterrupts } from '../core/cli/interrupt.ts';
import { Terminal } from '../core/cli/terminal.ts';
import { writeWholeFile } from '../core/disk/index.ts';
import type { OpenEngineOptions } from '../core/engine/index.ts';
import type { LpmConfig } from '../core/models/index.ts';
import { idleMemoryMb, wholeBatchStep } from '../core/services/comparison/step-memory.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { renderMethodsReport } from '../core/services/evaluation/report-write.ts';
import { encodeDataset } from '../core/services/features/encode.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { addLpm } from '../core/services/lpm/add.ts';
import { embeddedLpmFile } from '../core/services/lpm/bundled-file.ts';
import { openLibraryLpm, requireLpm } from '../core/services/lpm/encoder.ts';
import { lpmIdentity, openLpm } from '../core/services/lpm/lpm-file.ts';
import { writeRandomLpm } from '../core/services/lpm/random-lpm.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { commandLine } from '../scripts/command-line.ts';
import {
  type BenchResult,
  type MethodRow,
  recipeOf,
  rowOf,
  type Trial,
  type Variant,
  variants,
} from './methods-plan.ts';
import { methodLines, taskJson } from './methods-table.ts';
import { tasks } from './tasks/index.ts';
import { type TaskCounts, writeTask } from './tasks/write.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    methods: { type: 'boolean' },
    help: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'auto' },
    task: { type: 'string', multiple: true },
    dataset: { type: 'string' },
    library: { type: 'string' },
    lpm: { type: 'string' },
    only: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    epochs: { type: 'string', default: '80' },
    'full-epochs': { type: 'string', default: '8' },
    'input-size': { type: 'string', default: '512' },
    images: { type: 'string', default: '300' },
    'no-whole': { type: 'boolean', default: false },
    html: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output') },
  },
});

const seeds = Number(values.seeds);
const inputSize = Number(values['input-size']);
const engineName = values.engine as OpenEngineOptions['engine'];
const batch = 16;
const terminal = new Terminal({ stream: process.stderr, clock: () => performance.now() });
const interrupts = createInterrupts(
  () => performance.now(),
  () => terminal.line('Stopping after the current step. The same command goes on. Press Ctrl-C again to stop at once.'),
  () => process.exit(1),
);

const help = `npm run bench -- --methods [options]
What each method reaches and what it takes; what the columns mean: docs/lpm.md.

  --task NAME        specks, nodules or grades; may be given more than once (default: all three)
  --lpm DIR          the LPM's folder for the tasks (default: the one in the box)
  --images N         images of a task (default: 300)
  --dataset D --library DIR --lpm NAME
                     a data set and an LPM of your library instead of the tasks
  --only A,B         of ${variants.map((v) => v.name).join(', ')}
                     (left out: all but ${variants
                       .filter((v) => v.isOnlyNamed === true)
                       .map((v) => v.name)
                       .join(', ')})
  --seeds N          trainings of each method (default: 5)
  --epochs N         of every method that reads features or a small image (default: 80)
  --full-epochs N    of full and the others that run the LPM in training (default: 8)
  --input-size PX    what the LPM reads (default: 512)
  --no-whole         do not measure full fine-tuning with its batch at once, which takes gigabytes
  --html FILE        also write a report of the first seed
  --out DIR          where tasks are kept; the same command goes on there (default: bench-output)
  --engine NAME      auto, onnxruntime or tensorflow
  --json             one JSON array on standard output`;

/** One data set in one library. */
interface Place {
  readonly library: string;
  readonly dataset: string;
  readonly lpm: string;
  readonly chosen: readonly Variant[];
  readonly about: string;
}

async function withServices<T>(library: string, work: (context: ServiceContext) => Promise<T>): Promise<T> {
  const services = await openServices({
    library,
    mode: 'write',
    engine: engineName,
    device: 'auto',
    ownProcess: true,
    progress: terminal.progress,
    log: { log: (level, text, fields) => (level === 'info' ? undefined : terminal.logger.log(level, text, fields)) },
    signal: interrupts.signal,
  });
  try {
    return await work(services.context);
  } finally {
    await services.close();
  }
}

function chosenVariants(isTask: boolean): readonly Variant[] {
  const names = values.only?.split(',').map((name) => name.trim());
  if (names === undefined) return variants.filter((v) => v.isOnlyNamed !== true && (isTask || v.lpm === 'given'));
  const unknown = names.filter((name) => !variants.some((v) => v.name === name));
  if (unknown.length > 0)
    usage(`--only: ${unknown.join(', ')}; choose from ${variants.map((v) => v.name).join(', ')}.`);
  return variants.filter((v) => names.includes(v.name));
}

function usage(message: string): never {
  console.error(message);
  process.exit(2);
}

/** A task's files, imported into a library of its own, with the LPM and its random twin. */
async function prepareTask(name: string): Promise<Place> {
  const task = tasks[name];
  if (task === undefined) usage(`--task ${name}: choose from ${Object.keys(tasks).join(', ')}.`);
  const folder = resolve(values.out, name);
  const labels = await writeTask(name, task, countsOf(Number(values.images)), join(folder, 'files'), terminal.progress);
  const library = join(folder, 'library');
  await withServices(library, (context) =>
    importPaths(context, { paths: [join(folder, 'files')], dataset: name, labels }),
  );
  const lpm = await withServices(library, async (context) => {
    const path = values.lpm === undefined ? join(embeddedLpmFile(), '..') : resolve(values.lpm);
    return await addNamed(context, path, 'lpm');
  });
  return { library, dataset: name, lpm, chosen: chosenVariants(true), about: task.about };
}

/** 53 % to learn from, 13 % to choose the epoch by, a third to test on; multiples of six keep two and three classes even. */
function countsOf(images: number): TaskCounts {
  const even = (share: number): number => Math.max(6, Math.round((images * share) / 6) * 6);
  return { train: even(0.53), val: even(0.13), test: even(1 / 3) };
}

/** Adds an LPM under a name that tells its weights: another checkpoint is another LPM. Gives the name. */
async function addNamed(context: ServiceContext, path: string, name: string): Promise<string> {
  const opened = openLpm(path);
  try {
    return (await addLpm(context, { path, name: `${name} ${lpmIdentity(opened).slice(0, 8)}` })).name;
  } finally {
    opened.close();
  }
}

/** Gives the name of an LPM with the sizes of `lpm` and random weights. */
async function addRandomTwin(context: ServiceContext, lpm: string, folder: string): Promise<string> {
  const { width, layers, heads, patch, grid } = configOf(context, lpm);
  writeRandomLpm(folder, 0, { width, layers, heads, patch, imageSize: grid[0] * patch });
  return await addNamed(context, folder, 'random');
}

function configOf(context: ServiceContext, lpm: string): LpmConfig {
  const opened = openLibraryLpm(context, requireLpm(context, lpm));
  opened.close();
  return opened.config;
}

/** Everything is encoded before anything is trained, so that training's peak holds no encoding. */
async function encodeAll(place: Place, random: string | null): Promise<void> {
  const uses = (method: string, lpm: 'given' | 'random'): boolean =>
    place.chosen.some((v) => v.method === method && v.lpm === lpm);
  const { dataset, library } = place;
  await withServices(library, async (context) => {
    const common = { dataset, inputSize };
    await encodeDataset(context, {
      ...common,
      lpm: place.lpm,
      keysValues: uses('fpt+', 'given'),
      classToken: uses('linear', 'given'),
    });
    if (uses('attentive', 'given')) await encodeDataset(context, { ...common, lpm: place.lpm, method: 'attentive' });
    if (uses('fpt', 'given')) await encodeDataset(context, { ...common, lpm: place.lpm, layers: 'all' });
    if (random !== null) await encodeDataset(context, { ...common, lpm: random });
  });
}

async function trial(place: Place, variant: Variant, lpm: string, seed: number): Promise<Trial> {
  const recipe = recipeOf(variant.method, Number(values.epochs), Number(values['full-epochs']));
  const training = await withServices(place.library, (context) =>
    trainModel(context, {
      dataset: place.dataset,
      lpm,
      method: variant.method,
      name: `bench ${variant.name}, ${lpm}, ${recipe.epochs} epochs, seed ${seed}`,
      seed,
      batch,
      inputSize,
      ...recipe,
    }),
  );
  const evaluation = await withServices(place.library, (context) => evaluateModel(context, { model: training.model }));
  return { training, evaluation };
}

async function benchOf(place: Place): Promise<BenchResult> {
  const wantsRandom = place.chosen.some((v) => v.lpm === 'random');
  const random = wantsRandom
    ? await withServices(place.library, (context) =>
        addRandomTwin(context, place.lpm, resolve(values.out, 'random-twin')),
      )
    : null;
  await encodeAll(place, random);
  const idleMb = await idleMemoryMb({ engine: engineName, device: 'auto' });
  const rows: MethodRow[] = [];
  const firsts: Trial[] = [];
  for (const variant of place.chosen) {
    const trials: Trial[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      trials.push(await trial(place, variant, variant.lpm === 'random' && random !== null ? random : place.lpm, seed));
      const { auc } = (trials.at(-1) as Trial).evaluation.image;
      terminal.finish();
      terminal.line(`${place.dataset}, ${variant.name}, seed ${seed}: AUC ${auc?.toFixed(3) ?? '–'}`);
    }
    rows.push(rowOf(variant.name, trials, idleMb));
    if (variant.lpm === 'given') firsts.push(trials[0] as Trial);
  }
  const whole = await wholeOf(place, firsts);
  if (values.html !== undefined) await writeHtml(place, firsts);
  return { place, rows, idleMb, whole };
}

/** What `full` would take with its batch in one piece; null when it is not asked for or this machine cannot. */
async function wholeOf(place: Place, firsts: readonly Trial[]): Promise<BenchResult['whole']> {
  if (values['no-whole'] || !place.chosen.some((v) => v.method === 'full')) return null;
  const config = await withServices(place.library, async (context) => configOf(context, place.lpm));
  const classes = firsts[0]?.evaluation.classes.length ?? 2;
  try {
    return await wholeBatchStep({ engine: engineName, device: 'auto' }, config, { inputSize, batch, classes });
  } catch (error) {
    terminal.line(
      `Full fine-tuning with ${batch} images at once cannot be measured here: ${serialiseError(error).message}`,
    );
    return null;
  }
}

async function writeHtml(place: Place, firsts: readonly Trial[]): Promise<void> {
  const html = await withServices(place.library, (context) => renderMethodsReport(context, firsts));
  writeWholeFile(resolve(values.html as string), html);
}

/** Runs the comparison that the command line asks for, and prints it. */
export async function benchMethods(): Promise<void> {
  if (values.help) {
    console.log(help);
    return;
  }
  process.on('SIGINT', interrupts.press);
  try {
    const results: BenchResult[] = [];
    if (values.dataset !== undefined) {
      if (values.library === undefined || values.lpm === undefined) {
        usage('--dataset needs --library DIR and --lpm NAME, the name of an LPM of that library.');
      }
      const { dataset, library, lpm } = values;
      results.push(
        await benchOf({ dataset, library, lpm, chosen: chosenVariants(false), about: 'a data set of yours' }),
      );
    } else {
      for (const name of values.task ?? Object.keys(tasks)) {
        results.push(await benchOf(await prepareTask(name)));
        if (!values.json) console.log(methodLines(results.at(-1) as BenchResult).join('\n'));
      }
    }
    terminal.finish();
    if (values.json) console.log(JSON.stringify(results.map(taskJson), null, 1));
    else if (values.dataset !== undefined) console.log(methodLines(results[0] as BenchResult).join('\n'));
  } catch (error) {
    terminal.finish();
    const { code, message, action } = serialiseError(error);
    process.stderr.write(`error: ${message} [${code}]\n${action}\n`);
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupts.press);
  }
}
