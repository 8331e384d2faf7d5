/**
 * Canonical names for the tensors of an LPM, whatever the file calls them.
 *
 *     cls_token [D]   distillation_token [D]?   register_tokens [R, D]?   position [positions, D]?
 *     patch.weight [D, C, p, p]   patch.bias [D]   pre_norm.weight|bias [D]?   norm.weight|bias [D]
 *     blocks.i.norm1|norm2.weight|bias [D]   blocks.i.q|k|v|o.weight [D, D]   .bias [D]
 *     blocks.i.gate.weight [M, D]?   blocks.i.fc1.weight [M, D]   blocks.i.fc2.weight [D, M]   .bias   blocks.i.scale1|scale2 [D]?
 *     pool.probe [D]   pool.q|k|v|o.weight [D, D]   pool.norm   pool.fc1.weight [P, D]   pool.fc2.weight [D, P]   .bias   (attention pool)
 *
 * Linear weights are [out, in]. One table (lpm-families.ts) says where each lies in each naming; reading, checking for missing and
 * unknown tensors, and the identity of an LPM all follow from it.
 */
import { AppError, invariant } from '../base/errors.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../base/tensor.ts';
import { findTower, leftoverTitle, placesOf, type Tower, unusedTensors } from './find-tower.ts';
import { hasClassToken, type LpmConfig, otherActivations, otherSummaries, type TensorList } from './lpm-config.ts';

/** A list of tensors that can be read; core/weights' TensorFile fits. */
export interface TensorReader extends TensorList {
  read(name: string): Tensor<'float32'>;
}

/** One canonical tensor: its shape and the file's tensor it comes from, or which of several equal parts of one along the first axis. */
export interface CanonicalTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly source: string;
  readonly part?: number;
  readonly parts?: number;
}

/** Every canonical tensor of an LPM, without where it comes from. */
export function canonicalShapes(config: LpmConfig): ReadonlyMap<string, Shape> {
  const { width: d, mlpWidth: m, patch: p, withoutBias = [] } = config;
  const [rows, columns] = config.grid;
  const positions = rows * columns + (config.classPosition ? 1 : 0) + (config.distillationToken ? 1 : 0);
  const shapes = new Map<string, Shape>();
  const norm = (name: string): void => void shapes.set(`${name}.weight`, [d]).set(`${name}.bias`, [d]);
  if (hasClassToken(config)) shapes.set('cls_token', [d]);
  if (config.distillationToken) shapes.set('distillation_token', [d]);
  if (config.registers > 0) shapes.set('register_tokens', [config.registers, d]);
  if (config.rotaryBase === undefined) shapes.set('position', [positions, d]);
  shapes.set('patch.weight', [d, config.channels, p, p]);
  if (!withoutBias.includes('patch')) shapes.set('patch.bias', [d]);
  if (config.preNorm) norm('pre_norm');
  const linear = (name: string, out: number, inputs: number, bias: boolean): void => {
    shapes.set(`${name}.weight`, [out, inputs]);
    if (bias) shapes.set(`${name}.bias`, [out]);
  };
  for (let i = 0; i < config.layers; i++) {
    const block = `blocks.${i}`;
    for (const name of ['norm1', 'norm2']) norm(`${block}.${name}`);
    for (const name of ['q', 'k', 'v'] as const) {
      linear(`${block}.${name}`, d, d, config.qkvBias && !withoutBias.includes(name));
    }
    linear(`${block}.o`, d, d, !withoutBias.includes('o'));
    if (config.gated) linear(`${block}.gate`, m, d, !withoutBias.includes('gate'));
    linear(`${block}.fc1`, m, d, !withoutBias.includes('fc1'));
    linear(`${block}.fc2`, d, m, !withoutBias.includes('fc2'));
    if (config.layerScale) shapes.set(`${block}.scale1`, [d]).set(`${block}.scale2`, [d]);
  }
  norm('norm');
  if (config.summary === 'attention-pool') {
    const hidden = config.poolMlpWidth;
    invariant(hidden !== undefined, 'an attention pool has an MLP');
    shapes.set('pool.probe', [d]);
    for (const name of ['q', 'k', 'v', 'o']) linear(`pool.${name}`, d, d, true);
    norm('pool.norm');
    linear('pool.fc1', hidden, d, true);
    linear('pool.fc2', d, hidden, true);
  }
  return shapes;
}

/**
 * What no tensor shows but the network needs: part of an LPM's identity beside its tensors. Numbers, by name. Epsilon and pixels are left out of
 * most: files of the same weights in other namings hardly differ in them, and LPMs of before keep their identity.
 */
export function identityFacts(config: LpmConfig): Readonly<Record<string, number>> {
  const { heads, activation, rotaryBase, summary, lastNorm, ownReading, eps, mean, std } = config;
  return {
    heads,
    ...(activation === undefined ? {} : { activation: 1 + otherActivations.indexOf(activation) }),
    ...(rotaryBase === undefined ? {} : { rotaryBase }),
    ...(summary === undefined ? {} : { summary: 1 + otherSummaries.indexOf(summary) }),
    ...(lastNorm === undefined ? {} : { lastNorm: 1 }),
    ...(ownReading === undefined ? {} : { eps, ...byChannel('mean', mean), ...byChannel('std', std) }),
  };
}

function byChannel(name: string, values: LpmConfig['mean']): Readonly<Record<string, number>> {
  return Object.fromEntries(values.map((value, channel) => [`${name}${channel}`, value]));
}

/** How many problems a message spells out before it only counts the rest. */
const listedProblems = 12;

/**
 * Where every canonical tensor lies in a file.
 *
 * @throws LPM_UNSUPPORTED naming tensors that are missing, have another shape, or are unknown
 */
export function canonicalTensors(config: LpmConfig, file: TensorList): CanonicalTensor[] {
  const present = new Set(file.names);
  const tower = towerOf(config, file);
  const problems: string[] = [];
  const used = new Set<string>();
  const tensors: CanonicalTensor[] = [];
  for (const [name, shape] of canonicalShapes(config)) {
    const { source, part, parts = 1 } = locate(config, tower.prefix, name, present);
    used.add(source);
    tensors.push({ name, shape, source, ...(part === undefined ? {} : { part, parts }) });
    if (!present.has(source)) {
      problems.push(`"${source}" is missing`);
      continue;
    }
    const wanted = parts === 1 ? shape : [shape[0]! * parts, ...shape.slice(1)];
    const found = file.info(source).shape;
    if (withoutOnes(found) !== withoutOnes(wanted)) {
      problems.push(`"${source}" is [${found.join(', ')}] instead of [${wanted.join(', ')}]`);
    }
  }
  problems.push(...file.names.filter((n) => !used.has(n) && !isLeft(tower, n)).map((n) => `"${n}" is unknown`));
  if (problems.length > 0) {
    const distinct = [...new Set(problems)];
    const shown = distinct.slice(0, listedProblems).join('; ');
    const more = distinct.length > listedProblems ? `; and ${distinct.length - listedProblems} more` : '';
    throw new AppError('LPM_UNSUPPORTED', `The LPM's tensors are not those of its architecture: ${shown}${more}.`);
  }
  return tensors;
}

/** What of a file is not needed and left, with the number of its tensors: a text tower, a decoder, heads. The file must be an LPM's. */
export function leftTensors(config: LpmConfig, file: TensorList): ReadonlyMap<string, number> {
  const tower = towerOf(config, file);
  const used = new Set(canonicalTensors(config, file).map(({ source }) => source));
  const counts = new Map<string, number>();
  for (const name of file.names.filter((n) => !used.has(n))) {
    const title = leftoverTitle(name.startsWith(tower.prefix) ? name.slice(tower.prefix.length) : name);
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return counts;
}

/** The prefix of the tower that a configuration was read from; of one that was made for other names, the names' own. */
function towerOf(config: Pick<LpmConfig, 'naming'>, file: TensorList): Tower {
  const found = findTower(file.names);
  return found?.naming === config.naming ? found : { naming: config.naming, prefix: '', isOneOfSeveral: false };
}

function isLeft({ prefix, isOneOfSeveral }: Tower, name: string): boolean {
  return unusedTensors.test(name) || (isOneOfSeveral && prefix !== '' && !name.startsWith(prefix));
}

/**
 * A reader of canonical tensors, float32, in their canonical shape.
 *
 * The last fused tensor stays in memory, because its parts are usually asked for one after the other.
 */
export function canonicalReader(config: LpmConfig, file: TensorReader): (name: string) => Tensor<'float32'> {
  const byName = new Map(canonicalTensors(config, file).map((tensor) => [tensor.name, tensor]));
  let fused: { readonly source: string; readonly data: Float32Array } | undefined;
  return (name) => {
    const tensor = byName.get(name);
    invariant(tensor, `there is no canonical tensor ${name}`);
    const { shape, source, part } = tensor;
    if (part === undefined) return float32(shape, file.read(source).data);
    if (fused?.source !== source) fused = { source, data: file.read(source).data };
    const size = sizeOf(shape);
    return float32(shape, fused.data.slice(part * size, (part + 1) * size));
  };
}

/** The file's name of a canonical tensor when its LPM is saved with HF's names (vit or dinov2), without prefix. */
export function hubName(naming: 'hf-vit' | 'hf-dinov2', name: string): string {
  const source = placesOf(naming, name)[0]?.source;
  invariant(source !== undefined, `${name} has no place in the naming ${naming}`);
  return source;
}

/** The first place that the file has, or else the usual one. timm's packed gated MLP holds both products under the name of one. */
function locate(
  config: LpmConfig,
  prefix: string,
  name: string,
  present: ReadonlySet<string>,
): { readonly source: string; readonly part?: number; readonly parts?: number } {
  const places = placesOf(config.naming, name).map((place) => ({ ...place, source: prefix + place.source }));
  const found = places.find(({ source }) => present.has(source));
  const gate = /^(blocks\.\d+)\.(gate|fc1)\.(weight|bias)$/.exec(name);
  if (gate !== null && config.gated) {
    const hasGate = placesOf(config.naming, `${gate[1]}.gate.${gate[3]}`).some(({ source }) =>
      present.has(prefix + source),
    );
    const packed = placesOf(config.naming, `${gate[1]}.fc1.${gate[3]}`)[0];
    if (!hasGate && packed !== undefined) {
      return { source: prefix + packed.source, part: gate[2] === 'gate' ? 0 : 1, parts: 2 };
    }
  }
  const place = found ?? places[0];
  invariant(place !== undefined, `${name} has no place in the naming ${config.naming}`);
  return place;
}

/** A shape as text without its axes of size one: hubs store the class token as [1, 1, D]. */
function withoutOnes(shape: Shape): string {
  return shape.filter((n) => n !== 1).join(',');
}
