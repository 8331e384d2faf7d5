/** The figures of a model that answers a number, with 95 % intervals over patients; units are those of the numbers. */
import { z } from 'zod';
import type { LimitsOfAgreementView, TargetFigure } from '../../contract/index.ts';
import { bootstrapInterval, type Interval } from '../../statistics/bootstrap.ts';
import { limitsOfAgreement } from '../../statistics/numbers.ts';
import { targets, type WeightedFigure } from '../../targets/index.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import type { AnswerLevel, EvaluatedAnswers } from './evaluated-answers.ts';
import { intervalsHeader, kept, numberBytes, type TargetFigureValue } from './figures.ts';
import { pairOf } from './judge.ts';

export interface QuantityFigures {
  readonly n: number;
  readonly patients: number;
  /** Those of the target, in its order. */
  readonly ofTarget: readonly TargetFigureValue[];
  /** Null of fewer than two cases. */
  readonly agreement: LimitsOfAgreementView | null;
}

const intervalSchema = z.tuple([z.number(), z.number()]).nullable();

const figuresOfNumbers: SessionCache<WeakMap<AnswerLevel, QuantityFigures>> = {
  name: 'figures of numbers',
  until: 'change',
  make: () => new WeakMap(),
};

/** All figures of one level; those of a level are computed once. */
export function quantityFigures(
  context: ServiceContext,
  set: EvaluatedAnswers,
  which: 'image' | 'study',
): QuantityFigures {
  const level = set[which];
  const known = context.caches.of(figuresOfNumbers);
  const found = known.get(level);
  if (found !== undefined) return found;
  const { truths, answers, patients, worth } = level;
  const part = `numbers, ${which === 'image' ? 'image' : `study ${set.pooling}`}`;
  const inputs = [intervalsHeader(level), ...[truths, answers, Int32Array.from(patients)].map(numberBytes)];
  const intervalOf = (name: string, figure: (weights: Float64Array) => number | null): Interval | null =>
    kept(context, { set, part: `${part}, ${name}`, inputs, schema: intervalSchema }, () =>
      bootstrapInterval(patients, figure, { worth }),
    );
  const decided = {
    scores: { classes: 1, positive: null, targets: truths, probabilities: answers },
    decisions: answers,
  };
  const agreement = limitsOfAgreement(truths, answers);
  const limit = (name: 'bias' | 'low' | 'high', value: number) => ({
    value,
    interval: pairOf(intervalOf(name, (weights) => limitsOfAgreement(truths, answers, weights)?.[name] ?? null)),
  });
  const figures: QuantityFigures = {
    n: level.members.length,
    patients: new Set(patients).size,
    ofTarget: (Object.entries(targets[set.record.target].figures) as [TargetFigure, WeightedFigure][]).map(
      ([figure, compute]) => ({
        figure,
        value: compute(decided),
        interval: intervalOf(figure, (weights) => compute(decided, weights)),
      }),
    ),
    agreement: agreement && {
      bias: limit('bias', agreement.bias),
      low: limit('low', agreement.low),
      high: limit('high', agreement.high),
    },
  };
  known.set(level, figures);
  return figures;
}
