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
  /** The figure on the validation images by which an epoch is kept; the higher the better. */
  readonly keptBy: 'auc' | TargetFigure;
  /**
   * The names of a version in the order in which networks and results count them.
   * @param used those that labels name; `listed` the data set's list in its order; `earlier` those of the version before
   */
  readonly order: (
    used: readonly string[],
    lists: { readonly listed: readonly string[]; readonly earlier: readonly string[] | undefined },
  ) => string[];
  /** The positive one of two; null where figures are means over all. */
  readonly positiveOf: (names: readonly string[]) => PositiveClass | null;
}

const facts = {
  class: {
    meaning: 'one class out of several that have no order',
    noun: ['class', 'classes'],
    isListed: false,
    keptBy: 'auc',
    // In the order of the version before where that has the same ones, so that equal content stays one version.
    order: (used, { earlier }) => {
      const ordered = orderClasses(used);
      const isSame = earlier?.length === ordered.length && ordered.every((name) => earlier.includes(name));
      return isSame ? [...earlier] : ordered;
    },
    positiveOf: positiveClassOf,
  },
  grade: {
    meaning: 'one grade out of several in an order, lowest first',
    noun: ['grade', 'grades'],
    isListed: true,
    keptBy: 'kappaQuadratic',
    // The whole list, because a grade that no image has yet lies between its neighbours all the same.
    order: (_, { listed }) => [...listed],
    positiveOf: ([, higher, ...more]) =>
      higher === undefined || more.length > 0 ? null : { name: higher, index: 1, source: 'recognised' },
  },
} as const satisfies Readonly<Record<string, TargetFacts>>;

export type TargetKind = keyof typeof facts;
export const targetFacts: Readonly<Record<TargetKind, TargetFacts>> = facts;
export const targetKinds = Object.keys(facts) as readonly TargetKind[];
export const targetKindSchema = z.enum(targetKinds);

/** What a data set asks where nothing was said: what every data set asked before there was a choice. */
export const defaultTarget: TargetKind = 'class';
