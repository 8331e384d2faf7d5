import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../../../../core/base/errors.ts';
import { Random } from '../../../../../core/base/random.ts';
import { nativeBytes, wasmCodecOf } from '../../../../../core/dicom/index.ts';
import { resizeBilinear } from '../../../../../core/images/index.ts';
import { openDecodePool } from '../../../../../core/services/pixels/decode/pool.ts';
import { pictureFile } from '../../../../../core/services/pixels/png.ts';
import { openRenderer, pixelAspectOf } from '../../../../../core/services/pixels/source-images.ts';
import { fuzzCodecs } from '../../../../dicom/fuzz-codec.ts';
import { fuzzParser } from '../../../../dicom/fuzz-parser.ts';
import { readIndex } from '../../../../dicom/index-file.ts';
import { hasShared, sharedPath } from '../../../../support/shared.ts';
import { smallInstance } from '../../../../support/small-instance.ts';

const pool = openDecodePool({ workers: 2 });
afterAll(() => pool.close());

const rows = hasShared ? readIndex(sharedPath('dicom')) : [];
const exact = rows.filter((row) => row.referenceSha256 !== '' && row.isExact && wasmCodecOf(row.syntax) !== undefined);
const small = (limit: number) =>
  rows
    .map((row) => ({ path: row.path, bytes: new Uint8Array(readFileSync(sharedPath('dicom', row.path))) }))
    .filter(({ bytes }) => bytes.length < limit && bytes.length > 256);

describe('decode pool', () => {
  test.skipIf(!hasShared)('JPEG 2000 and HTJ2K frames equal the trusted decoder, in any order', async () => {
    const hashes = await Promise.all(
      Random.seeded(1)
        .shuffled(exact)
        .map(async ({ path, referenceSha256 }) => {
          const frame = await pool.decodeFrame(sharedPath('dicom', path), 0);
          return createHash('sha256').update(nativeBytes(frame)).digest('hex') === referenceSha256 ? [] : [path];
        }),
    );
    expect(hashes.flat()).toEqual([]);
    expect(exact.length).toBeGreaterThan(10);
  });

  test('bytes are rendered to floats as in place', async () => {
    const image = await pool.renderFrame(smallInstance([100, 200, 300]), 0);
    expect([...image.data]).toEqual([0, 0.5, 1]);
  });

  test('a thread gives the size that is wanted, bit for bit as resizing what it renders', async () => {
    const pixelData = Uint16Array.from({ length: 600 * 400 }, (_, i) => (i * 7919) % 4096);
    const bytes = smallInstance([1], { rows: 400, columns: 600, pixelData });
    const whole = await pool.renderFrame(bytes, 0);
    const square = await pool.renderFrame(bytes, 0, { square: 224 });
    expect([square.width, square.height]).toEqual([224, 224]);
    expect(square).toEqual(resizeBilinear(whole, 224, 224));
    expect(await pool.renderFrame(bytes, 0, { longestSide: 192 })).toEqual(resizeBilinear(whole, 192, 128));
    // Nothing is enlarged for a thumbnail.
    expect(await pool.renderFrame(bytes, 0, { longestSide: 1000 })).toEqual(whole);
    // Pixels twice as high as wide: in proportion is as in the patient, and a network's square stays what it was.
    const tall = smallInstance([1], { rows: 400, columns: 600, pixelData, pixelSpacing: '0.8\\0.4' });
    expect(await pool.renderFrame(tall, 0, { longestSide: 192 })).toEqual(resizeBilinear(whole, 144, 192));
    expect(await pool.renderFrame(tall, 0, { longestSide: 1000 })).toEqual(resizeBilinear(whole, 600, 800));
    expect(await pool.renderFrame(tall, 0, { square: 224 })).toEqual(square);
    const flat = smallInstance([1], { rows: 400, columns: 600, pixelData, pixelAspectRatio: '1\\2' });
    expect(await pool.renderFrame(flat, 0, { longestSide: 192 })).toEqual(resizeBilinear(whole, 192, 64));
    // Whoever draws the whole frame is told of it.
    expect([bytes, tall, flat, pictureFile(whole)].map((file) => pixelAspectOf(file, 0))).toEqual([1, 2, 0.5, 1]);
    const renderer = openRenderer();
    onTestFinished(() => renderer.close());
    const picture = pictureFile(whole);
    const read = await renderer.render(picture, 0, 'a picture');
    expect(await renderer.render(picture, 0, 'a picture', { square: 224 })).toEqual(resizeBilinear(read, 224, 224));
    expect(await renderer.render(bytes, 0, 'a study', { square: 224 })).toEqual(square);
  });

  test('a frame past its time is refused and the next one decodes', async () => {
    const hasty = openDecodePool({ frameLimitMs: 1 });
    const large = smallInstance(
      Array.from({ length: 60_000 }, (_, i) => i),
      { rows: 1 },
    );
    const frames = smallInstance([1], { rows: 4000, columns: 4000, pixelData: new Uint16Array(16_000_000) });
    await expect(hasty.renderFrame(frames, 0)).rejects.toMatchObject({ code: 'DICOM_DECODE_FAILED' });
    await hasty.close();
    expect((await pool.renderFrame(large, 0)).width).toBe(60_000);
  });

  test.skipIf(!hasShared)(
    'a thread whose memory has grown too large is replaced, and what waits behind it decodes',
    async () => {
      const greedy = openDecodePool({ workers: 1, heapLimitBytes: 1 });
      onTestFinished(() => greedy.close());
      const path = sharedPath('dicom', exact[0]?.path ?? '');
      const frames = await Promise.all([0, 0, 0].map((frame) => greedy.decodeFrame(path, frame)));
      expect(frames[2]).toEqual(frames[0]);
    },
  );

  test('a missing file is named by its last characters only', async () => {
    const error = await pool.renderFrame('/nowhere/Mustermann.dcm', 0).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(String(error)).not.toContain('Mustermann');
  });

  test('requests in work when it closes are cancelled', async () => {
    const closing = openDecodePool();
    const asked = closing.renderFrame(smallInstance([1, 2]), 0);
    const outcome = expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await closing.close();
    await outcome;
  });
});

describe.skipIf(!hasShared)('damaged input (needs the shared files)', () => {
  test('5,000 mutated files give values or named errors', () => {
    const result = fuzzParser(small(20_000), 5_000, Random.seeded(20_261_124));
    expect(result.faults).toEqual([]);
  });

  test('200 mutated frames give checked frames or named errors, and good files still decode alike', async () => {
    const result = await fuzzCodecs(pool, small(20_000), 200, Random.seeded(20_261_124), 2);
    expect(result.faults).toEqual([]);
  });
});
