/** One class out of several that have no order: what most data sets ask. */
import { oneOfSeveral } from './one-of-several.ts';
import type { Target } from './target.ts';

export const classTarget: Target = oneOfSeveral;
