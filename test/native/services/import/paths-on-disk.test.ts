/** Paths of a labels file whose files lie on the disk: originals of copies that were imported, files behind links, files that were left out. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { patientsByPath } from '../../../../core/services/import/given-patients.ts';
import { OnDisk } from '../../../../core/services/import/on-disk.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { readLabels } from '../../../../core/services/import/read-labels.ts';
import { type Library, labelledInstances, patientsOfDataset, placedImagesOf } from '../../../../core/store/index.ts';
import { importCase } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { picture } from '../../../support/public-labels.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const reading = { keyColumn: 'path', labelColumn: 'label' };
const notTaken = 'in this data set; it lies there, but no import took it into the data set';

/** Two patients with two images each: `p<i>/IM<n>.dcm` in study `<root>.<i>`. */
function lab(folder: string, root = '1', images = [1, 2]): void {
  for (const p of [0, 1]) {
    for (const i of images) {
      const study = `${root}.${p}`;
      const grey = 100 * p + i + 1000 * Number(root);
      put(folder, `p${p}/IM${i}.dcm`, tinyDicom({ patient: `${root}P${p}`, study, instance: `${study}.1.${i}`, grey }));
    }
  }
}

function csvOf(folder: string, rows: readonly string[]): string {
  return put(folder, 'labels.csv', ['path,label', ...rows].join('\n'));
}

/** Labels that count: `study: label label`. */
function labelsOf(library: Library): string[] {
  const studies = Map.groupBy(labelledInstances(library.db, 1), ({ studyInstanceUID }) => studyInstanceUID);
  return [...studies].map(([uid, images]) => `${uid}: ${images.map(({ label }) => label ?? '-').join(' ')}`);
}

/** The refused rows of a preview and of the import after it, which are the same. */
async function refusedBy(library: Library, paths: readonly string[], labels: string, more = {}): Promise<string[]> {
  const given = { labels, paths: [...paths], ...more };
  const preview = await previewLabels(testContext(library), { dataset: 'd', ...given });
  const report = await importCase(library, given);
  const messages = report.labels.problems.map(({ row, message }) => `${row} ${message}`);
  expect(preview.refused.map(({ rows, message }) => `${rows[0]} ${message}`)).toEqual(messages);
  return messages;
}

const both = ['1.0: a -', '1.1: - b'];

describe('paths of originals that lie there, where copies were imported', () => {
  test.each([
    ['path', {}],
    ['key column', { reading }],
  ])('lead to the copies: whole paths (%s)', async (_, more) => {
    const folder = temporaryFolder();
    const [share, mine] = [join(folder, 'nas/study'), join(folder, 'home/study')];
    lab(share);
    lab(mine);
    const csv = csvOf(mine, [`${share}/p0/IM1.dcm,a`, `${share}/p1/IM2.dcm,b`]);
    const library = temporaryLibrary();
    expect(await refusedBy(library, [mine], csv, more)).toEqual([]);
    expect(labelsOf(library)).toEqual(both);
    const again = await importCase(library, { paths: [], labels: csv, ...more });
    expect(again.labels).toMatchObject({ unchanged: 2, refusedRows: 0 });
  });

  test('lead to the copies: paths that begin above both', async () => {
    const folder = temporaryFolder();
    for (const [at, n] of ['P1_1', 'P1_2', 'P2_1'].entries()) {
      put(folder, `images/train/${n}.png`, picture(at));
      put(folder, `resized/train/${n}.png`, picture(10 + at));
    }
    const csv = csvOf(folder, ['images/train/P1_1.png,a', 'images/train/P1_2.png,a', 'images/train/P2_1.png,b']);
    const library = temporaryLibrary();
    expect(await refusedBy(library, [join(folder, 'resized/train')], csv, { reading })).toEqual([]);
    expect(labelledInstances(library.db, 1).map(({ label }) => label)).toEqual(['a', 'a', 'b']);
  });
});

describe('paths whose files were imported by another way', () => {
  test.each([
    ['path', {}],
    ['key column', { reading }],
  ])('are those files: a folder behind a link (%s)', async (_, more) => {
    const folder = temporaryFolder();
    const [real, link] = [join(folder, '2026'), join(folder, 'current')];
    lab(real);
    symlinkSync(real, link);
    // Another file of that name, which no row means.
    lab(join(folder, 'other'), '2');
    const library = temporaryLibrary();
    await importCase(library, { paths: [join(folder, 'other')] });
    const csv = csvOf(folder, [`${real}/p0/IM1.dcm,a`, `${real}/p1/IM2.dcm,b`]);
    expect(await refusedBy(library, [link], csv, more)).toEqual([]);
    expect(labelsOf(library).sort()).toEqual([...both, '2.0: - -', '2.1: - -']);
    const again = await importCase(library, { paths: [], labels: csv, ...more });
    expect(again.labels).toMatchObject({ unchanged: 2, refusedRows: 0 });
  });

  test('are those files: a link inside the folder, by which they were found first', async () => {
    const folder = temporaryFolder();
    lab(join(folder, 'set/zones'));
    symlinkSync(join(folder, 'set/zones'), join(folder, 'set/all'));
    const csv = csvOf(folder, ['zones/p0/IM1.dcm,a', 'zones/p1/IM2.dcm,b']);
    const library = temporaryLibrary();
    expect(await refusedBy(library, [join(folder, 'set')], csv)).toEqual([]);
    expect(labelsOf(library)).toEqual(both);
  });

  test('are those files: links of class folders to a folder with all of them', async () => {
    const folder = temporaryFolder();
    const classes = ['a', 'b', 'a'];
    for (const [n, name] of classes.entries()) {
      put(folder, `pool/${n}.png`, picture(n));
      mkdirSync(join(folder, name), { recursive: true });
      symlinkSync(`../pool/${n}.png`, join(folder, name, `${n}.png`));
    }
    const csv = csvOf(
      folder,
      classes.map((name, n) => `pool/${n}.png,${name}`),
    );
    const library = temporaryLibrary();
    expect(await refusedBy(library, [folder], csv)).toEqual([]);
    const labelOf = new Map(labelledInstances(library.db, 1).map(({ instanceId, label }) => [instanceId, label]));
    const labels = placedImagesOf(library.db, 1).map(({ instanceId, path }) => [path, labelOf.get(instanceId)]);
    expect(labels.sort()).toEqual(['a/0', 'a/2', 'b/1'].map((name) => [join(folder, `${name}.png`), name[0]]));
  });
});

describe('paths whose files are no images of the data set', () => {
  test('are not said to have been left out where they were never imported', async () => {
    const folder = temporaryFolder();
    lab(join(folder, 'set'));
    const csv = csvOf(join(folder, 'set'), ['p0/IM1.dcm,a', 'p1/IM2.dcm,b']);
    const library = temporaryLibrary();
    expect(await refusedBy(library, [join(folder, 'set/p0')], csv)).toEqual([`3 no file …dcm ${notTaken}`]);
    expect(labelsOf(library)).toEqual(['1.0: a -']);
  });

  test.each([
    ['relative', ''],
    ['whole', undefined],
  ])('are no other file, though they lay alone in their folders and the labels come later (%s)', async (_, begin) => {
    const folder = temporaryFolder();
    const [first, second] = [join(folder, 'siteA'), join(folder, 'siteB')];
    lab(first, '1', [1]);
    lab(second, '2', [1]);
    put(second, 'p0/IM1.dcm', 'damaged');
    const library = temporaryLibrary();
    for (const path of [first, second]) await importCase(library, { paths: [path] });
    const rows = ['p0/IM1.dcm,a', 'p1/IM1.dcm,b'].map((row) => `${begin ?? `${second}/`}${row}`);
    expect(await refusedBy(library, [], csvOf(second, rows), { reading })).toEqual([`2 no image …dcm ${notTaken}`]);
    expect(labelsOf(library).sort()).toEqual(['1.0: -', '1.1: -', '2.1: b']);
  });
});

describe('keys that are names of folders', () => {
  test('are no files that were left out: each finds the image in its folder', async () => {
    const folder = temporaryFolder();
    for (const [at, id] of ['case001', 'case002'].entries()) {
      const study = `1.${at}`;
      put(folder, `set/${id}/${id}.dcm`, tinyDicom({ patient: id, study, instance: `${study}.1`, grey: at }));
    }
    const csv = put(folder, 'set/labels.csv', 'id,label\ncase001,a\ncase002,b');
    const library = temporaryLibrary();
    const more = { reading: { keyColumn: 'id', labelColumn: 'label' } };
    expect(await refusedBy(library, [join(folder, 'set')], csv, more)).toEqual([]);
    expect(labelsOf(library)).toEqual(['1.0: a', '1.1: b']);
  });
});

test('a path is found whatever the Unicode form of its folders, and a folder is no file', async () => {
  const folder = temporaryFolder();
  const composed = join(folder, 'M\u00fcller/2026');
  put(folder, 'Mu\u0308ller/2026/IM1.dcm', tinyDicom({ patient: 'P', study: '1.1', instance: '1.1.1' }));
  symlinkSync(join(folder, 'Mu\u0308ller/2026'), join(folder, 'link'));
  const disk = new OnDisk(new AbortController().signal);
  const real = join(folder, 'Mu\u0308ller/2026/IM1.dcm');
  expect(await disk.fileAt(join(composed, 'IM1.dcm'))).toBe(real);
  expect(await disk.fileAt(join(folder, 'link/IM1.dcm'))).toBe(real);
  for (const none of [composed, join(folder, 'link'), join(composed, 'IM2.dcm'), join(folder, 'no/no/IM1.dcm')]) {
    expect(await disk.fileAt(none)).toBe(null);
  }
});

describe('patients of pictures, given while they are read', () => {
  /** Patients with their studies: the pictures of one folder that come with one patient are one study. */
  const filed = (library: Library) =>
    patientsOfDataset(library.db, 1).map(({ patientKey, instances }) => `${patientKey} ${instances}`);
  const rows = ['img/0.png,P0,a', 'img/1.png,P0,b', 'img/2.png,P1,b'];
  const pictures = (folder: string): void => {
    for (const n of [0, 1, 2]) put(folder, `img/${n}.png`, picture(n));
  };

  test('count no file that is not imported, nor one file twice', async () => {
    const folder = temporaryFolder();
    const set = join(folder, 'set');
    pictures(set);
    pictures(folder);
    symlinkSync(set, join(set, 'img/set'));
    symlinkSync(join(set, 'img'), join(set, 'img/img'));
    const labels = put(join(set, 'img'), 'labels.csv', ['path,patientID,label', ...rows].join('\n'));
    const library = temporaryLibrary();
    const preview = await previewLabels(testContext(library), { dataset: 'd', labels, paths: [set] });
    expect(preview).toMatchObject({ patients: 2, refusedRows: 0 });
    await importCase(library, { paths: [set], labels });
    expect(filed(library)).toEqual(['P0 2', 'P1 1']);
  });

  test('are of one of two files where the other was left out', async () => {
    const folder = temporaryFolder();
    const paths = [join(folder, 'siteA'), join(folder, 'siteB')];
    paths.forEach(pictures);
    for (const n of [0, 1, 2]) put(folder, `siteB/img/${n}.png`, 'damaged');
    const labels = put(folder, 'labels.csv', ['path,patientID,label', ...rows].join('\n'));
    const library = temporaryLibrary();
    const report = await importCase(library, { paths, labels });
    expect(report).toMatchObject({ patients: 2, labels: { applied: 3, refusedRows: 0 } });
  });

  test('ask no disk where nothing is imported, and stop when they are asked to', async () => {
    const folder = temporaryFolder();
    pictures(folder);
    const labels = put(folder, 'labels.csv', ['path,patientID,label', ...rows].join('\n'));
    const signal = AbortSignal.abort();
    const file = await readLabels(labels, { reading: undefined, target: null, questions: [], proposes: false });
    expect((await patientsByPath(file, labels, [], new OnDisk(signal))).size).toBe(0);
    const two = [folder, join(folder, 'img')];
    await expect(patientsByPath(file, labels, two, new OnDisk(signal))).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
