/** What may be chosen in Judge, by what the model shown answers. */
import { type JudgeReport, type ModelRecord, targetFacts } from '../../../core/contract/index.ts';

/** Which cases are listed: all mistakes, or a cell of the confusion matrix. */
export type CaseChoice =
  | { readonly kind: 'mistakes' }
  | { readonly kind: 'cell'; readonly truth: number; readonly decision: number };

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

/** The class to show of a model: the positive one of two; of more the one that was chosen, found by its name, else the second. */
export function shownClass({ classes, positiveClass }: JudgeReport['model'], chosen: string): number {
  if (positiveClass !== null) return classes.indexOf(positiveClass);
  const index = classes.indexOf(chosen);
  return index < 0 ? 1 : index;
}
