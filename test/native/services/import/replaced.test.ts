/** Files that hold other images than they did: de-identified anew where they lie, or pictures drawn again. */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportOptions, ImportReport } from '../../../../core/contract/index.ts';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { readInstance } from '../../../../core/services/files/files.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import {
  instanceByUid,
  type Library,
  labelledInstances,
  listDatasets,
  versionImages,
} from '../../../../core/store/index.ts';
import { instanceId } from '../../../support/ids.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom, appErrorOf } from '../../../support/thrown.ts';
import { makeZip } from '../../../support/zip-file.ts';

const patients = 8;

/** A study a patient; `root` begins its UIDs, which are of one length. */
function study(n: number, root: string): Uint8Array {
  return tinyDicom({ patient: `P${n}`, study: `${root}.${n}`, instance: `${root}.${n}.1`, grey: 100 + n });
}

function studies(folder: string, root: string): void {
  for (let n = 0; n < patients; n++) put(folder, `${n}.dcm`, study(n, root));
}

const rows = ['path,label', ...Array.from({ length: patients }, (_, n) => `${n}.dcm,${n % 2 === 0 ? 'a' : 'b'}`)];

async function run(library: Library, options: Omit<ImportOptions, 'dataset'>): Promise<ImportReport> {
  return await importPaths(testContext(library), { dataset: 'd', ...options });
}

const noted = (report: ImportReport) => report.notes.find(({ code }) => code === 'imagesReplaced')?.values;

const check = async (library: Library, deep = false, list?: string) =>
  await checkLibrary(
    { folder: library.folder, signal: { aborted: false }, progress: () => {} },
    list === undefined ? { deep } : { deep, list },
  );

describe('UIDs rewritten in place', () => {
  test('the import says it, the old images keep their labels and are dealt to no version', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, '1.1');
    const labels = put(temporaryFolder(), 'labels.csv', rows.join('\n'));
    await run(library, { paths: [folder], labels: put(folder, 'labels.csv', readFileSync(labels)) });
    const before = freezeDataset(testContext(library), { dataset: 'd' });

    studies(folder, '1.2');
    const again = await run(library, { paths: [folder], labels: join(folder, 'labels.csv') });
    expect(again).toMatchObject({ imported: patients, labels: { applied: patients } });
    expect(noted(again)).toEqual({ files: patients, gone: patients, studies: patients, copied: 0 });

    const all = labelledInstances(library.db, 1);
    expect(all).toHaveLength(2 * patients);
    expect(all.every(({ label }) => label !== null)).toBe(true);
    // The list of data sets counts what can be trained on.
    expect(listDatasets(library.db)).toMatchObject([
      {
        labelledInstances: patients,
        classes: [
          { name: 'a', instances: patients / 2 },
          { name: 'b', instances: patients / 2 },
        ],
      },
    ]);
    const version = freezeDataset(testContext(library), { dataset: 'd' });
    expect(version.number).toBe(before.number + 1);
    expect(versionImages(library.db, version.id).map(({ sopInstanceUID }) => sopInstanceUID)).toEqual(
      Array.from({ length: patients }, (_, n) => `1.2.${n}.1`),
    );
    const old = instanceByUid(library.db, '1.1.0.1')?.id ?? instanceId(0);
    const error = await appErrorFrom(readInstance(library, old));
    expect(error.message).toBe('No file holds this image any more: another image lies where it was.');

    const found = checkDataset(testContext(library), { dataset: 'd', inputSize: 64, flip: false, seed: 0 });
    expect(found.images).toBe(patients);
    const finding = found.findings.find(({ code }) => code === 'imagesGone');
    expect(finding).toMatchObject({ severity: 'serious', values: { images: patients, labelled: patients } });
    expect(finding?.studyIds).toHaveLength(patients);
    // A third import of the same files has nothing to say.
    expect(noted(await run(library, { paths: [folder] }))).toBeUndefined();
  });

  test('the old images come back with their former files', async () => {
    const folder = temporaryFolder();
    const kept = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, '1.1');
    studies(kept, '1.1');
    await run(library, { paths: [folder] });
    studies(folder, '1.2');
    await run(library, { paths: [folder] });
    expect(labelledInstances(library.db, 1).filter(({ isGone }) => isGone)).toHaveLength(patients);
    await run(library, { paths: [kept] });
    expect(labelledInstances(library.db, 1).filter(({ isGone }) => isGone)).toEqual([]);
  });

  test('a data set without a file left says that, not that labels are missing', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, '1.1');
    await run(library, { paths: [folder], labels: put(folder, 'labels.csv', rows.join('\n')) });
    studies(folder, '1.2');
    await run(library, { paths: [folder] });
    const error = appErrorOf(() => freezeDataset(testContext(library), { dataset: 'd' }));
    expect(error.message).toContain('8 more have a label and are in no file any more');
    expect(error.action).toContain('labels file by path');
  });

  test('places of before that are empty do not keep an image, copies in the library do', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, '1.1');
    await run(library, { paths: [folder] });
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    await run(library, { paths: [moved] });
    studies(moved, '1.2');
    expect(noted(await run(library, { paths: [moved] }))).toMatchObject({ gone: patients });

    const copying = temporaryLibrary();
    studies(moved, '1.1');
    await run(copying, { paths: [moved], copy: true });
    studies(moved, '1.2');
    expect(noted(await run(copying, { paths: [moved], copy: true }))).toMatchObject({ gone: 0, copied: patients });
  });

  test('in archives, and with a file that is left out, it is the same', async () => {
    const library = temporaryLibrary();
    const folder = temporaryFolder();
    const archive = (root: string) => makeZip([{ name: 'a/1', bytes: study(1, root) }]);
    const path = put(folder, 'a.zip', archive('1.1'));
    await run(library, { paths: [path] });
    put(folder, 'a.zip', archive('1.22'));
    expect(noted(await run(library, { paths: [path] }))).toEqual({ files: 1, gone: 1, studies: 1, copied: 0 });
    // Another image of a UID that is taken: it is left out, and what lay there before is gone all the same.
    const plain = put(folder, 'plain.dcm', study(2, '1.1'));
    await run(library, { paths: [plain] });
    put(folder, 'plain.dcm', tinyDicom({ patient: 'Q', study: '1.22.1', instance: '1.22.1.1', grey: 9 }));
    const report = await run(library, { paths: [plain] });
    expect(report).toMatchObject({ imported: 0, duplicate: 1 });
    expect(noted(report)).toEqual({ files: 1, gone: 1, studies: 1, copied: 0 });
  });
});

describe('library check', () => {
  test('names images in whose files others lie, before and after the import, though the size is the same', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, '1.1');
    await run(library, { paths: [folder] });
    expect((await check(library)).sound).toBe(true);
    studies(folder, '1.2');
    const list = join(temporaryFolder(), 'lost.csv');
    const before = await check(library, false, list);
    expect(before.files).toEqual({ checked: patients, missing: 0, changed: 0, replaced: patients });
    expect(before.findings[0]?.message).toMatch(
      /^The files of 8 instances hold other images now \(studies …1\.0, …1\.1,/,
    );
    expect(readFileSync(list, 'utf8').split('\n').slice(0, 2)).toEqual([
      'state,studyInstanceUID,sopInstanceUID,place',
      `other,1.1.0,1.1.0.1,${join(folder, '0.dcm')}`,
    ]);
    await run(library, { paths: [folder] });
    const after = await check(library, true, list);
    expect(after.files).toEqual({ checked: 2 * patients, missing: 0, changed: 0, replaced: patients });
    expect(readFileSync(list, 'utf8')).toContain('other,1.1.7,1.1.7.1,\n');
    expect(after.findings[0]?.action).toContain('patient delete --study');
  });
});
