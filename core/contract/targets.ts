/**
 * The targets: what a data set asks of an image and its models answer. Here stands what the command line, the store and the page see of
 * each; what a target computes is its object in core/targets.
 */
import { z } from 'zod';
import { orderClasses, type PositiveClass, positiveClassOf } from './positive-class.ts';

/**
 * Figures with an interval that a target may have beside AUC and accuracy, each as reports call it. A data set has one of them or more where
 * its target says so.
 */
export const targetFigureWords = {
  kappaQuadratic: 'kappa (quadratic weights)',
  meanAbsoluteError: 'mean absolute error, in grades',
  absoluteError: 'mean absolute error, in the unit of the numbers',
  rootMeanSquaredError: 'root mean squared error, in the unit of the numbers',
  rSquared: 'R² (share of the variance that is explained)',
} as const;
export type TargetFigure = keyof typeof targetFigureWords;
export const targetFigures = Object.keys(targetFigureWords) as readonly TargetFigure[];
export const targetFigureSchema = z.enum(targetFigures);

/** What a target says of the names that its labels are. */
export interface TargetFacts {
  /** The line that help and reports say about it. */
  readonly meaning: string;
  /** What one name is called, and several. */
  readonly noun: readonly [one: string, several: string];
  /** Whether a label must be one of the names that the data set lists: its order is part of what they mean. */
  readonly isListed: boolean;
  /**
   * Whether each name is a question of its own that an image answers (findings, numbers): it then has labels of its own, in words, and an
   * image may have some of them and not others. Otherwise a label is one of the names.
   */
  readonly isPerName: boolean;
  /** Whether those answers are marks: present, absent or uncertain. */
  readonly hasMarks: boolean;
  /** The figure on the validation images by which an epoch is kept. */
  readonly keptBy: 'auc' | TargetFigure;
  /**
   * The names of a version in the order in which networks and results count them.
   * @param used those that labels name; `listed` the data set's list in its order, which may be fixed; `positive` the class that somebody
   *   chose; `earlier` those of the version before
   */
  readonly order: (
    used: readonly string[],
    lists: {
      readonly listed: readonly string[];
      readonly isFixed: boolean;
      readonly positive: string | null;
      readonly earlier: readonly string[] | undefined;
    },
  ) => string[];
  /** The positive one of two; null where figures are means over all. `chosen` is what somebody said, null where nobody did. */
  readonly positiveOf: (names: readonly string[], chosen: string | null) => PositiveClass | null;
}

const facts = {
  class: {
    meaning: 'one class out of several that have no order',
    noun: ['class', 'classes'],
    isListed: false,
    isPerName: false,
    hasMarks: false,
    keptBy: 'auc',
    // In that of a fixed list, else of the version before where that has the same ones, so that equal content stays one version.
    order: (used, { listed, isFixed, positive, earlier }) => {
      const ordered = orderClasses(used, positive);
      if (isFixed) return listed.filter((name) => ordered.includes(name));
      const isSame = earlier?.length === ordered.length && ordered.every((name) => earlier.includes(name));
      return isSame ? [...earlier] : ordered;
    },
    positiveOf: positiveClassOf,
  },
  grade: {
    meaning: 'one grade out of several in an order, lowest first',
    noun: ['grade', 'grades'],
    isListed: true,
    isPerName: false,
    hasMarks: false,
    keptBy: 'kappaQuadratic',
    // The whole list, because a grade that no image has yet lies between its neighbours all the same.
    order: (_, { listed }) => [...listed],
    positiveOf: ([, higher, ...more]) =>
      higher === undefined || more.length > 0 ? null : { name: higher, index: 1, source: 'recognised' },
  },
  finding: {
    meaning: 'several findings at once, each of them present, absent, uncertain or not known',
    noun: ['finding', 'findings'],
    isListed: false,
    isPerName: true,
    hasMarks: true,
    keptBy: 'auc',
    order: (used, { listed }) => listed.filter((name) => used.includes(name)),
    // Of each finding it is the presence that is positive; none of the findings is.
    positiveOf: () => null,
  },
  quantity: {
    meaning: 'a quantity in numbers (bone age, a percentage)',
    noun: ['quantity', 'quantities'],
    isListed: false,
    isPerName: true,
    hasMarks: false,
    keptBy: 'absoluteError',
    order: (used, { listed }) => listed.filter((name) => used.includes(name)),
    positiveOf: () => null,
  },
} as const satisfies Readonly<Record<string, TargetFacts>>;

export type TargetKind = keyof typeof facts;
export const targetFacts: Readonly<Record<TargetKind, TargetFacts>> = facts;
export const targetKinds = Object.keys(facts) as readonly TargetKind[];
export const targetKindSchema = z.enum(targetKinds);

/** What a data set asks where nothing was said: what every data set asked before there was a choice. */
export const defaultTarget: TargetKind = 'class';
