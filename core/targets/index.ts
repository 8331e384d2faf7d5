/** The targets, by the names that the contract gives them. What differs between targets is read from here; nothing asks for a name. */
import type { TargetKind } from '../contract/index.ts';
import { classTarget } from './class.ts';
import { gradeTarget } from './grade.ts';
import type { Target } from './target.ts';

export type { AnswerColumn, Labels, Target, Validation, WeightedFigure } from './target.ts';

export const targets: Readonly<Record<TargetKind, Target>> = {
  class: classTarget,
  grade: gradeTarget,
};
