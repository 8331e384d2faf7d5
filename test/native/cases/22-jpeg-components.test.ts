/** A grey radiograph run through a colour JPEG encoder, among twelve good ones. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeFrame, parseDicom } from '../../../core/dicom/index.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { addLpm } from '../../../core/services/lpm/add.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { testServices, writeTinyLpm } from '../../support/made-studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { pythonWith } from '../../support/tools.ts';

const python = pythonWith(['PIL', 'numpy'], 'python3-pil');
const fileOf = (name: string) =>
  parseDicom(new Uint8Array(readFileSync(casePath('22-jpeg-components', 'images', name))));

describe.skipIf(!hasCases)('case 22: a colour stream under a grey header', () => {
  test('the header says one sample of MONOCHROME2, the stream has three components', () => {
    const { dataSet } = fileOf('12.dcm');
    expect([dataSet.number('samplesPerPixel'), dataSet.text('photometricInterpretation')]).toEqual([1, 'MONOCHROME2']);
    const [fragment] = dataSet.element('pixelData')?.encapsulated?.fragments ?? [];
    const stream = dataSet.bytes.subarray(fragment?.start);
    const frameHeader = stream.findIndex((byte, i) => byte === 0xff && stream[i + 1] === 0xc0);
    expect(stream[frameHeader + 9]).toBe(3);
  });

  test.skipIf(!python)('its luminance is used, which is what Pillow makes of the stream as grey (needs Pillow)', () => {
    const { dataSet } = fileOf('12.dcm');
    const [fragment] = dataSet.element('pixelData')?.encapsulated?.fragments ?? [];
    const folder = temporaryFolder();
    const start = fragment?.start ?? 0;
    writeFileSync(join(folder, 'a.jpg'), dataSet.bytes.subarray(start, start + (fragment?.length ?? 0)));
    const program = `import sys, numpy as np; from PIL import Image; np.asarray(Image.open(sys.argv[1]).convert('L')).tofile(sys.argv[2])`;
    expect(spawnSync(python ?? '', ['-c', program, join(folder, 'a.jpg'), join(folder, 'a.raw')]).status).toBe(0);
    const expected = readFileSync(join(folder, 'a.raw'));
    const { samples, samplesPerPixel } = decodeFrame(fileOf('12.dcm'), 0);
    expect([samplesPerPixel, samples.length]).toEqual([1, 64 * 64]);
    // Pillow goes to RGB and back, which costs it up to two levels.
    expect(
      Array.from(samples).reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? 0))), 0),
    ).toBeLessThanOrEqual(2);
  });

  test('all thirteen are imported and train, six and seven a class, without a crash', async () => {
    const folder = temporaryFolder();
    const context = await testServices(join(folder, 'library'));
    const labels = casePath('22-jpeg-components', 'labels-split.csv');
    const report = await importPaths(context, {
      paths: [casePath('22-jpeg-components', 'images')],
      dataset: 'd',
      labels,
    });
    expect([report.imported, report.skipped]).toEqual([13, 0]);
    writeTinyLpm(join(folder, 'lpm'));
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const warnings: string[] = [];
    const log = {
      ...context.log,
      log: (level: string, message: string) => void (level === 'warn' && warnings.push(message)),
    };
    const trained = await trainModel(
      { ...context, log },
      { dataset: 'd', lpm: 'tiny', method: 'side-only', inputSize: 224, epochs: 1, batch: 4, name: 'm' },
    );
    expect(trained.model).toBe('m');
    expect(warnings.filter((message) => message.includes('left out'))).toEqual([]);
  }, 120_000);
});
