import { expect, test } from 'vitest';
import * as g from '../../../core/graph/index.ts';

test('values count from the node that makes them to their last use, weights from beginning to end', () => {
  const x = g.input('x', [100]);
  // 400 bytes each: x and a, then a and b with x gone, then b and c with a gone.
  const a = g.neg(x);
  const b = g.exp(a);
  const c = g.add(b, g.weight('w', [100]));
  expect(g.liveBytes(g.defineGraph({ outputs: { c } }))).toEqual({ weights: 400, values: 800, largest: 400 });
  // x is read again at the end and stays.
  const again = g.add(c, x);
  expect(g.liveBytes(g.defineGraph({ outputs: { again } }))).toMatchObject({ weights: 400, values: 1200 });
});

test('outputs stay to the end', () => {
  const x = g.input('x', [100]);
  const outputs = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`y${i}`, g.mul(x, i)]));
  expect(g.liveBytes(g.defineGraph({ outputs })).values).toBe(6 * 400 + 4);
});
