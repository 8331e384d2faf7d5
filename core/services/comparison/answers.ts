/** How good the trained methods are: the AUC of each seed's model on the same patients, and the mean with its interval over both. */
import { invariant } from '../../base/errors.ts';
import { type SplitName, targetFacts } from '../../contract/index.ts';
import { classAuc, figureOfSeeds, type SeedsFigure, type WeightedFigure } from '../../statistics/efficiency.ts';
import { macroRankings } from '../../statistics/findings.ts';
import { markedScores } from '../evaluation/evaluated-answers.ts';
import { requireAnswers, requireRecord, requireSet } from '../evaluation/evaluated-set.ts';
import { evaluationBlocks } from '../evaluation/metrics-block.ts';
import type { ServiceContext } from '../session/context.ts';

export interface SeedsAnswers extends SeedsFigure {
  readonly images: number;
  readonly patients: number;
}

interface Answered {
  readonly auc: WeightedFigure;
  /** The patient of each image. */
  readonly patients: readonly number[];
}

/** The AUC of models that differ in their seed alone, which answered the same images. @throws DATASET_NOT_READY where one has not */
export function answersOfSeeds(context: ServiceContext, models: readonly string[], split: SplitName): SeedsAnswers {
  const answered = models.map((model) => answersOf(context, model, split));
  const patients = answered[0]?.patients ?? [];
  invariant(
    answered.every((one) => String(one.patients) === String(patients)),
    'models of one comparison answer the same images',
  );
  const figure = figureOfSeeds(
    answered.map(({ auc }) => auc),
    patients,
    () => evaluationBlocks(context, { model: models[0] as string, split, pooling: 'mean' }).image.aucInterval,
  );
  return { ...figure, images: patients.length, patients: new Set(patients).size };
}

function answersOf(context: ServiceContext, model: string, split: SplitName): Answered {
  const request = { model, split, pooling: 'mean' as const };
  if (targetFacts[requireRecord(context, model).target].isPerName) {
    const { image } = requireAnswers(context, request);
    const figures = macroRankings(markedScores(image));
    return { auc: (weights) => figures(weights).auc, patients: image.patients };
  }
  const { image } = requireSet(context, request);
  return { auc: classAuc(image.scores), patients: image.patients };
}
