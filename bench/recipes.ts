/**
 * `npm run bench -- --recipes`: does a search find a good recipe?
 *
 *     npm run bench -- --recipes                                      four tasks and the demo, 60, 120 and 300 studies, five seeds: most of a day
 *     npm run bench -- --recipes --task mixed --studies 300 --seeds 1
 *     npm run bench -- --recipes --task mixed --studies 60 --seed 3   one piece of it
 *     npm run bench -- --recipes --table                              the table of what is there
 *     npm run bench -- --recipes --task mixed --threads 1             beside another one
 *     npm run bench -- --recipes --publish                            writes docs/recipe-table.md from what is there
 *
 * Each seed has studies of its own to learn from; all are judged on the same fresh ones. Beside the search stand the published defaults, `linear`, and
 * the best of a grid chosen on those fresh studies: a bound that nobody can reach honestly. A grid ends at a recipe that orders every pair of them rightly, for
 * none can be better. Every training that ended is a line of rows.jsonl in --out, with
 * its settings and commit: the same command goes on, and a table of a day is gathered in pieces (kept-rows.ts). Rows of the project, bench/rows/recipes.jsonl,
 * count as there; --publish adds those of --out to them.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serialiseError } from '../core/base/errors.ts';
import { formatTable } from '../core/cli/format.ts';
import { createInterrupts } from '../core/cli/interrupt.ts';
import { Terminal } from '../core/cli/terminal.ts';
import { type BudgetName, budgetNames, type TrainOptions } from '../core/contract/index.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { commandLine } from '../scripts/command-line.ts';
import { KeptRows, numbersOf } from './kept-rows.ts';
import { publishedRows, recipePage, recipePagePath, recipeSeeds, recipeSettings, recipeSizes } from './recipe-page.ts';
import { type Cell, nameOf, recipeSets, writeCell } from './recipe-sets.ts';
import {
  type DoneCell,
  doneOf,
  gridOf,
  isPerfect,
  keyOf,
  type RecipeRow,
  recipeBatch,
  recipeCells,
  recipeHeadings,
  recipeSummary,
  told,
} from './recipe-table.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    recipes: { type: 'boolean', default: false },
    task: { type: 'string', multiple: true },
    studies: { type: 'string', multiple: true },
    seeds: { type: 'string', default: String(recipeSeeds) },
    /** One of them, or several: instead of a number of them. */
    seed: { type: 'string', multiple: true },
    table: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    fresh: { type: 'string', default: '200' },
    budget: { type: 'string', default: 'quick' },
    /** The budget whose candidates are the grid; `none` leaves it out. */
    grid: { type: 'string', default: 'thorough' },
    /** Threads of the engine; two tables at once take one each. */
    threads: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output', 'recipes') },
  },
});

const fresh = Number(values.fresh);

const terminal = new Terminal({ stream: process.stderr, clock: () => performance.now() });
const interrupts = createInterrupts(
  () => performance.now(),
  () => terminal.line('Stopping after the current step. The same command goes on. Press Ctrl-C again to stop at once.'),
  () => process.exit(1),
);

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

/** Paints what is not there yet and imports it. */
async function importCell(cell: Cell): Promise<void> {
  const folder = join(resolve(values.out), cell.task, 'files');
  const files = await writeCell(cell, fresh, folder, terminal.progress);
  await withLibrary(cell.task, (context) => importPaths(context, { ...files, dataset: nameOf(cell) }));
}

const settings = { budget: values.budget, fresh, batch: recipeBatch };
const rows = new KeptRows<RecipeRow>(join(resolve(values.out), 'rows.jsonl'), settings, [publishedRows]);
const grid = values.grid as BudgetName | 'none';
const done = (cell: Cell): DoneCell | null => doneOf(rows, cell, grid);

/** A training of a cell and what it gives on the fresh studies; kept, or made now. */
async function trained(cell: Cell, name: string, options: Partial<TrainOptions>): Promise<RecipeRow> {
  return await rows.get(keyOf(cell, name), async (wasBegun) => {
    await importOnce(cell);
    return await withLibrary(cell.task, async (context) => {
      const model = `${nameOf(cell)}, ${name}`;
      const started = performance.now();
      const report = await trainModel(context, {
        ...{ dataset: nameOf(cell), name: model, seed: cell.seed, batch: recipeBatch },
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

/** Trains what a cell lacks. */
async function doCell(cell: Cell): Promise<void> {
  await trained(cell, 'auto', { recipe: 'auto', budget: values.budget as BudgetName });
  await trained(cell, 'published', {});
  await trained(cell, 'linear', { method: 'linear', lr: 1e-2, epochs: 80 });
  for (const { name, options } of gridOf(cell, grid)) if (isPerfect(await trained(cell, name, options))) break;
}

/** The table of some cells, as text. */
function linesOf(cells: readonly DoneCell[]): string[] {
  return formatTable(recipeHeadings, cells.map(recipeCells));
}

/** Puts the rows that ended beside those of the project, and writes its page. */
function publish(): void {
  const [own, wanted] = [settings, recipeSettings].map((some) => JSON.stringify(some));
  if (own !== wanted) usage(`--publish writes the table of ${wanted}, and would lose its rows to those of ${own}.`);
  const all = rows.write(publishedRows);
  writeFileSync(recipePagePath, recipePage(new KeptRows<RecipeRow>(publishedRows, recipeSettings)));
  console.log(`Wrote ${all} rows to ${publishedRows}, and ${recipePagePath}.`);
}

/** Measures what the command line asks for and is not there, and prints the table. */
export async function benchRecipes(): Promise<void> {
  const seeds = numbersOf(values.seed, values.seeds);
  const sizes = values.studies?.map(Number) ?? recipeSizes;
  const names = values.task ?? recipeSets;
  if (seeds === null || ![...sizes, fresh, Number(values.threads ?? 1)].every((n) => Number.isInteger(n) && n > 0))
    usage('--studies, --seeds, --threads and --fresh take whole numbers above 0, --seed one from 0.');
  for (const name of names)
    if (!recipeSets.includes(name)) usage(`--task ${name}: choose from ${recipeSets.join(', ')}.`);
  for (const [option, value] of [['--budget', values.budget] as const, ['--grid', values.grid] as const])
    if (!(budgetNames as readonly string[]).includes(value) && !(option === '--grid' && value === 'none'))
      usage(`${option} ${value}: choose from ${budgetNames.join(', ')}.`);
  if (values.publish) return publish();
  process.on('SIGINT', interrupts.press);
  const cells = seeds.flatMap((seed) => sizes.flatMap((studies) => names.map((task) => ({ task, studies, seed }))));
  try {
    for (const cell of values.table ? [] : cells) {
      if (done(cell) !== null) continue;
      await doCell(cell);
      terminal.finish();
      const made = done(cell);
      if (made !== null) console.log(linesOf([made]).join('\n'));
    }
    terminal.finish();
    const whole = cells.flatMap((cell) => done(cell) ?? []);
    const count = `${whole.length} of ${cells.length} cells are whole. ${rows.commits()}`;
    console.log([...linesOf(whole), ...recipeSummary(whole, fresh), count].join('\n'));
  } catch (error) {
    terminal.finish();
    const { code, message, action } = serialiseError(error);
    process.stderr.write(`error: ${message} [${code}]\n${action}\n`);
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupts.press);
  }
}
