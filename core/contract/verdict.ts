/**
 * What the figures of an evaluation mean, as data: the rules are those of core/services/evaluation/verdict.ts, the words those of
 * verdict-words.ts. A verdict is a claim, so it is computed from figures by rule and never written by hand.
 */
import { z } from 'zod';

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);
const estimate = z.object({ value: z.number().nullable(), interval: interval.nullable() });

/**
 * `unjudged`: the cases define no figure. `tooFew`: they can rule out neither guessing nor a good model. `guessing`: nothing is told apart, and a
 * good model is ruled out. `worse`: answers are wrong more often than by chance. `partly`: some is told apart and some is not. `ranksOnly`: all is by
 * probabilities, but some class is never answered. `weak`: all is, but often wrongly. `good`: all is.
 */
export const verdictKinds = ['unjudged', 'tooFew', 'guessing', 'worse', 'partly', 'ranksOnly', 'weak', 'good'] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** One thing that a model is asked to tell: one class from another, or whether a finding is present. */
const questionSchema = z.object({
  /** Two classes, or one finding. */
  names: z.array(z.string()).min(1).max(2),
  /** Its AUC, with the interval that its verdict rests on: wider than 95 % where there are several questions. */
  auc: estimate,
  /**
   * How many pairs can be made of a patient of either kind, no patient in two of them; and whether they are enough for an answer: with fewer, even
   * a perfect ranking would not rule out guessing.
   */
  pairs: count,
  isEnough: z.boolean(),
});
export type VerdictQuestion = z.infer<typeof questionSchema>;

export const verdictSchema = z.object({
  kind: z.enum(verdictKinds),
  /** What the model's answers are. */
  of: z.enum(['classes', 'findings', 'numbers']),
  /** Whether the interval of the figure is wide, or would be if all were right: what is said may turn out otherwise with more patients. */
  isFew: z.boolean(),
  patients: count,
  cases: count,
  /** AUC (of several classes or findings the mean), of numbers R²; with its 95 % interval. */
  figure: estimate,
  /** All names asked for, in the model's order. */
  names: z.array(z.string()),
  /** Classes that are told from every other one, findings that are told better than by guessing. */
  told: z.array(z.string()),
  /** What is not told apart. */
  untold: z.array(questionSchema),
  /** The question that is answered worst; null where there is none. */
  lowest: questionSchema.nullable(),
  /** Classes of which there is no case, findings that cannot be judged. */
  missing: z.array(z.string()),
  /** Classes of which there are cases and that are never answered. */
  neverAnswered: z.array(z.string()),
  /** Of classes: the share of right answers, and the most frequent class with its share, which is what always answering it would reach. */
  accuracy: z.object({ own: estimate, most: z.object({ name: z.string(), share: z.number() }) }).nullable(),
  /** Of numbers: the mean absolute error, and what it would be if the mean of these cases were always answered. */
  error: z.object({ own: estimate, ofMean: z.number() }).nullable(),
  /** Beside the simplest model of the same version on the same cases; null where there is none, or where it is the one judged. */
  beside: z
    .object({
      model: z.string(),
      outcome: z.enum(['better', 'same', 'worse']),
      /** Its figure minus that of the simplest one: AUC, of numbers the mean absolute error. */
      difference: estimate,
    })
    .nullable(),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** Whether nothing shows that the model's answers are better than guessing: whoever uses it must be told. */
export function isNoBetterThanGuessing({ kind }: Pick<Verdict, 'kind'>): boolean {
  return kind === 'guessing' || kind === 'tooFew' || kind === 'worse' || kind === 'unjudged';
}

/** What a probability of the answer would be for a model that knows nothing: one over the number of answers. */
export const guessedShare = (answers: number): number => 1 / answers;
