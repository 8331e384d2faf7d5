/** Imports that find corrected headers: what a preview says of them, and one that is stopped and given again. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import {
  type Library,
  labelledInstances,
  listDatasets,
  listJobs,
  patientsOfDataset,
} from '../../../../core/store/index.ts';
import { importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const patients = 12;

/** Two studies of each patient with five images each, so that a batch ends within a study; the size of the files changes with the ID. */
function studies(folder: string, idOf: (patient: number) => string, nameOf = (patient: number) => `Name^${patient}`) {
  for (let p = 0; p < patients; p++) {
    for (const s of [1, 2]) {
      for (const i of [1, 2, 3, 4, 5]) {
        const study = `1.${p}.${s}`;
        put(
          folder,
          `${String(p).padStart(2, '0')}/${s}/IM${i}.dcm`,
          tinyDicom({
            ...{
              patient: idOf(p),
              patientName: nameOf(p),
              study,
              instance: `${study}.1.${i}`,
              grey: 100 * p + 10 * s + i,
            },
          }),
        );
      }
    }
  }
}

const idsOf = (library: Library) => [
  ...new Set(patientsOfDataset(library.db, 1).map(({ studyInstanceUID: uid, patientKey }) => `${uid} ${patientKey}`)),
];

test('a stopped import leaves no study under the patient of before', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  studies(
    folder,
    () => 'ANONYMOUS',
    () => 'Anon',
  );
  const rows = Array.from({ length: patients }, (_, p) => [1, 2].map((s) => `1.${p}.${s},${p % 2 ? 'a' : 'b'}`)).flat();
  const labels = put(temporaryFolder(), 'labels.csv', ['studyInstanceUID,label', ...rows].join('\n'));
  await importCase(library, { paths: [folder], labels });
  expect(patientsOfDataset(library.db, 1).every(({ patientKey }) => patientKey === 'ANONYMOUS')).toBe(true);
  const before = labelledInstances(library.db, 1).map(({ sopInstanceUID, label }) => `${sopInstanceUID} ${label}`);

  studies(folder, (p) => `P${p}`);
  const stop = new AbortController();
  let asked = 0;
  const stopped = testContext(library, {
    signal: stop.signal,
    // Asked for every file that is written: the first batch is, and what lies behind it is not read any more.
    now: () => {
      asked += 1;
      if (asked === 40) stop.abort();
      return new Date(testTime);
    },
  });
  await expect(importPaths(stopped, { dataset: 'd', paths: [folder] })).rejects.toMatchObject({ code: 'CANCELLED' });

  const again = await importCase(library, { paths: [folder] });
  expect(again).toMatchObject({ imported: 0, alreadyThere: 120, patients });
  expect(again.corrected).toBe(56);
  expect(noteOf(again, 'headersCorrected')).toMatchObject({ files: again.corrected, studies: 24 });
  expect(idsOf(library).sort()).toEqual(
    Array.from({ length: patients }, (_, p) => [1, 2].map((s) => `1.${p}.${s} P${p}`))
      .flat()
      .sort(),
  );
  const names = library.db.all<{ name: string }>('SELECT patient_name AS name FROM patients ORDER BY id');
  expect(names.map(({ name }) => name).sort()).toEqual(Array.from({ length: patients }, (_, p) => `Name^${p}`).sort());
  expect(labelledInstances(library.db, 1).map(({ sopInstanceUID, label }) => `${sopInstanceUID} ${label}`)).toEqual(
    before,
  );

  // Nothing is left to be followed, and files that did not change are not read again.
  const last = await importCase(library, { paths: [folder] });
  expect(last).toMatchObject({ imported: 0, alreadyThere: 120, corrected: 0 });
  expect(noteOf(last, 'headersCorrected')).toBeUndefined();
});

test('a file that did not change is taken into the data set, though the last of its study is corrected in the same batch', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  const image = (patient: string, i: number) =>
    tinyDicom({ patient, patientName: patient, study: '1.1', instance: `1.1.1.${i}`, grey: i });
  for (const i of [1, 2, 3]) put(folder, `${i}.dcm`, image('ANONYMOUS', i));
  await importCase(library, { paths: [folder] });
  for (const i of [2, 3]) put(folder, `${i}.dcm`, image('P1', i));
  await importCase(library, { paths: [folder] });
  put(folder, '1.dcm', image('P1', 1));
  const other = await importPaths(testContext(library), { dataset: 'other', paths: [folder] });
  expect(other).toMatchObject({ corrected: 1, alreadyThere: 3, instances: 3, patients: 1 });
  expect(idsOf(library)).toEqual(['1.1 P1']);
});

test('a preview finds the patients whom corrected headers name, as the import does', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  studies(folder, () => 'ANONYMOUS');
  await importCase(library, { paths: [folder] });
  // The first patient is given, the second is corrected in part, the others are corrected.
  const given = put(temporaryFolder(), 'given.csv', 'studyInstanceUID,patientID\n1.0.1,GIVEN\n1.0.2,GIVEN\n');
  await importCase(library, { paths: [], labels: given });
  studies(folder, (p) => `P${p}x`);
  for (const s of [1, 2]) {
    const bytes = { patient: 'ANONYMOUS', patientName: 'Name^1', study: `1.1.${s}`, instance: `1.1.${s}.1.2` };
    put(folder, `01/${s}/IM2.dcm`, tinyDicom({ ...bytes, grey: 100 + 10 * s + 2 }));
  }
  const rows = [...Array.from({ length: patients }, (_, p) => `P${p}x`), 'GIVEN', 'ANONYMOUS'];
  const labels = put(temporaryFolder(), 'labels.csv', ['patientID,label', ...rows.map((id) => `${id},a`)].join('\n'));
  const preview = await previewLabels(testContext(library), { dataset: 'd', labels, paths: [folder] });
  const report = await importCase(library, { paths: [folder], labels });
  const refused = report.labels.problems.map(({ row }) => row);
  expect(refused).toEqual([2, 3]);
  expect(preview.refused.map(({ rows: [row] }) => row)).toEqual(refused);
  expect(preview.classes).toMatchObject([{ name: 'a', labels: 12, images: 120 }]);
  expect(report).toMatchObject({ labelled: 120 });
});

describe('a preview after a part of a study was corrected', () => {
  const image = (patient: string, i: number) =>
    tinyDicom({ patient, patientName: patient, study: `1.${i % 2}`, instance: `1.${i % 2}.1.${i}`, grey: i });

  /** Two studies of three images, of which the first two of each are in the data set. */
  async function lab(): Promise<{ folder: string; library: Library }> {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    for (const i of [0, 1, 2, 3, 4, 5]) put(folder, `${i < 4 ? 'in' : 'out'}/${i}.dcm`, image('ANON', i));
    await importPaths(testContext(library), { dataset: 'other', paths: [folder] });
    await importCase(library, { paths: [join(folder, 'in')] });
    return { folder, library };
  }

  /** Rows that a preview refuses, and those that the import after it does. */
  async function refused(library: Library, path: string): Promise<{ preview: unknown; report: unknown }> {
    const csv = ['patientID,label', 'ANON,a', 'P1,b'].join('\n');
    const labels = put(temporaryFolder(), 'labels.csv', csv);
    const about = { labels, paths: [path] };
    const preview = await previewLabels(testContext(library), { dataset: 'd', ...about });
    const report = await importCase(library, about);
    return {
      preview: preview.refused.map(({ rows: [row] }) => row),
      report: report.labels.problems.map(({ row }) => row),
    };
  }

  test('leaves the study where images outside the data set keep the ID of before, as the import does', async () => {
    const { folder, library } = await lab();
    for (const i of [0, 1, 2, 3]) put(folder, `in/${i}.dcm`, image('P1', i));
    expect(await refused(library, join(folder, 'in'))).toEqual({ preview: [3], report: [3] });
    expect(idsOf(library)).toEqual(['1.0 ANON', '1.1 ANON']);
  });

  test('moves the study with the last image whose header names the new one', async () => {
    const { folder, library } = await lab();
    for (const i of [4, 5]) put(folder, `out/${i}.dcm`, image('P1', i));
    await importPaths(testContext(library), { dataset: 'other', paths: [folder] });
    for (const i of [0, 1, 2, 3]) put(folder, `in/${i}.dcm`, image('P1', i));
    expect(await refused(library, join(folder, 'in'))).toEqual({ preview: [2], report: [2] });
    expect(idsOf(library)).toEqual(['1.0 P1', '1.1 P1']);
  });

  test('of images that are in another data set alone', async () => {
    const { folder, library } = await lab();
    for (const i of [4, 5]) put(folder, `out/${i}.dcm`, image('P1', i));
    expect(await refused(library, folder)).toEqual({ preview: [3], report: [3] });
    expect(idsOf(library)).toEqual(['1.0 ANON', '1.1 ANON']);
  });
});

test('an image of another size under the same UID is told of: its labels may be of what was there before', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  studies(folder, (p) => `P${p}`);
  await importCase(library, { paths: [folder] });
  const about = { patient: 'P9x', patientName: 'Other', study: '1.3.1' };
  for (const i of [1, 2]) {
    put(folder, `03/1/IM${i}.dcm`, tinyDicom({ ...about, instance: `1.3.1.1.${i}`, grey: 7, rows: 8 + i }));
  }
  for (const i of [3, 4, 5]) put(folder, `03/1/IM${i}.dcm`, tinyDicom({ ...about, instance: `1.3.1.1.${i}`, grey: 7 }));
  const report = await importCase(library, { paths: [folder] });
  expect(noteOf(report, 'headersCorrected')).toEqual({ files: 5, studies: 1, results: 0, resized: 2 });
});

test('an import that is stopped while its paths are looked at is stopped, and makes no data set', async () => {
  const library = temporaryLibrary();
  const folder = temporaryFolder();
  put(folder, 'IM1.dcm', tinyDicom({ patient: 'P', study: '1.1', instance: '1.1.1' }));
  const context = testContext(library, { signal: AbortSignal.abort() });
  const error = await appErrorFrom(importPaths(context, { dataset: 'd', paths: [folder] }));
  expect([error.code, listJobs(library.db).at(-1)?.state]).toEqual(['CANCELLED', 'cancelled']);
  expect(listDatasets(library.db)).toEqual([]);
});
