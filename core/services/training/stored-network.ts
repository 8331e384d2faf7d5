/** The stored configuration of a network and its stored weights, checked against each other and against the code of now. */
import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import {
  keptFeaturesSchema,
  type Method,
  methods,
  type OptimiserName,
  type SizeName,
  sizesOf,
  trainOptionsSchema,
  type WeightLayout,
  weightLayoutVersion,
} from '../../contract/index.ts';
import {
  arrangeWeights,
  type NetworkConfig,
  namedShapes,
  parameterLayout,
  trainingMethods,
} from '../../models/index.ts';
import type { OptimiserState } from '../../store/index.ts';
import { optimisers } from '../../training/optimisers/index.ts';
import { lpmConfigSchema } from '../lpm/stored-config.ts';

const size = z.int().positive();
const networkShape = {
  lpm: z.strictObject({ width: size, heads: size, patch: size, eps: z.number().positive(), channels: size }),
  layers: size,
  classes: z.int().min(1),
  sideSize: size,
  sideWidth: size,
  prompts: size,
  tokens: size,
  keptAs: keptFeaturesSchema.exactOptional(),
  members: z.int().min(2).exactOptional(),
};

const sizesIn = (method: Method) => Object.keys(sizesOf(method)) as SizeName[];

/** Networks that have the LPM in them are stored with its whole configuration, the others without; and each with the sizes of its method. */
const ofMethod = (method: Method) =>
  z.strictObject({
    ...networkShape,
    method: z.literal(method),
    ...(trainingMethods[method].runsLpm === undefined ? {} : { encoder: lpmConfigSchema }),
    ...Object.fromEntries(sizesIn(method).map((name) => [name, trainOptionsSchema.shape[name].unwrap()])),
  });

const [firstMethod, ...otherMethods] = methods as readonly [Method, ...Method[]];
const networkSchema = z.discriminatedUnion('method', [
  ofMethod(firstMethod),
  ...otherMethods.map(ofMethod),
]) as z.ZodType<NetworkConfig>;

/**
 * The configuration of a network as it was stored.
 * @param what whose it is, for the error: `model "x"`
 * @throws WEIGHTS_INVALID naming each field that is not as this version has it
 */
export function parseNetwork(config: unknown, what: string): NetworkConfig {
  const parsed = networkSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'configuration'}: ${issue.message}`);
  throw new AppError('WEIGHTS_INVALID', `The network of ${what} cannot be made: ${problems.join('; ')}.`, {
    action: 'Open the library with the version of Sidelight that trained it, or train again under another name.',
    details: { problems },
  });
}

/** What to store beside vectors of this network's parameters. */
export function layoutToStore(config: NetworkConfig): WeightLayout {
  return { version: weightLayoutVersion, entries: namedShapes(parameterLayout(config)) };
}

/** What to store of an optimiser's vectors, each [total]. */
export function optimiserToStore(
  optimiser: OptimiserName,
  state: Readonly<Record<string, Float32Array>>,
): OptimiserState {
  const vectors = Object.entries(state);
  return {
    optimiser,
    entries: vectors.map(([name, values]) => ({ name, shape: [values.length] })),
    vectors: vectors.map(([, values]) => values),
  };
}

/**
 * The vectors of a stored optimiser by name, in the order of the network's parameters.
 * @param stored what they consist of; `layout` is that of the parameters beside it
 * @param what whose they are, for the error
 * @throws WEIGHTS_INVALID when they are of another optimiser, other vectors or other parameters
 */
export function optimiserFor(
  config: NetworkConfig,
  optimiser: OptimiserName,
  layout: WeightLayout,
  stored: OptimiserState,
  what: string,
): Record<string, Float32Array> {
  const found = `${stored.optimiser}: ${stored.entries.map(({ name }) => name).join(', ')}`;
  const wanted = `${optimiser}: ${optimisers[optimiser].state.join(', ')}`;
  if (found !== wanted) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `The optimiser of ${what} is stored as ${found}; training goes on with ${wanted}.`,
      {
        action: 'Open the library with the version of Sidelight that began the run, or train again under another name.',
        details: { found, allowed: wanted },
      },
    );
  }
  const vectors = weightsFor(config, layout, stored.vectors, what);
  return Object.fromEntries(stored.entries.map(({ name }, i) => [name, vectors[i] as Float32Array]));
}

/**
 * Stored vectors in the order that the network of `config` has now, each [total].
 * @param what whose they are, for the error
 * @throws WEIGHTS_INVALID when they are of other parameters
 */
export function weightsFor(
  config: NetworkConfig,
  stored: WeightLayout,
  vectors: readonly Float32Array[],
  what: string,
): Float32Array[] {
  return arrangeWeights(parameterLayout(config), stored.entries, vectors, what);
}
