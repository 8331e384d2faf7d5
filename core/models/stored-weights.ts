/**
 * Stored vectors of weights and the network that is to run with them.
 *
 * A vector is stored with the names and shapes of its parameters. Names say what a number is; the order is whatever the
 * code had when it was stored. So a vector in another order is put into the network's, exactly, and a vector of other
 * parameters is refused: never is a number taken for another because it stands where that one stands now.
 */
import { AppError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/tensor.ts';
import type { ParameterLayout } from './parameters.ts';

/** A parameter as stored weights name it. */
export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/** How many differences a message spells out before it only counts the rest. */
const listedProblems = 6;

/** The names and shapes of a network's parameters in the order of its flat vector: what to store beside one. */
export function namedShapes(layout: ParameterLayout): { name: string; shape: number[] }[] {
  return layout.entries.map(({ name, shape }) => ({ name, shape: [...shape] }));
}

/**
 * Stored flat vectors in the order of the network's layout, each [layout.total]. Vectors in that order already come back
 * as they are, without a copy.
 *
 * @param stored what the vectors consist of, in their order
 * @param what whose weights they are, as the beginning of a message: `model "x"`
 * @throws WEIGHTS_INVALID naming every parameter that is missing, unknown, named twice or of another shape, or a vector
 *   that is longer or shorter than its list
 */
export function arrangeWeights(
  layout: ParameterLayout,
  stored: readonly NamedShape[],
  vectors: readonly Float32Array[],
  what: string,
): Float32Array[] {
  const problems = differences(layout, stored);
  if (problems.length > 0) {
    const more = problems.length > listedProblems ? `; and ${problems.length - listedProblems} more` : '';
    throw refused(
      `The weights of ${what} are not those of its network: ${problems.slice(0, listedProblems).join('; ')}${more}.`,
      { problems },
    );
  }
  for (const vector of vectors) {
    if (vector.length === layout.total) continue;
    throw refused(
      `The weights of ${what} are ${vector.length.toLocaleString('en')} numbers; its list of parameters has ${layout.total.toLocaleString('en')}.`,
      { found: vector.length, allowed: layout.total },
    );
  }
  if (stored.every(({ name }, i) => name === layout.entries[i]?.name)) return [...vectors];
  const starts = new Map<string, number>();
  let end = 0;
  for (const { name, shape } of stored) {
    starts.set(name, end);
    end += sizeOf(shape);
  }
  return vectors.map((vector) => {
    const arranged = new Float32Array(layout.total);
    for (const { name, offset, size } of layout.entries) {
      const start = starts.get(name) as number;
      arranged.set(vector.subarray(start, start + size), offset);
    }
    return arranged;
  });
}

function differences(layout: ParameterLayout, stored: readonly NamedShape[]): string[] {
  const wanted = new Map(layout.entries.map(({ name, shape }) => [name, shape]));
  const found = new Map<string, Shape>();
  const problems: string[] = [];
  for (const { name, shape } of stored) {
    if (found.has(name)) problems.push(`"${name}" is there twice`);
    found.set(name, shape);
    const allowed = wanted.get(name);
    if (allowed === undefined) problems.push(`"${name}" is unknown`);
    else if (allowed.join() !== shape.join()) {
      problems.push(`"${name}" is [${shape.join(', ')}] instead of [${allowed.join(', ')}]`);
    }
  }
  for (const name of wanted.keys()) if (!found.has(name)) problems.push(`"${name}" is missing`);
  return problems;
}

function refused(message: string, details: Readonly<Record<string, unknown>>): AppError {
  return new AppError('WEIGHTS_INVALID', message, {
    action: 'Open the library with the version of Sidelight that trained it, or train again under another name.',
    details,
  });
}
