/** The trainings of a comparison, as options of ordinary trainings. */
import type { z } from 'zod';
import {
  type compareOptionsSchema,
  comparisonEpochs,
  type Method,
  methods,
  trainOptionsSchema,
} from '../../contract/index.ts';
import { trainingMethods, usualRate } from '../../models/index.ts';

/** What a comparison is asked, defaults filled in. */
export type Comparison = z.output<typeof compareOptionsSchema>;

/** The methods that are compared, each once, in the order of the contract. */
export function comparedMethods({ methods: asked }: Pick<Comparison, 'methods'>): Method[] {
  return methods.filter((method) => asked.includes(method));
}

/** Epochs and learning rate of a method. */
export function recipeOfMethod(
  method: Method,
  { recipe, epochs, lpmEpochs }: Pick<Comparison, 'recipe' | 'epochs' | 'lpmEpochs'>,
): { readonly epochs: number; readonly lr: number } {
  const { runsLpm, rate = usualRate } = trainingMethods[method];
  const own = comparisonEpochs[recipe];
  return {
    epochs: runsLpm === undefined ? (epochs ?? own.epochs) : (lpmEpochs ?? own.lpmEpochs),
    lr: recipe === 'published' ? trainOptionsSchema.shape.lr.parse(undefined) : rate,
  };
}

/** One training, without a name. */
export function trainingOf(options: Comparison, method: Method, seed: number): z.output<typeof trainOptionsSchema> {
  const { dataset, lpm, inputSize, batch } = options;
  return trainOptionsSchema.parse({
    ...{ dataset, lpm, method, seed, inputSize, batch, recipe: 'published' },
    ...recipeOfMethod(method, options),
  });
}
