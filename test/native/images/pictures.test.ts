import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPicture, resizeBicubic, resizeBilinear, toUint8 } from '../../../core/images/index.ts';
import { appErrorOf } from '../../support/thrown.ts';
import { pythonWith } from '../../support/tools.ts';

const python = pythonWith(['PIL', 'numpy'], 'python3-pil');
const folder = mkdtempSync(join(tmpdir(), 'sidelight-pictures-'));

/** Pictures of every kind, and what Pillow reads back of each as RGB (or as 16-bit grey), next to them. */
const makePictures = `
import sys, numpy as np
from PIL import Image
d = sys.argv[1]
r = np.random.default_rng(0)
y, x = np.mgrid[0:37, 0:53]
g = ((x * 4 + y * 3) % 256).astype(np.uint8)
c = np.stack([g, 255 - g, ((x * y) % 256).astype(np.uint8)], -1)
w = (g.astype(np.uint16) * 257 + 3)
def keep(name, image, **options):
    image.save(f'{d}/{name}', **options)
    back = Image.open(f'{d}/{name}')
    a = np.asarray(back) if back.mode.startswith('I') else np.asarray(back.convert('RGB'))
    a.astype('<u2').tofile(f'{d}/{name}.raw')
keep('grey.png', Image.fromarray(g)); keep('colour.png', Image.fromarray(c)); keep('grey16.png', Image.fromarray(w))
keep('palette.png', Image.fromarray(c).quantize(16)); keep('one-bit.png', Image.fromarray(g > 100))
keep('alpha.png', Image.fromarray(np.dstack([c, g])))
keep('colour.jpg', Image.fromarray(c), quality=90); keep('grey.jpg', Image.fromarray(g), quality=90)
keep('full.jpg', Image.fromarray(c), quality=95, subsampling=0); keep('progressive.jpg', Image.fromarray(c), progressive=True)
keep('colour.tif', Image.fromarray(c)); keep('lzw.tif', Image.fromarray(c), compression='tiff_lzw'); keep('grey16.tif', Image.fromarray(w))
for name, filter in (('bilinear', Image.BILINEAR), ('bicubic', Image.BICUBIC)):
    for size in ((20, 16), (90, 61)):
        a = np.asarray(Image.fromarray(c).resize(size, filter))
        a.astype('<u2').tofile(f'{d}/{name}-{size[0]}.raw')
`;

function words(name: string): Uint16Array {
  const bytes = readFileSync(join(folder, name));
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const read = (name: string) => readPicture(new Uint8Array(readFileSync(join(folder, name))), name);

/** The largest difference in steps of `most`, grey being repeated where Pillow gave RGB. */
function worst(name: string, most: number): number {
  const picture = read(name);
  const expected = words(`${name}.raw`);
  const repeat = expected.length / picture.data.length;
  return expected.reduce(
    (a, v, i) => Math.max(a, Math.abs(v - (picture.data[Math.floor(i / repeat)] as number) * most)),
    0,
  );
}

beforeAll(() => {
  if (python === undefined) return;
  const { status, stderr } = spawnSync(python, ['-c', makePictures, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!python)('pictures as Pillow reads them (needs Pillow)', () => {
  test.each(['grey.png', 'colour.png', 'palette.png', 'one-bit.png', 'alpha.png', 'colour.tif', 'lzw.tif'])(
    '%s is equal',
    (name) => expect(worst(name, 255)).toBeLessThan(1e-4),
  );

  test.each(['grey16.png', 'grey16.tif'])('%s keeps its sixteen bits', (name) => {
    expect(worst(name, 65_535)).toBeLessThan(0.01);
  });

  test.each(['grey.jpg', 'full.jpg', 'colour.jpg', 'progressive.jpg'])('%s is equal within a grey level', (name) => {
    expect(worst(name, 255)).toBeLessThan(1.01);
  });

  test.each([
    ['bilinear', 20, 16],
    ['bilinear', 90, 61],
    ['bicubic', 20, 16],
    ['bicubic', 90, 61],
  ] as const)('%s to %i x %i is equal within a grey level', (filter, width, height) => {
    const resize = filter === 'bilinear' ? resizeBilinear : resizeBicubic;
    const expected = words(`${filter}-${width}.raw`);
    const found = toUint8(resize(read('colour.png'), width, height));
    expect(found.reduce((a, v, i) => Math.max(a, Math.abs(v - (expected[i] as number))), 0)).toBeLessThanOrEqual(1);
  });

  test('a cut, a lying and a foreign file are each refused with a reason', () => {
    const whole = new Uint8Array(readFileSync(join(folder, 'colour.jpg')));
    expect(appErrorOf(() => readPicture(whole.subarray(0, 700), '…jpg')).message).toContain(
      'ends before the picture does',
    );
    const png = new Uint8Array(readFileSync(join(folder, 'colour.png')));
    new DataView(png.buffer).setUint32(16, 60_000);
    new DataView(png.buffer).setUint32(20, 60_000);
    expect(appErrorOf(() => readPicture(png, '…png')).code).toBe('TOO_LARGE');
    expect(appErrorOf(() => readPicture(Uint8Array.of(1, 2, 3), '…txt')).code).toBe('IMAGE_UNREADABLE');
  });
});
