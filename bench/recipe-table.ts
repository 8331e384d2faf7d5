/** What a table of recipes says of the rows that were kept: of each cell the search, the published recipe, `linear`, and the best of a grid. */
import type { BudgetName, Candidate, TrainOptions } from '../core/contract/index.ts';
import { planSearch } from '../core/services/recipe/plan.ts';
import { epochsOf } from '../core/services/recipe/trials.ts';
import { stepsPerEpoch } from '../core/training/sampler.ts';
import type { KeptRows, RowKey } from './kept-rows.ts';
import { type Cell, filesOf } from './recipe-sets.ts';

/** What one model gives on the fresh studies. */
interface Figures {
  readonly auc: number | null;
  readonly accuracy: number | null;
  /** Null where it was stopped and went on: what it took altogether is not known. */
  readonly seconds: number | null;
}

/** One training of a cell. */
export interface RecipeRow extends Figures {
  readonly winner?: string;
  readonly interval?: readonly [number, number] | null;
}

/** A cell that is done. */
export interface DoneCell extends Cell {
  readonly auto: Figures & {
    readonly winner: string;
    /** The 95 % interval of the out-of-fold AUC. */
    readonly interval: readonly [number, number] | null;
  };
  readonly published: Figures;
  readonly linear: Figures;
  readonly grid: (Figures & { readonly winner: string }) | null;
}

/** Images of a step. */
export const recipeBatch = 16;

/** The trainings beside the grid. */
export const recipeBeside = ['auto', 'published', 'linear'] as const;

export const keyOf = ({ task, studies, seed }: Cell, what: string): RowKey => ({ task, studies, seed, what });

export const told = ({ method, learningRate, steps, weightDecay, augment }: Candidate): string =>
  `${method} ${learningRate} × ${steps}${weightDecay === 0.1 ? '' : `, decay ${weightDecay}`}${augment ? '' : ', not augmented'}`;

/** The candidates of a budget, with what each is called and trained with on the training studies alone; none for `none`. */
export function gridOf(
  cell: Cell,
  grid: BudgetName | 'none',
): { readonly name: string; readonly options: Partial<TrainOptions> }[] {
  if (grid === 'none') return [];
  const files = filesOf(cell, 0);
  const learning = files.filter(({ split }) => split === 'train').length;
  const plan = { seed: 0, folds: 5, images: files.length, batch: recipeBatch };
  return planSearch(grid, plan).candidates.map((one) => {
    const { method, learningRate: lr, weightDecay, augment } = one;
    const epochs = epochsOf(one, stepsPerEpoch(learning, recipeBatch));
    return { name: told(one), options: { method, lr, weightDecay, augment, epochs } };
  });
}

/** Whether no other recipe can be better: every pair of fresh studies is in order. */
export const isPerfect = ({ auc }: Pick<Figures, 'auc'>): boolean => auc === 1;

/** A cell whose trainings are all there; of the grid the best by its AUC on the fresh studies. Where one of it is perfect, nothing is missing that could change that. */
export function doneOf(rows: Pick<KeptRows<RecipeRow>, 'of'>, cell: Cell, grid: BudgetName | 'none'): DoneCell | null {
  const [auto, published, linear] = recipeBeside.map((what) => rows.of(keyOf(cell, what)));
  if (auto === undefined || published === undefined || linear === undefined) return null;
  const tried = gridOf(cell, grid).map(({ name }) => ({ name, row: rows.of(keyOf(cell, name)) }));
  let best: DoneCell['grid'] = null;
  /** Of the recipes that were trained: a grid that ended early took less than the others would. */
  let seconds: number | null = 0;
  for (const { name, row } of tried) {
    if (row === undefined) return null;
    seconds = seconds === null || row.seconds === null ? null : seconds + row.seconds;
    if (best === null || (row.auc ?? 0) > (best.auc ?? 0)) best = { ...row, winner: name };
    if (isPerfect(best)) break;
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

export const recipeHeadings = [
  ...['task', 'studies', 'seed', 'auto AUC', 'out of fold (95 %)', 'accuracy', 's', 'winner'],
  ...['published', 'accuracy', 'linear', 'best of grid', 's', 'its winner'],
] as const;

/** A line of the table. */
export function recipeCells({ task, studies, seed, auto, published, linear, grid }: DoneCell): string[] {
  return [
    ...[task, String(studies), String(seed), figure(auto.auc)],
    auto.interval === null ? '–' : auto.interval.map(figure).join('–'),
    ...[figure(auto.accuracy), whole(auto.seconds), auto.winner],
    ...[figure(published.auc), figure(published.accuracy), figure(linear.auc)],
    ...(grid === null ? ['–', '–', '–'] : [figure(grid.auc), whole(grid.seconds), grid.winner]),
  ];
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const differences = (done: readonly DoneCell[], of: (cell: DoneCell) => number | null): number[] =>
  done.flatMap((cell) => {
    const other = of(cell);
    return other === null || cell.auto.auc === null ? [] : [cell.auto.auc - other];
  });

/** What the table says in all, a sentence each. */
export function recipeSummary(done: readonly DoneCell[], fresh: number): string[] {
  if (done.length === 0) return [];
  const covered = done.filter(
    ({ auto }) =>
      auto.interval !== null && auto.auc !== null && auto.interval[0] <= auto.auc && auto.auc <= auto.interval[1],
  );
  const behind = differences(done, ({ grid }) => grid?.auc ?? null).map((difference) => -difference);
  const ahead = (
    [
      ['the published recipe', differences(done, ({ published }) => published.auc)],
      ['linear', differences(done, ({ linear }) => linear.auc)],
    ] as const
  ).filter(([, gains]) => gains.length > 0);
  return [
    ...(behind.length === 0
      ? []
      : [
          `Below the best of the grid on the fresh studies: ${figure(mean(behind))} in the mean, at most ${figure(Math.max(...behind))}.`,
        ]),
    ...ahead.map(
      ([name, gains]) =>
        `Above ${name}: ${figure(mean(gains))} in the mean, at least ${figure(Math.min(...gains))}, at most ${figure(Math.max(...gains))}.`,
    ),
    `The interval of the out-of-fold AUC holds the AUC on ${fresh} fresh studies in ${covered.length} of ${done.length}.`,
  ];
}
