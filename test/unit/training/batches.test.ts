import { expect, test } from 'vitest';
import { float32 } from '../../../core/base/tensor.ts';
import { tensorsOf } from '../../../core/engine/types.ts';
import { targets } from '../../../core/targets/index.ts';
import { type ExampleSource, TrainingBatches } from '../../../core/training/batches.ts';

const network = { classes: 2, target: targets.class, dropoutShape: [4, 10] };
const settings = { epochs: 3, batch: 4, seed: 7, flip: true, augment: true };

/** Ten examples that write down when they were asked for and given back. */
function watched() {
  const events: string[] = [];
  const source: ExampleSource = {
    labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
    imageSize: { height: 300, width: 300 },
    load: async (indices, augmentations) => {
      events.push(`load ${indices.join()}`);
      return {
        image: float32(
          [4],
          augmentations.map((change, k) => (change?.crop.left ?? 0) + (indices[k] as number)),
        ),
      };
    },
    release: () => events.push('release'),
  };
  return { source, events, batches: new TrainingBatches(network, settings, source, 10) };
}

const values = ({ inputs }: Awaited<ReturnType<TrainingBatches['take']>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(tensorsOf(inputs)).map(([name, { data }]) => [name, [...(data as Float32Array)]]));

test('a batch is the same whether it was prepared or not, over the border of an epoch too', async () => {
  const straight = watched().batches;
  const prepared = watched();
  for (const [epoch, b] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 0],
  ] as const) {
    const taken = await prepared.batches.take(epoch, b);
    prepared.batches.prepare(epoch, b + 1);
    expect(values(taken)).toEqual(values(await straight.take(epoch, b)));
    taken.release();
  }
  // Six loads: five that were taken and the one that waits.
  expect(prepared.events.filter((event) => event.startsWith('load'))).toHaveLength(6);
});

test('an epoch that is made again lets go of what was prepared; after the last epoch nothing is', async () => {
  const { batches, events } = watched();
  await batches.take(0, 0);
  batches.prepare(0, 1);
  await batches.take(0, 0);
  expect(events.map((event) => event.split(' ')[0])).toEqual(['load', 'load', 'release', 'load']);
  batches.prepare(2, 2);
  await batches.end();
  expect(events).toHaveLength(4);
});

test('the dropout mask of a batch that was given back is used again and nothing of it is left', async () => {
  const { batches } = watched();
  const first = await batches.take(0, 0);
  const mask = tensorsOf(first.inputs)['dropout_mask']?.data;
  const before = [...(mask as Float32Array)];
  first.release();
  const second = await batches.take(0, 1);
  expect(tensorsOf(second.inputs)['dropout_mask']?.data).toBe(mask);
  expect(values(second)['dropout_mask']).not.toEqual(before);
  expect(values(second)).toEqual(values(await watched().batches.take(0, 1)));
});
