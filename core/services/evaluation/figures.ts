/**
 * The figures of an evaluation, computed in one place: `evaluate`, its report, Judge, the comparison of methods and the model card
 * take theirs from here, so that a figure is one number wherever it stands.
 *
 * The intervals cost a pass over all cases for each of 2,000 resamples, seconds for a hundred thousand images. They are computed
 * once, by the evaluation itself, and kept beside it; what was changed since (a deleted patient, a calibration) is told by
 * a hash of all that they are computed from.
 */
import { z } from 'zod';
import type { TargetFigure } from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import {
  accuracyInterval,
  type BandPoint,
  bootstrapInterval,
  bootstrapIntervals,
  bootstrapResamples,
  bootstrapSeed,
  type Interval,
} from '../../statistics/bootstrap.ts';
import { expectedCalibrationError } from '../../statistics/calibration.ts';
import type { Cut } from '../../statistics/curves.ts';
import { type ClassMetrics, computeClassMetrics, computeMetrics, type Metrics } from '../../statistics/metrics.ts';
import { keepIntervals, keptIntervals } from '../../store/index.ts';
import { targets, type WeightedFigure } from '../../targets/index.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf } from '../training/operating-point.ts';
import type { EvaluatedLevel, EvaluatedSet } from './evaluated-set.ts';

/** Figures of images or of studies, decided for as the model's threshold says or for the most probable class. */
export interface LevelFigures extends Metrics {
  readonly patients: number;
  /** The class that is decided for, of each case. */
  readonly decisions: ArrayLike<number>;
  readonly aucInterval: Interval | null;
  readonly averagePrecisionInterval: Interval | null;
  readonly accuracyInterval: Interval | null;
  readonly calibrationError: number | null;
  /** Those that the target has beside these. */
  readonly ofTarget: readonly TargetFigureValue[];
  /** Each class against the rest, in the model's order. */
  readonly perClass: readonly ClassFigures[];
}

export interface TargetFigureValue {
  readonly figure: TargetFigure;
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface ClassFigures extends ClassMetrics {
  readonly name: string;
  readonly aucInterval: Interval | null;
  readonly rocBand: readonly BandPoint[];
}

/** Raised when what is stored, or how it is computed, changes. */
const intervalsVersion = 4;

const intervalSchema = z.tuple([z.number(), z.number()]).nullable();
const rankingSchema = z.strictObject({
  auc: intervalSchema,
  averagePrecision: intervalSchema,
  classAuc: z.array(intervalSchema),
  bands: z.array(z.array(z.strictObject({ falsePositiveRate: z.number(), low: z.number(), high: z.number() }))),
});

const figuresOfLevels: SessionCache<
  WeakMap<EvaluatedLevel, { readonly cut: Cut | null; readonly figures: LevelFigures }>
> = {
  name: 'figures of levels',
  until: 'change',
  make: () => new WeakMap(),
};

/** All figures of one level at the model's own threshold; those of a level are computed once. */
export function levelFigures(context: ServiceContext, set: EvaluatedSet, which: 'image' | 'study'): LevelFigures {
  const { record } = set;
  const level = set[which];
  const cut = cutOf(record);
  const known = context.caches.of(figuresOfLevels);
  const found = known.get(level);
  if (found !== undefined && found.cut?.threshold === cut?.threshold && found.cut?.classIndex === cut?.classIndex) {
    return found.figures;
  }
  const { scores, patients, worth } = level;
  const target = targets[record.target];
  const decisions = target.decide(scores.probabilities, scores.classes, cut);
  const ofFinding = set.finding === null ? '' : `${set.finding}, `;
  const part = `${ofFinding}${which === 'image' ? 'image' : `study ${set.pooling}`}`;
  const inputs = inputsOf(level);
  const ranking = kept(context, { set, part: `${part}, ranking`, inputs, schema: rankingSchema }, () =>
    bootstrapIntervals(scores, patients, { worth }),
  );
  const ofDecisions = (name: string, compute: () => Interval | null): Interval | null =>
    kept(
      context,
      { set, part: `${part}, ${name}`, inputs: [...inputs, Uint8Array.from(decisions)], schema: intervalSchema },
      compute,
    );
  const accuracy = ofDecisions('decisions', () =>
    accuracyInterval(
      Array.from(decisions, (decision, i) => decision === scores.targets[i]),
      patients,
      { worth },
    ),
  );
  const answers = { scores, decisions };
  const ofTarget = (Object.entries(target.figures) as [TargetFigure, WeightedFigure][]).map(([figure, compute]) => ({
    figure,
    value: compute(answers),
    interval: ofDecisions(figure, () => bootstrapInterval(patients, (weights) => compute(answers, weights), { worth })),
  }));
  const figures: LevelFigures = {
    ...computeMetrics(scores, decisions),
    patients: new Set(patients).size,
    decisions,
    aucInterval: ranking.auc,
    averagePrecisionInterval: ranking.averagePrecision,
    accuracyInterval: accuracy,
    calibrationError: expectedCalibrationError(scores),
    ofTarget,
    perClass: computeClassMetrics(scores, decisions).map((metrics, c) => ({
      ...metrics,
      name: record.classes[c] as string,
      aucInterval: ranking.classAuc[c] ?? null,
      rocBand: ranking.bands[c] ?? [],
    })),
  };
  known.set(level, { cut, figures });
  return figures;
}

/** Everything that the intervals of a ranking are computed from. */
export function inputsOf({ scores, patients, worth }: EvaluatedLevel): Uint8Array[] {
  const { classes, positive, targets, probabilities } = scores;
  const header = { version: intervalsVersion, bootstrapResamples, bootstrapSeed, worth, classes, positive };
  return [
    Buffer.from(JSON.stringify(header)),
    numberBytes(Int32Array.from(targets)),
    numberBytes(Int32Array.from(patients)),
    numberBytes(probabilities),
  ];
}

/** How intervals of a level are drawn, as one of the inputs that they are computed from. */
export const intervalsHeader = ({ worth }: Pick<EvaluatedLevel, 'worth'>): Uint8Array =>
  Buffer.from(JSON.stringify({ version: intervalsVersion, bootstrapResamples, bootstrapSeed, worth }));

/** Numbers as one of the inputs that intervals are computed from. */
export const numberBytes = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** What is kept of a part of an evaluation, or what `compute` gives, which is then kept where the library may be written. */
export function kept<T>(
  { library }: ServiceContext,
  place: {
    readonly set: Pick<EvaluatedSet, 'id'>;
    readonly part: string;
    readonly inputs: readonly Uint8Array[];
    readonly schema: z.ZodType<T>;
  },
  compute: () => T,
): T {
  const row = { evaluationId: place.set.id, part: place.part, inputsHash: sha256(Buffer.concat([...place.inputs])) };
  const stored = keptIntervals(library.db, row, place.schema);
  if (stored !== undefined) return stored;
  const intervals = compute();
  if (library.mode === 'write') keepIntervals(library.writer, { ...row, intervals: JSON.stringify(intervals) });
  return intervals;
}
