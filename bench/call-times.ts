/** How long the core process takes to answer a person who reads while it trains. */
import { median, percentile } from '../core/statistics/bootstrap.ts';
import type { CoreClient } from './core-client.ts';

/** Milliseconds from asking to the answer. */
export interface CallTimes {
  readonly name: string;
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

/** Ten calls a second. */
const everyMs = 100;

/** Finds studies, shows rows and labels a study in turns until it is stopped; labels are those that are there already or come back. */
export async function watchCalls(core: CoreClient, dataset: string): Promise<{ stop(): Promise<CallTimes[]> }> {
  const { items, classes, reader } = await core.call('reading.list', { dataset });
  const shown = await Promise.all(
    items.slice(0, 50).map(async ({ studyId, target }) => {
      const [image] = await core.call('reading.images', { dataset, studyId });
      if (image === undefined) throw new Error('a study of the data set has no images');
      return {
        dataset,
        target,
        readerId: reader.id,
        displayed: image.instanceId,
        sopInstanceUID: image.sopInstanceUID,
      };
    }),
  );
  const times = new Map<string, number[]>();
  const timed = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const asked = performance.now();
    await work();
    times.set(name, [...(times.get(name) ?? []), performance.now() - asked]);
  };
  const ids = items.slice(0, 50).map(({ studyId }) => studyId);
  const label = (i: number) => ({
    ...(shown[i % shown.length] as (typeof shown)[number]),
    label: classes[i % classes.length] ?? '',
  });
  const turns: readonly ((i: number) => Promise<void>)[] = [
    () => timed('studies.find', () => core.call('studies.find', {})),
    () => timed('studies.rows', () => core.call('studies.rows', { ids, dataset })),
    (i) => timed('labels.set', () => core.call('labels.set', label(i))),
  ];
  const open = new Set<Promise<void>>();
  let i = 0;
  // Asked by the clock, not after the last answer: a person does not wait for the program either.
  const timer = setInterval(() => {
    const asked = turns[i % turns.length]?.(i) ?? Promise.resolve();
    i++;
    open.add(asked);
    asked.finally(() => open.delete(asked)).catch(() => {}); // Awaited, and reported, when it is stopped.
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return [...times].map(([name, list]) => summary(name, list));
    },
  };
}

function summary(name: string, list: readonly number[]): CallTimes {
  return { name, count: list.length, median: median(list), p99: percentile(list, 0.99), longest: Math.max(...list) };
}
