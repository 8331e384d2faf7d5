/**
 * Recipes: who chooses how a model is trained, and what a search among recipes found.
 *
 * `published`: the settings of the paper or those that are named. `auto`: a search on the user's own data, within a budget that is counted in
 * steps, so that the same data, seed and budget give the same model on a fast machine and on a slow one.
 */
import { z } from 'zod';
import { methodSchema } from './names.ts';

export const recipeNames = ['auto', 'published'] as const;
export const recipeNameSchema = z.enum(recipeNames);
export type RecipeName = z.infer<typeof recipeNameSchema>;

export const budgetNames = ['quick', 'thorough', 'overnight'] as const;
export const budgetNameSchema = z.enum(budgetNames);
export type BudgetName = z.infer<typeof budgetNameSchema>;

/** What each budget means, for people. */
export const budgetMeaning: Readonly<Record<BudgetName, string>> = {
  quick: 'a few recipes, some minutes',
  thorough: 'more recipes and longer trainings, about five times as long',
  overnight: 'still more of both, about thirty times as long',
};

const count = z.int().nonnegative();

/** Options of a training that a search decides, so that naming one of them is choosing a recipe of one's own. */
export const searchedOptions = [
  'method',
  'epochs',
  'lr',
  'weightDecay',
  'augment',
  'earlyStop',
  'folds',
  'rank',
  'alpha',
  'bottleneck',
  'prompts',
  'blocks',
] as const;

/** What a search varies. */
export const candidateSchema = z.strictObject({
  method: methodSchema,
  learningRate: z.number().positive(),
  weightDecay: z.number().nonnegative(),
  /** Whether the side network's image is cut and changed at random; of no meaning for methods without an image. */
  augment: z.boolean(),
  /** Steps of a training: made in whole epochs. */
  steps: z.int().positive(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** A round of a search: each of its candidates has answered each of the first folds when it ends. */
export const roundSchema = z.strictObject({ candidates: z.int().positive(), folds: z.int().positive() });
export type SearchRound = z.infer<typeof roundSchema>;

/** Trainings at once, each by an engine of its own: so many at most, with so many threads each. */
export const sideBySideSchema = z.strictObject({ lanes: z.int().positive(), threads: z.int().positive() });
export type SideBySide = z.infer<typeof sideBySideSchema>;

/** Everything that is decided before a search begins. */
export const searchPlanSchema = z.strictObject({
  budget: budgetNameSchema,
  /** The methods that were asked for, in the order of the contract; left out where they are those of the budget. */
  methods: z.array(methodSchema).min(1).optional(),
  seed: count,
  /** Folds that the patients of training and validation are dealt to. */
  folds: z.int().min(2),
  /** Images of those patients that can be read. */
  images: count,
  /** Places in the version of those that could not be read when the search began; left out where all could. */
  leftOut: z.array(count).min(1).optional(),
  candidates: z.array(candidateSchema).min(1),
  /** The first round has all candidates, each later one the best of the one before. */
  rounds: z.array(roundSchema).min(1),
  /** How small trainings run at once, decided when the search began; left out where they run one after the other. */
  sideBySide: sideBySideSchema.optional(),
});
export type SearchPlan = z.infer<typeof searchPlanSchema>;

/** One training of a search: a candidate learned from all folds but one and answered that one. */
export const trialSchema = z.strictObject({
  /** Place in the list of candidates. */
  candidate: count,
  fold: count,
  /** Which training of that fold it is, from 1: one that was stuck is trained again from another start. */
  attempt: z.int().positive().default(1),
  /** Steps that were made. */
  steps: count,
  /** Images that it answered. */
  answers: count,
  /** The mean loss of those answers at their best temperature; null where training diverged. */
  loss: z.number().nullable(),
  /** The mean loss of answering with the shares of the labels it learned from. */
  guessLoss: z.number(),
  /** AUC of the answers (of findings their mean); null where a label is missing among them, and of numbers. */
  auc: z.number().nullable(),
  /** Mean loss of the last epoch over what it learned from; null where training diverged. */
  trainLoss: z.number().nullable(),
  /** What answering with the shares of those labels would have lost there; null where training diverged or the criterion defines none. */
  trainGuessLoss: z.number().nullable().default(null),
});
export type Trial = z.infer<typeof trialSchema>;

/** A search: what was planned, what was tried, and what won. */
export const recipeSearchSchema = z.strictObject({
  plan: searchPlanSchema,
  trials: z.array(trialSchema),
  /** The place of the winner among the candidates; null while it goes on. */
  winner: count.nullable(),
});
export type RecipeSearch = z.infer<typeof recipeSearchSchema>;

/** How one candidate fared, as of the last round that it was in. */
const searchRowSchema = z.object({
  ...candidateSchema.shape,
  /** The last round that it was in, from 1. */
  round: z.int().positive(),
  /** Folds that it answered. */
  folds: count,
  /** The share of the loss of guessing that its answers took away: 1 at best, 0 for guessing; null where a training diverged. */
  skill: z.number().nullable(),
  auc: z.number().nullable(),
});

/** A search as it is told: candidates, the one that won first, then by rounds and skill. */
export const searchSummarySchema = z.object({
  budget: budgetNameSchema,
  /** The methods that were asked for; left out where they are those of the budget. */
  methods: z.array(methodSchema).optional(),
  folds: z.int().positive(),
  images: count,
  /** Of the deal to folds and of the trainings; left out in reports of before. */
  seed: count.optional(),
  rounds: z.int().positive(),
  /** Trainings that were made to choose. */
  trainings: count,
  rows: z.array(searchRowSchema),
});
export type SearchSummary = z.infer<typeof searchSummarySchema>;
