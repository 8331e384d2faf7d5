/** How far the networks of a model of folds agree. */
import { z } from 'zod';

/** How far the networks of a model of folds agree about an answer. */
export const foldAgreementSchema = z.object({
  /** The class that was answered, or the finding or quantity that it is about. */
  name: z.string(),
  answer: z.string(),
  /** How many networks answer the same; null of numbers. */
  agreeing: z.int().nonnegative().nullable(),
  folds: z.int().positive(),
  /** From where to where their probabilities of it reach; of numbers, the numbers. */
  low: z.number(),
  high: z.number(),
});
export type FoldAgreement = z.infer<typeof foldAgreementSchema>;
