/** Intervals and calibration against SciPy and PyTorch, which share no code with ours. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { operatingPoint, wilson } from '../../../core/statistics/proportions.ts';
import { fitTemperature } from '../../../core/statistics/temperature.ts';
import { pythonWith } from '../../support/tools.ts';

const scipy = pythonWith(['scipy', 'numpy'], 'python3-scipy', { optional: true });

/** What a Python program that reads `input` as JSON prints as JSON. */
function ask<T>(program: string, input: unknown): T {
  const run = spawnSync(scipy as string, ['-c', program], { input: JSON.stringify(input), encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as T;
}

test.skipIf(!scipy)('Wilson intervals are those of scipy.stats.binomtest (needs SciPy)', () => {
  const pairs = [
    [0, 7],
    [3, 11],
    [50, 50],
    [81, 263],
  ];
  const theirs = ask<[number, number][]>(
    `import json, sys
from scipy.stats import binomtest
print(json.dumps([list(binomtest(k, n).proportion_ci(method='wilson')) for k, n in json.load(sys.stdin)]))`,
    pairs,
  );
  pairs.forEach(([k = 0, n = 0], i) => {
    wilson(k, n)?.forEach((bound, side) => {
      expect(bound).toBeCloseTo(theirs[i]?.[side] ?? Number.NaN, 10);
    });
  });
});

test.skipIf(!scipy)('predictive values cover what drawing both groups anew gives (needs SciPy)', () => {
  const counts = { truePositive: 85, falsePositive: 30, falseNegative: 15, trueNegative: 170 };
  const { ppv, npv } = operatingPoint(counts, 0.05);
  const [low, high, lowN, highN] = ask<number[]>(
    `import json, sys
import numpy as np
c = json.load(sys.stdin)
g = np.random.default_rng(1)
n1, n0, p = c['truePositive'] + c['falseNegative'], c['falsePositive'] + c['trueNegative'], 0.05
se = g.binomial(n1, c['truePositive'] / n1, 200000) / n1
sp = g.binomial(n0, c['trueNegative'] / n0, 200000) / n0
ppv = se * p / (se * p + (1 - sp) * (1 - p))
npv = sp * (1 - p) / (sp * (1 - p) + (1 - se) * p)
print(json.dumps([*np.percentile(ppv, [2.5, 97.5]), *np.percentile(npv, [2.5, 97.5])]))`,
    counts,
  ) as [number, number, number, number];
  // The interval is an approximation in log-odds; drawing from the counts themselves must land within a hundredth of it.
  expect(Math.abs((ppv.interval?.[0] ?? 0) - low)).toBeLessThan(0.012);
  expect(Math.abs((ppv.interval?.[1] ?? 0) - high)).toBeLessThan(0.025);
  expect(Math.abs((npv.interval?.[0] ?? 0) - lowN)).toBeLessThan(0.003);
  expect(Math.abs((npv.interval?.[1] ?? 0) - highN)).toBeLessThan(0.003);
});

test.skipIf(!scipy)('the temperature is the one that scipy.optimize finds, for three classes (needs SciPy)', () => {
  const random = Random.seeded(11);
  const logits = Array.from({ length: 200 }, () => Array.from({ length: 3 }, () => 3 * random.normal()));
  const targets = logits.map((row) => (random.uniform(0, 1) < 0.6 ? row.indexOf(Math.max(...row)) : random.integer(3)));
  const theirs = ask<number>(
    `import json, sys
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
d = json.load(sys.stdin)
z, t = np.array(d['logits']), np.array(d['targets'])
loss = lambda x: -log_softmax(z / np.exp(x), axis=1)[np.arange(len(t)), t].mean()
print(json.dumps(float(np.exp(minimize_scalar(loss, bounds=(-0.69, 2.99), method='bounded', options={'xatol': 1e-9}).x))))`,
    { logits, targets },
  );
  expect(fitTemperature(logits.flat(), targets, 3)).toBeCloseTo(theirs, 4);
});
