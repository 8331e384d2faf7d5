/** What the encoder gives of several layers: stacked, or layer by layer where a device takes no tensor that large. */
import { sizeOf } from '../base/tensor.ts';
import { concat, reshape, type Value } from '../graph/index.ts';

/** Values of one shape stacked along a new first axis; one by one, as `name.0`, `name.1`, …, where the stack is beyond the largest tensor. */
export function stacked(
  name: string,
  values: readonly Value[],
  { tensorBytes }: { readonly tensorBytes?: number },
): Record<string, Value> {
  const layers = values.map((value) => reshape(value, [1, ...value.shape]));
  const bytes = 4 * values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (tensorBytes === undefined || bytes <= tensorBytes) return { [name]: concat(layers, 0) };
  return Object.fromEntries(layers.map((layer, i) => [`${name}.${i}`, layer]));
}

/** The parts of an output that may have come layer by layer, in their order. */
export function outputParts<T>(outputs: Readonly<Record<string, T>>, name: string): T[] {
  const whole = outputs[name];
  if (whole !== undefined) return [whole];
  const parts: T[] = [];
  for (let part = outputs[`${name}.0`]; part !== undefined; part = outputs[`${name}.${parts.length}`]) parts.push(part);
  return parts;
}
