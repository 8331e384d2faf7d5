/**
 * Models that a stranger made to do harm. Each is refused with a code and a remedy, nothing outside its folder is read into a message or
 * the library, memory stays small, and the library is left as it was.
 * Length: one table of everything that was thought of, a few lines each, with what makes them.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFamilyLpm } from '../../../../bench/family-lpm.ts';
import { AppError } from '../../../../core/base/errors.ts';
import { canonicalShapes, type LpmConfig, placesOf, plainVit } from '../../../../core/models/index.ts';
import { addLpm, listLpms } from '../../../../core/services/lpm/add.ts';
import { writeRandomLpm } from '../../../../core/services/lpm/random-lpm.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const weights = 'model.safetensors';
const secret = 'SECRET-OF-ANOTHER-USER';
const memoryLimit = 400 * 2 ** 20;

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** Header and data of a safetensors file. */
function parts(path: string): { header: Header; data: Buffer } {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  return { header: JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Header, data: bytes.subarray(8 + length) };
}

function write(path: string, json: string, data: Uint8Array, claimed?: bigint): void {
  const text = Buffer.from(json);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, data]));
}

/** Rewrites the header of the folder's weights. */
function header(change: (header: Header) => void): (folder: string) => void {
  return (folder) => {
    const path = join(folder, weights);
    const { header, data } = parts(path);
    change(header);
    write(path, JSON.stringify(header), data);
  };
}

/** Sets keys of config.json or another JSON file. */
function json(values: Record<string, unknown>, name = 'config.json'): (folder: string) => void {
  return (folder) => {
    const path = join(folder, name);
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...kept, ...values }).replaceAll('"<huge>"', '1e999'));
  };
}

/** Puts NaN or infinity into the first weight. */
function firstWeight(bits: number): (folder: string) => void {
  return (folder) => {
    const path = join(folder, weights);
    const { header, data } = parts(path);
    data.writeUInt32LE(bits, 0);
    write(path, JSON.stringify(header), data);
  };
}

const first = (header: Header): Header[string] =>
  Object.entries(header).find(([name]) => name !== '__metadata__')?.[1] as Header[string];
const named = (header: Header, ending: string): string =>
  Object.keys(header).find((name) => name.endsWith(ending)) ?? '';

function shards(map: Record<string, string>): (folder: string) => void {
  return (folder) => {
    rmSync(join(folder, weights));
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  };
}

const index = 'model.safetensors.index.json';
const firstOf = (map: Record<string, string>): string => Object.keys(map)[0] ?? '';

/** Cuts the weights in two shards with an index that tells something else. */
function lyingIndex(lie: (map: Record<string, string>) => Record<string, string>): (folder: string) => void {
  return (folder) => {
    const { header: h, data } = parts(join(folder, weights));
    const names = Object.keys(h).filter((name) => name !== '__metadata__');
    const map: Record<string, string> = {};
    for (const [i, shard] of ['one.safetensors', 'two.safetensors'].entries()) {
      const own: Header = {};
      const bytes: Buffer[] = [];
      let at = 0;
      for (const name of names.filter((_, n) => n % 2 === i)) {
        const {
          data_offsets: [begin, end],
          ...entry
        } = h[name] as Header[string];
        own[name] = { ...entry, data_offsets: [at, at + end - begin] };
        bytes.push(data.subarray(begin, end));
        at += end - begin;
        map[name] = shard;
      }
      write(join(folder, shard), JSON.stringify(own), Buffer.concat(bytes));
    }
    rmSync(join(folder, weights));
    writeFileSync(join(folder, index), JSON.stringify({ weight_map: lie(map) }));
  };
}

function inTurn(folder: string, ...steps: readonly ((folder: string) => void)[]): void {
  for (const step of steps) step(folder);
}

/** Gives every tensor another name. */
function renamed(change: (name: string) => string): (folder: string) => void {
  return (folder) => {
    const path = join(folder, weights);
    const { header: h, data } = parts(path);
    write(
      path,
      JSON.stringify(Object.fromEntries(Object.entries(h).map(([name, entry]) => [change(name), entry]))),
      data,
    );
  };
}

function dinov3(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFamilyLpm(folder, 'dinov3', { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 });
}

/** A DINOv3 of 80 thousand million weights by its header; the file is a hole. */
function huge(folder: string): void {
  dinov3(folder);
  const sizes = { width: 8192, mlpWidth: 32_768, layers: 100, heads: 64 };
  const config: LpmConfig = {
    ...plainVit({ ...sizes, patch: 16, imageSize: 64 }),
    naming: 'hf-dinov3',
    rotaryBase: 100,
    registers: 4,
    layerScale: true,
    withoutBias: ['k'],
  };
  const h: Header = {};
  let at = 0;
  for (const [name, shape] of canonicalShapes(config)) {
    const source = placesOf('hf-dinov3', name)[0]?.source ?? '';
    const bytes = 2 * shape.reduce((size, n) => size * n, 1);
    h[source] = {
      dtype: 'BF16',
      shape: name === 'register_tokens' ? [1, ...shape] : [...shape],
      data_offsets: [at, at + bytes],
    };
    at += bytes;
  }
  const text = JSON.stringify(h);
  write(join(folder, weights), text, Buffer.alloc(0));
  truncateSync(join(folder, weights), 8 + Buffer.byteLength(text) + at);
  json({ num_attention_heads: 64, hidden_size: 8192 })(folder);
}

/** What is done to a sound model folder (beside it lies `outside/` with a sound model and a secret), and the code that answers. */
const cases: readonly (readonly [what: string, code: string, harm: (folder: string) => void])[] = [
  ['a header of 10 GB', 'WEIGHTS_INVALID', (f) => write(join(f, weights), '{}', Buffer.alloc(64), 10n * 2n ** 30n)],
  ['a header of 2^63 bytes', 'WEIGHTS_INVALID', (f) => write(join(f, weights), '{}', Buffer.alloc(64), 2n ** 63n)],
  [
    'a real header of 9 MB',
    'WEIGHTS_INVALID',
    (f) => write(join(f, weights), `{"a":"${'x'.repeat(9_000_000)}"}`, Buffer.alloc(8)),
  ],
  [
    'a header nested a million deep',
    'WEIGHTS_INVALID',
    (f) => write(join(f, weights), '['.repeat(1_000_000), Buffer.alloc(8)),
  ],
  [
    'a hundred thousand tensors',
    'WEIGHTS_INVALID',
    header((h) => {
      for (let i = 0; i < 100_000; i++) h[`t${i}`] = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
    }),
  ],
  ['a header that is no JSON', 'WEIGHTS_INVALID', (f) => write(join(f, weights), `{"a": ${secret}`, Buffer.alloc(8))],
  [
    'overlapping tensors',
    'WEIGHTS_INVALID',
    header((h) => {
      const [a, b] = Object.values(h).filter((entry) => 'shape' in entry);
      if (a !== undefined && b !== undefined) b.data_offsets = [...a.data_offsets];
    }),
  ],
  [
    'offsets past the end',
    'WEIGHTS_INVALID',
    header((h) => {
      first(h).data_offsets = [0, 2 ** 40];
    }),
  ],
  [
    'negative offsets',
    'WEIGHTS_INVALID',
    header((h) => {
      first(h).data_offsets = [-8, 8];
    }),
  ],
  [
    'a duplicate key',
    'WEIGHTS_INVALID',
    (f) => {
      const { header: h, data } = parts(join(f, weights));
      const name = named(h, 'cls_token');
      write(
        join(f, weights),
        JSON.stringify(h).replace('{', `{${JSON.stringify(name)}:${JSON.stringify(h[name])},`),
        data,
      );
    },
  ],
  [
    'a shape whose size overflows',
    'WEIGHTS_INVALID',
    header((h) => {
      first(h).shape = [2 ** 52, 2 ** 52];
    }),
  ],
  [
    'a tensor of 10 GB in a file with a hole',
    'WEIGHTS_INVALID',
    (f) => {
      write(
        join(f, weights),
        '{"vit.embeddings.cls_token":{"dtype":"F32","shape":[2684354560],"data_offsets":[0,10737418240]}}',
        Buffer.alloc(8),
      );
      truncateSync(join(f, weights), 10_737_418_240 + 110);
    },
  ],
  [
    'an element type that does not exist',
    'WEIGHTS_INVALID',
    header((h) => {
      first(h).dtype = 'F4';
    }),
  ],
  [
    'whole numbers for weights',
    'WEIGHTS_INVALID',
    header((h) => {
      for (const e of Object.values(h)) if ('dtype' in e) e.dtype = 'I32';
    }),
  ],
  ['NaN in a weight', 'WEIGHTS_INVALID', firstWeight(0x7fc00000)],
  ['infinity in a weight', 'WEIGHTS_INVALID', firstWeight(0x7f800000)],
  [
    'a layer number of a billion',
    'LPM_UNSUPPORTED',
    header((h) => {
      h['vit.encoder.layer.999999999.layernorm_before.weight'] = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
    }),
  ],
  [
    'a missing layer',
    'LPM_UNSUPPORTED',
    header((h) => {
      const last = { dtype: 'F32', shape: [0], data_offsets: [0, 0] as [number, number] };
      h['vit.encoder.layer.40.layernorm_before.weight'] = last;
    }),
  ],
  ['heads that do not divide the width', 'BAD_INPUT', json({ num_attention_heads: 7 })],
  ['heads that are negative', 'BAD_INPUT', json({ num_attention_heads: -2 })],
  ['an epsilon of 1e300', 'LPM_UNSUPPORTED', json({ layer_norm_eps: 1e300 })],
  ['a standard deviation of zero', 'LPM_UNSUPPORTED', json({ image_std: [0, 1, 1] }, 'preprocessor_config.json')],
  ['a mean that is no number', 'LPM_UNSUPPORTED', json({ image_mean: ['x', 0, 0] }, 'preprocessor_config.json')],
  ['another network under its name', 'LPM_UNSUPPORTED', json({ model_type: 'resnet' })],
  [
    'a configuration of 20 MB',
    'TOO_LARGE',
    (f) => writeFileSync(join(f, 'config.json'), `{"a":"${'x'.repeat(20_000_000)}"}`),
  ],
  [
    'a configuration that links to a secret',
    'FILE_LINK_OUTSIDE',
    (f) => relink(f, 'config.json', '../outside/secret.txt'),
  ],
  [
    'weights that link to another model',
    'FILE_LINK_OUTSIDE',
    (f) => relink(f, weights, '../outside/model.safetensors'),
  ],
  [
    'weights that are a hard link',
    'FILE_LINK_OUTSIDE',
    (f) => {
      rmSync(join(f, weights));
      linkSync(join(f, '..', 'outside', weights), join(f, weights));
    },
  ],
  ['a configuration that links nowhere', 'FILE_NOT_FOUND', (f) => relink(f, 'config.json', 'nowhere.json')],
  [
    'a configuration that is a secret',
    'WEIGHTS_INVALID',
    (f) => copyFileSync(join(f, '..', 'outside', 'secret.txt'), join(f, 'config.json')),
  ],
  ['shards above the folder', 'WEIGHTS_INVALID', shards({ a: '../outside/model.safetensors' })],
  ['shards at an absolute path', 'WEIGHTS_INVALID', shards({ a: '/etc/passwd.safetensors' })],
  [
    'a shard that links out',
    'FILE_LINK_OUTSIDE',
    (f) => {
      shards({ a: 'one.safetensors' })(f);
      symlinkSync('../outside/model.safetensors', join(f, 'one.safetensors'));
    },
  ],
  ['an index that names itself', 'WEIGHTS_INVALID', shards({ a: 'model.safetensors.index.json' })],
  ['a pickle', 'LPM_PICKLE_REFUSED', (f) => renameSync(join(f, weights), join(f, 'pytorch_model.bin'))],
  [
    'a pickle called safetensors',
    'LPM_PICKLE_REFUSED',
    (f) => writeFileSync(join(f, weights), Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x28, 0x58, 5, 0, 0, 0, 0])),
  ],
  [
    'a ZIP of pickles called safetensors',
    'LPM_PICKLE_REFUSED',
    (f) => writeFileSync(join(f, weights), `PK\x03\x04${'x'.repeat(100)}`, 'latin1'),
  ],
  ['an ONNX file', 'LPM_UNSUPPORTED', (f) => renameSync(join(f, weights), join(f, 'model.onnx'))],
  [
    'a TensorFlow.js model',
    'LPM_UNSUPPORTED',
    (f) => {
      rmSync(join(f, weights));
      writeFileSync(
        join(f, 'model.json'),
        '{"format":"graph-model","weightsManifest":[{"paths":["../../../etc/passwd"]}]}',
      );
    },
  ],
  ['a shard that is missing', 'FILE_NOT_FOUND', shards({ a: 'one-of-two.safetensors' })],
  [
    'an index that has a tensor in the wrong shard',
    'WEIGHTS_INVALID',
    lyingIndex((map) => ({ ...map, [firstOf(map)]: 'two.safetensors' })),
  ],
  [
    'an index that leaves tensors out',
    'WEIGHTS_INVALID',
    lyingIndex((map) => Object.fromEntries(Object.entries(map).slice(1))),
  ],
  [
    'an index of tensors that no shard has',
    'WEIGHTS_INVALID',
    lyingIndex((map) => ({ ...map, made_up: 'two.safetensors' })),
  ],
  ['an index of 20 MB', 'TOO_LARGE', shards({ ['x'.repeat(20_000_000)]: 'one.safetensors' })],
  ['an index without a map', 'WEIGHTS_INVALID', (f) => inTurn(f, shards({}), json({ weight_map: null }, index))],
  ['an index of nothing', 'LPM_UNSUPPORTED', shards({})],
  [
    'two towers of which none is for images',
    'LPM_UNSUPPORTED',
    renamed((name) => name.replace(/^vit\./, 'text_model.').replace('patch_embeddings', 'words')),
  ],
  [
    'a vision tower that lacks a layer',
    'LPM_UNSUPPORTED',
    renamed((name) => name.replace(/^vit\./, 'vision_model.').replace('layer.1.', 'layer.7.')),
  ],
  [
    'a configuration of OpenCLIP that links to a secret',
    'FILE_LINK_OUTSIDE',
    (f) => symlinkSync('../outside/secret.txt', join(f, 'open_clip_config.json')),
  ],
  [
    'a processor that links out',
    'FILE_LINK_OUTSIDE',
    (f) => {
      rmSync(join(f, 'preprocessor_config.json'));
      symlinkSync('../outside/secret.txt', join(f, 'processor_config.json'));
    },
  ],
  [
    'heads of no width',
    'BAD_INPUT',
    (f) => {
      rmSync(join(f, 'config.json'));
      writeFileSync(join(f, 'open_clip_config.json'), '{"model_cfg":{"vision_cfg":{"width":32,"head_width":0}}}');
    },
  ],
  ['rotary positions to a base below zero', 'LPM_UNSUPPORTED', (f) => inTurn(f, dinov3, json({ rope_theta: -5 }))],
  [
    'registers by the hundred',
    'LPM_UNSUPPORTED',
    (f) => {
      dinov3(f);
      header((h) => {
        const registers = h['embeddings.register_tokens'];
        if (registers !== undefined) registers.shape = [1, 128, 1];
      })(f);
    },
  ],
  ['more weights than any machine holds', 'TOO_LITTLE_MEMORY', huge],
  ['an empty file', 'WEIGHTS_INVALID', (f) => truncateSync(join(f, weights), 0)],
  ['a file cut short', 'WEIGHTS_INVALID', (f) => truncateSync(join(f, weights), 5000)],
];

function relink(folder: string, name: string, target: string): void {
  rmSync(join(folder, name));
  symlinkSync(target, join(folder, name));
}

/** A sound model folder, and beside it what must not be read. */
function prepared(): string {
  const folder = temporaryFolder();
  writeRandomLpm(join(folder, 'model'), 1, { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 });
  cpSync(join(folder, 'model'), join(folder, 'outside'), { recursive: true });
  writeFileSync(join(folder, 'outside', 'secret.txt'), `${secret}\n`);
  return join(folder, 'model');
}

/** What adding the folder throws. */
async function refusal(path: string, library = temporaryLibrary()): Promise<AppError> {
  try {
    await addLpm(testContext(library), { path, name: 'hostile' });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the model was taken');
}

describe('a hostile model', () => {
  test('would be taken without the harm done to it', async () => {
    const library = temporaryLibrary();
    expect(await addLpm(testContext(library), { path: prepared(), name: 'sound' })).toMatchObject({ name: 'sound' });
  });

  test.each(cases)('with %s is refused: %s', async (_, code, harm) => {
    const folder = prepared();
    harm(folder);
    const library = temporaryLibrary();
    const before = process.memoryUsage().rss;
    const error = await refusal(folder, library);
    expect(error.code).toBe(code);
    expect(error.action.length).toBeGreaterThan(20);
    expect(`${error.message} ${error.action}`).not.toContain(secret.slice(0, 6));
    expect(error.message.length).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(memoryLimit);
    expect(listLpms(testContext(library))).toEqual([]);
    expect(readdirSync(library.path('lpm'))).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')(
    'with pipes for files is refused and never waited for (needs mkfifo)',
    async () => {
      for (const name of [weights, 'config.json']) {
        const folder = prepared();
        rmSync(join(folder, name));
        execFileSync('mkfifo', [join(folder, name)]);
        expect((await refusal(folder)).code).toBe('FILE_SPECIAL');
      }
    },
  );

  test('of at least forty kinds is tried', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
  });
});

test("the hub's cache whose snapshot links into the blobs of another model is refused", async () => {
  const folder = prepared();
  const caches = temporaryFolder();
  const snapshot = join(caches, 'models--made--tiny', 'snapshots', 'abc');
  const blobs = join(caches, 'models--other--private', 'blobs');
  for (const path of [snapshot, blobs]) mkdirSync(path, { recursive: true });
  for (const name of readdirSync(folder)) {
    renameSync(join(folder, name), join(blobs, name));
    symlinkSync(join(blobs, name), join(snapshot, name));
  }
  expect((await refusal(join(caches, 'models--made--tiny'))).code).toBe('FILE_LINK_OUTSIDE');
});

test("the hub's cache, whose snapshots are links into the blobs of the same model, is taken", async () => {
  const folder = prepared();
  const cache = join(temporaryFolder(), 'models--made--tiny');
  const snapshot = join(cache, 'snapshots', 'abc');
  for (const path of [snapshot, join(cache, 'blobs')]) mkdirSync(path, { recursive: true });
  for (const name of readdirSync(folder)) {
    renameSync(join(folder, name), join(cache, 'blobs', `hash-of-${name}`));
    symlinkSync(`../../blobs/hash-of-${name}`, join(snapshot, name));
  }
  const report = await addLpm(testContext(temporaryLibrary()), { path: snapshot, name: 'cached' });
  expect(report.alreadyThere).toBe(false);
});
