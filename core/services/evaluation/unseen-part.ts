import type { EvaluationPart, ModelRecord } from '../../contract/index.ts';

/**
 * The part on whose cases a model may be set up: of one of folds, which learned from the validation images too, its out-of-fold answers, else
 * those of validation.
 */
export const unseenPart = ({ folds }: Pick<ModelRecord, 'folds'>): EvaluationPart =>
  folds > 1 ? 'cross-validation' : 'val';
