import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { cohenKappa } from '../../../core/statistics/agreement.ts';

const hasSklearn = (() => {
  try {
    execFileSync('python3', ['-c', 'import sklearn'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasSklearn)(
  'Cohen’s kappa is scikit-learn’s on random readings of four classes (needs scikit-learn)',
  () => {
    const random = Random.seeded(3);
    const sets = Array.from({ length: 20 }, () => {
      const a = Array.from({ length: 80 }, () => random.integer(4));
      return [a, a.map((x) => (random.uniform() < 0.6 ? x : random.integer(4)))] as const;
    });
    const script =
      'import json,sys\nfrom sklearn.metrics import cohen_kappa_score as k\nprint(json.dumps([k(a,b) for a,b in json.load(sys.stdin)]))';
    const theirs = JSON.parse(
      execFileSync('python3', ['-c', script], { input: JSON.stringify(sets), encoding: 'utf8' }),
    ) as number[];
    sets.forEach(([a, b], i) => {
      expect(cohenKappa(a, b, 4)).toBeCloseTo(theirs[i] as number, 12);
    });
  },
);
