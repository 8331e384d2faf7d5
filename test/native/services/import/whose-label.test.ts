/** Labels that could reach another patient than the one who is meant: they reach nobody, and the row says why. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { type Library, labelledInstances, patientsOfDataset } from '../../../../core/store/index.ts';
import { importCase } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { picture } from '../../../support/public-labels.ts';
import { put, type TinyInstance, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Two studies of each patient with two images each: `p<i>/s<k>/IM<n>.dcm` in study `<root>.<i>.<k>`. */
function lab(folder: string, patients: readonly string[], root = '1', also: Partial<TinyInstance> = {}): void {
  patients.forEach((patient, p) => {
    for (const s of [1, 2]) {
      for (const i of [1, 2]) {
        const study = `${root}.${p}.${s}`;
        const grey = 100 * p + 10 * s + i + 1000 * Number(root);
        put(
          folder,
          `p${p}/s${s}/IM${i}.dcm`,
          tinyDicom({ patient, study, instance: `${study}.1.${i}`, grey, ...also }),
        );
      }
    }
  });
}

/** What counts for the images of each study: `study: label label`. */
function labelsOf(library: Library): string[] {
  const studies = Map.groupBy(labelledInstances(library.db, 1), ({ studyInstanceUID }) => studyInstanceUID);
  return [...studies].map(([uid, images]) => `${uid}: ${images.map(({ label }) => label ?? '-').join(' ')}`);
}

const patientsOf = (library: Library) =>
  patientsOfDataset(library.db, 1).map(({ studyInstanceUID, patientKey }) => `${studyInstanceUID} ${patientKey}`);

/** The refused rows of a preview and of the import after it, which are the same. */
async function refusedBy(library: Library, folder: string, labels: string, more = {}): Promise<string[]> {
  const preview = await previewLabels(testContext(library), { dataset: 'd', labels, paths: [folder], ...more });
  const report = await importCase(library, { paths: [folder], labels, ...more });
  const messages = report.labels.problems.map(({ row, message }) => `${row} ${message}`);
  expect(preview.refused.map(({ rows, message }) => `${rows[0]} ${message}`)).toEqual(messages);
  return messages;
}

describe('a series UID that an anonymiser gave to series of two patients', () => {
  test.each([
    ['label', {}],
    ['finding', { reading: { keyColumn: 'seriesInstanceUID', labelColumn: 'finding' } }],
  ])('labels none of them (%s)', async (column, more) => {
    const folder = temporaryFolder();
    lab(folder, ['A', 'B']);
    lab(join(folder, 'again'), ['C'], '2', { seriesUID: '1.0.1.1' });
    const csv = put(folder, 'l.csv', `seriesInstanceUID,${column}\n1.0.1.1,malignant\n1.1.1.1,benign\n`);
    const library = temporaryLibrary();
    const [only, ...others] = await refusedBy(library, folder, csv, more);
    expect(only).toMatch(/^2 .* fits (?:3 studies|\d files) .*none was labelled$/);
    expect(others).toEqual([]);
    expect(labelsOf(library).filter((line) => !line.endsWith('- -'))).toEqual(['1.1.1: benign benign']);
  });
});

describe('IDs that lost their zeros', () => {
  test('beside another column move no study, so 00017 and 0017 stay two people', async () => {
    const folder = temporaryFolder();
    lab(folder, ['00017', '0017', 'P3']);
    const rows = ['1.0.1,17,a', '1.0.2,17,a', '1.1.1,17,b', '1.1.2,0017,b', '1.2.1,18,a'];
    const csv = put(folder, 'l.csv', ['studyInstanceUID,patientID,label', ...rows].join('\n'));
    const library = temporaryLibrary();
    const why = 'is that of the images without the zeros before it: they were lost, save the column as text';
    expect(await refusedBy(library, folder, csv)).toEqual([2, 3, 4].map((row) => `${row} patientID … ${why}`));
    expect(patientsOf(library)).toEqual([
      '1.0.1 00017',
      '1.0.2 00017',
      '1.1.1 0017',
      '1.1.2 0017',
      '1.2.1 18',
      '1.2.2 P3',
    ]);
    expect(labelsOf(library).filter((line) => !line.endsWith('- -'))).toEqual(['1.1.2: b b', '1.2.1: a a']);
  });

  test('are seen beside pictures too, which the same import brings under the IDs in their names', async () => {
    const folder = temporaryFolder();
    const names = ['0017_l', '0017_r', '00017_l', 'P3_l'];
    for (const [n, name] of names.entries()) put(folder, `${name}.png`, picture(n));
    const rows = ['0017_l.png,17,a', '0017_r.png,0017,a', '00017_l.png,17,b', 'P3_l.png,17,b'];
    const csv = put(folder, 'l.csv', ['path,patientID,label', ...rows].join('\n'));
    const library = temporaryLibrary();
    const why = 'is that of the images without the zeros before it: they were lost, save the column as text';
    const lost = [2, 4].map((row) => `${row} patientID … ${why}`);
    expect(await refusedBy(library, folder, csv, { patients: 'prefix' })).toEqual(lost);
    const filed = () =>
      patientsOfDataset(library.db, 1).map(({ patientKey, instances }) => `${patientKey} ${instances}`);
    expect(filed().sort()).toEqual(['00017 1', '0017 2', '17 1']);
    // Whom an earlier file gave is no better witness of the zeros.
    const given = put(folder, 'given.csv', 'path,patientID,label\n00017_l.png,A5,b\n');
    await importCase(library, { paths: [], labels: given });
    expect(filed().sort()).toEqual(['0017 2', '17 1', 'A5 1']);
    const again = await importCase(library, { paths: [], labels: csv });
    expect(again.labels.problems.map(({ row, message }) => `${row} ${message}`)).toEqual(lost);
    expect(filed().sort()).toEqual(['0017 2', '17 1', 'A5 1']);
  });

  test('a patient who is called so has no label of one whose zeros were lost', async () => {
    const folder = temporaryFolder();
    lab(folder, ['00017', '17', '18']);
    const csv = put(folder, 'l.csv', 'patientID,label\n17,malignant\n18,benign\n');
    const library = temporaryLibrary();
    expect(await refusedBy(library, folder, csv)).toEqual([
      '2 patient … is there, and so is one with zeros before it; no ID of the file begins with a zero, so they may have been lost. Save the column as text, or name the images by another column',
    ]);
    expect(labelsOf(library)).toEqual([
      ...['1.0.1: - -', '1.0.2: - -', '1.1.1: - -', '1.1.2: - -', '1.2.1: benign benign', '1.2.2: benign benign'],
    ]);
    // A file that has kept its zeros says which of them is meant.
    const whole = put(folder, 'whole.csv', 'patientID,label\n17,malignant\n00017,benign\n');
    expect(await refusedBy(library, folder, whole)).toEqual([]);
    expect(labelsOf(library).slice(0, 4)).toEqual([
      ...['1.0.1: benign benign', '1.0.2: benign benign', '1.1.1: malignant malignant', '1.1.2: malignant malignant'],
    ]);
  });

  test('are explained in files of findings as in those of classes', async () => {
    const folder = temporaryFolder();
    lab(folder, ['00017', '17', '0018']);
    const csv = put(folder, 'l.csv', 'patientID,Edema,Mass\n17,1,0\n18,0,1\n1.2E+10,1,1\n');
    const library = temporaryLibrary();
    const messages = await refusedBy(library, folder, csv, { target: 'finding' });
    expect(messages.map((message) => message.slice(0, 60))).toEqual([
      '2 patient … is there, and so is one with zeros before it; no',
      '3 no patient … in this data set; one with zeros before it is',
      '4 no patient …+10 in this data set: it is a number with an e',
    ]);
  });
});

describe('a row whose file was left out', () => {
  /** Two sites whose machines name files alike; of the second, one file is damaged. */
  async function sites(library: Library): Promise<{ readonly folder: string; readonly second: string }> {
    const folder = temporaryFolder();
    const [first, second] = [join(folder, 'siteA'), join(folder, 'siteB')];
    lab(first, ['A1', 'A2']);
    lab(second, ['B1', 'B2'], '2');
    await importCase(library, { paths: [first] });
    put(second, 'p0/s1/IM1.dcm', 'damaged');
    return { folder, second };
  }
  const rows = ['p0/s1/IM1.dcm,malignant', 'p0/s1/IM2.dcm,malignant', 'p1/s1/IM1.dcm,benign'];
  const reading = { keyColumn: 'file', labelColumn: 'diagnosis' };
  const right = ['2.0.1: malignant', '2.1.1: benign -'];
  const why = 'in this data set; it lies there, but no import took it into the data set: see what was left out';

  test('labels no file of another site that is called so, with its images or after them', async () => {
    const library = temporaryLibrary();
    const { second } = await sites(library);
    const csv = put(second, 'l.csv', ['file,diagnosis', ...rows].join('\n'));
    expect(await refusedBy(library, second, csv, { reading })).toEqual([`2 no image …dcm ${why}`]);
    expect(labelsOf(library).filter((line) => !/: -( -)?$/.test(line))).toEqual(right);
    const again = await importCase(library, { paths: [], labels: csv, reading });
    expect(again.labels).toMatchObject({ applied: 0, unchanged: 2, refusedRows: 1 });
    expect(labelsOf(library).filter((line) => !/: -( -)?$/.test(line))).toEqual(right);
  });

  test('is told of in files of paths, and no name in other letters is taken for it', async () => {
    const library = temporaryLibrary();
    const { second } = await sites(library);
    put(second, 'p0/s1/im1.dcm', tinyDicom({ patient: 'B9', study: '2.9.1', instance: '2.9.1.1', grey: 2999 }));
    const csv = put(second, 'l.csv', ['path,label', ...rows].join('\n'));
    expect(await refusedBy(library, second, csv)).toEqual([`2 no file …dcm ${why}`]);
    expect(labelsOf(library).filter((line) => !/: -( -)?$/.test(line))).toEqual(right);
  });

  test('is another’s where the images are copies of those beside the labels file', async () => {
    const folder = temporaryFolder();
    const [raw, copies] = [join(folder, 'raw'), join(folder, 'copies', 'set')];
    lab(raw, ['A1', 'A2']);
    lab(copies, ['A1', 'A2']);
    const csv = put(raw, 'l.csv', 'file,diagnosis\np0/s1/IM1.dcm,malignant\np1/s1/IM1.dcm,benign\n');
    const library = temporaryLibrary();
    expect(await refusedBy(library, join(folder, 'copies'), csv, { reading })).toEqual([]);
    expect(labelsOf(library).filter((line) => !line.endsWith('- -'))).toEqual([
      '1.0.1: malignant -',
      '1.1.1: benign -',
    ]);
  });
});

test('a row that fits pictures of two folders is refused, and gives neither a patient', async () => {
  const folder = temporaryFolder();
  const paths = [join(folder, 'siteA'), join(folder, 'siteB')];
  paths.forEach((path, site) => {
    for (const n of [0, 1, 2]) put(path, `img/${n}.png`, picture(10 * site + n));
  });
  put(folder, 'siteB/img/only.png', picture(30));
  const rows = ['img/0.png,P0,a', 'img/1.png,P1,b', 'img/2.png,P1,b', 'img/only.png,P2,a'];
  const labels = put(folder, 'labels.csv', ['path,patientID,label', ...rows].join('\n'));
  const library = temporaryLibrary();
  const report = await importCase(library, { paths, labels });
  expect(report.labels).toMatchObject({ applied: 1, refusedRows: 3 });
  expect(report.patients).toBe(7);
  expect(patientsOf(library).filter((line) => / P\d$/.test(line))).toHaveLength(1);
});
