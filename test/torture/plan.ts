/** Which points are run: spread evenly over stages and faults, each place drawn from the seed. */
import { Random } from '../../core/base/random.ts';
import { type Fault, faults, type Point } from './point.ts';
import { type Stage, stages } from './studies.ts';

/** Stages in which an engine runs in a process of its own. */
const withEngine: readonly Stage[] = ['encode', 'train', 'classify'];
/** Progress reports that these stages make at least. */
const engineReports = 12;

/**
 * `count` points, of one stage or fault where `only` says so. `calls` says at how many places a stage can be disturbed. The same seed and counts give the same points; the work
 * itself is not to the byte the same each time (threads), so a place is a place of the count, not of the code.
 */
export function planPoints(
  count: number,
  seed: number,
  calls: ReadonlyMap<Stage, number>,
  only: { readonly stage?: string | undefined; readonly fault?: string | undefined } = {},
): Point[] {
  const random = Random.seeded(seed);
  const pairs = faults
    .flatMap((fault) =>
      stages.filter((stage) => fault !== 'engine' || withEngine.includes(stage)).map((stage) => ({ stage, fault })),
    )
    .filter(({ stage, fault }) => stage === (only.stage ?? stage) && fault === (only.fault ?? fault));
  const order = shuffled(pairs, random);
  return Array.from({ length: count }, (_, i) => {
    const { stage, fault } = order[i % order.length] as { stage: Stage; fault: Fault };
    const places = fault === 'engine' ? engineReports : Math.max(1, calls.get(stage) ?? 1);
    return { stage, fault, at: 1 + Math.floor(random.uniform(0, places)), seed: Math.floor(random.uniform(1, 1e6)) };
  });
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(0, i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
