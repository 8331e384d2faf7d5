/** A search as it is told: a row for each candidate. */
import type { Candidate, RecipeSearch, SearchSummary } from '../../contract/index.ts';
import { standings } from './halving.ts';

/** The summary of a search that has a winner; of one that goes on, as far as it is. */
export function summaryOf({ plan, trials, winner }: RecipeSearch): SearchSummary {
  const told = new Set<number>();
  const rows: { readonly candidate: number; readonly row: SearchSummary['rows'][number] }[] = [];
  for (const [round, { folds }] of [...plan.rounds.entries()].reverse()) {
    for (const { candidate, skill, auc } of standings(trials, folds)) {
      if (told.has(candidate)) continue;
      told.add(candidate);
      const row = { ...(plan.candidates[candidate] as Candidate), round: round + 1, folds, auc };
      rows.push({ candidate, row: { ...row, skill: Number.isFinite(skill) ? skill : null } });
    }
  }
  const isWinner = ({ candidate }: { readonly candidate: number }): boolean => candidate === winner;
  return {
    budget: plan.budget,
    ...(plan.methods === undefined ? {} : { methods: plan.methods }),
    folds: plan.folds,
    images: plan.images,
    seed: plan.seed,
    rounds: plan.rounds.length,
    trainings: trials.length,
    rows: [...rows.filter(isWinner), ...rows.filter((one) => !isWinner(one))].map(({ row }) => row),
  };
}
