/** What a search is: what is asked of which version and LPM, what is tried for it, and the key that it is known by. */
import type {
  CriterionName,
  DatasetVersion,
  Method,
  Normalisation,
  ReadingPrecision,
  SearchPlan,
  TokenRule,
  VersionImage,
} from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { type ReadDb, type StoredSearch, versionImages } from '../../store/index.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { dealAsMany, type WhyFewerFolds } from '../training/folds.ts';
import type { planSearch } from './plan.ts';
import { noSearch } from './search-images.ts';
import type { TrialSettings } from './trials.ts';

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

/** What a search is of. */
export interface SearchSubject {
  readonly version: DatasetVersion;
  readonly lpm: LibraryLpm;
  readonly request: SearchRequest;
  /** What is tried for it. */
  readonly planner: typeof planSearch;
}

/** The images of training and validation, and the fold that each is dealt to. */
export interface DealtImages {
  readonly images: readonly VersionImage[];
  readonly folds: readonly number[];
}

/**
 * Deals all images of training and validation, whether they can be read or not, as for the networks of a model: so a file that comes back moves none.
 * @param told hears how many folds there are where those are fewer than wanted, and why
 * @throws SPLIT_IMPOSSIBLE where patients cannot be dealt to two folds
 */
export function dealImages(
  db: ReadDb,
  version: DatasetVersion,
  seed: number,
  told?: (count: number, why: WhyFewerFolds) => void,
): DealtImages {
  const images = versionImages(db, version.id).filter(({ split }) => split !== 'test');
  return { images, folds: dealAsMany(images, { ...version, seed }, noSearch, told) };
}

/** How many folds images were dealt to. */
export function countFolds({ folds }: Pick<DealtImages, 'folds'>): number {
  return Math.max(...folds) + 1;
}

/** What is tried of these images, of which those in `leftOut` cannot be read. */
export function planOf(
  { planner, request: { budget, seed, batch, methods } }: SearchSubject,
  dealt: DealtImages,
  leftOut: readonly number[],
): SearchPlan {
  const images = dealt.images.length - leftOut.length;
  const plan = planner(budget, { seed, folds: countFolds(dealt), images, batch, methods });
  return leftOut.length === 0 ? plan : { ...plan, leftOut: [...leftOut] };
}

/** What a search is known by: a hash of all that it follows from. */
export function keyOf(
  { precision }: ServiceContext,
  { version, lpm, request }: SearchSubject,
  plan: SearchPlan,
): string {
  const facts = [version.id, version.contentHash, lpm.record.hash, precision, request, plan];
  return sha256(new TextEncoder().encode(JSON.stringify(facts)));
}

/** Whether a search is that of this subject, whatever could not be read when it began. */
export function isSearchOf(context: ServiceContext, search: StoredSearch, subject: SearchSubject): boolean {
  const { version, request } = subject;
  const { seed, budget } = search.plan;
  // Of another seed the patients of this version may be in no folds at all.
  if (search.versionId !== version.id || seed !== request.seed || budget !== request.budget) return false;
  const dealt = dealImages(context.library.db, version, request.seed);
  return search.key === keyOf(context, subject, planOf(subject, dealt, search.plan.leftOut ?? []));
}

export type FinishedSearch = StoredSearch & { readonly winner: number };

export function isFinished(search: StoredSearch): search is FinishedSearch {
  return search.winner !== null;
}
