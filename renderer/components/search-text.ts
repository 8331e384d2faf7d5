/** A search among recipes in words and as a table: one text for the screen "Train" and the model card. */
import type { Method, SearchSummary } from '../../core/contract/index.ts';
import { i18n } from '../i18n/index.svelte.ts';

const methodName = (method: Method): string => i18n.words.train.methods[method].name;

/** A rate with all of its digits. */
const exact = (value: number): string => i18n.number(value, (String(value).split('.')[1] ?? '').length);

/** How much was tried, and why the winner won. */
export function searchSentences(search: SearchSummary): string[] {
  const words = i18n.words.train.recipe;
  const [won] = search.rows;
  return [
    words.tried(search.trainings, search.folds, search.images),
    ...(search.seed === undefined ? [] : [words.seed(String(search.seed))]),
    ...(search.methods === undefined ? [] : [words.asked(search.methods.map(methodName).join(', '))]),
    ...(won === undefined || won.skill === null ? [] : [words.why(methodName(won.method), i18n.percent(won.skill))]),
  ];
}

/** Heads of the columns of `searchRows`. */
export function searchHead(): string[] {
  const { columns } = i18n.words.train.recipe;
  return [
    '',
    columns.method,
    columns.rate,
    columns.decay,
    columns.augment,
    columns.steps,
    columns.round,
    columns.folds,
    columns.skill,
    columns.auc,
  ];
}

/** A row for each recipe, the one that won first. */
export function searchRows(search: SearchSummary): string[][] {
  const words = i18n.words.train.recipe;
  return search.rows.map((row, place) => [
    place === 0 ? words.won : '',
    methodName(row.method),
    exact(row.learningRate),
    exact(row.weightDecay),
    row.augment ? words.yes : words.no,
    i18n.number(row.steps),
    `${row.round} / ${search.rounds}`,
    String(row.folds),
    row.skill === null ? words.diverged : i18n.number(row.skill, 3),
    row.auc === null ? '–' : i18n.number(row.auc, 3),
  ]);
}
