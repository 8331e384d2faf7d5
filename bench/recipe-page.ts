/** docs/recipe-table.md: the recipes that searches found beside others, from the rows that the project keeps. */
import { join } from 'node:path';
import type { KeptRows } from './kept-rows.ts';
import { type Cell, recipeSets } from './recipe-sets.ts';
import {
  type DoneCell,
  doneOf,
  type RecipeRow,
  recipeBatch,
  recipeCells,
  recipeHeadings,
  recipeSummary,
} from './recipe-table.ts';

export const publishedRows = join(import.meta.dirname, 'rows', 'recipes.jsonl');
export const recipePagePath = join(import.meta.dirname, '..', 'docs', 'recipe-table.md');

export const recipeSizes: readonly number[] = [60, 120, 300];
export const recipeSeeds = 5;
const fresh = 200;
export const recipeSettings = { budget: 'quick', fresh, batch: recipeBatch };

const cellsOf = (task: string): Cell[] =>
  Array.from({ length: recipeSeeds }, (_, seed) => seed).flatMap((seed) =>
    recipeSizes.map((studies) => ({ task, studies, seed })),
  );

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
/** Times are not told: rows are gathered beside other work. */
const isTold = (_: string, c: number): boolean => recipeHeadings[c] !== 's';

/** The page of all cells that are whole. */
export function recipePage(rows: KeptRows<RecipeRow>): string {
  const sets = recipeSets.map((task) => ({ task, cells: cellsOf(task) }));
  const done: DoneCell[] = [];
  const counts = sets.map(({ task, cells }) => {
    const whole = cells.flatMap((cell) => doneOf(rows, cell, 'thorough') ?? []);
    done.push(...whole);
    return `${task} ${whole.length} of ${cells.length}`;
  });
  const headings = recipeHeadings.filter(isTold);
  return `<!-- Written by \`npm run bench -- --recipes --publish\`; do not edit. -->

# Recipes that were found, beside others

What a quick search (\`--recipe auto\`, [the default](recipe.md)) finds on made data sets, each of so many studies and judged on ${fresh} fresh ones that no recipe was chosen by. Beside it stand FPT+
exactly as published, \`linear\` (80 epochs at 0.01), and **the best of the 18 recipes of a thorough search, chosen on the fresh studies themselves**: a bound that nobody can reach honestly.
Where one of them orders every pair of fresh studies rightly, those after it are not trained: none can be better.

- *specks*, *nodules*, *grades* and *mixed* are made tasks that nothing was tuned on (\`bench/tasks\`), *demo* is the demo's set with other patients. A fifth of the studies is validation.
- AUC is of studies, one class against the rest in the mean; *out of fold* is the interval that the search itself promises, from its own patients.
- The LPM in the box at 512 px, two engine threads or one. Cells are whole so far: ${counts.join(', ')}.

${recipeSummary(done, fresh).join('\n\n')}

${line(headings)}
${line(headings.map(() => '---'))}
${done.map((cell) => line(recipeCells(cell).filter(isTold))).join('\n')}

${rows.commits()}

    npm run bench -- --recipes            # goes on with the cells that are missing
    npm run bench -- --recipes --publish  # adds its rows to bench/rows/recipes.jsonl and writes this page
`;
}
