/** The targets, by the names that the contract gives them. What differs between targets is read from here; nothing asks for a name. */
import type { TargetKind } from '../contract/index.ts';
import { classTarget } from './class.ts';
import { findingTarget } from './finding.ts';
import { gradeTarget } from './grade.ts';
import { quantityTarget } from './quantity.ts';
import type { Target } from './target.ts';

export type {
  AnswerColumn,
  LabelReading,
  LabelScale,
  Labels,
  OperatingPoint,
  Target,
  Truth,
  Validation,
  WeightedFigure,
} from './target.ts';

export const targets: Readonly<Record<TargetKind, Target>> = {
  class: classTarget,
  grade: gradeTarget,
  finding: findingTarget,
  quantity: quantityTarget,
};
