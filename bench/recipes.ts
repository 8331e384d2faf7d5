/**
 * `npm run bench -- --recipes`: does a search find a good recipe?
 *
 *     npm run bench -- --recipes                                      four tasks, 60, 120 and 300 studies, five seeds: most of a day
 *     npm run bench -- --recipes --task mixed --studies 300 --seeds 1
 *
 * Each seed has studies of its own to learn from; all are judged on the same fresh ones. Beside the search stand the published defaults, `linear`, and
 * the best of a grid chosen on those fresh studies: a bound that nobody can reach honestly. What is done is kept in --out: the same command goes on.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serialiseError } from '../core/base/errors.ts';
import { formatTable } from '../core/cli/format.ts';
import { createInterrupts } from '../core/cli/interrupt.ts';
import { Terminal } from '../core/cli/terminal.ts';
import { type BudgetName, budgetNames, type Candidate, type TrainOptions } from '../core/contract/index.ts';
import { writeWholeFile } from '../core/disk/index.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { planSearch } from '../core/services/recipe/plan.ts';
import { epochsOf } from '../core/services/recipe/trials.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { stepsPerEpoch } from '../core/training/sampler.ts';
import { commandLine } from '../scripts/command-line.ts';
import { tasks } from './tasks/index.ts';
import { taskFile } from './tasks/write.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    recipes: { type: 'boolean', default: false },
    task: { type: 'string', multiple: true },
    studies: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '5' },
    fresh: { type: 'string', default: '200' },
    budget: { type: 'string', default: 'quick' },
    /** The budget whose candidates are the grid; `none` leaves it out. */
    grid: { type: 'string', default: 'thorough' },
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
  readonly seconds: number;
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
  if (task === undefined) usage(`--task ${name}: choose from ${Object.keys(tasks).join(', ')}.`);
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

async function trained(cell: Cell, name: string, options: Partial<TrainOptions>) {
  return await withLibrary(cell.task, async (context) => {
    const model = `${nameOf(cell)}, ${name}`;
    const started = performance.now();
    const report = await trainModel(context, {
      ...{ dataset: nameOf(cell), name: model, seed: cell.seed, batch },
      ...options,
    });
    const seconds = (performance.now() - started) / 1000;
    const { study } = await evaluateModel(context, { model });
    return { report, figures: { auc: study.auc, accuracy: study.accuracy, seconds } };
  });
}

const told = ({ method, learningRate, steps, weightDecay, augment }: Candidate): string =>
  `${method} ${learningRate} × ${steps}${weightDecay === 0.1 ? '' : `, decay ${weightDecay}`}${augment ? '' : ', not augmented'}`;

/** The best of the candidates of a budget, each trained on the training studies alone, by its AUC on the fresh ones. */
async function bestOfGrid(cell: Cell, budget: BudgetName): Promise<Done['grid']> {
  const images = Math.ceil(0.8 * cell.studies);
  const { candidates } = planSearch(budget, { seed: 0, folds: 5, images: cell.studies, batch });
  let best: Done['grid'] = null;
  let seconds = 0;
  for (const one of candidates) {
    const { method, learningRate: lr, weightDecay, augment } = one;
    const epochs = epochsOf(one, stepsPerEpoch(images, batch));
    const { figures } = await trained(cell, told(one), { method, lr, weightDecay, augment, epochs });
    seconds += figures.seconds;
    if (best === null || (figures.auc ?? 0) > (best.auc ?? 0)) best = { ...figures, winner: told(one) };
  }
  return best === null ? null : { ...best, seconds };
}

async function doCell(cell: Cell): Promise<Done> {
  await importCell(cell);
  const auto = await trained(cell, 'auto', { recipe: 'auto', budget: values.budget as BudgetName });
  const published = await trained(cell, 'published', {});
  const linear = await trained(cell, 'linear', { method: 'linear', lr: 1e-2, epochs: 80 });
  const [won] = auto.report.search?.rows ?? [];
  const image = auto.report.crossValidation?.image;
  return {
    ...cell,
    auto: {
      ...auto.figures,
      winner: won === undefined ? '–' : told(won),
      interval: image?.aucInterval ?? null,
    },
    published: published.figures,
    linear: linear.figures,
    grid: values.grid === 'none' ? null : await bestOfGrid(cell, values.grid as BudgetName),
  };
}

const figure = (value: number | null): string => value?.toFixed(3) ?? '–';

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
        ...[figure(auto.accuracy), auto.seconds.toFixed(0), auto.winner],
        ...[figure(published.auc), figure(published.accuracy), figure(linear.auc)],
        ...(grid === null ? ['–', '–', '–'] : [figure(grid.auc), grid.seconds.toFixed(0), grid.winner]),
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

/** Measures what the command line asks for, and prints it. */
export async function benchRecipes(): Promise<void> {
  const seeds = Number(values.seeds);
  const sizes = (values.studies ?? ['60', '120', '300']).map(Number);
  if (![...sizes, seeds, fresh].every((n) => Number.isInteger(n) && n > 0))
    usage('--studies, --seeds and --fresh take whole numbers above 0.');
  for (const [option, value] of [['--budget', values.budget] as const, ['--grid', values.grid] as const])
    if (!(budgetNames as readonly string[]).includes(value) && !(option === '--grid' && value === 'none'))
      usage(`${option} ${value}: choose from ${budgetNames.join(', ')}.`);
  process.on('SIGINT', interrupts.press);
  const kept = join(resolve(values.out), 'done.json');
  const done: Done[] = existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as Done[]) : [];
  try {
    for (let seed = 0; seed < seeds; seed++) {
      for (const studies of sizes) {
        for (const task of values.task ?? Object.keys(tasks)) {
          if (done.some((one) => one.task === task && one.studies === studies && one.seed === seed)) continue;
          done.push(await doCell({ task, studies, seed }));
          writeWholeFile(kept, JSON.stringify(done, null, 1));
          terminal.finish();
          console.log(recipeLines(done.slice(-1)).slice(0, 2).join('\n'));
        }
      }
    }
    terminal.finish();
    console.log(recipeLines(done).join('\n'));
  } catch (error) {
    terminal.finish();
    const { code, message, action } = serialiseError(error);
    process.stderr.write(`error: ${message} [${code}]\n${action}\n`);
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupts.press);
  }
}
