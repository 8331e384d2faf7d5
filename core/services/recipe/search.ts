/**
 * The search for a recipe: what is tried on a data set, and which recipe wins.
 *
 * Only patients of training and validation are learned from and answered; nobody of the test part is looked at. Work is counted in steps, so a
 * search has the same winner on every machine that computes the same numbers, however long it takes. Each training that ended is kept: a
 * search that was stopped or killed goes on after the last of them. Small trainings of a round run at once on a processor (ADR 530), and each is what
 * it would be alone: all decisions are made of trainings by their places, not by when they ended.
 */
import { counted } from '../../base/counted.ts';
import { AppError, invariant } from '../../base/errors.ts';
import type { Candidate, DatasetVersion, Method, SearchPlan, SideBySide, Trial } from '../../contract/index.ts';
import { addTrial, beginSearch, endSearch, type StoredSearch, searchByKey } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { criteria } from '../../training/criteria/index.ts';
import { refuseLarger } from '../features/feature-kinds.ts';
import type { Features } from '../features/source-features.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { warn } from '../session/warn.ts';
import { foldsWanted } from '../training/folds.ts';
import { Lanes, openLaneEngine } from '../training/lanes.ts';
import { warnOfFailures } from '../training/material.ts';
import { memberSeed, mostAttempts } from '../training/stuck-members.ts';
import { isStuckTrial, standings, survivors } from './halving.ts';
import { dealImages, type FinishedSearch, isFinished, keyOf, planOf, type SearchRequest } from './identity.ts';
import { planSearch } from './plan.ts';
import { SearchProgress } from './progress.ts';
import { prepareAll, type ReadImages, readImages } from './search-images.ts';
import { type SearchNetworks, sideBySideNow, sideBySideOf } from './side-by-side.ts';
import { isLarge, type TrialAnswers, type TrialParts, Trials } from './trials.ts';

/** What is done otherwise where it is told. */
export interface SearchWays {
  /** What is tried; that of the budgets unless told. */
  readonly planner?: typeof planSearch | undefined;
  /** How small trainings run at once, whatever the machine has; null for one after the other. */
  readonly sideBySide?: SideBySide | null;
}

/** Who learns and who answers. */
interface SearchData extends Pick<ReadImages, 'images' | 'folds'> {
  readonly version: DatasetVersion;
  readonly lpm: LibraryLpm;
}

/**
 * Searches, or goes on with a search of the same version, LPM, request and plan; gives one that has a winner.
 * @throws SPLIT_IMPOSSIBLE where patients cannot be dealt to two folds; TRAINING_DIVERGED where every candidate did; DISK_FULL, CANCELLED,
 *   ENGINE_FAILED
 */
export async function searchRecipe(
  context: ServiceContext,
  version: DatasetVersion,
  lpm: LibraryLpm,
  request: SearchRequest,
  { planner = planSearch, sideBySide }: SearchWays = {},
): Promise<FinishedSearch> {
  const subject = { version, lpm, request, planner };
  const dealt = dealImages(context.library.db, version, request.seed, (count, { message, few }) =>
    warn(context, {
      ...{ code: 'fewerFolds', folds: count, wanted: foldsWanted, few: [...few] },
      cause: { code: '', message, action: '' },
    }),
  );
  const ofAll = planOf(subject, dealt, []);
  const methods = [...new Set(ofAll.candidates.map(({ method }) => method))];
  refuseLarger(methods, lpm.config, request);
  const db = context.library.writer;
  const known = (plan: SearchPlan) => searchByKey(db, keyOf(context, subject, plan));
  const finished = known(ofAll);
  if (finished !== undefined && isFinished(finished)) return finished;
  const features = await prepareAll(context, { version, images: dealt.images, lpm }, request, methods);
  try {
    const read = readImages(dealt, features);
    // What could not be read is part of what a search is: with a file that came back it is another, and no training of either counts for both.
    const plan = planOf(subject, dealt, read.leftOut);
    const begun = known(plan);
    if (begun !== undefined && isFinished(begun)) return begun;
    const [first] = features.values();
    if (first !== undefined) warnOfFailures(context, first.problems, 'search');
    const begin = async (): Promise<StoredSearch> => {
      // Numbers of threads decide last bits: a search keeps those that it began with, whatever memory is free when it goes on.
      const networks = networksOf({ version, lpm, settings: request });
      const shared = sideBySide === undefined ? await sideBySideOf(context, networks, plan) : sideBySide;
      const whole = shared == null ? plan : { ...plan, sideBySide: shared };
      const key = keyOf(context, subject, plan);
      return beginSearch(db, key, { versionId: version.id, plan: whole, now: timeOf(context) });
    };
    // Begun when the LPM has read: how much runs at once is decided by the memory that is free then.
    const search = begun ?? (await begin());
    const trials = await tryAll(context, { version, lpm, ...read, features }, request, search, sideBySide);
    const [best] = standings(trials, plan.rounds.at(-1)?.folds ?? 0);
    if (best === undefined || best.skill === Number.NEGATIVE_INFINITY) throw allDiverged(plan.candidates);
    endSearch(db, search.id, best.candidate);
    return { ...search, trials: [...trials], winner: best.candidate };
  } finally {
    for (const one of new Set(features.values())) await one.close();
  }
}

/** The recipe that won. */
export function winnerOf({ plan, winner }: FinishedSearch): Candidate {
  const won = plan.candidates[winner];
  invariant(won !== undefined, 'the winner of a search is one of its candidates');
  return won;
}

/** Every training of the plan that has not ended yet, round by round. Gives all of them. */
async function tryAll(
  context: ServiceContext,
  data: SearchData & { readonly features: ReadonlyMap<Method, Features> },
  request: SearchRequest,
  { id, plan, trials: ended }: StoredSearch,
  forced: SearchWays['sideBySide'],
): Promise<readonly Trial[]> {
  const { version, lpm, features } = data;
  const parts = { version, lpm, settings: request, features: (method: Method) => features.get(method) as Features };
  const bench = new Trials(context, parts);
  let lanes: Lanes<Trials> | undefined;
  const trials = [...ended];
  const progress = new SearchProgress(context.progress, plan.rounds.length);
  const isBeside = (candidate: number): boolean =>
    lanes !== undefined && !isLarge((plan.candidates[candidate] as Candidate).method);
  /** A training, made now unless it ended before. */
  const trained = async (place: TrialPlace): Promise<Trial> => {
    const recipe = plan.candidates[place.candidate] as Candidate;
    const known = trials.find((trial) => isAt(trial, place));
    if (known !== undefined) {
      progress.training(recipe).end();
      return known;
    }
    const makeOn = async (own: Trials): Promise<Trial> => {
      const running = progress.training(recipe);
      const trial = await tryOne(own, data, request, plan, place, running.step);
      addTrial(context.library.writer, id, trial);
      trials.push(trial);
      running.end();
      return trial;
    };
    return lanes !== undefined && isBeside(place.candidate) ? await lanes.run(makeOn) : await makeOn(bench);
  };
  /** The answers of a candidate to folds of a round, and again of those in which it is stuck. */
  const answer = async (candidate: number, before: number, folds: number): Promise<void> => {
    const atOnce = isBeside(candidate);
    const numbers = Array.from({ length: folds - before }, (_, i) => before + i);
    const firsts = await each(numbers, atOnce, (fold) => trained({ candidate, fold, attempt: 1 }));
    // Of the folds that are answered by the end of this round, so that a search that goes on asks what one that was never stopped asked; and of
    // this candidate's first trainings alone, so that it does not matter what else ran meanwhile.
    const answered = trials.filter((one) => one.candidate === candidate && one.fold < folds && one.attempt === 1);
    await each(firsts, atOnce, async (first) => {
      let last = first;
      while (isStuckTrial(last, answered) && last.attempt < mostAttempts) {
        progress.more((plan.candidates[candidate] as Candidate).steps);
        last = await trained({ candidate, fold: first.fold, attempt: last.attempt + 1 });
      }
    });
  };
  try {
    lanes = await lanesOf(context, parts, plan, forced);
    let entered = [...plan.candidates.keys()];
    for (const [round, { candidates, folds }] of plan.rounds.entries()) {
      const before = plan.rounds[round - 1]?.folds ?? 0;
      if (round > 0) entered = survivors(standings(trials, before), candidates);
      progress.begin(round + 1, (folds - before) * stepsOf(plan, entered));
      const [beside, others] = [entered.filter(isBeside), entered.filter((candidate) => !isBeside(candidate))];
      await each(beside, true, (candidate) => answer(candidate, before, folds));
      await each(others, false, (candidate) => answer(candidate, before, folds));
    }
    return trials;
  } finally {
    try {
      await lanes?.close();
    } finally {
      await bench.close();
    }
  }
}

/** What is to be done with each, at once or one after the other. */
async function each<T, R>(items: readonly T[], atOnce: boolean, work: (item: T) => Promise<R>): Promise<R[]> {
  if (atOnce) return await Promise.all(items.map(work));
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function networksOf({ version, lpm, settings }: Omit<TrialParts, 'features'>): SearchNetworks {
  return { lpm: lpm.config, logits: targets[version.target].logits(version.classes.length), settings };
}

/** Where small trainings run at once, each with networks of its own; undefined where all run on the session's engine. */
async function lanesOf(
  context: ServiceContext,
  parts: TrialParts,
  plan: SearchPlan,
  forced: SearchWays['sideBySide'],
): Promise<Lanes<Trials> | undefined> {
  const { openEngine } = context;
  if (openEngine === undefined || plan.sideBySide === undefined) return undefined;
  const shared = forced === undefined ? sideBySideNow((await context.engine()).info, networksOf(parts), plan) : forced;
  if (shared == null) return undefined;
  return new Lanes(shared.lanes, context.signal, async (signal) => {
    const engine = await openLaneEngine(openEngine, shared.threads, context.log);
    const bench = new Trials({ engine: async () => engine, signal }, parts);
    const close = async (): Promise<void> => {
      try {
        await bench.close();
      } finally {
        await engine.dispose();
      }
    };
    return { bench, close };
  });
}

/** Which training of a search it is. */
type TrialPlace = Pick<Trial, 'candidate' | 'fold' | 'attempt'>;

function isAt(trial: TrialPlace, { candidate, fold, attempt }: TrialPlace): boolean {
  return trial.candidate === candidate && trial.fold === fold && trial.attempt === attempt;
}

/** Steps of one training of each of these candidates. */
function stepsOf({ candidates }: SearchPlan, entered: readonly number[]): number {
  return entered.reduce((sum, candidate) => sum + (candidates[candidate]?.steps ?? 0), 0);
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
  // Of a fold whose images cannot be read there is nothing to say: it counts for no recipe and against none.
  if (left.length === 0) return { ...nothingAnswered, candidate, fold, attempt };
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

const nothingAnswered: Omit<Trial, 'candidate' | 'fold' | 'attempt'> = {
  ...{ steps: 0, answers: 0, loss: 0, guessLoss: 0, auc: null, trainLoss: null, trainGuessLoss: null },
};

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
