/** Scout views, dose reports and segmentations in a study, and masks beside pictures: labelled like the images, and said to be none. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeDicom } from '../../../core/dicom/write.ts';
import { encodePng } from '../../../core/images/index.ts';
import { classifyPaths } from '../../../core/services/classification/classify.ts';
import { maskByName } from '../../../core/services/files/masks.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { addLpm } from '../../../core/services/lpm/add.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../support/made-studies.ts';
import { put, testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

let made = 0;

interface Kind {
  readonly sopClassUID?: string;
  readonly imageType?: string;
  readonly seriesDescription?: string;
}

/** An image of CT with something to see. */
function image(study: string, { sopClassUID = '1.2.840.10008.5.1.4.1.1.2', imageType, seriesDescription }: Kind) {
  made += 1;
  return writeDicom({
    ...(imageType === undefined ? {} : { imageType }),
    sopClassUID,
    sopInstanceUID: `${study}.1.${made}`,
    modality: 'CT',
    ...(seriesDescription === undefined ? {} : { seriesDescription }),
    patientName: 'Doe^Jane',
    patientID: study,
    studyInstanceUID: study,
    seriesInstanceUID: `${study}.${made}`,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    rows: 8,
    columns: 8,
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    pixelRepresentation: 0,
    pixelData: Uint16Array.from({ length: 64 }, (_, i) => 60 * i + made),
  });
}

const others: readonly (readonly [name: string, kind: Kind, said: string])[] = [
  ['scout', { imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }, 'a localizer'],
  ['scout-by-name', { imageType: 'ORIGINAL\\PRIMARY\\OTHER', seriesDescription: 'Topogram 0.6 T20f' }, 'a localizer'],
  ['dose', { imageType: 'DERIVED\\SECONDARY\\SCREEN SAVE', seriesDescription: 'Dose Report' }, 'a page of a report'],
  ['protocol', { imageType: 'DERIVED\\SECONDARY', seriesDescription: 'Patient Protocol' }, 'a page of a report'],
  ['seg', { sopClassUID: '1.2.840.10008.5.1.4.1.1.66.4' }, 'a segmentation'],
  ['rtdose', { sopClassUID: '1.2.840.10008.5.1.4.1.1.481.2' }, 'a dose distribution'],
];

/** Images of what was examined, whose headers have words that are near. */
const examined: readonly Kind[] = [
  { imageType: 'ORIGINAL\\PRIMARY\\AXIAL', seriesDescription: 'Low Dose Chest 1.0' },
  { imageType: 'DERIVED\\SECONDARY\\REFORMATTED', seriesDescription: 'Thorax Protocol arterial' },
  {
    sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
    imageType: 'DERIVED\\SECONDARY',
    seriesDescription: 'Screening mammogram',
  },
];

test('what lies in a study and is no image of the examined is named, file by file, where a label of the study counts for it', async () => {
  const folder = temporaryFolder();
  for (const study of ['2.25.1', '2.25.2']) {
    for (const [name, kind] of others) put(folder, `${study}/${name}.dcm`, image(study, kind));
    for (const [i, kind] of examined.entries()) put(folder, `${study}/slice${i}.dcm`, image(study, kind));
  }
  const labels = put(folder, 'labels.csv', 'studyInstanceUID,label\n2.25.1,normal\n2.25.2,tumour\n');
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd', labels });
  expect([report.imported, report.labels.applied]).toEqual([18, 2]);
  const said = report.problems.filter(({ code }) => code === 'IMAGE_OF_OTHER_KIND');
  expect(said.reduce((sum, { count }) => sum + count, 0)).toBe(2 * others.length);
  for (const [, , words] of others)
    expect(
      said.some(({ message }) => message.includes(words) && message.includes('a label of its study')),
      words,
    ).toBe(true);
  expect(report.problems.map(({ code }) => code).filter((code) => code !== 'IMAGE_OF_OTHER_KIND')).toEqual([]);
});

test('masks in class folders, as BUSI has them, are named; pictures whose names are near are not', async () => {
  const folder = temporaryFolder();
  for (const part of ['train', 'test']) {
    for (const name of ['benign', 'normal']) {
      for (let i = 1; i <= 3; i++) {
        put(folder, `${part}/${name}/${name} (${i}).dcm`, image(`2.25.${++made}`, {}));
        put(folder, `${part}/${name}/${name} (${i})_mask.png`, png(++made));
      }
    }
  }
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
  expect([report.imported, report.labels.applied]).toEqual([24, 24]);
  expect(report.problems.map(({ code, count }) => [code, count])).toEqual([['IMAGE_OF_OTHER_KIND', 12]]);
});

test.each([
  ['benign (1)_mask.png', true],
  ['benign (1)_mask_1.png', true],
  ['ISIC_0000000_segmentation.png', true],
  ['masks/0001.png', true],
  ['MontgomerySet/ManualMask/leftMask/MCUCXR_0001_0.png', true],
  ['lung mask/CHNCXR_0001_0.png', true],
  ['train/benign/benign (1).png', false],
  ['unmasked/0001.png', false],
  ['with_mask_worn/0001.png', false],
  ['damask.png', false],
  ['case_017_seg.png', true],
  ['seg_0001.png', true],
  ['lung_mask.png', true],
  ['test/no_mask/0001.png', false],
  ['train/without_mask/0001.png', false],
  ['with mask/0001.png', false],
  ['AP BiPAP mask.png', false],
  ['oxygen face mask 2.png', false],
  ['liver seg 5.png', false],
  ['Maske/1.png', false],
])('%s: %s', (name, isMask) => {
  expect(maskByName(name) !== undefined).toBe(isMask);
});

test('a classification answers them like the others, and says of how many images and studies that is so', async () => {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'known'), 8);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'known')], dataset: 'd', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await trainModel(context, { dataset: 'd', lpm: 'tiny', inputSize: 224, epochs: 1, method: 'linear', name: 'm' });
  const told = async (paths: readonly string[]): Promise<readonly unknown[]> => {
    const warnings: unknown[] = [];
    const { batchId, images } = await classifyPaths(context, { model: 'm', paths: [...paths] });
    const rows = context.library.db.all<{ warning: string }>(
      'SELECT w.warning FROM job_warnings w JOIN batches b ON b.job_id = w.job_id WHERE b.id = :batchId',
      { batchId },
    );
    warnings.push(images, ...rows.map(({ warning }) => JSON.parse(warning)));
    return warnings;
  };
  for (const [study, kinds] of [
    ['2.25.71', [others[0], others[1]]],
    ['2.25.72', [others[2]]],
    ['2.25.73', []],
  ] as const) {
    for (const [i, kind] of examined.entries()) put(folder, `new/${study}/slice${i}.dcm`, image(study, kind));
    for (const [name, kind] of kinds.map((one) => one!)) put(folder, `new/${study}/${name}.dcm`, image(study, kind));
  }
  put(folder, 'new/benign (1)_mask.png', png(7));
  expect(await told([join(folder, 'new')])).toEqual([13, { code: 'otherKindsAnswered', images: 4, studies: 3 }]);
  // One that no model could answer counts nowhere.
  put(folder, 'new/2.25.73/scout.dcm', image('2.25.73', others[0]![1]).slice(0, -40));
  expect(await told([join(folder, 'new/2.25.73')])).toEqual([3]);
});

/** A grey PNG of 8 by 8 that looks like something. */
function png(seed: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 4 + seed) % 256);
  return encodePng(bytes, { width: 8, height: 8, channels: 1 }, 6);
}
