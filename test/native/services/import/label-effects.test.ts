/** Files that correct an earlier one and would change nothing: that is said before and after, whatever the counts of labels say. */
import { describe, expect, test } from 'vitest';
import type { ImportNote, InstanceId, PatientId } from '../../../../core/contract/index.ts';
import { effectNotes } from '../../../../core/services/import/label-effects.ts';
import { labelTable } from '../../../../core/services/import/labels-export.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import {
  answeredInstances,
  type DatasetRow,
  datasetByName,
  type Library,
  labelledInstances,
  type ReadDb,
} from '../../../../core/store/index.ts';
import { importCase } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Three patients with two studies of two series, each of two images. */
function lab(folder: string): void {
  for (const p of [0, 1, 2]) {
    for (const s of [1, 2]) {
      for (const series of [1, 2]) {
        for (const i of [1, 2]) {
          const study = `1.${p}.${s}`;
          const instance = `${study}.${series}.${i}`;
          const grey = 1000 * p + 100 * s + 10 * series + i;
          put(folder, `p${p}/s${s}/${series}-${i}.dcm`, tinyDicom({ patient: `P${p}`, study, series, instance, grey }));
        }
      }
    }
  }
}

const effects = ['finerLabels', 'marksStay', 'labelsOverruled'];
const noted = (notes: readonly ImportNote[]) => notes.filter(({ code }) => effects.includes(code));

/** What preview and import say of the effect of a file. */
async function told(library: Library, folder: string, labels: string) {
  const preview = await previewLabels(testContext(library), { dataset: 'd', labels });
  const report = await importCase(library, { paths: [folder], labels });
  return { preview: noted(preview.notes), report: noted(report.notes), overruled: preview.changes.overruled };
}

const labelsOf = (library: Library, study: string) =>
  labelledInstances(library.db, 1).flatMap(({ studyInstanceUID, label }) =>
    studyInstanceUID === study ? [label] : [],
  );

describe('labels of studies after labels of images', () => {
  test.each([
    ['studyInstanceUID', '1.0.1', 4],
    ['seriesInstanceUID', '1.0.1.2', 2],
    ['patientID', 'P0', 4],
  ])('%s: what is said of an image goes on counting, and that is told', async (column, key, images) => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    lab(folder);
    const rows = [1, 2].flatMap((series) => [1, 2].map((i) => `p0/s1/${series}-${i}.dcm,benign`));
    const first = put(folder, 'first.csv', ['path,label', ...rows, 'p1/s1/1-1.dcm,malignant'].join('\n'));
    await importCase(library, { paths: [folder], labels: first });
    const note = { code: 'finerLabels', values: { labels: 1, images } };
    const second = put(folder, 'second.csv', `${column},label\n${key},malignant\n`);
    expect(await told(library, folder, second)).toMatchObject({ preview: [note], report: [note] });
    expect(labelsOf(library, '1.0.1')).toEqual(['benign', 'benign', 'benign', 'benign']);
    // One that says the same, or of images without a label of their own, is as it should be.
    const same = put(folder, 'same.csv', 'studyInstanceUID,label\n1.0.1,benign\n1.2.1,malignant\n');
    if (column === 'studyInstanceUID')
      expect(await told(library, folder, same)).toMatchObject({ preview: [], report: [] });
  });

  test('of findings, only those of the same finding', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    lab(folder);
    const first = put(folder, 'first.csv', 'sopInstanceUID,Edema,Mass\n1.0.1.1.1,1,0\n1.0.1.1.2,1,\n1.1.1.1.1,0,1\n');
    await importCase(library, { paths: [folder], labels: first, target: 'finding' });
    const second = put(folder, 'second.csv', 'studyInstanceUID,Edema,Mass\n1.0.1,0,0\n1.1.1,0,1\n');
    const note = { code: 'finerLabels', values: { labels: 1, images: 2 } };
    expect(await told(library, folder, second)).toMatchObject({ preview: [note], report: [note] });
  });
});

test('the images are read once, whatever the number of findings', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  lab(folder);
  const first = put(folder, 'first.csv', 'sopInstanceUID,Edema,Mass,Nodule\n1.0.1.1.1,1,0,1\n1.1.1.1.1,0,1,1\n');
  await importCase(library, { paths: [folder], labels: first, target: 'finding' });
  const about = { row: 2, name: '', patientId: 1 as PatientId, reader: null, split: null } as const;
  const agreed = ['Edema', 'Mass', 'Nodule'].flatMap((question) =>
    labelledInstances(library.db, 1).map(({ studyId }) => {
      return { ...about, question, label: 'absent', target: { kind: 'study', id: studyId } } as const;
    }),
  );
  let reads = 0;
  const db: ReadDb = {
    get: (sql, parameters) => library.db.get(sql, parameters),
    all: (sql, parameters) => {
      if (/AS isExcluded/.test(sql)) reads += 1;
      return library.db.all(sql, parameters);
    },
  };
  const given = { entries: agreed, agreed, file: { reading: null }, reader: 'file' };
  expect(effectNotes(db, 1, given)).toEqual([{ code: 'finerLabels', values: { labels: 4, images: 2 } }]);
  expect(reads).toBe(1);
  const ofImages = agreed.map((entry) => ({ ...entry, target: { kind: 'instance', id: 1 as InstanceId } }) as const);
  expect(effectNotes(db, 1, { ...given, agreed: ofImages })).toEqual([]);
  expect(reads).toBe(1);
  const dataset = datasetByName(library.db, 'd') as DatasetRow;
  const exported = labelTable(db, dataset, {
    ...{ byReader: false, column: 'sopInstanceUID', patientOf: () => '' },
    keyOf: ({ sopInstanceUID }) => sopInstanceUID,
  });
  expect(exported.text).toContain('1.0.1.1.1,1,0,1');
  expect(reads).toBe(2);
});

describe('labels that readers gave', () => {
  test('go on counting, and the import says it as the preview does', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    lab(folder);
    const rows = ['1.0.1,a,Ann', '1.0.2,b,Ann', '1.1.1,a,Ann', '1.1.1,b,Bob', '1.2.1,b,Bob'];
    const first = put(folder, 'first.csv', ['studyInstanceUID,label,reader', ...rows].join('\n'));
    expect(await told(library, folder, first)).toMatchObject({ preview: [], report: [] });
    const second = put(folder, 'second.csv', 'studyInstanceUID,label\n1.0.1,b\n1.0.2,b\n1.1.1,b\n1.1.2,a\n1.2.1,a\n');
    const note = { code: 'labelsOverruled', values: { labels: 2 } };
    expect(await told(library, folder, second)).toEqual({ preview: [], report: [note], overruled: 2 });
    expect(labelsOf(library, '1.0.1')).toEqual(['a', 'a', 'a', 'a']);
  });
});

describe('cells that are empty now', () => {
  test('of findings leave the label of before, and that is told', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    lab(folder);
    const header = 'studyInstanceUID,Edema,Mass';
    const first = put(folder, 'first.csv', `${header}\n1.0.1,1,0\n1.0.2,1,1\n1.1.1,0,\n1.1.2,0,0\n1.2.1,,1\n`);
    await importCase(library, { paths: [folder], labels: first, target: 'finding' });
    const second = put(folder, 'second.csv', `${header}\n1.0.1,,0\n1.0.2,,\n1.1.1,0,\n1.1.2,0,0\n`);
    const note = { code: 'marksStay', values: { labels: 3 } };
    expect(await told(library, folder, second)).toMatchObject({ preview: [note], report: [note] });
    const [one] = answeredInstances(library.db, 1, ['Edema', 'Mass']);
    expect(one?.answers).toEqual(['present', 'absent']);
    // Another reader's empty cell is no word about what the first file said, and the first file again takes nothing back.
    const other = put(folder, 'other.csv', `${header},reader\n1.0.1,,0,Ann\n1.0.2,1,,Ann\n`);
    expect(await told(library, folder, other)).toMatchObject({ preview: [], report: [] });
    expect(await told(library, folder, first)).toMatchObject({ preview: [], report: [] });
  });

  test('of numbers, too', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    lab(folder);
    const first = put(folder, 'first.csv', 'patientID,age (months)\nP0,12\nP1,30\nP2,\n');
    await importCase(library, { paths: [folder], labels: first, target: 'quantity', classes: ['age (months)'] });
    const second = put(folder, 'second.csv', 'patientID,Age (months)\nP0,\nP1,31\nP2,\n');
    const note = { code: 'marksStay', values: { labels: 1 } };
    expect(await told(library, folder, second)).toMatchObject({ preview: [note], report: [note] });
  });
});
