/** The rule of referral: its bound beside the binomial distribution, and its promise on cases that it was not found on. */
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { fewestForPromise, promisedReferral, upperBound } from '../../../core/statistics/promised-referral.ts';
import { logistic, logit } from '../../../core/statistics/proportions.ts';
import { coverageCurve, isReferred } from '../../../core/statistics/refer.ts';

/** The probability of at most `k` of `n` where each has probability `p`, summed term by term. */
function atMost(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let sum = term;
  for (let i = 1; i <= k; i++) {
    term *= ((n - i + 1) / i) * (p / (1 - p));
    sum += term;
  }
  return sum;
}

test('the upper bound is the share with which so few errors have a probability of 5 %', () => {
  for (const [errors, n] of [
    [0, 59],
    [1, 93],
    [3, 200],
    [17, 120],
  ] as const) {
    expect(atMost(errors, n, upperBound(errors, n))).toBeCloseTo(0.05, 9);
  }
  expect(upperBound(4, 4)).toBe(1);
});

test('without an error it takes 59 patients to promise 5 %, and 299 to promise 1 %', () => {
  expect([fewestForPromise(0.05), fewestForPromise(0.01)]).toEqual([59, 299]);
  expect(upperBound(0, 59)).toBeLessThanOrEqual(0.05);
  expect(upperBound(0, 58)).toBeGreaterThan(0.05);
});

/** Classes whose probabilities are right as often as they say. */
function draw(random: Random, n: number, { classes = 2, sharpness = 2.5 } = {}) {
  const targets = new Int32Array(n);
  const probabilities = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) {
    const logits = Array.from({ length: classes }, () => random.normal() * sharpness);
    const top = Math.max(...logits);
    const exps = logits.map((z) => Math.exp(z - top));
    const sum = exps.reduce((a, b) => a + b, 0);
    const row = exps.map((e) => e / sum);
    let left = random.uniform(0, 1);
    let truth = 0;
    while (truth < classes - 1 && left > (row[truth] as number)) left -= row[truth++] as number;
    targets[i] = truth;
    row.forEach((p, c) => {
      probabilities[i * classes + c] = p;
    });
  }
  return { classes, positive: classes === 2 ? 1 : null, targets, probabilities };
}
const ownPatients = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('on fresh cases at most 5 of 100 rules break the promise', () => {
  for (const classes of [2, 3]) {
    const random = Random.seeded(11 + classes);
    const fresh = draw(random, 12_000, { classes });
    const cut = classes === 2 ? { classIndex: 1, threshold: 0.5 } : null;
    let found = 0;
    let broken = 0;
    for (let k = 0; k < 200; k++) {
      const rule = promisedReferral(draw(random, 250, { classes }), cut, ownPatients(250), 0.1);
      if (rule.band === null) continue;
      found++;
      expect(rule.bound).toBeLessThanOrEqual(0.1);
      let accepted = 0;
      let errors = 0;
      for (let i = 0; i < fresh.targets.length; i++) {
        const row = fresh.probabilities.subarray(i * classes, (i + 1) * classes);
        if (isReferred(row, rule.band)) continue;
        accepted++;
        if (row.indexOf(Math.max(...row)) !== fresh.targets[i]) errors++;
      }
      if (errors / accepted > 0.1) broken++;
    }
    expect(found).toBeGreaterThan(120);
    // 5 of 100, and three deviations of that share among so many rules.
    expect(broken / found).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / found));
  }
});

test('on fresh patients at most 5 of 100 rules break the promise where one patient in fifty has 200 images', () => {
  const random = Random.seeded(41);
  const cut = { classIndex: 1, threshold: 0.5 };
  const fresh = draw(random, 12_000);
  let found = 0;
  let broken = 0;
  for (let k = 0; k < 200; k++) {
    const own = draw(random, 250);
    // The images of a patient look alike, and the answers to them are.
    const patients = ownPatients(250).flatMap((patient) => Array<number>(patient % 50 === 0 ? 200 : 1).fill(patient));
    const scores = {
      ...own,
      targets: Int32Array.from(patients, (patient) => own.targets[patient] as number),
      probabilities: Float64Array.from(
        patients.flatMap((patient) => {
          const p = logistic(logit(own.probabilities[2 * patient + 1] as number) + 0.1 * random.normal());
          return [1 - p, p];
        }),
      ),
    };
    const rule = promisedReferral(scores, cut, patients, 0.1);
    if (rule.band === null) continue;
    found++;
    let [accepted, errors] = [0, 0];
    for (let i = 0; i < fresh.targets.length; i++) {
      const row = fresh.probabilities.subarray(2 * i, 2 * i + 2);
      if (isReferred(row, rule.band)) continue;
      accepted++;
      if (row.indexOf(Math.max(...row)) !== fresh.targets[i]) errors++;
    }
    if (errors / accepted > 0.1) broken++;
  }
  expect(found).toBeGreaterThan(100);
  expect(broken / found).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / found));
}, 60_000);

test('one patient with four hundred right images does not make up for five of a hundred patients who are wrong', () => {
  const patients = [...ownPatients(99), ...Array<number>(400).fill(99)];
  // The single images are the least sure answers, the wrong ones among them the least sure of all.
  const probabilities = Float64Array.from({ length: 2 * patients.length }, (_, at) => {
    const p = 0.6 + 0.39 * (Math.floor(at / 2) / patients.length);
    return at % 2 === 1 ? p : 1 - p;
  });
  const targets = Int32Array.from(patients, (_, i) => (i < 5 ? 0 : 1));
  const scores = { classes: 2, positive: 1, targets, probabilities };
  const cut = { classIndex: 1, threshold: 0.5 };
  const rule = promisedReferral(scores, cut, patients, 0.05);
  expect(rule.band === null ? 0 : rule.errors).toBeLessThan(5);
  // All answers together: five hits of a hundred patients.
  const loose = promisedReferral(scores, cut, patients, 0.14);
  expect(loose).toMatchObject({ accepted: 499, patients: 100, errors: 5 });
  expect(loose.band !== null && loose.bound).toBeCloseTo(upperBound(5, 100), 1);
  expect(loose.band !== null && loose.bound).toBeGreaterThanOrEqual(upperBound(5, 100));
});

test('where answers are wrong a little too often however sure they are, hardly any draw gives a rule', () => {
  const random = Random.seeded(31);
  const n = 140;
  const allowed = 0.05;
  let found = 0;
  const draws = 1200;
  for (let k = 0; k < draws; k++) {
    const probabilities = new Float64Array(2 * n);
    const targets = Int32Array.from({ length: n }, (_, i) => {
      const p = random.uniform(0.5, 1);
      probabilities[2 * i + 1] = p;
      probabilities[2 * i] = 1 - p;
      return random.uniform(0, 1) < allowed * 1.02 ? 0 : 1;
    });
    const scores = { classes: 2, positive: 1, targets, probabilities };
    if (promisedReferral(scores, { classIndex: 1, threshold: 0.5 }, ownPatients(n), allowed).band !== null) found++;
  }
  // If the widest of all sets that pass were taken, it would be 8 of 100.
  expect(found / draws).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / draws));
});

test('patients are the trials: ten images of one patient that are wrong are one mistake in sixty, not ten in six hundred', () => {
  const n = 600;
  const patients = Array.from({ length: n }, (_, i) => Math.floor(i / 10));
  // The surest answers are those about the patient of which all are wrong.
  const probabilities = Float64Array.from({ length: 2 * n }, (_, at) => {
    const p = 0.99 - Math.floor(at / 2) / 2000;
    return at % 2 === 1 ? p : 1 - p;
  });
  const targets = Int32Array.from(patients, (patient) => (patient === 0 ? 0 : 1));
  const scores = { classes: 2, positive: 1, targets, probabilities };
  const cut = { classIndex: 1, threshold: 0.5 };
  expect(promisedReferral(scores, cut, patients, 0.1)).toMatchObject({ band: null, patients: 60 });
  expect(promisedReferral(scores, cut, ownPatients(n), 0.1)).toMatchObject({ errors: 10 });
});

test('the band refers the least sure answers, whose counts are those of a plain count', () => {
  const scores = draw(Random.seeded(21), 400);
  const rule = promisedReferral(scores, { classIndex: 1, threshold: 0.5 }, ownPatients(400), 0.1);
  expect(rule.band).not.toBeNull();
  if (rule.band === null) return;
  const { band } = rule;
  const accepted = ownPatients(400).filter(
    (i) => !isReferred([1 - (scores.probabilities[2 * i + 1] ?? 0), scores.probabilities[2 * i + 1] ?? 0], band),
  );
  const wrong = accepted.filter((i) => Number((scores.probabilities[2 * i + 1] ?? 0) >= 0.5) !== scores.targets[i]);
  expect([rule.cases, rule.accepted, rule.errors]).toEqual([400, accepted.length, wrong.length]);
  expect(rule.accepted).toBeLessThan(400);
  expect(band.low).toBeCloseTo(1 - band.high, 9);
});

test('a band refers what it promises to where the surest answers have a probability of exactly 1, or of 0', () => {
  const cut = { classIndex: 1, threshold: 0.5 };
  for (const sure of [1, 0]) {
    // Sixty that are sure and right, sixty that are wrong at 0.6.
    const own = ownPatients(120).map((i) => (i < 60 ? sure : 0.6));
    const scores = {
      ...{ classes: 2, positive: 1 },
      targets: Int32Array.from(own, (_, i) => (i < 60 ? sure : 0)),
      probabilities: Float64Array.from(own.flatMap((p) => [1 - p, p])),
    };
    const rule = promisedReferral(scores, cut, ownPatients(120), 0.05);
    expect(rule).toMatchObject({ accepted: 60, errors: 0 });
    expect(ownPatients(120).filter((i) => isReferred([1 - (own[i] ?? 0), own[i] ?? 0], rule.band))).toEqual(
      ownPatients(120).slice(60),
    );
    // So does each point of the curve.
    for (const { band, accepted } of coverageCurve(scores, cut)) {
      expect(own.filter((p) => !isReferred([1 - p, p], band))).toHaveLength(accepted);
    }
  }
});

test('and where probabilities are as close to 0 and 1 as numbers can be', () => {
  const random = Random.seeded(1);
  for (const scale of [2, 15, 30]) {
    for (const threshold of [0.5, 0.3, 0.01]) {
      const own = ownPatients(1000).map(() => logistic(random.normal() * scale));
      const scores = {
        ...{ classes: 2, positive: 1, targets: own.map(() => 1) },
        probabilities: Float64Array.from(own.flatMap((p) => [1 - p, p])),
      };
      for (const { band, accepted } of coverageCurve(scores, { classIndex: 1, threshold }, { most: 1000 })) {
        expect(own.filter((p) => !isReferred([1 - p, p], band))).toHaveLength(accepted);
      }
    }
  }
});

test('nothing is referred where all answers together keep the promise', () => {
  const n = 120;
  const targets = Int32Array.from({ length: n }, (_, i) => i % 2);
  const probabilities = Float64Array.from({ length: 2 * n }, (_, at) => {
    const p = logistic((Math.floor(at / 2) % 2 === 1 ? 1 : -1) * (1 + at / n));
    return at % 2 === 1 ? p : 1 - p;
  });
  const rule = promisedReferral(
    { classes: 2, positive: 1, targets, probabilities },
    { classIndex: 1, threshold: 0.5 },
    ownPatients(n),
    0.05,
  );
  expect(rule).toMatchObject({ accepted: n, errors: 0, band: { low: 0.5, high: 0.5 } });
});

test('where patients are too few or too many answers are wrong, there is no rule and the reason is told', () => {
  const few = promisedReferral(draw(Random.seeded(1), 40), null, ownPatients(40), 0.05);
  expect(few).toEqual({ band: null, cases: 40, patients: 40, fewestPatients: 59, lowestBound: null });
  const guessed = draw(Random.seeded(2), 300, { sharpness: 0.01 });
  const none = promisedReferral(guessed, { classIndex: 1, threshold: 0.5 }, ownPatients(300), 0.05);
  expect(none).toMatchObject({ band: null, patients: 300 });
  expect(none.band === null && (none.lowestBound ?? 0)).toBeGreaterThan(0.4);
  // A hundred images of thirty patients are thirty trials.
  const scores = draw(Random.seeded(4), 300, { sharpness: 40 });
  expect(
    promisedReferral(
      scores,
      null,
      Array.from({ length: 300 }, (_, i) => i % 30),
      0.05,
    ),
  ).toMatchObject({
    band: null,
    patients: 30,
  });
});
