/** What a verdict says of figures whose meaning is known: cases with a truth that was made, and the sentence that must come of it. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { englishVerdictSentences, isNoBetterThanGuessing, type Verdict } from '../../../../core/contract/index.ts';
import { verdictOnClasses, verdictOnFindings, verdictOnNumbers } from '../../../../core/services/evaluation/verdict.ts';
import {
  accuracyInterval,
  bootstrapInterval,
  bootstrapIntervals,
  classAucInterval,
} from '../../../../core/statistics/bootstrap.ts';
import { disjointPairs } from '../../../../core/statistics/exact.ts';
import { auc, computeMetrics, mostProbable, type Scores } from '../../../../core/statistics/metrics.ts';
import { meanAbsoluteError, rSquared } from '../../../../core/statistics/numbers.ts';
import { couldShow, pairFigures, simultaneous } from '../../../../core/statistics/questions.ts';

const estimate = (value: number | null, interval: readonly [number, number] | null) => ({
  value,
  interval: interval === null ? null : ([...interval] as [number, number]),
});

/**
 * The verdict on made cases, one a patient: `each` cases of each class, whose probabilities are those of a softmax over noise and what `signal`
 * says for the true class and each answer.
 */
function onClasses(
  names: readonly string[],
  each: number | readonly number[],
  signal: (truth: number, answer: number) => number,
  seed = 1,
): Verdict {
  const classes = names.length;
  const counts = typeof each === 'number' ? names.map(() => each) : each;
  const random = Random.seeded(seed);
  const targets = counts.flatMap((n, c) => Array.from({ length: n }, () => c));
  const probabilities = Float64Array.from(
    targets.flatMap((truth) => {
      const logits = names.map((_, c) => random.normal(signal(truth, c), 1));
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
      return logits.map((z) => Math.exp(z) / total);
    }),
  );
  const scores: Scores = { classes, positive: classes === 2 ? 1 : null, targets, probabilities };
  const patients = targets.map((_, i) => i);
  const metrics = computeMetrics(scores);
  const decisions = mostProbable(probabilities, classes);
  return verdictOnClasses({
    patients: targets.length,
    cases: targets.length,
    names,
    figure: estimate(auc(scores), bootstrapIntervals(scores, patients).auc),
    questions: pairFigures(scores, patients).map(({ pair, interval, ...own }) => ({
      ...own,
      names: pair.map((c) => names[c] as string),
      auc: estimate(own.auc, interval),
    })),
    confusion: metrics.confusion,
    accuracy: estimate(
      metrics.accuracy,
      accuracyInterval(
        targets.map((truth, i) => truth === decisions[i]),
        patients,
      ),
    ),
    beside: null,
  });
}

const said = (verdict: Verdict) => ({
  kind: verdict.kind,
  isFew: verdict.isFew,
  head: englishVerdictSentences(verdict)[0],
});
const none = () => 0;
const ofTruth = (strength: number) => (truth: number, answer: number) => (truth === answer ? strength : 0);

describe('of classes', () => {
  test('two that are told apart on enough patients: good', () => {
    expect(said(onClasses(['benign', 'malignant'], 60, ofTruth(2)))).toEqual({
      kind: 'good',
      isFew: false,
      head: expect.stringMatching(/^Good: tells “benign” from “malignant” \(AUC 0\.9\d, 0\.[89]\d to [01]\.\d\d\)\.$/),
    });
  });

  test('two that are told apart on a dozen patients each: good, on few patients', () => {
    const verdict = onClasses(['benign', 'malignant'], 12, ofTruth(8));
    expect(said(verdict)).toEqual({
      kind: 'good',
      isFew: true,
      head: 'Good: tells “benign” from “malignant” (AUC 1.00, 0.74 to 1.00).',
    });
    expect(englishVerdictSentences(verdict)).toContain(
      'That is on few patients (24): with more it may turn out otherwise.',
    );
  });

  test('two that are told apart perfectly on six patients: nobody can tell yet', () => {
    const verdict = onClasses(['benign', 'malignant'], 3, ofTruth(9));
    expect(said(verdict)).toEqual({
      kind: 'tooFew',
      isFew: true,
      head: 'Nobody can tell yet whether this is better than guessing: 6 patients are too few (AUC 1.00, 0.29 to 1.00).',
    });
    expect(isNoBetterThanGuessing(verdict)).toBe(true);
  });

  test('no patient less right makes a verdict better: what a perfect ranking cannot show, a worse one does not', () => {
    for (const strength of [9, 3, 2, 1]) {
      for (let seed = 1; seed <= 6; seed++) {
        expect(onClasses(['benign', 'malignant'], 5, ofTruth(strength), seed).kind).toMatch(/^(tooFew|worse)$/);
        // From six of each on, perfection shows something, and is still on few patients.
        expect(onClasses(['benign', 'malignant'], 12, ofTruth(strength), seed).isFew).toBe(true);
      }
    }
    expect(onClasses(['benign', 'malignant'], 6, ofTruth(20)).kind).toBe('good');
  });

  test('a class that is ranked rightly and never answered: told by probabilities, not by decisions', () => {
    const names = ['normal', 'mass', 'specks'];
    // The truth always raises its own probability, and "mass" has so high a one that nothing else is answered.
    const verdict = onClasses(names, 60, (truth, answer) => (truth === answer ? 4 : 0) + (answer === 1 ? 12 : 0));
    expect(said(verdict)).toEqual({
      kind: 'ranksOnly',
      isFew: false,
      head: expect.stringMatching(
        /^Tells the classes apart by its probabilities \(mean AUC 0\.\d\d, 0\.\d\d to [01]\.\d\d\), but not by its decisions: it never answers “normal” or “specks”\.$/,
      ),
    });
    expect(
      englishVerdictSentences(verdict)
        .join(' ')
        .match(/never answers/g),
    ).toHaveLength(1);
  });

  test('a model that guesses: not better than guessing, with the number of classes whatever it is', () => {
    for (const names of [['a', 'b'], ['a', 'b', 'c'], Array.from({ length: 10 }, (_, i) => `c${i}`)]) {
      const verdict = onClasses(names, 60, none, 4);
      expect(verdict.kind).toBe('guessing');
      expect(englishVerdictSentences(verdict)[0]).toMatch(
        /^Not better than guessing, as far as \d+ patients show \((mean )?AUC 0\.\d\d, 0\.\d\d to 0\.\d\d; guessing gives 0\.50\)\.$/,
      );
    }
  });

  test('of models that guess no more than one in twenty is taken for one that tells something, however many classes there are', () => {
    for (const classes of [2, 5]) {
      const names = Array.from({ length: classes }, (_, c) => `c${c}`);
      const wrong = Array.from({ length: 40 }, (_, seed) => onClasses(names, 20, none, 100 + seed)).filter(
        (verdict) => !isNoBetterThanGuessing(verdict),
      );
      // 2 are expected; 7 or more have a probability below 1 %.
      expect(wrong.length).toBeLessThan(7);
    }
  }, 120_000);

  test('three of which one is told apart and two are not', () => {
    const verdict = onClasses(['normal', 'specks', 'mass'], 50, (truth, answer) =>
      answer === 0 && truth === 0 ? 6 : answer === 0 ? -6 : 0,
    );
    expect(verdict).toMatchObject({ kind: 'partly', told: ['normal'], untold: [{ names: ['specks', 'mass'] }] });
    // The mean hides it.
    expect(verdict.figure.value).toBeGreaterThan(0.8);
    expect(englishVerdictSentences(verdict)[0]).toMatch(
      /^Tells “normal” from the rest, but on these cases not “specks” from “mass” \(AUC 0\.\d\d, 0\.\d\d to 0\.\d\d\)\.$/,
    );
    expect(isNoBetterThanGuessing(verdict)).toBe(false);
  });

  test('three that are all told apart, but often wrongly: weak, with the worst pair', () => {
    expect(said(onClasses(['a', 'b', 'c'], 150, ofTruth(0.8)))).toEqual({
      kind: 'weak',
      isFew: false,
      head: expect.stringMatching(
        /^Better than guessing, but often wrong: “.” from “.” \(AUC 0\.[67]\d, .+\), where guessing gives 0\.50\.$/,
      ),
    });
  });

  test('answers the wrong way round: worse than guessing', () => {
    const verdict = onClasses(['benign', 'malignant'], 40, ofTruth(-2));
    expect(verdict.kind).toBe('worse');
    expect(englishVerdictSentences(verdict)[0]).toContain('Check whether labels are exchanged.');
  });

  test('a class without cases is named, and one that is never answered; the most frequent one gives the share to beat', () => {
    const verdict = onClasses(['often', 'rare', 'gone'], [80, 20, 0], (truth, answer) =>
      answer === 0 ? 6 : truth === answer ? 3 : 0,
    );
    expect(verdict).toMatchObject({ kind: 'ranksOnly', missing: ['gone'], neverAnswered: ['rare'] });
    expect(englishVerdictSentences(verdict).slice(1)).toEqual([
      'There is no case of “gone”: nothing is known about it.',
      'It is right in 80 % of the cases (72 % to 88 %); always answering “often” would be in 80 %.',
    ]);
  });

  test('where not all is told apart, a class that is never answered has a sentence of its own', () => {
    const verdict = onClasses(['a', 'b', 'c'], 60, (truth, answer) =>
      answer === 2 ? 12 : truth === 0 && answer === 0 ? 4 : 0,
    );
    expect(verdict.kind).toBe('partly');
    expect(englishVerdictSentences(verdict)).toContain('It never answers “a” or “b”.');
  });

  test('cases of one class alone define nothing', () => {
    expect(said(onClasses(['a', 'b'], [5, 0], none))).toEqual({
      kind: 'unjudged',
      isFew: false,
      head: 'Cannot be judged on these cases: 5 patients give nothing to tell apart, or too little to say how certain it is.',
    });
  });

  test('grades next to each other that are confused are named, those further apart are told', () => {
    const names = ['0', '1', '2', '3'];
    const verdict = onClasses(names, 60, (truth, answer) => (Math.floor(truth / 2) === Math.floor(answer / 2) ? 4 : 0));
    expect(verdict.kind).toBe('partly');
    expect(verdict.told).toEqual([]);
    expect(verdict.untold.map((question) => question.names)).toEqual([
      ['0', '1'],
      ['2', '3'],
    ]);
    expect(englishVerdictSentences(verdict)[0]).toMatch(
      /^Tells some classes apart, but on these cases not “0” from “1” \(AUC .+\) nor “2” from “3” \(AUC .+\)\.$/,
    );
  });
});

describe('of findings', () => {
  const onFindings = (skills: Readonly<Record<string, number | null>>, each = 60): Verdict => {
    const random = Random.seeded(5);
    const names = Object.keys(skills);
    const judged = names.filter((name) => skills[name] !== null);
    const questions = judged.map((name) => {
      const targets = Array.from({ length: 2 * each }, (_, i) => i % 2);
      const probabilities = Float64Array.from(
        targets.flatMap((y) => {
          const p = 1 / (1 + Math.exp(-random.normal(y === 1 ? (skills[name] ?? 0) : 0, 1)));
          return [1 - p, p];
        }),
      );
      const scores: Scores = { classes: 2, positive: 1, targets, probabilities };
      const patients = targets.map((_, i) => i);
      const interval = classAucInterval(scores, 1, patients, { level: simultaneous(judged.length) });
      const pairs = disjointPairs(scores, 1, patients);
      return {
        names: [name],
        auc: estimate(auc(scores), interval),
        pairs,
        isEnough: couldShow(pairs, simultaneous(judged.length)),
      };
    });
    const mean = questions.reduce((sum, question) => sum + (question.auc.value ?? 0), 0) / questions.length;
    return verdictOnFindings({
      patients: 2 * each,
      cases: 2 * each,
      names,
      figure: estimate(
        questions.length === 0 ? null : mean,
        questions.length === 0 ? null : [mean - 0.03, mean + 0.03],
      ),
      questions,
      beside: null,
    });
  };

  test('one is found, one is guessed, one cannot be judged: each is said', () => {
    const verdict = onFindings({ effusion: 2.5, nodule: 0, hernia: null });
    expect(verdict).toMatchObject({ kind: 'partly', told: ['effusion'], missing: ['hernia'] });
    expect(englishVerdictSentences(verdict)).toEqual([
      expect.stringMatching(
        /^Better than guessing at “effusion”; on these cases not at “nodule” \(AUC 0\.\d\d, .+\)\.$/,
      ),
      '“hernia” cannot be judged here.',
    ]);
  });

  test('all are found, none is, none can be judged', () => {
    expect(said(onFindings({ effusion: 2.5, nodule: 3 })).head).toMatch(
      /^Good: finds all 2 findings \(mean AUC 0\.9\d, /,
    );
    expect(onFindings({ effusion: 0, nodule: 0 }).kind).toBe('guessing');
    expect(onFindings({ hernia: null }).kind).toBe('unjudged');
  });
});

describe('of numbers', () => {
  const onNumbers = (n: number, share: number): Verdict => {
    const random = Random.seeded(9);
    const truths = Array.from({ length: n }, () => random.normal(120, 30));
    const answers = truths.map((truth) => 120 + share * (truth - 120) + random.normal(0, 10));
    const patients = truths.map((_, i) => i);
    const of = (figure: typeof rSquared) =>
      estimate(
        figure(truths, answers),
        bootstrapInterval(patients, (weights) => figure(truths, answers, weights)),
      );
    const mean = truths.reduce((sum, truth) => sum + truth, 0) / n;
    return verdictOnNumbers({
      patients: n,
      cases: n,
      names: ['bone age (months)'],
      figure: of(rSquared),
      error: of(meanAbsoluteError),
      errorOfMean: truths.reduce((sum, truth) => sum + Math.abs(truth - mean), 0) / n,
      beside: null,
    });
  };

  test.each([
    [80, 0.9, 'good', false, /^Good: it explains half or more of the differences between cases \(R² 0\.\d\d, /],
    [80, 0.3, 'weak', false, /^Better than always saying the mean, but it explains less than half/],
    [80, 0, 'guessing', false, /^Not better than always saying the mean, as far as 80 patients show \(R² −0\.\d\d, /],
    [80, -0.6, 'worse', true, /^Worse than always saying the mean/],
    [5, 0.4, 'tooFew', true, /^Nobody can tell yet/],
  ] as const)('%i patients, %d of each difference answered: %s', (n, share, kind, isFew, head) => {
    expect(said(onNumbers(n, share))).toEqual({ kind, isFew, head: expect.stringMatching(head) });
  });

  test('the error stands beside that of the mean', () => {
    expect(englishVerdictSentences(onNumbers(80, 0.9))[1]).toMatch(
      /^It is off by \d\.\d on average \(\d\.\d to \d+\.\d\); always saying the mean would be off by \d\d\.\d\.$/,
    );
  });
});

test('beside the linear model it is said whether the difference could be chance', () => {
  const verdict = onClasses(['a', 'b'], 60, ofTruth(3));
  const beside = (outcome: 'better' | 'same' | 'worse', low: number, high: number) =>
    englishVerdictSentences({
      ...verdict,
      beside: { model: 'plain', outcome, difference: estimate((low + high) / 2, [low, high]) },
    }).at(-1);
  expect(beside('better', 0.02, 0.1)).toBe(
    'Better than the linear model “plain” (difference in AUC 0.060, 0.020 to 0.100).',
  );
  expect(beside('same', -0.02, 0.04)).toContain('Not better than the linear model “plain”, as far as these cases show');
  expect(beside('worse', -0.2, -0.1)).toContain('Worse than the linear model “plain”');
});
