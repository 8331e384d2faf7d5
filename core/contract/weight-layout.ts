/** What is stored beside a vector of weights, so that its numbers have names: a list, and a version of what the names mean. */
import { z } from 'zod';

/**
 * What the names of parameters mean, and how the configuration of their network is written. Raise it when a name comes to mean
 * something that name and shape do not show (a transposed square matrix, queries in another scale), with a migration or with code
 * that reads both. Names that come, go or move do not need it: lists of names are compared.
 */
export const weightLayoutVersion = 1;

/** A parameter as stored weights name it. */
export const namedShapeSchema = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.int().positive()),
});

export type NamedShape = z.infer<typeof namedShapeSchema>;

/** The vectors of an optimiser's stored state, in the order in which they lie one behind the other. */
export const optimiserLayoutSchema = z.array(namedShapeSchema);

/** The parameters of a flat vector in its order. */
export const weightLayoutSchema = z.strictObject({
  version: z.literal(weightLayoutVersion),
  entries: z.array(namedShapeSchema),
});
export type WeightLayout = z.infer<typeof weightLayoutSchema>;
