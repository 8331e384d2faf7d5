/** A search as it is told: a row for each candidate. */
import type { Candidate, RecipeSearch, SearchRound, SearchSummary } from '../../contract/index.ts';
import { standings } from './halving.ts';

/** The summary of a search that has a winner; of one that goes on, as far as it is. */
export function summaryOf({ plan, trials, winner }: RecipeSearch): SearchSummary {
  const told = new Set<number>();
  const rows: SearchSummary['rows'] = [];
  for (let round = plan.rounds.length - 1; round >= 0; round--) {
    const { folds, steps } = plan.rounds[round] as SearchRound;
    for (const { candidate, skill, auc } of standings(trials, round)) {
      if (told.has(candidate)) continue;
      told.add(candidate);
      rows.push({
        ...(plan.candidates[candidate] as Candidate),
        round: round + 1,
        ...{ folds, steps, auc },
        skill: Number.isFinite(skill) ? skill : null,
      });
    }
  }
  const won = winner === null ? undefined : plan.candidates[winner];
  const isWinner = (row: Candidate): boolean =>
    row.method === won?.method &&
    row.learningRate === won.learningRate &&
    row.weightDecay === won.weightDecay &&
    row.augment === won.augment;
  return {
    budget: plan.budget,
    folds: plan.folds,
    images: plan.images,
    rounds: plan.rounds.length,
    trainings: trials.length,
    rows: [...rows.filter(isWinner), ...rows.filter((row) => !isWinner(row))],
  };
}
