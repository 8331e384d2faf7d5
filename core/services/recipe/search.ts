/**
 * The search for a recipe: what is tried on a data set, and which recipe wins.
 *
 * Only patients of training and validation are learned from and answered; nobody of the test part is looked at. Work is counted in steps, so a
 * search has the same winner on every machine that computes the same numbers, however long it takes. Each training that ended is kept: a
 * search that was stopped or killed goes on after the last of them.
 */
import { counted } from '../../base/counted.ts';
import { AppError, invariant } from '../../base/errors.ts';
import type {
  Candidate,
  CriterionName,
  DatasetVersion,
  Method,
  Normalisation,
  ReadingPrecision,
  SearchPlan,
  TokenRule,
  Trial,
  VersionImage,
} from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { methodLayers } from '../../models/index.ts';
import {
  addTrial,
  beginSearch,
  endSearch,
  rangeRuleOfVersion,
  type StoredSearch,
  versionImages,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { criteria } from '../../training/criteria/index.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { prepareTogether } from '../features/read-together.ts';
import type { Features } from '../features/source-features.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { dealAsMany, foldsWanted } from '../training/folds.ts';
import { memberSeed, mostAttempts } from '../training/stuck-members.ts';
import { isStuckTrial, standings, survivors } from './halving.ts';
import { planSearch } from './plan.ts';
import { type TrialAnswers, type TrialSettings, Trials } from './trials.ts';

/** What a search is asked, besides its data and its LPM. */
export interface SearchRequest extends TrialSettings {
  readonly budget: SearchPlan['budget'];
  /** The methods that are tried, each once and in the order of the contract; those of the budget where left out. */
  readonly methods?: readonly Method[];
  readonly seed: number;
  readonly tokens: TokenRule;
  readonly normalisation: Normalisation;
  readonly criterion: CriterionName;
  readonly precision?: ReadingPrecision;
}

/** What is said where there are not two folds, and what to do then. */
const noSearch = {
  what: 'No recipe can be searched for',
  action: 'Label more patients, or train with --recipe published, which needs no folds.',
};

/** Who learns and who answers. */
interface SearchData {
  readonly version: DatasetVersion;
  readonly lpm: LibraryLpm;
  /** The images of training and validation. */
  readonly images: readonly VersionImage[];
  /** The fold of each. */
  readonly folds: readonly number[];
}

/**
 * Searches, or goes on with a search of the same version, LPM, request and plan; gives one that has a winner.
 * @param planner what is tried: that of the budgets unless told
 * @throws SPLIT_IMPOSSIBLE where patients cannot be dealt to two folds; TRAINING_DIVERGED where every candidate did; DISK_FULL, CANCELLED,
 *   ENGINE_FAILED
 */
export async function searchRecipe(
  context: ServiceContext,
  version: DatasetVersion,
  lpm: LibraryLpm,
  request: SearchRequest,
  planner: typeof planSearch = planSearch,
): Promise<StoredSearch & { readonly winner: number }> {
  const images = versionImages(context.library.db, version.id).filter(({ split }) => split !== 'test');
  const folds = dealAsMany(images, { ...version, seed: request.seed }, noSearch, (count, why) =>
    context.log.log('warn', `Patients are dealt to ${count} folds instead of ${foldsWanted}: ${why}`),
  );
  const plan = planner(request.budget, {
    seed: request.seed,
    folds: Math.max(...folds) + 1,
    images: images.length,
    batch: request.batch,
    methods: request.methods,
  });
  const db = context.library.writer;
  const facts = [version.id, version.contentHash, lpm.record.hash, context.precision, request, plan];
  const key = sha256(new TextEncoder().encode(JSON.stringify(facts)));
  const search = beginSearch(db, key, { versionId: version.id, plan, now: timeOf(context) });
  if (search.winner !== null) return { ...search, winner: search.winner };
  const trials = await tryAll(context, { version, lpm, images, folds }, request, search);
  const [best] = standings(trials, plan.rounds.at(-1)?.folds ?? 0);
  if (best === undefined || best.skill === Number.NEGATIVE_INFINITY) throw allDiverged(plan.candidates);
  endSearch(db, search.id, best.candidate);
  return { ...search, trials: [...trials], winner: best.candidate };
}

/** The recipe that won. */
export function winnerOf({ plan, winner }: StoredSearch & { readonly winner: number }): Candidate {
  const won = plan.candidates[winner];
  invariant(won !== undefined, 'the winner of a search is one of its candidates');
  return won;
}

/** Every training of the plan that has not ended yet, round by round. Gives all of them. */
async function tryAll(
  context: ServiceContext,
  data: SearchData,
  request: SearchRequest,
  { id, plan, trials: ended }: StoredSearch,
): Promise<readonly Trial[]> {
  const features = await prepareAll(context, data, request, plan);
  const bench = new Trials(context, {
    version: data.version,
    lpm: data.lpm,
    settings: request,
    features: (method) => features.get(method) as Features,
  });
  const trials = [...ended];
  let [done, total] = [0, stepsOf(plan, plan.rounds[0] as SearchPlan['rounds'][number], [...plan.candidates.keys()])];
  /** A training, made now unless it ended before. */
  const trained = async (place: TrialPlace, round: number): Promise<Trial> => {
    const recipe = plan.candidates[place.candidate] as Candidate;
    const told = (now: number): void =>
      context.progress({
        stage: 'searching',
        done: done + Math.min(now, recipe.steps),
        total,
        unit: 'steps',
        note: `round ${round + 1} of ${plan.rounds.length}, ${recipe.method} at ${recipe.learningRate}, ${counted('en', recipe.steps, 'step', 'steps')}`,
      });
    const known = trials.find((trial) => isAt(trial, place));
    const trial = known ?? (await tryOne(bench, data, request, plan, place, told));
    if (known === undefined) {
      addTrial(context.library.writer, id, trial);
      trials.push(trial);
    }
    told(recipe.steps);
    done += recipe.steps;
    return trial;
  };
  try {
    let entered = [...plan.candidates.keys()];
    for (const [round, { candidates, folds }] of plan.rounds.entries()) {
      const before = plan.rounds[round - 1]?.folds ?? 0;
      if (round > 0) {
        entered = survivors(standings(trials, before), candidates);
        total = done + stepsOf(plan, { candidates, folds: folds - before }, entered);
      }
      for (const candidate of entered) {
        const recipe = plan.candidates[candidate] as Candidate;
        for (let fold = before; fold < folds; fold++) await trained({ candidate, fold, attempt: 1 }, round);
        for (let fold = before; fold < folds; fold++) {
          // Of the folds that are answered by the end of this round, so that a search that goes on asks what one that was never stopped asked.
          const answered = trials.filter((trial) => trial.fold < folds);
          let last = answered.find((trial) => isAt(trial, { candidate, fold, attempt: 1 })) as Trial;
          while (isStuckTrial(last, answered) && last.attempt < mostAttempts) {
            total += recipe.steps;
            last = await trained({ candidate, fold, attempt: last.attempt + 1 }, round);
          }
        }
      }
    }
    return trials;
  } finally {
    await bench.close();
    for (const one of new Set(features.values())) await one.close();
  }
}

/** Which training of a search it is. */
type TrialPlace = Pick<Trial, 'candidate' | 'fold' | 'attempt'>;

function isAt(trial: TrialPlace, { candidate, fold, attempt }: TrialPlace): boolean {
  return trial.candidate === candidate && trial.fold === fold && trial.attempt === attempt;
}

/** Steps of a round in which candidates answer so many more folds. */
function stepsOf(plan: SearchPlan, { folds }: SearchPlan['rounds'][number], entered: readonly number[]): number {
  return folds * entered.reduce((sum, candidate) => sum + (plan.candidates[candidate]?.steps ?? 0), 0);
}

/** What the LPM says of the images, for each method that is tried. */
async function prepareAll(
  context: ServiceContext,
  { version, lpm, images }: SearchData,
  { inputSize, tokens, tokenRatio, normalisation, precision, keptAs }: SearchRequest,
  { candidates }: SearchPlan,
): Promise<ReadonlyMap<Method, Features>> {
  const methods = [...new Set(candidates.map(({ method }) => method))];
  const rule = rangeRuleOfVersion(context.library.db, version);
  const prepared = await prepareTogether(
    context,
    { version, images, lpm, inputSize, tokens, tokenRatio, normalisation, precision, keptAs, rule },
    methods.map((method) => ({ layers: methodLayers(lpm.config, method), features: featuresOf(method) })),
  );
  return new Map(methods.map((method, i) => [method, prepared[i] as Features]));
}

/** One training, and how its answers to the images that it left out compare with guessing. */
async function tryOne(
  bench: Trials,
  { version, images, folds }: SearchData,
  { uncertain }: SearchRequest,
  plan: SearchPlan,
  { candidate, fold, attempt }: TrialPlace,
  told: (steps: number) => void,
): Promise<Trial> {
  const target = targets[version.target];
  const recipe = plan.candidates[candidate] as Candidate;
  const learned = images.filter((_, i) => folds[i] !== fold);
  const left = images.filter((_, i) => folds[i] === fold);
  const reading = { uncertain, scale: target.labelScale(learned) };
  const labels = target.labelsOf(left, reading);
  const logits = target.logits(version.classes.length);
  const everyone = Array.from(left.keys());
  const tensors = target.labelTensors(labels, everyone, logits);
  // The loss that the target's labels stand for, whatever is made small: kappa, for one, is not one of single answers.
  const lossOf = (values: ArrayLike<number>): number =>
    criteria[target.criteria[0]].value(values, tensors, logits) ?? 0;
  const guess = target.guess(target.labelsOf(learned, reading), logits);
  const guessLoss = lossOf(Float32Array.from(everyone.flatMap(() => [...guess])));
  const common = { candidate, fold, attempt, answers: left.length, guessLoss };
  const diverged: Trial = {
    ...common,
    steps: recipe.steps,
    loss: null,
    auc: null,
    trainLoss: null,
    trainGuessLoss: null,
  };
  let answers: TrialAnswers;
  try {
    answers = await bench.run(recipe, seedOf(plan.seed, fold, attempt), learned, left, told);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'TRAINING_DIVERGED') throw error;
    return diverged;
  }
  // The loss of a step is that of the weights before it: the last step may leave weights that answer nothing, and a loss that is no number compares
  // with none.
  if (!answers.logits.every(Number.isFinite)) return diverged;
  const temperature = target.temperature(answers.logits, labels, logits);
  const loss = lossOf(answers.logits.map((z) => z / temperature));
  if (!Number.isFinite(loss)) return diverged;
  return {
    ...common,
    steps: answers.steps,
    loss,
    auc: target.validate(answers.logits, labels, logits).valAuc,
    trainLoss: answers.trainLoss,
    trainGuessLoss: answers.trainGuessLoss,
  };
}

/** The same for every candidate, so that they differ in nothing but the recipe. */
function seedOf(seed: number, fold: number, attempt: number): number {
  const first = seed * foldsWanted + fold;
  return attempt === 1 ? first : memberSeed(first, fold, attempt);
}

function allDiverged(candidates: SearchPlan['candidates']): AppError {
  return new AppError(
    'TRAINING_DIVERGED',
    `All ${counted('en', candidates.length, 'recipe', 'recipes')} diverged on this data set.`,
    {
      action:
        'Look at the data check of the data set first (images of one colour, labels on the wrong images); then train with --recipe published and a lower --lr.',
    },
  );
}
