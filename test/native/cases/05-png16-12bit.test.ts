/** A radiograph exported as 16-bit PNG that kept its 12 bits, and the same pixels as DICOM. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openPicture } from '../../../core/images/index.ts';
import { freezeDataset } from '../../../core/services/datasets/dataset.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { openRenderer } from '../../../core/services/pixels/source-images.ts';
import { rangeRuleOfVersion } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const bytesOf = (name: string) => new Uint8Array(readFileSync(casePath('05-png16-12bit', name)));

describe.skipIf(!hasCases)('case 05: 12 bits in a 16-bit PNG', () => {
  test('the PNG holds 16-bit samples of at most 12 bits and states no range', () => {
    expect(openPicture(bytesOf('png16.png'), 'png16.png').open).toEqual({
      kind: 'uint16',
      bits: 16,
      low: 139,
      high: 2256,
    });
  });

  test('it is not drawn nearly black, and looks to the model as the DICOM file of the same pixels does', async () => {
    const renderer = openRenderer();
    try {
      const png = await renderer.render(bytesOf('png16.png'), 0, 'png16.png', { square: 64 });
      const dicom = await renderer.render(bytesOf('same-as-dicom.dcm'), 0, 'same-as-dicom.dcm', { square: 64 });
      expect(Math.max(...png.data)).toBe(1);
      const worst = png.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (dicom.data[i] as number))), 0);
      expect(worst).toBeLessThan(1e-6);
    } finally {
      await renderer.close();
    }
  });

  test('in a data set the range is that of its training images, frozen with its version', async () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const folder = temporaryFolder();
    put(folder, 'png16.png', bytesOf('png16.png'));
    put(folder, 'same.dcm', bytesOf('same-as-dicom.dcm'));
    const rows = ['path,label,split', 'png16.png,a,train', 'same.dcm,b,train'];
    for (const [i, split] of ['val', 'val', 'test', 'test'].entries()) {
      const image = {
        patient: `p${i}`,
        study: `2.25.${i + 1}`,
        instance: `2.25.${i + 1}.1`,
        hasWindow: true,
        grey: 2000,
      };
      put(folder, `${i}.dcm`, tinyDicom(image));
      rows.push(`${i}.dcm,${i % 2 === 0 ? 'a' : 'b'},${split}`);
    }
    const labels = put(folder, 'labels.csv', `${rows.join('\n')}\n`);
    const report = await importPaths(context, { paths: [folder], dataset: 'd', labels });
    expect(report.problems).toEqual([]);
    const version = freezeDataset(context, { dataset: 'd' });
    expect(version.ranges).toEqual({ uint16: [139, 2256] });
    expect(rangeRuleOfVersion(library.db, version)).toEqual({ uint16: [139, 2256] });
  });
});
