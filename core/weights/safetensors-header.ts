/**
 * The header of a safetensors file, checked before a single tensor is read.
 *
 *     8 bytes   length of the header, little endian
 *     n bytes   JSON: { "name": { "dtype", "shape", "data_offsets": [begin, end] }, ..., "__metadata__"?: {...} }
 *     rest      the tensors, without gaps, offsets counted from the end of the header
 *
 * A model file is brought by the user, so nothing in it is believed: offsets that overlap, leave holes, run past the
 * file or disagree with shape and dtype are refused, all of them in one message.
 * Source: the format description of huggingface/safetensors.
 */
import { AppError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/tensor.ts';

/** Bytes an element of each element type we read takes in the file. */
export const storedBytes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 } as const;

/** Element types we read, by the names of the format. */
export type StoredDType = keyof typeof storedBytes;

/** Where one tensor lies: `begin` and `end` are byte positions in the file. */
export interface TensorEntry {
  readonly dtype: StoredDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The format allows 100 MB; a ViT's header has some ten kilobytes, and a header of many megabytes is an attack on memory (parsed JSON
 * takes a multiple of its text) or a damaged file.
 */
export const maxHeaderBytes = 8_000_000;

/**
 * The largest ViTs have fewer than a thousand tensors, the largest of which is below 200 MB. The word table of a text tower beside one, which is
 * never read, takes 1.2 GB.
 */
const maxTensors = 10_000;
const maxTensorBytes = 2 ** 32;

/** How many problems a message spells out before it only counts the rest. */
const listedProblems = 12;

/** One WEIGHTS_INVALID error that names the file and lists its problems. */
export function invalidWeights(file: string, problems: readonly string[]): AppError {
  const shown = problems.slice(0, listedProblems).join('; ');
  const more = problems.length > listedProblems ? `; and ${problems.length - listedProblems} more` : '';
  return new AppError('WEIGHTS_INVALID', `${file}: ${shown}${more}.`, { details: { problems: problems.length } });
}

/**
 * The entries of a header, with byte positions in the file.
 *
 * @param file name for messages
 * @param json the header's bytes, without the length before them
 * @param fileBytes size of the whole file
 * @throws WEIGHTS_INVALID listing every problem found
 */
export function parseHeader(file: string, json: Uint8Array, fileBytes: number): SafetensorsHeader {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    parsed = JSON.parse(text);
  } catch (cause) {
    const place = /at position \d+/.exec((cause as Error).message)?.[0] ?? 'it cannot be parsed';
    throw new AppError('WEIGHTS_INVALID', `${file}: the header is not JSON (${place}).`);
  }
  if (!isRecord(parsed)) throw invalidWeights(file, ['the header is not a JSON object']);

  const count = Object.keys(parsed).length;
  if (count > maxTensors) throw invalidWeights(file, [`it lists ${count} tensors; allowed are ${maxTensors}`]);
  const problems = duplicateKeys(text).map((key) => `"${key}" is listed twice`);
  const dataStart = 8 + json.length;
  const dataBytes = fileBytes - dataStart;
  const tensors = new Map<string, TensorEntry>();
  for (const [name, entry] of Object.entries(parsed)) {
    if (name === '__metadata__') continue;
    const found = checkEntry(name, entry, dataBytes);
    if (typeof found === 'string') problems.push(found);
    else tensors.set(name, { ...found, begin: found.begin + dataStart, end: found.end + dataStart });
  }
  if (tensors.size === 0 && problems.length === 0) problems.push('the header lists no tensors');
  if (problems.length === 0) problems.push(...layoutProblems(tensors, dataStart, fileBytes));
  if (problems.length > 0) throw invalidWeights(file, problems);
  return { tensors, metadata: stringRecord(parsed['__metadata__']) };
}

function checkEntry(name: string, entry: unknown, dataBytes: number): TensorEntry | string {
  if (!isRecord(entry)) return `"${name}" is not described by an object`;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !(dtype in storedBytes)) {
    return `"${name}" has element type ${JSON.stringify(dtype)}; read are ${Object.keys(storedBytes).join(', ')}`;
  }
  if (!isCountList(shape)) return `"${name}" has no valid shape`;
  if (!isCountList(offsets) || offsets.length !== 2) return `"${name}" has no valid data_offsets`;
  const [begin, end] = offsets as [number, number];
  const bytes = sizeOf(shape) * storedBytes[dtype as StoredDType];
  if (bytes > maxTensorBytes && Number.isSafeInteger(bytes)) {
    return `"${name}" would be ${bytes} bytes large; allowed are ${maxTensorBytes}`;
  }
  if (!Number.isSafeInteger(bytes)) return `"${name}" has an impossible shape [${shape.join(', ')}]`;
  if (end < begin || end > dataBytes) {
    return `"${name}" lies at bytes ${begin} to ${end}, but the file holds ${Math.max(0, dataBytes)} bytes of data (cut short, or the header lies)`;
  }
  if (end - begin !== bytes) {
    return `"${name}" is ${dtype} [${shape.join(', ')}] (${bytes} bytes) but its offsets span ${end - begin}`;
  }
  return { dtype: dtype as StoredDType, shape, begin, end };
}

/** Overlaps, holes and bytes that belong to no tensor. */
function layoutProblems(tensors: ReadonlyMap<string, TensorEntry>, dataStart: number, fileBytes: number): string[] {
  const problems: string[] = [];
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = dataStart;
  let previous = 'the header';
  for (const [name, { begin, end }] of inOrder) {
    if (begin < position) problems.push(`"${name}" overlaps ${previous} by ${position - begin} bytes`);
    if (begin > position)
      problems.push(`${begin - position} bytes between ${previous} and "${name}" belong to no tensor`);
    position = Math.max(position, end);
    previous = `"${name}"`;
  }
  if (position < fileBytes) problems.push(`${fileBytes - position} bytes after ${previous} belong to no tensor`);
  return problems;
}

/**
 * Keys that occur twice in one object of valid JSON. JSON.parse keeps the last one silently, so that two readers of
 * one file could see different weights.
 */
function duplicateKeys(json: string): string[] {
  const duplicates: string[] = [];
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(null);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++;
      const keys = open.at(-1);
      if (!keys || !/^\s*:/.test(json.slice(i + 1, i + 64))) continue;
      const key = JSON.parse(json.slice(start, i + 1)) as string;
      if (keys.has(key)) duplicates.push(key);
      keys.add(key);
    }
  }
  return duplicates;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function stringRecord(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}
