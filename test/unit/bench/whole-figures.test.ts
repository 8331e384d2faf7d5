import { expect, test } from 'vitest';
import { wholeFigures, wholeLines } from '../../../bench/whole-figures.ts';

const times = { here: [9, 3, 4], there: [20, 8, 10], peer: [], step: [0.02, 0.01, 0.04], peerStep: [], gemm: [0.5, 1] };

test('ratios are of medians, ours above; the steps count as if nothing but they took time', () => {
  const figures = wholeFigures(times, 100, 1e9);
  expect(figures).toMatchObject({ whole: 4, there: 10, toThere: 0.4, toSteps: 2, gemmGflops: 2, noise: 2 });
  expect(figures).toMatchObject({ peer: null, toPeer: null, stepToPeer: null });
});

test('what was not measured has no line', () => {
  expect(wholeLines(wholeFigures(times, 100, 1e9))).toHaveLength(4);
  expect(wholeLines(wholeFigures({ ...times, there: [], peer: [8] }, 100, 1e9))[1]).toMatch(
    /PyTorch.* 8.0 s; ours by it 0.50/,
  );
});
