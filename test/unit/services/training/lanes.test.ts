import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sideBySideNow } from '../../../../core/services/recipe/side-by-side.ts';
import { Lanes, sideBySide } from '../../../../core/services/training/lanes.ts';

const gigabyte = 2 ** 30;
const processor = { name: 'onnxruntime', device: 'CPU', threads: 8 } as const;
const asked = { trainings: 14, laneBytes: gigabyte / 4 };

describe('how many trainings run at once', () => {
  test('one for each thread, unless there are fewer of them or memory has less room; they share the threads', () => {
    expect(sideBySide(processor, asked, 16 * gigabyte)).toEqual({ lanes: 8, threads: 1 });
    expect(sideBySide({ ...processor, threads: 6 }, { ...asked, trainings: 3 }, 16 * gigabyte)).toEqual({
      ...{ lanes: 3, threads: 2 },
    });
    // Not more than eight, whose loops share a thread with the window's calls.
    expect(sideBySide({ ...processor, threads: 32 }, asked, 16 * gigabyte)).toEqual({ lanes: 8, threads: 4 });
    // Of two gigabytes one may be taken.
    expect(sideBySide(processor, asked, 2 * gigabyte)).toEqual({ lanes: 4, threads: 2 });
  });

  test('one alone with one thread, one training, little memory, a GPU or TensorFlow', () => {
    expect(sideBySide({ ...processor, threads: 1 }, asked, 16 * gigabyte)).toBeUndefined();
    expect(sideBySide(processor, { ...asked, trainings: 1 }, 16 * gigabyte)).toBeUndefined();
    expect(sideBySide(processor, asked, gigabyte / 2)).toBeUndefined();
    expect(sideBySide({ ...processor, device: 'a GPU' }, asked, 16 * gigabyte)).toBeUndefined();
    expect(sideBySide({ ...processor, name: 'tensorflow' }, asked, 16 * gigabyte)).toBeUndefined();
  });

  test('a search that began so goes on on the engine of a session that has another', () => {
    const plan = { candidates: [], sideBySide: { lanes: 8, threads: 1 } };
    const networks = { settings: { batch: 16 } } as Parameters<typeof sideBySideNow>[1];
    expect(sideBySideNow(processor, networks, plan)).toEqual({ lanes: 8, threads: 1 });
    for (const other of [{ name: 'tensorflow' }, { device: 'a GPU' }, { threads: 0 }] as const) {
      expect(sideBySideNow({ ...processor, ...other }, networks, plan)).toBeUndefined();
    }
  });
});

/** Lanes that are numbers, and those that were closed. */
function numbered(count: number, signal: { readonly aborted: boolean } = { aborted: false }) {
  const closed: number[] = [];
  let opened = 0;
  const lanes = new Lanes(count, signal, async () => {
    const bench = ++opened;
    return { bench, close: async () => void closed.push(bench) };
  });
  return { lanes, closed };
}

describe('lanes', () => {
  test('take works in the order asked for, as many at once as there are lanes, and open no lane that is not needed', async () => {
    const { lanes, closed } = numbered(2);
    const began: number[] = [];
    let [now, most] = [0, 0];
    const work = (n: number) =>
      lanes.run(async (bench) => {
        began.push(n);
        most = Math.max(most, ++now);
        await later(n === 0 ? 20 : 1);
        now--;
        return bench;
      });
    expect(await Promise.all([0, 1, 2, 3].map(work))).toEqual([1, 2, 2, 2]);
    expect([began, most]).toEqual([[0, 1, 2, 3], 2]);
    await lanes.close();
    expect(closed).toEqual([1, 2]);
    const few = numbered(5);
    await few.lanes.run(async () => {});
    await few.lanes.run(async () => {});
    await few.lanes.close();
    expect(few.closed).toEqual([1]);
  });

  test('stop where one has failed: what runs hears it, what waits is not begun, and all are told what failed first', async () => {
    const { lanes, closed } = numbered(2);
    const begun: string[] = [];
    const running = lanes.run(async () => {
      while (!lanes.signal.aborted) await later(1);
      begun.push('stopped');
      throw new Error('stopped');
    });
    const failing = lanes.run(async () => {
      await later(5);
      throw new Error('the first failure');
    });
    const waiting = lanes.run(async () => void begun.push('the third'));
    const ended = await Promise.allSettled([running, failing, waiting]);
    expect(ended.map((one) => (one.status === 'rejected' ? one.reason.message : 'done'))).toEqual(
      Array(3).fill('the first failure'),
    );
    await lanes.close();
    expect([begun, closed]).toEqual([['stopped'], [1, 2]]);
  });

  test('are closed when what runs in them has ended, and hear the user stop it', async () => {
    const signal = { aborted: false };
    const { lanes, closed } = numbered(1, signal);
    const seen: number[] = [];
    const running = lanes.run(async () => {
      while (!lanes.signal.aborted) await later(1);
      await later(5);
      seen.push(closed.length);
    });
    await later(1);
    signal.aborted = true;
    await lanes.close();
    await running;
    expect([seen, closed]).toEqual([[0], [1]]);
  });
});
