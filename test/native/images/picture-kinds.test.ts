/** Pictures as Pillow and a writer of raw TIFF in NumPy make them: open samples, stated ranges, layouts, orientation. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPicture, readPicture } from '../../../core/images/index.ts';
import { storedOrientation } from '../../../core/images/read-picture.ts';
import { emptiness, lookAtBytes } from '../../../core/services/files/look.ts';
import { appErrorOf } from '../../support/thrown.ts';
import { pythonWith } from '../../support/tools.ts';

const python = pythonWith(['PIL', 'numpy'], 'python3-pil');
let folder = '';

const make = `
import sys, struct, zlib, numpy as np
from PIL import Image, ImageOps
d = sys.argv[1]
y, x = np.mgrid[0:21, 0:34]
g8 = ((x * 7 + y * 5) % 256).astype(np.uint8)
c8 = np.stack([g8, 255 - g8, ((x * y) % 256).astype(np.uint8)], -1)
f = (x + y * 34).astype(np.float64)
f = f / f.max()
def raw(name, a): np.ascontiguousarray(a).astype('<f8').tofile(f'{d}/{name}.raw')

# Layouts that Pillow writes and reads.
for name, image, options in (
    ('lzw', c8, dict(compression='tiff_lzw')), ('deflate', c8, dict(compression='tiff_adobe_deflate')),
    ('packbits', g8, dict(compression='packbits')), ('lzw-ramp', (x * 200 + y).astype(np.uint16), dict(compression='tiff_lzw')),
    ('predictor', c8, dict(compression='tiff_lzw', tiffinfo={317: 2})),
    ('noise', np.random.default_rng(1).integers(0, 256, (200, 300), dtype=np.uint8), dict(compression='tiff_lzw'))):
    Image.fromarray(image).save(f'{d}/{name}.tif', **options)
    raw(f'{name}.tif', np.asarray(Image.open(f'{d}/{name}.tif')))

# Kinds of samples, written tag by tag, as scientific programs write them.
def tiff(name, a, format, extra=(), endian='<', tile=None, planar=1, photometric=1):
    a = np.asarray(a)
    h, w = a.shape[:2]
    n = 1 if a.ndim == 2 else a.shape[2]
    kind = a.dtype.newbyteorder(endian)
    bits = a.dtype.itemsize * 8
    chunks = []
    planes = [a] if planar == 1 else [a[..., c] for c in range(n)]
    for p in planes:
        if tile is None: chunks.append(p.astype(kind).tobytes())
        else:
            for ty in range(0, h, tile):
                for tx in range(0, w, tile):
                    t = np.zeros((tile, tile) + p.shape[2:], a.dtype)
                    part = p[ty:ty + tile, tx:tx + tile]
                    t[:part.shape[0], :part.shape[1]] = part
                    chunks.append(t.astype(kind).tobytes())
    types = {1: 'B', 3: 'H', 4: 'I', 5: 'II', 6: 'b', 8: 'h', 9: 'i', 11: 'f', 12: 'd'}
    tags = [(256, 4, [w]), (257, 4, [h]), (258, 3, [bits] * n), (259, 3, [1]), (262, 3, [photometric]), (277, 3, [n]), (284, 3, [planar]), (339, 3, [format] * n)]
    offsets, counts = (273, 279) if tile is None else (324, 325)
    if tile is None: tags.append((278, 4, [h]))
    else: tags += [(322, 4, [tile]), (323, 4, [tile])]
    tags += list(extra)
    at = 8
    places = []
    for chunk in chunks: places.append(at); at += len(chunk)
    tags += [(offsets, 4, places), (counts, 4, [len(chunk) for chunk in chunks])]
    tags.sort()
    directory, tail = b'', b''
    after = at + 2 + 12 * len(tags) + 4
    for tag, type, values in tags:
        packed = struct.pack(endian + types[type] * len(values), *values)
        if len(packed) <= 4: value = packed.ljust(4, b'\\0')
        else: value = struct.pack(endian + 'I', after + len(tail)); tail += packed
        directory += struct.pack(endian + 'HHI', tag, type, len(values)) + value
    head = (b'II' if endian == '<' else b'MM') + struct.pack(endian + 'HI', 42, at)
    open(f'{d}/{name}.tif', 'wb').write(head + b''.join(chunks) + struct.pack(endian + 'H', len(tags)) + directory + b'\\0\\0\\0\\0' + tail)

ramp = np.round(f * 4095)
tiff('uint16', ramp.astype('u2'), 1); tiff('uint16-big', ramp.astype('u2'), 1, endian='>')
tiff('uint32', ramp.astype('u4'), 1); tiff('int8', np.round(f * 240 - 120).astype('i1'), 2)
tiff('int16', np.round(f * 2000 - 1000).astype('i2'), 2); tiff('int32', np.round(f * 2e6 - 1e6).astype('i4'), 2)
tiff('float32', (f * 3000 - 1000).astype('f4'), 3); tiff('float64', (f * 3000 - 1000).astype('f8'), 3); tiff('float16', (f * 500).astype('f2'), 3)
tiff('float-unit', (f * 0.5 + 0.25).astype('f4'), 3)
nan = (f * 100).astype('f4'); nan[0, :4] = [np.nan, np.inf, -np.inf, 50]
tiff('float-nan', nan, 3)
tiff('full16', np.round(f * 65535).astype('u2'), 1)
tiff('stated16', ramp.astype('u2'), 1, extra=[(340, 3, [0]), (341, 3, [8190])])
tiff('stated-signed', np.round(f * 100).astype('i2'), 2, extra=[(340, 8, [-100]), (341, 8, [300])])
tiff('stated-float', (f * 10).astype('f4'), 3, extra=[(340, 11, [-10.0]), (341, 11, [30.0])])
tiff('white-is-zero', ramp.astype('u2'), 1, photometric=0)
tiff('tiled', ramp.astype('u2'), 1, tile=16); tiff('tiled-rgb', c8, 1, tile=16, photometric=2); tiff('planar-rgb', c8, 1, planar=2, photometric=2)
tiff('black8', (g8 % 8).astype(np.uint8), 1); hot = np.full((100, 100), 30, 'u2'); hot[0, 0] = 60000; tiff('hot16', hot, 1)
pages = [Image.fromarray(g8), Image.fromarray(255 - g8), Image.fromarray(g8)]
pages[0].save(f'{d}/pages.tif', save_all=True, append_images=pages[1:])

# Twelve bits in PNG, with and without sBIT.
def png(name, a, chunks=()):
    h, w = a.shape
    def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    lines = b''.join(b'\\0' + row.astype('>u2').tobytes() for row in a)
    body = chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, 16, 0, 0, 0, 0)) + b''.join(chunk(*c) for c in chunks)
    open(f'{d}/{name}.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + body + chunk(b'IDAT', zlib.compress(lines)) + chunk(b'IEND', b''))
png('twelve', ramp * 0.5 + 100); png('twelve-sbit', np.round(ramp * 0.5), [(b'sBIT', b'\\x0c')])
png('shifted-sbit', np.round(ramp) * 16, [(b'sBIT', b'\\x0c')]); png('full', np.round(f * 65535)); png('full-dark', np.round(f * 1000) + 40000)

# Orientation beside the pixels, as Pillow turns it.
for o in range(1, 9):
    exif = Image.Exif(); exif[0x0112] = o
    for name, options in (('jpg', dict(quality=100, subsampling=0, exif=exif)), ('png', dict(exif=exif)), ('tif', dict(tiffinfo={274: o}))):
        Image.fromarray(g8).save(f'{d}/turned-{o}.{name}', **options)
        # Pillow turns TIFF when it loads it, the others when asked.
        image = Image.open(f'{d}/turned-{o}.{name}'); image.load()
        seen = np.asarray(image) if name == 'tif' else np.asarray(ImageOps.exif_transpose(image))
        raw(f'turned-{o}.{name}', seen)
        raw(f'turned-{o}.{name}.size', np.array(seen.shape[::-1]))
for name, a in (('ramp', f), ('g8', g8), ('c8', c8)): raw(name, a)
`;

const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const numbers = (name: string): Float64Array => {
  const bytes = readFileSync(join(folder, `${name}.raw`));
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const read = (name: string) => readPicture(bytesOf(name), name).data;
const worst = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length);
  return Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0);
};

describe.skipIf(!python)('kinds of pictures (needs Pillow)', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sidelight-kinds-'));
    const { status, stderr } = spawnSync(python ?? '', ['-c', make, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['lzw', 'deflate', 'packbits', 'predictor', 'noise'])('TIFF, %s: as Pillow reads it', (name) => {
    expect(
      worst(
        read(`${name}.tif`),
        numbers(`${name}.tif`).map((value) => value / 255),
      ),
    ).toBeLessThan(1e-6);
  });

  test('TIFF, LZW of 16 bits: as Pillow reads it', () => {
    const expected = numbers('lzw-ramp.tif');
    const most = Math.max(...expected);
    expect(
      worst(
        read('lzw-ramp.tif'),
        expected.map((value) => value / most),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each([
    ['uint16', 'uint16', 0, 4095],
    ['uint16-big', 'uint16', 0, 4095],
    ['uint32', 'uint32', 0, 4095],
    ['int8', 'signed', -120, 120],
    ['int16', 'signed', -1000, 1000],
    ['int32', 'signed', -1_000_000, 1_000_000],
    ['float32', 'float', -1000, 2000],
    ['float64', 'float', -1000, 2000],
    ['float16', 'float', 0, 500],
    ['tiled', 'uint16', 0, 4095],
  ])('TIFF of %s: %s from %d to %d, drawn by them', (name, kind, low, high) => {
    expect(openPicture(bytesOf(`${name}.tif`), name).open).toMatchObject({ kind, low, high });
    expect(worst(read(`${name}.tif`), numbers('ramp'))).toBeLessThan(name === 'int8' ? 0.003 : 0.001);
  });

  test('white is zero: the ramp falls', () => {
    expect(
      worst(
        read('white-is-zero.tif'),
        numbers('ramp').map((value) => 1 - value),
      ),
    ).toBeLessThan(0.001);
  });

  test('floats within 0 and 1 keep their values, and what is no number is black', () => {
    expect(
      worst(
        read('float-unit.tif'),
        numbers('ramp').map((value) => 0.5 * value + 0.25),
      ),
    ).toBeLessThan(1e-6);
    const [nan, high, low, half] = read('float-nan.tif');
    expect([nan, high, low]).toEqual([0, 1, 0]);
    expect(half).toBeCloseTo(0.5, 2);
  });

  test.each([
    ['stated16', 0, 8190, 0.5, 0],
    ['stated-signed', -100, 300, 0.25, 0.25],
    ['stated-float', -10, 30, 0.25, 0.25],
  ])('%s: SMinSampleValue and SMaxSampleValue are the range', (name, low, high, scale, offset) => {
    expect(openPicture(bytesOf(`${name}.tif`), name).open).toMatchObject({ low, high });
    expect(
      worst(
        read(`${name}.tif`),
        numbers('ramp').map((value) => scale * value + offset),
      ),
    ).toBeLessThan(0.005);
  });

  test('colour in tiles and in planes has all its channels', () => {
    const expected = numbers('c8').map((value) => value / 255);
    expect(worst(read('tiled-rgb.tif'), expected)).toBeLessThan(1e-6);
    expect(worst(read('planar-rgb.tif'), expected)).toBeLessThan(1e-6);
  });

  test('16-bit PNG: its own range without sBIT; with it the bits it says, unless they were moved to the top', () => {
    const ramp = numbers('ramp');
    expect(worst(read('twelve.png'), ramp)).toBeLessThan(0.001);
    expect(
      worst(
        read('twelve-sbit.png'),
        ramp.map((value) => value / 2),
      ),
    ).toBeLessThan(0.001);
    expect(
      worst(
        read('shifted-sbit.png'),
        ramp.map((value) => (value * 65_520) / 65_535),
      ),
    ).toBeLessThan(0.001);
  });

  test('16 bits that use the range of their format are drawn by it, as ever', () => {
    const ramp = numbers('ramp');
    expect(
      worst(
        read('full.png'),
        ramp.map((value) => Math.round(value * 65_535) / 65_535),
      ),
    ).toBeLessThan(1e-6);
    expect(
      worst(
        read('full16.tif'),
        ramp.map((value) => Math.round(value * 65_535) / 65_535),
      ),
    ).toBeLessThan(1e-6);
    expect(
      worst(
        read('full-dark.png'),
        ramp.map((value) => (Math.round(value * 1000) + 40_000) / 65_535),
      ),
    ).toBeLessThan(1e-6);
  });

  test('a data set’s range makes two pictures comparable, and one of another scale is refused with both ranges', () => {
    const half = readPicture(bytesOf('twelve-sbit.png'), 'a', { uint16: [0, 4095] }).data;
    const whole = readPicture(bytesOf('uint16.tif'), 'b', { uint16: [0, 4095] }).data;
    expect(
      worst(
        half,
        whole.map((value) => value / 2),
      ),
    ).toBeLessThan(0.001);
    const error = appErrorOf(() => readPicture(bytesOf('full16.tif'), 'c', { uint16: [0, 4095] }));
    expect(error).toMatchObject({
      code: 'IMAGE_OTHER_RANGE',
      message: expect.stringContaining(
        'run from 0 to 65535; the images learned from are drawn from 0 to 4095, and 94 % of',
      ),
    });
  });

  test('by their format, as models of before drew them, 12 bits are a sixteenth of 16', () => {
    const data = readPicture(bytesOf('uint16.tif'), 'a', 'format').data;
    expect(
      worst(
        data,
        numbers('ramp').map((value) => Math.round(value * 4095) / 65_535),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each(['jpg', 'png', 'tif'])('orientation in %s: each of the eight as Pillow turns it', (format) => {
    for (let o = 1; o <= 8; o++) {
      const name = `turned-${o}.${format}`;
      const picture = readPicture(bytesOf(name), name);
      expect([picture.width, picture.height], name).toEqual([...numbers(`${name}.size`)]);
      const expected = numbers(name).map((value) => value / 255);
      expect(worst(picture.data, expected), name).toBeLessThan(format === 'jpg' ? 1.01 / 255 : 1e-6);
      expect(storedOrientation(bytesOf(name))).toBe(o);
    }
  });

  test('pages are counted, and one hot sample among dark ones hides nothing: the picture looks black', () => {
    expect(openPicture(bytesOf('pages.tif'), 'pages').pages).toBe(3);
    const { low, high, dark, bright } = lookAtBytes(bytesOf('hot16.tif'));
    expect([low, high, dark, bright]).toEqual([30, 60_000, 30, 30]);
    expect(emptiness([dark, bright], [0, 65_535])?.code).toBe('IMAGE_LOOKS_EMPTY');
    expect(emptiness([0, 65_535], [0, 65_535])).toBeUndefined();
    expect(emptiness([64_000, 65_535], [0, 65_535])?.message).toContain('white');
  });

  test('cut and lying TIFF files are refused with a reason', () => {
    const whole = bytesOf('uint16.tif');
    expect(appErrorOf(() => readPicture(whole.subarray(0, 900), 'cut')).code).toBe('IMAGE_UNREADABLE');
    const damaged = bytesOf('lzw.tif');
    damaged.fill(0xff, 20, 200);
    expect(appErrorOf(() => readPicture(damaged, 'damaged')).code).toBe('IMAGE_UNREADABLE');
  });
});
