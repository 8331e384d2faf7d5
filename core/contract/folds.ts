/** What a cross-validation delivers, and how many networks that takes. */
import { z } from 'zod';

/** `folds`: the mean of the networks of all folds; `refit`: one network that learned from all patients of training and validation. */
export const deliveries = ['folds', 'refit'] as const;
export const deliverySchema = z.enum(deliveries);
export type Delivery = z.infer<typeof deliverySchema>;

/** What of a training says how many networks it has. */
export interface FoldSettings {
  readonly folds: number;
  readonly repeats: number;
  readonly deliver: Delivery;
}

/** Networks that a training makes, each of them once at least: those of every fold of every deal, and a refit. */
export function networksTrained({ folds, repeats, deliver }: FoldSettings): number {
  return folds === 1 ? 1 : folds * repeats + (deliver === 'refit' ? 1 : 0);
}

/** What a network of such a training, by its number from 1, learned without: a fold, from 1, of a deal, from 1. Null for a refit, which learned from all. */
export function leftOutOf(
  network: number,
  { folds, repeats }: Pick<FoldSettings, 'folds' | 'repeats'>,
): { readonly fold: number; readonly deal: number } | null {
  const deal = Math.ceil(network / folds);
  return deal > repeats ? null : { fold: network - (deal - 1) * folds, deal };
}

/** Networks whose mean is the answer of the model. */
export function networksAnswering({ folds, repeats, deliver }: FoldSettings): number {
  return deliver === 'refit' ? 1 : folds * repeats;
}

/**
 * Whether a model is one network that learned from all patients of its folds. Then what is known of it out of fold, a promise among it, is known of the
 * folds' networks, and of it only as far as it is like them.
 */
export function isRefit({ folds, networks }: { readonly folds: number; readonly networks: number }): boolean {
  return folds > 1 && networks === 1;
}
