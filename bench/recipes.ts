/**
 * `npm run bench -- --recipes`: does a search find a good recipe?
 *
 *     npm run bench -- --recipes                                      four tasks, 60, 120 and 300 studies, five seeds: most of a day
 *     npm run bench -- --recipes --task mixed --studies 300 --seeds 1
 *     npm run bench -- --recipes --task mixed --studies 60 --seed 3   one piece of it
 *     npm run bench -- --recipes --table                              the table of what is there
 *     npm run bench -- --recipes --task mixed --threads 1             beside another one
 *
 * Each seed has studies of its own to learn from; all are judged on the same fresh ones. Beside the search stand the published defaults, `linear`, and
 * the best of a grid chosen on those fresh studies: a bound that nobody can reach honestly. Every training that ended is a line of rows.jsonl in --out, with
 * its settings and commit: the same command goes on, and a table of a day is gathered in pieces (kept-rows.ts).
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serialiseError } from '../core/base/errors.ts';
import { formatTable } from '../core/cli/format.ts';
import { createInterrupts } from '../core/cli/interrupt.ts';
import { Terminal } from '../core/cli/terminal.ts';
import { type BudgetName, budgetNames, type Candidate, type TrainOptions } from '../core/contract/index.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { planSearch } from '../core/services/recipe/plan.ts';
import { epochsOf } from '../core/services/recipe/trials.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { stepsPerEpoch } from '../core/training/sampler.ts';
import { commandLine } from '../scripts/command-line.ts';
import { KeptRows, numbersOf } from './kept-rows.ts';
import { tasks } from './tasks/index.ts';
import { taskFile } from './tasks/write.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    recipes: { type: 'boolean', default: false },
    task: { type: 'string', multiple: true },
    studies: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '5' },
    /** One of them, or several: instead of a number of them. */
    seed: { type: 'string', multiple: true },
    table: { type: 'boolean', default: false },
    fresh: { type: 'string', default: '200' },
    budget: { type: 'string', default: 'quick' },
    /** The budget whose candidates are the grid; `none` leaves it out. */
    grid: { type: 'string', default: 'thorough' },
    /** Threads of the engine; two tables at once take one each. */
    threads: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output', 'recipes') },
  },
});

const batch = 16;
/** Where the fresh studies of a task begin: no seed learns from them. */
const freshFrom = 100_000;
const fresh = Number(values.fresh);

const terminal = new Terminal({ stream: process.stderr, clock: () => performance.now() });
const interrupts = createInterrupts(
  () => performance.now(),
  () => terminal.line('Stopping after the current step. The same command goes on. Press Ctrl-C again to stop at once.'),
  () => process.exit(1),
);

/** A data set of a task: so many studies to learn from, of a seed of their own. */
interface Cell {
  readonly task: string;
  readonly studies: number;
  readonly seed: number;
}

/** What one model gives on the fresh studies. */
interface Figures {
  readonly auc: number | null;
  readonly accuracy: number | null;
  /** Null where it was stopped and went on: what it took altogether is not known. */
  readonly seconds: number | null;
}

/** One training of a cell. */
interface Row extends Figures {
  readonly winner?: string;
  readonly interval?: readonly [number, number] | null;
}

/** A cell that is done. */
interface Done extends Cell {
  readonly auto: Figures & {
    readonly winner: string;
    /** The 95 % interval of the out-of-fold AUC. */
    readonly interval: readonly [number, number] | null;
  };
  readonly published: Figures;
  readonly linear: Figures;
  readonly grid: (Figures & { readonly winner: string }) | null;
}

function usage(message: string): never {
  console.error(message);
  process.exit(2);
}

async function withLibrary<T>(task: string, work: (context: ServiceContext) => Promise<T>): Promise<T> {
  const services = await openServices({
    library: join(resolve(values.out), task, 'library'),
    mode: 'write',
    engine: 'auto',
    device: 'cpu',
    ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
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

const nameOf = ({ studies, seed }: Cell): string => `${studies} studies, seed ${seed}`;

/** Paints what is not there yet and imports it: four fifths of what it learns from as training, the rest as validation. */
async function importCell(cell: Cell): Promise<void> {
  const { task: name, studies, seed } = cell;
  const task = tasks[name];
  if (task === undefined) return;
  const folder = join(resolve(values.out), name, 'files');
  mkdirSync(folder, { recursive: true });
  const learned = Array.from({ length: studies }, (_, i) => 1000 * seed + i);
  const judged = Array.from({ length: fresh }, (_, i) => freshFrom + i);
  const rows = ['path,label,split'];
  const paths: string[] = [];
  for (const [i, n] of [...learned, ...judged].entries()) {
    const split = i >= studies ? 'test' : i < 0.8 * studies ? 'train' : 'val';
    const path = join(folder, `${n}.dcm`);
    if (!existsSync(path)) writeFileSync(path, taskFile(name, task, n));
    rows.push(`${path},${task.classes[n % task.classes.length]},${split}`);
    paths.push(path);
    terminal.progress({ stage: 'makingStudies', done: i + 1, total: studies + fresh, unit: 'images', note: name });
    await new Promise(setImmediate);
  }
  const labels = join(folder, `${studies}-${seed}.csv`);
  writeFileSync(labels, `${rows.join('\n')}\n`);
  await withLibrary(name, (context) => importPaths(context, { paths, dataset: nameOf(cell), labels }));
}

const rows = new KeptRows<Row>(join(resolve(values.out), 'rows.jsonl'), { budget: values.budget, fresh, batch });
const keyOf = ({ task, studies, seed }: Cell, what: string) => ({ task, studies, seed, what });

/** A training of a cell and what it gives on the fresh studies; kept, or made now. */
async function trained(cell: Cell, name: string, options: Partial<TrainOptions>): Promise<Row> {
  return await rows.get(keyOf(cell, name), async (wasBegun) => {
    await importOnce(cell);
    return await withLibrary(cell.task, async (context) => {
      const model = `${nameOf(cell)}, ${name}`;
      const started = performance.now();
      const report = await trainModel(context, {
        ...{ dataset: nameOf(cell), name: model, seed: cell.seed, batch },
        ...options,
      });
      const seconds = wasBegun ? null : (performance.now() - started) / 1000;
      const { study } = await evaluateModel(context, { model });
      const [won] = report.search?.rows ?? [];
      return {
        ...{ auc: study.auc, accuracy: study.accuracy, seconds },
        ...(won === undefined ? {} : { winner: told(won) }),
        interval: report.crossValidation?.image.aucInterval ?? null,
      };
    });
  });
}

const imported = new Set<string>();
async function importOnce(cell: Cell): Promise<void> {
  const name = `${cell.task} ${nameOf(cell)}`;
  if (imported.has(name)) return;
  await importCell(cell);
  imported.add(name);
}

const told = ({ method, learningRate, steps, weightDecay, augment }: Candidate): string =>
  `${method} ${learningRate} × ${steps}${weightDecay === 0.1 ? '' : `, decay ${weightDecay}`}${augment ? '' : ', not augmented'}`;

/** The candidates of the grid, with what each is called and trained with on the training studies alone. */
function gridOf({ studies }: Cell): { readonly name: string; readonly options: Partial<TrainOptions> }[] {
  if (values.grid === 'none') return [];
  const images = Math.ceil(0.8 * studies);
  const { candidates } = planSearch(values.grid as BudgetName, { seed: 0, folds: 5, images: studies, batch });
  return candidates.map((one) => {
    const { method, learningRate: lr, weightDecay, augment } = one;
    return {
      name: told(one),
      options: { method, lr, weightDecay, augment, epochs: epochsOf(one, stepsPerEpoch(images, batch)) },
    };
  });
}

/** Trains what a cell lacks. */
async function doCell(cell: Cell): Promise<void> {
  await trained(cell, 'auto', { recipe: 'auto', budget: values.budget as BudgetName });
  await trained(cell, 'published', {});
  await trained(cell, 'linear', { method: 'linear', lr: 1e-2, epochs: 80 });
  for (const { name, options } of gridOf(cell)) await trained(cell, name, options);
}

/** A cell whose trainings are all there; of the grid the best by its AUC on the fresh studies. */
function doneOf(cell: Cell): Done | null {
  const [auto, published, linear] = ['auto', 'published', 'linear'].map((what) => rows.of(keyOf(cell, what)));
  if (auto === undefined || published === undefined || linear === undefined) return null;
  const tried = gridOf(cell).map(({ name }) => ({ name, row: rows.of(keyOf(cell, name)) }));
  let best: Done['grid'] = null;
  let seconds: number | null = 0;
  for (const { name, row } of tried) {
    if (row === undefined) return null;
    seconds = seconds === null || row.seconds === null ? null : seconds + row.seconds;
    if (best === null || (row.auc ?? 0) > (best.auc ?? 0)) best = { ...row, winner: name };
  }
  return {
    ...cell,
    auto: { ...auto, winner: auto.winner ?? '–', interval: auto.interval ?? null },
    ...{ published, linear },
    grid: best === null ? null : { ...best, seconds },
  };
}

const figure = (value: number | null): string => value?.toFixed(3) ?? '–';
const whole = (value: number | null): string => value?.toFixed(0) ?? '–';

/** The table of all cells. */
export function recipeLines(done: readonly Done[]): string[] {
  const gaps = done.flatMap(({ auto, grid }) => (grid?.auc == null || auto.auc === null ? [] : [grid.auc - auto.auc]));
  const covered = done.filter(
    ({ auto }) =>
      auto.interval !== null && auto.auc !== null && auto.interval[0] <= auto.auc && auto.auc <= auto.interval[1],
  );
  return [
    ...formatTable(
      [
        ...['task', 'studies', 'seed', 'auto AUC', 'out of fold (95 %)', 'accuracy', 's', 'winner'],
        ...['published', 'accuracy', 'linear', 'best of grid', 's', 'its winner'],
      ],
      done.map(({ task, studies, seed, auto, published, linear, grid }) => [
        ...[task, String(studies), String(seed), figure(auto.auc)],
        auto.interval === null ? '–' : auto.interval.map(figure).join('–'),
        ...[figure(auto.accuracy), whole(auto.seconds), auto.winner],
        ...[figure(published.auc), figure(published.accuracy), figure(linear.auc)],
        ...(grid === null ? ['–', '–', '–'] : [figure(grid.auc), whole(grid.seconds), grid.winner]),
      ]),
    ),
    ...(gaps.length === 0
      ? []
      : [
          `Below the best of the grid on the fresh studies: ${figure(gaps.reduce((a, b) => a + b, 0) / gaps.length)} in the mean, at most ${figure(Math.max(...gaps))}.`,
        ]),
    `The interval of the out-of-fold AUC holds the AUC on ${fresh} fresh studies in ${covered.length} of ${done.length}.`,
  ];
}

/** Measures what the command line asks for and is not there, and prints the table. */
export async function benchRecipes(): Promise<void> {
  const seeds = numbersOf(values.seed, values.seeds);
  const sizes = (values.studies ?? ['60', '120', '300']).map(Number);
  const names = values.task ?? Object.keys(tasks);
  if (seeds === null || ![...sizes, fresh, Number(values.threads ?? 1)].every((n) => Number.isInteger(n) && n > 0))
    usage('--studies, --seeds, --threads and --fresh take whole numbers above 0, --seed one from 0.');
  for (const name of names)
    if (tasks[name] === undefined) usage(`--task ${name}: choose from ${Object.keys(tasks).join(', ')}.`);
  for (const [option, value] of [['--budget', values.budget] as const, ['--grid', values.grid] as const])
    if (!(budgetNames as readonly string[]).includes(value) && !(option === '--grid' && value === 'none'))
      usage(`${option} ${value}: choose from ${budgetNames.join(', ')}.`);
  process.on('SIGINT', interrupts.press);
  const cells = seeds.flatMap((seed) => sizes.flatMap((studies) => names.map((task) => ({ task, studies, seed }))));
  try {
    for (const cell of values.table ? [] : cells) {
      const before = doneOf(cell);
      if (before !== null) continue;
      await doCell(cell);
      terminal.finish();
      const done = doneOf(cell);
      if (done !== null) console.log(recipeLines([done]).slice(0, 2).join('\n'));
    }
    terminal.finish();
    const done = cells.flatMap((cell) => doneOf(cell) ?? []);
    console.log(
      [...recipeLines(done), `${done.length} of ${cells.length} cells are whole. ${rows.commits()}`].join('\n'),
    );
  } catch (error) {
    terminal.finish();
    const { code, message, action } = serialiseError(error);
    process.stderr.write(`error: ${message} [${code}]\n${action}\n`);
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupts.press);
  }
}
