/**
 * The weights of the encoder graph, made on the host from the LPM's canonical tensors, one at a time.
 *
 * What does not depend on the image is done here once instead of at every run:
 * - Linear weights are handed over as [in, out], which the engine multiplies with directly.
 * - Queries are scaled by 1/√d in their weight and bias instead of scaling [heads, tokens, tokens] scores.
 * - LayerScale is folded into the projection before it.
 * - The tokens before the patches become one tensor `prefix`, positions included; `position` holds the patches' own
 *   positions plus the bias of the patch projection (`position.alone` without it, where that bias is trained).
 * - The query of an attention pool is one vector for all images.
 */
import { invariant } from '../base/errors.ts';
import { float32, type Tensor } from '../base/tensor.ts';
import { hasClassToken, type LpmConfig, prefixCount } from './lpm-config.ts';
import { positionEmbedding } from './position-embedding.ts';

type Read = (canonicalName: string) => Tensor<'float32'>;

/**
 * The tensor of each weight of `buildLpmEncoder`'s graph, by its name there. Called once a weight at compile time.
 *
 * @param read canonical tensors, see tensor-names.ts
 */
export function encoderWeights(
  config: LpmConfig,
  read: Read,
  size: { readonly height: number; readonly width: number },
): (name: string) => Tensor<'float32'> {
  const { width: d, heads } = config;
  const positions = (): Tensor<'float32'> => positionEmbedding(config, read('position'), size.height, size.width);
  return (name) => {
    if (name === 'prefix') return prefixTokens(config, read);
    if (name === 'position') {
      const bias = config.withoutBias?.includes('patch') ? undefined : read('patch.bias');
      return patchPositions(config, positions(), bias);
    }
    if (name === 'position.alone') return patchPositions(config, positions());
    if (name === 'patch.weight') return transposed(reshaped(read(name), d));
    if (name === 'pool.query') return poolQuery(config, read);
    const [, block, part, leaf] = /^(blocks\.\d+|pool)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
    if (block === undefined || part === undefined || part.startsWith('norm')) return read(name);
    const tensor = leaf === 'weight' ? transposed(read(name)) : read(name);
    if (part === 'q') return scaledBy(tensor, () => 1 / Math.sqrt(d / heads));
    const scale = config.layerScale ? { o: 'scale1', fc2: 'scale2' }[part] : undefined;
    if (scale === undefined) return tensor;
    const { data } = read(`${block}.${scale}`);
    return scaledBy(tensor, (column) => data[column]!);
  };
}

/** Class token, distillation token and registers [prefix, D], with the positions of those that have one. */
function prefixTokens(config: LpmConfig, read: Read): Tensor<'float32'> {
  const { width: d } = config;
  const out = new Float32Array(prefixCount(config) * d);
  if (hasClassToken(config)) out.set(read('cls_token').data, 0);
  if (config.distillationToken) out.set(read('distillation_token').data, d);
  const positioned = (config.classPosition ? 1 : 0) + (config.distillationToken ? 1 : 0);
  const data = positioned === 0 ? [] : read('position').data;
  for (let i = 0; i < positioned * d; i++) out[i] = out[i]! + data[i]!;
  if (config.registers > 0) out.set(read('register_tokens').data, (prefixCount(config) - config.registers) * d);
  return float32([prefixCount(config), d], out);
}

function patchPositions(config: LpmConfig, positions: Tensor<'float32'>, bias?: Tensor<'float32'>): Tensor<'float32'> {
  const { width: d } = config;
  const before = (config.classPosition ? 1 : 0) + (config.distillationToken ? 1 : 0);
  const data = positions.data.slice(before * d);
  if (bias !== undefined) for (let i = 0; i < data.length; i++) data[i] = data[i]! + bias.data[i % d]!;
  return float32([data.length / d, d], data);
}

/** The query [1, D] of an attention pool, scaled by 1/√d: the learned probe through the query's layer, the same for every image. */
function poolQuery({ width: d, heads }: LpmConfig, read: Read): Tensor<'float32'> {
  const [probe, weight, bias] = [read('pool.probe').data, read('pool.q.weight').data, read('pool.q.bias').data];
  const scale = 1 / Math.sqrt(d / heads);
  return float32(
    [1, d],
    Float32Array.from({ length: d }, (_, out) => {
      let sum = bias[out]!;
      for (let i = 0; i < d; i++) sum += weight[out * d + i]! * probe[i]!;
      return sum * scale;
    }),
  );
}

/** The same elements as [rows, rest]. */
function reshaped({ data }: Tensor<'float32'>, rows: number): Tensor<'float32'> {
  return float32([rows, data.length / rows], data);
}

/** [out, in] as [in, out]. In tiles, because a column-wise walk through a large matrix misses the cache every time. */
function transposed({ shape, data }: Tensor<'float32'>): Tensor<'float32'> {
  invariant(shape.length === 2, `transposed: [${shape}] is no matrix`);
  const [rows, columns] = shape as readonly [number, number];
  const out = new Float32Array(data.length);
  const tile = 32;
  for (let r0 = 0; r0 < rows; r0 += tile) {
    for (let c0 = 0; c0 < columns; c0 += tile) {
      for (let r = r0; r < Math.min(r0 + tile, rows); r++) {
        for (let c = c0; c < Math.min(c0 + tile, columns); c++) out[c * rows + r] = data[r * columns + c]!;
      }
    }
  }
  return float32([columns, rows], out);
}

/** Each element times the factor of its last axis. */
function scaledBy({ shape, data }: Tensor<'float32'>, factor: (column: number) => number): Tensor<'float32'> {
  const columns = shape.at(-1)!;
  return float32(
    shape,
    Float32Array.from(data, (x, i) => x * factor(i % columns)),
  );
}
