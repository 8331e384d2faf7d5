import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { float32 } from '../../../core/base/tensor.ts';
import {
  asFloat16,
  conversionScript,
  hashTensors,
  modelPickles,
  openModelFolder,
  readSafetensors,
  writeSafetensors,
} from '../../../core/weights/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with this header text and so many bytes of data. */
function fileOf(name: string, header: string, dataBytes: number, headerBytes?: bigint): string {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, headerBytes ?? BigInt(json.length), true);
  bytes.set(json, 8);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function problemOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4]): string =>
  JSON.stringify({ dtype: 'F32', shape, data_offsets: [begin, end] });

describe('a safetensors header is not believed', () => {
  const cases: [string, string, number, RegExp][] = [
    ['offsets past the end', `{"a":${entry(0, 16)}}`, 8, /"a" lies at bytes 0 to 16, but the file holds 8/],
    ['overlapping tensors', `{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12, /"b" overlaps "a" by 4 bytes/],
    ['a hole', `{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12, /4 bytes between "a" and "b" belong to no tensor/],
    ['bytes after the last tensor', `{"a":${entry(0, 4)}}`, 12, /8 bytes after "a" belong to no tensor/],
    ['a shape that disagrees', `{"a":${entry(0, 8, [3])}}`, 8, /"a" is F32 \[3\] \(12 bytes\) but its offsets span 8/],
    [
      'an unknown element type',
      `{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`,
      4,
      /element type "F8_E4M3"/,
    ],
    ['a duplicate name', `{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4, /"a" is listed twice/],
    [
      'a negative offset',
      `{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`,
      4,
      /"a" has no valid data_offsets/,
    ],
    [
      'an overflowing shape',
      `{"a":{"dtype":"F32","shape":[9007199254740991,4],"data_offsets":[0,4]}}`,
      4,
      /impossible shape/,
    ],
    ['no tensors', '{}', 0, /lists no tensors/],
    ['text that is not JSON', '{"a":', 4, /not JSON/],
  ];
  test.each(cases)('%s is refused', (name, header, dataBytes, message) => {
    const error = problemOf(() => readSafetensors(fileOf(`${name}.safetensors`, header, dataBytes)));
    expect(error.code).toBe('WEIGHTS_INVALID');
    expect(error.message).toMatch(message);
  });

  test('a header longer than the file or than 8 MB is refused before it is read', () => {
    expect(problemOf(() => readSafetensors(fileOf('long.safetensors', '{}', 8, 4096n))).message).toContain(
      '4096 bytes long',
    );
    expect(problemOf(() => readSafetensors(fileOf('huge.safetensors', '{}', 8, 1n << 60n))).message).toContain(
      'allowed are',
    );
  });

  test('all problems are in one message', () => {
    const header = `{"a":${entry(0, 8, [3])},"b":${entry(8, 99)},"c":{"dtype":"X","shape":[],"data_offsets":[0,1]}}`;
    const { message } = problemOf(() => readSafetensors(fileOf('many.safetensors', header, 12)));
    for (const name of ['"a"', '"b"', '"c"']) expect(message).toContain(name);
  });
});

describe('tensors', () => {
  const path = join(folder, 'written.safetensors');
  const values = float32([2, 2], [1, -2.5, 3.25, 65504]);

  test('come back as they were written, float16 as float32', () => {
    writeSafetensors(path, { plain: values, half: asFloat16(values) }, { note: 'x' });
    const file = readSafetensors(path);
    expect(file.metadata).toEqual({ note: 'x' });
    expect(file.read('plain')).toEqual(values);
    expect(file.read('half')).toEqual(values);
    expect(file.info('half')).toEqual({ dtype: 'F16', shape: [2, 2] });
    file.close();
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('stored as bfloat16 come back exactly', () => {
    const bits = new Uint8Array(4);
    new DataView(bits.buffer).setUint16(0, 0x3fc0, true); // 1.5
    new DataView(bits.buffer).setUint16(2, 0xc000, true); // -2
    const header = '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}';
    const bf16 = fileOf('bf16.safetensors', header, 4);
    const bytes = new Uint8Array([...new Uint8Array(8), ...new TextEncoder().encode(header), ...bits]);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    writeFileSync(bf16, bytes);
    expect([...readSafetensors(bf16).read('a').data]).toEqual([1.5, -2]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('with %s are refused by name', (bad) => {
    writeSafetensors(path, { good: values, 'blocks.3.bad': float32([3], [0, bad, 0]) });
    const file = readSafetensors(path);
    expect(file.read('good')).toEqual(values);
    expect(problemOf(() => file.read('blocks.3.bad')).message).toContain(
      `"blocks.3.bad" holds ${bad} at position 1 of 3`,
    );
    file.close();
  });

  test('of a file cut short after it was opened are refused', () => {
    writeSafetensors(path, { a: values });
    const file = readSafetensors(path);
    truncateSync(path, 80);
    expect(problemOf(() => file.read('a')).code).toBe('WEIGHTS_INVALID');
    file.close();
    expect(problemOf(() => readSafetensors(path)).code).toBe('WEIGHTS_INVALID');
  });

  test('have one identity whatever their order, and another when a value, shape or name changes', () => {
    const of = (tensors: Record<string, typeof values>): string =>
      hashTensors(Object.keys(tensors), (n) => tensors[n]!);
    const identity = of({ a: values, b: float32([1], [2]) });
    expect(of({ b: float32([1], [2]), a: values })).toBe(identity);
    expect(of({ a: values, b: float32([1], [3]) })).not.toBe(identity);
    expect(of({ a: float32([4], values.data), b: float32([1], [2]) })).not.toBe(identity);
    expect(of({ a: values, c: float32([1], [2]) })).not.toBe(identity);
  });
});

describe('a model folder', () => {
  test('with a pickle only is refused with reason and remedy', () => {
    const pickled = mkdtempSync(join(folder, 'pickled-'));
    writeFileSync(join(pickled, 'pytorch_model.bin'), 'PK');
    const error = problemOf(() => openModelFolder(pickled));
    expect(error.code).toBe('LPM_PICKLE_REFUSED');
    expect(error.message).toContain('can run any program');
    expect(error.action).toContain('safetensors');
    expect(problemOf(() => openModelFolder(join(pickled, 'pytorch_model.bin'))).code).toBe('LPM_PICKLE_REFUSED');
  });

  test('with pickles is converted by ten lines for exactly its parts', () => {
    const names = ['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin', 'training_args.bin'];
    const lines = conversionScript(modelPickles(names));
    const script = lines.join('\n');
    expect(lines).toHaveLength(10);
    expect(script).toContain('for name in ["pytorch_model-00001-of-00002.bin","pytorch_model-00002-of-00002.bin"]:');
    expect(script).toContain('weights_only=True');
    expect(script).toContain('save_file(weights, "model.safetensors"');
  });

  test.each([
    ['a ZIP of pickles', [0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a bare pickle', [0x80, 2, 0x7d, 0x71, 0, 0x28, 0x58, 5, 0, 0, 0, 0]],
  ])('with %s named .safetensors is refused as a pickle', (_, bytes) => {
    const path = join(folder, 'disguised.safetensors');
    writeFileSync(path, new Uint8Array(bytes));
    expect(problemOf(() => readSafetensors(path)).code).toBe('LPM_PICKLE_REFUSED');
  });

  test("is OpenCLIP's by the name of its weights, with its configuration among its files", () => {
    const made = mkdtempSync(join(folder, 'openclip-'));
    writeSafetensors(join(made, 'open_clip_model.safetensors'), { a: float32([1], [1]) });
    writeSafetensors(join(made, 'case.safetensors'), { b: float32([1], [1]) });
    writeFileSync(join(made, 'open_clip_config.json'), '{"model_cfg": {}}');
    writeFileSync(join(made, 'processor_config.json'), '{"image_processor": {}}');
    const { tensors, openClip, preprocessor, files } = openModelFolder(made);
    tensors.close();
    expect([openClip, preprocessor]).toEqual([{ model_cfg: {} }, { image_processor: {} }]);
    expect(files.map((path) => basename(path))).toEqual([
      'open_clip_model.safetensors',
      'processor_config.json',
      'open_clip_config.json',
    ]);
  });

  test("in the hub's cache is its one snapshot, or the one that refs/main names", () => {
    const cache = join(mkdtempSync(join(folder, 'cache-')), 'models--made--tiny');
    const snapshot = (revision: string, value: number): void => {
      mkdirSync(join(cache, 'snapshots', revision), { recursive: true });
      writeSafetensors(join(cache, 'snapshots', revision, 'model.safetensors'), { a: float32([1], [value]) });
    };
    const opened = (): number | undefined => {
      const { tensors } = openModelFolder(cache);
      const [value] = tensors.read('a').data;
      tensors.close();
      return value;
    };
    snapshot('abc', 1);
    expect(opened()).toBe(1);
    snapshot('def', 2);
    expect(problemOf(opened).message).toContain('2 snapshots');
    mkdirSync(join(cache, 'refs'));
    writeFileSync(join(cache, 'refs', 'main'), 'def');
    expect(opened()).toBe(2);
    // What a stranger wrote there is a name among the snapshots, and no path.
    writeFileSync(join(cache, 'refs', 'main'), '../../..');
    expect(problemOf(opened).message).toContain('2 snapshots');
  });

  test('of shards reads each tensor from its shard, and lists what the index gets wrong', () => {
    const sharded = mkdtempSync(join(folder, 'sharded-'));
    const index = (map: Record<string, string>): void =>
      writeFileSync(join(sharded, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
    writeSafetensors(join(sharded, 'one.safetensors'), { a: float32([1], [1]) });
    writeSafetensors(join(sharded, 'two.safetensors'), { b: float32([1], [2]) });
    index({ a: 'one.safetensors', b: 'two.safetensors' });
    const { tensors } = openModelFolder(sharded);
    expect(['a', 'b'].map((name) => tensors.read(name).data[0])).toEqual([1, 2]);
    tensors.close();
    index({ a: 'two.safetensors', b: 'two.safetensors' });
    expect(problemOf(() => openModelFolder(sharded)).message).toContain('"a" is not in two.safetensors');
    index({ a: '../one.safetensors' });
    expect(problemOf(() => openModelFolder(sharded)).message).toContain('no file of this folder');
  });
});

test('a pointer of Git LFS and the page of a login are called what they are', () => {
  const of = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return problemOf(() => readSafetensors(path));
  };
  const pointer = of('lfs.safetensors', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n');
  expect([pointer.code, pointer.message]).toEqual(['WEIGHTS_INVALID', expect.stringContaining('Git LFS')]);
  for (const page of ['<!DOCTYPE html><html>', '<html lang="en">', '<?xml version="1.0"?>'])
    expect(of('page.safetensors', page).message).toContain('web page');
});
