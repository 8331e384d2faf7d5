/** The figures that a verdict needs, from an evaluation. What is slow is computed once and kept beside it, as other intervals are. */
import { z } from 'zod';
import { type ModelRecord, targetFacts, type Verdict, type VerdictQuestion } from '../../contract/index.ts';
import { trainingMethods } from '../../models/index.ts';
import { bootstrapInterval, classAucInterval, type Interval } from '../../statistics/bootstrap.ts';
import { disjointPairs } from '../../statistics/exact.ts';
import { type MarkedScores, macroRankings } from '../../statistics/findings.ts';
import { couldShow, pairFigures, simultaneous } from '../../statistics/questions.ts';
import { listModels } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { type AnswerLevel, type EvaluatedAnswers, markedScores } from './evaluated-answers.ts';
import { type EvaluatedSet, type EvaluationRequest, evaluatedAnswers, evaluatedSet, runOf } from './evaluated-set.ts';
import { inputsOf, intervalsHeader, kept, levelFigures, numberBytes } from './figures.ts';
import { findingsFigures } from './findings-figures.ts';
import { estimateOf, pairOf } from './judge.ts';
import { commonRows, differenceOf, errorDifference } from './judge-compare.ts';
import { quantityFigures } from './quantity-figures.ts';
import { verdictOnClasses, verdictOnFindings, verdictOnNumbers } from './verdict.ts';

type Level = 'image' | 'study';
type Beside = NonNullable<Verdict['beside']>;

const intervalSchema = z.tuple([z.number(), z.number()]).nullable();
const pairsSchema = z.array(
  z.strictObject({
    pair: z.tuple([z.int(), z.int()]),
    auc: z.number().nullable(),
    interval: intervalSchema,
    pairs: z.int(),
    isEnough: z.boolean(),
  }),
);
const differenceSchema = z.strictObject({ value: z.number().nullable(), interval: intervalSchema });

/** The verdict on a model whose answer is one name out of several. */
export function verdictOnSet(context: ServiceContext, set: EvaluatedSet, which: Level): Verdict {
  const figures = levelFigures(context, set, which);
  const { scores, patients, worth } = set[which];
  const { classes } = set.record;
  const place = { set, part: `${partOf(set, which)}, pairs`, inputs: inputsOf(set[which]), schema: pairsSchema };
  const pairs = kept(context, place, () =>
    pairFigures(scores, patients, { worth }).map(({ pair, interval, ...own }) => ({
      ...own,
      pair: [...pair],
      interval: pairOf(interval),
    })),
  );
  return verdictOnClasses({
    patients: figures.patients,
    cases: figures.n,
    names: classes,
    figure: estimateOf({ value: figures.auc, interval: figures.aucInterval }),
    questions: pairs.map(({ pair, auc, interval, ...own }) => ({
      ...own,
      names: pair.map((c) => classes[c] ?? ''),
      auc: { value: auc, interval },
    })),
    confusion: figures.confusion,
    accuracy: estimateOf({ value: figures.accuracy, interval: figures.accuracyInterval }),
    beside: besideOf(context, set, (request) => {
      const other = evaluatedSet(context, request);
      if (other === null) return null;
      const inputs = [...inputsOf(set[which]), ...inputsOf(other[which])];
      const part = `${partOf(set, which)}, beside the simplest`;
      return kept(context, { set, part, inputs, schema: differenceSchema }, () =>
        differenceOf(context, set, other, which),
      );
    }),
  });
}

/** The verdict on a model of findings or of numbers. */
export function verdictOnAnswers(context: ServiceContext, set: EvaluatedAnswers, which: Level): Verdict {
  return targetFacts[set.record.target].hasMarks ? onFindings(context, set, which) : onNumbers(context, set, which);
}

function onFindings(context: ServiceContext, set: EvaluatedAnswers, which: Level): Verdict {
  const figures = findingsFigures(context, set, which);
  const judged = figures.findings.filter(({ unjudged }) => unjudged === null);
  const level = simultaneous(judged.length);
  const questions = judged.map(({ name, auc, scores, patients, worth }): VerdictQuestion => {
    const inputs = [
      intervalsHeader({ worth }),
      ...[Float64Array.of(level), scores.probabilities, Int32Array.from(scores.targets), Int32Array.from(patients)].map(
        numberBytes,
      ),
    ];
    const part = `${partOf(set, which)}, ${name}, question`;
    const interval = kept(context, { set, part, inputs, schema: intervalSchema }, () =>
      pairOf(classAucInterval(scores, 1, patients, { level, worth })),
    );
    const disjoint = Math.floor(worth * disjointPairs(scores, 1, patients));
    return { names: [name], auc: { value: auc, interval }, pairs: disjoint, isEnough: couldShow(disjoint, level) };
  });
  return verdictOnFindings({
    patients: figures.patients,
    cases: figures.n,
    names: set.record.classes,
    figure: estimateOf({ value: figures.auc, interval: figures.aucInterval }),
    questions,
    beside: besideOf(context, set, (request) => {
      const other = evaluatedAnswers(context, request);
      if (other === null) return null;
      const [a, b] = [set[which], other[which]];
      const inputs = [
        intervalsHeader(a),
        ...[a.truths, a.answers, b.truths, b.answers, Int32Array.from(a.patients)].map(numberBytes),
      ];
      const part = `${partOf(set, which)}, beside the simplest`;
      return kept(context, { set, part, inputs, schema: differenceSchema }, () => meanAucDifference(a, b));
    }),
  });
}

/** The mean AUC of `a` minus that of `b` over the findings that can be judged, on the cases that both have. */
function meanAucDifference(a: AnswerLevel, b: AnswerLevel): Beside['difference'] {
  const rows = commonRows(a, b);
  const part = (level: AnswerLevel, side: 0 | 1): MarkedScores => {
    const taken = (values: Float64Array): Float64Array =>
      Float64Array.from(
        rows.flatMap((pair) => [...values.subarray(pair[side] * level.names, (pair[side] + 1) * level.names)]),
      );
    return markedScores({ ...level, truths: taken(level.truths), answers: taken(level.answers) });
  };
  const [first, second] = [macroRankings(part(a, 0)), macroRankings(part(b, 1))];
  const difference = (weights?: ArrayLike<number>): number | null => {
    const [one, two] = [first(weights).auc, second(weights).auc];
    return one === null || two === null ? null : one - two;
  };
  const patients = rows.map(([i]) => a.patients[i] as number);
  return { value: difference(), interval: pairOf(bootstrapInterval(patients, difference, { worth: a.worth })) };
}

function onNumbers(context: ServiceContext, set: EvaluatedAnswers, which: Level): Verdict {
  const { n, patients, ofTarget } = quantityFigures(context, set, which);
  const estimate = (name: (typeof ofTarget)[number]['figure']) => {
    const own = ofTarget.find(({ figure }) => figure === name);
    return estimateOf({ value: own?.value ?? null, interval: own?.interval ?? null });
  };
  const { truths } = set[which];
  const mean = truths.reduce((sum, truth) => sum + truth, 0) / Math.max(1, truths.length);
  return verdictOnNumbers({
    patients,
    cases: n,
    names: set.record.classes,
    figure: estimate('rSquared'),
    error: estimate('absoluteError'),
    errorOfMean: truths.reduce((sum, truth) => sum + Math.abs(truth - mean), 0) / Math.max(1, truths.length),
    beside: besideOf(
      context,
      set,
      (request) => {
        const other = evaluatedAnswers(context, request);
        if (other === null) return null;
        const [a, b] = [set[which], other[which]];
        const inputs = [
          intervalsHeader(a),
          ...[a.truths, a.answers, b.truths, b.answers, Int32Array.from(a.patients)].map(numberBytes),
        ];
        const part = `${partOf(set, which)}, beside the simplest`;
        return kept(context, { set, part, inputs, schema: differenceSchema }, () => errorDifference(a, b));
      },
      -1,
    ),
  });
}

/** Under which name figures of a level are kept. */
function partOf(set: Pick<EvaluatedSet, 'pooling'>, which: Level): string {
  return `verdict, ${which === 'image' ? 'image' : `study ${set.pooling}`}`;
}

/**
 * How a model does beside the newest one of the simplest method that was trained on the same version and evaluated on the same cases; null where
 * there is none, and of such a model itself.
 * @param sign 1 where more is better, -1 where less is
 */
function besideOf(
  context: ServiceContext,
  set: Pick<EvaluatedSet, 'record' | 'run' | 'split' | 'pooling'>,
  differenceTo: (request: EvaluationRequest) => Beside['difference'] | null,
  sign: 1 | -1 = 1,
): Verdict['beside'] {
  if (isSimplest(set.record)) return null;
  const others = listModels(context.library.db).filter(
    (record) => isSimplest(record) && runOf(context, record).datasetVersionId === set.run.datasetVersionId,
  );
  for (const other of others.toReversed()) {
    const difference = differenceTo({ model: other.name, split: set.split, pooling: set.pooling });
    if (difference === null || difference.value === null) continue;
    return { model: other.name, outcome: outcomeOf(difference.interval, sign), difference };
  }
  return null;
}

const isSimplest = ({ method }: ModelRecord): boolean => trainingMethods[method].isSimplest ?? false;

/** Better or worse where the interval of the difference leaves out 0. */
function outcomeOf(interval: Interval | null, sign: 1 | -1): Beside['outcome'] {
  if (interval === null || (interval[0] <= 0 && interval[1] >= 0)) return 'same';
  return sign * interval[0] > 0 ? 'better' : 'worse';
}
