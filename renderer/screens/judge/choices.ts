/** What may be chosen in Judge, by what the model shown answers. */
import {
  type EvaluationPart,
  evaluationPartsOf,
  type JudgeReport,
  type ModelRecord,
  splitNames,
  targetFacts,
} from '../../../core/contract/index.ts';

/** The findings of a model, of which one is judged at a time; none of other models. */
export function findingsOf(record: ModelRecord | undefined): readonly string[] {
  return record !== undefined && targetFacts[record.target].hasMarks ? record.classes : [];
}

/** Whether a model answers a number. */
export function isOfNumbers(record: ModelRecord | undefined): boolean {
  if (record === undefined) return false;
  const { isPerName, hasMarks } = targetFacts[record.target];
  return isPerName && !hasMarks;
}

/** A model as Judge lists it. */
interface ListedModel {
  readonly record: Pick<ModelRecord, 'folds'>;
  readonly evaluated: readonly EvaluationPart[];
}

/** The parts that a model can be judged on. */
export function partsOf(row: ListedModel | undefined): readonly EvaluationPart[] {
  return row === undefined ? splitNames : evaluationPartsOf(row.record);
}

/**
 * The part that is shown: the one wanted where the model can be judged on it. The test cases are not opened by accident: what was evaluated on
 * others comes before them.
 */
export function firstPart(row: ListedModel | undefined, wanted?: EvaluationPart): EvaluationPart {
  if (wanted !== undefined && partsOf(row).includes(wanted)) return wanted;
  return (['cross-validation', 'val'] as const).find((part) => row?.evaluated.includes(part)) ?? 'test';
}

/** The class to show of a model: the positive one of two; of more the one that was chosen, found by its name, else the second. */
export function shownClass({ classes, positiveClass }: JudgeReport['model'], chosen: string): number {
  if (positiveClass !== null) return classes.indexOf(positiveClass);
  const index = classes.indexOf(chosen);
  return index < 0 ? 1 : index;
}
