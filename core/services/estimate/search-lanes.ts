/**
 * The time of a search whose small trainings run at once (ADR 530): a step is measured as the search makes it, with as many beside it, and the trainings of
 * every round are dealt to lanes as the search deals them. Lanes that have nothing left to do count, too: a round takes as long as its last training.
 */
import type { Method, SearchPlan, SideBySide } from '../../contract/index.ts';
import { smallCandidates } from '../recipe/side-by-side.ts';
import { mostLanes } from '../training/lanes.ts';
import { rateNames } from './rates.ts';
import { expectedSteps } from './search-parts.ts';
import type { Work } from './sum.ts';

/** With fewer lanes than this share of those that the search would have, a measurement says too little of it. */
const nearEnough = 0.75;

/** The number of lanes that a step of a network was measured with and that says most of so many; undefined where none says enough. */
export function lanesMeasured(rates: ReadonlyMap<string, number>, network: string, lanes: number): number | undefined {
  const isMeasured = (count: number): boolean => rates.has(rateNames.stepBeside(network, count));
  // More lanes have fewer threads each: a step takes no less then, and the promise is on the safe side.
  for (let count = lanes; count <= mostLanes; count++) if (isMeasured(count)) return count;
  for (let count = lanes - 1; count >= Math.max(2, nearEnough * lanes); count--) if (isMeasured(count)) return count;
  return undefined;
}

/** A search that is promised. */
export interface PromisedSearch {
  readonly plan: SearchPlan;
  readonly lanes: SideBySide;
  /** Networks of the winner, which are trained one after the other. */
  readonly networks: number;
}

/** The works of a search, one for each method, in which small networks are trained side by side until there is a winner. */
export function besideOthers(
  works: readonly Work[],
  methods: readonly Method[],
  { plan, lanes: { lanes }, networks }: PromisedSearch,
  rates: ReadonlyMap<string, number>,
): readonly Work[] {
  const small = new Set(smallCandidates(plan.candidates).map(({ method }) => method));
  const [searched, all] = [expectedSteps(plan, 0), expectedSteps(plan, networks)];
  const own = works.flatMap((work, i) => {
    const method = methods[i] as Method;
    if (!small.has(method)) return [];
    const count = lanesMeasured(rates, work.network, lanes) ?? lanes;
    const step = rateNames.stepBeside(work.network, count);
    const epochs = (work.epochs * (searched.get(method) ?? 0)) / (all.get(method) ?? 1);
    return [{ method, count, step, epochs, seconds: rates.get(step) ?? 0 }];
  });
  const secondsOf = new Map(own.map(({ method, seconds }) => [method, seconds]));
  // Where they were measured in fewer lanes they are promised in as few.
  const share = shareOfLanes(plan, secondsOf, Math.min(lanes, ...own.map(({ count }) => count)));
  return works.map((work, i) => {
    const beside = own.find(({ method }) => method === methods[i]);
    return beside === undefined ? work : { ...work, beside: { epochs: beside.epochs, step: beside.step, share } };
  });
}

/**
 * What the rounds of a search take in so many lanes, as a share of what their trainings take together: 1 / lanes at best. Who goes on from a round nobody
 * knows: the mean over selections that take each candidate equally often.
 * @param secondsOf a step of a method that runs side by side; others are left out
 */
export function shareOfLanes(
  { candidates, rounds }: Pick<SearchPlan, 'candidates' | 'rounds'>,
  secondsOf: ReadonlyMap<Method, number>,
  lanes: number,
): number {
  let [answered, together, inLanes] = [0, 0, 0];
  const n = candidates.length;
  for (const round of rounds) {
    const folds = round.folds - answered;
    answered = round.folds;
    const offsets = round.candidates === n ? [0] : candidates.keys();
    let count = 0;
    let [sum, last] = [0, 0];
    for (const offset of offsets) {
      const chosen = Array.from(
        { length: round.candidates },
        (_, i) => (offset + Math.floor((i * n) / round.candidates)) % n,
      );
      const seconds = chosen
        .toSorted((a, b) => a - b)
        .flatMap((at) => {
          const { method, steps } = candidates[at] as SearchPlan['candidates'][number];
          return Array.from({ length: secondsOf.has(method) ? folds : 0 }, () => steps * (secondsOf.get(method) ?? 0));
        });
      sum += seconds.reduce((all, one) => all + one, 0);
      last += endOf(seconds, lanes);
      count++;
    }
    together += sum / count;
    inLanes += last / count;
  }
  return together === 0 ? 1 : inLanes / together;
}

/** When the last of some works ends, each of which the next free lane takes in their order. */
function endOf(works: readonly number[], lanes: number): number {
  const ends = Array.from({ length: lanes }, () => 0);
  for (const seconds of works) {
    const next = ends.indexOf(Math.min(...ends));
    ends[next] = (ends[next] as number) + seconds;
  }
  return Math.max(...ends);
}
