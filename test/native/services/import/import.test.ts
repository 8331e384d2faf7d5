/**
 * Files, archives and folders as an import meets them.
 *
 * Length: the cases share their made studies, and each is short.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { type ImportOptions, type ImportReport, importReportSchema } from '../../../../core/contract/index.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { readInstance } from '../../../../core/services/files/files.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import {
  datasetByName,
  filesOfInstance,
  instanceById,
  instanceByUid,
  type Library,
  labelledInstances,
  listDatasets,
  listJobs,
  splitsOf,
  versionImages,
} from '../../../../core/store/index.ts';
import { instanceId } from '../../../support/ids.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { hasShared, repositoryRoot, sharedPath } from '../../../support/shared.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { makeZip } from '../../../support/zip-file.ts';

async function run(library: Library, options: Omit<ImportOptions, 'dataset'>): Promise<ImportReport> {
  const report = importReportSchema.parse(await importPaths(testContext(library), { dataset: 'd', ...options }));
  const { imported, alreadyThere, duplicate, skipped, total } = report;
  expect(imported + alreadyThere + duplicate + skipped).toBe(total);
  return report;
}

/** How often each problem was met; without the notice that these made images, of one grey each, look empty. */
const codes = (report: ImportReport) =>
  Object.fromEntries(
    report.problems.filter(({ code }) => code !== 'IMAGE_LOOKS_EMPTY').map(({ code, count }) => [code, count]),
  );

function labels(library: Library): Record<string, string | null> {
  const id = datasetByName(library.db, 'd')?.id ?? 0;
  return Object.fromEntries(labelledInstances(library.db, id).map((row) => [row.sopInstanceUID, row.label]));
}

/** Three patients: the first with two studies. */
function studies(folder: string): void {
  put(folder, 'p1/a', tinyDicom({ patient: 'P1', study: '1.1', instance: '1.1.1' }));
  put(folder, 'p1/b', tinyDicom({ patient: 'P1', study: '1.2', instance: '1.2.1' }));
  put(folder, 'p2/c.dcm', tinyDicom({ patient: 'P2', study: '1.3', instance: '1.3.1' }));
  put(folder, 'p3/ü/d.IMA', tinyDicom({ patient: 'P3', study: '1.4', instance: '1.4.1', frames: 5 }));
}

describe('files', () => {
  test('every file is accounted for, and one bad file does not stop the rest', async () => {
    const folder = temporaryFolder();
    studies(folder);
    put(folder, 'notes.txt', 'hello');
    put(folder, 'empty', '');
    put(folder, 'same', tinyDicom({ patient: 'P1', study: '1.1', instance: '1.1.1' }));
    put(folder, 'zz-other', tinyDicom({ patient: 'P1', study: '1.1', instance: '1.1.1', grey: 5 }));
    const cut = put(folder, 'cut.dcm', tinyDicom({ patient: 'P9', study: '1.9', instance: '1.9.1' }));
    truncateSync(cut, readFileSync(cut).length - 40);
    const library = temporaryLibrary();
    const report = await run(library, { paths: [folder] });
    expect(report).toMatchObject({ total: 9, imported: 4, duplicate: 2, skipped: 3, patients: 3, studies: 4 });
    expect(codes(report)).toEqual({ NOT_AN_IMAGE: 1, DICOM_NOT_DICOM: 1, DICOM_TRUNCATED: 1, DUPLICATE_DIFFERS: 1 });
    expect(report.leftOut.map(({ path, code }) => `${path} ${code}`)).toEqual([
      '….dcm DICOM_TRUNCATED',
      '…pty DICOM_NOT_DICOM',
      '…tes.txt NOT_AN_IMAGE',
      '…her DUPLICATE_DIFFERS',
    ]);
    expect(report.problems.flatMap(({ examples }) => examples).every((name) => name.length <= 4)).toBe(true);
    expect(listJobs(library.db)[0]).toMatchObject({ kind: 'import', state: 'succeeded', result: { imported: 4 } });
    const again = await run(library, { paths: [folder, join(folder, 'p1')] });
    expect(again).toMatchObject({ total: 9, imported: 0, alreadyThere: 5, duplicate: 1, skipped: 3, instances: 4 });
  });

  test.skipIf(process.platform === 'win32')(
    'links inside are followed once, links outside and pipes are not read',
    async () => {
      const folder = join(temporaryFolder(), 'chosen');
      studies(folder);
      const outside = put(join(folder, '..'), 'outside', tinyDicom({ patient: 'P8', study: '1.8', instance: '1.8.1' }));
      symlinkSync('..', join(folder, 'p1', 'loop'));
      symlinkSync(folder, join(folder, 'p2', 'loop'));
      symlinkSync(outside, join(folder, 'leads-out'));
      symlinkSync(join(folder, 'p2', 'c.dcm'), join(folder, 'inside'));
      symlinkSync(join(folder, 'gone'), join(folder, 'dangling'));
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const report = await run(temporaryLibrary(), { paths: [folder] });
      expect(codes(report)).toEqual({ FILE_LINK_OUTSIDE: 1, FILE_SPECIAL: 1, FILE_NOT_FOUND: 1 });
      expect(report.imported).toBe(4);
    },
  );

  test('an archive is read without unpacking it, bombs and encrypted members are refused', async () => {
    const folder = temporaryFolder();
    const member = tinyDicom({ patient: 'P1', study: '1.1', instance: '1.1.1' });
    const path = put(
      folder,
      'cd.zip',
      makeZip([
        { name: 'DICOM/IM1', bytes: member },
        { name: 'readme.txt', bytes: Buffer.from('hi') },
        { name: '../../escape', bytes: tinyDicom({ patient: 'P2', study: '1.2', instance: '1.2.1' }) },
        { name: 'bomb', bytes: Buffer.alloc(1000), claimedBytes: 900 * 2 ** 20 },
        { name: 'secret', bytes: Buffer.alloc(100), flags: 0x0801 },
      ]),
    );
    put(folder, 'broken.zip', readFileSync(path).subarray(0, 500));
    const library = temporaryLibrary();
    const report = await run(library, { paths: [folder] });
    expect(report).toMatchObject({ total: 6, imported: 2, skipped: 4 });
    expect(codes(report)).toMatchObject({ TOO_LARGE: 1, NOT_AN_IMAGE: 1, FILE_UNREADABLE: 1 });
    const id = instanceByUid(library.db, '1.1.1')?.id ?? instanceId(0);
    expect(Buffer.from(await readInstance(library, id)).equals(member)).toBe(true);
    expect(await run(library, { paths: [path] })).toMatchObject({ imported: 0, alreadyThere: 2 });
  });

  test('a flag for encryption is believed whatever the sizes say, and the other members are read', async () => {
    const member = tinyDicom({ patient: 'P1', study: '1.1', instance: '1.1.1' });
    const zip = (flags: number, claimedBytes?: number) =>
      makeZip([
        { name: 'secret', bytes: Buffer.alloc(100), flags, ...(claimedBytes === undefined ? {} : { claimedBytes }) },
        { name: 'IM1', bytes: member },
      ]);
    const password = { action: 'Unpack the archive with its password and import the folder.' };
    const weak = await run(temporaryLibrary(), { paths: [put(temporaryFolder(), 'a.zip', zip(0x0801))] });
    expect(weak).toMatchObject({ imported: 1, skipped: 1, leftOut: [password] });
    const strong = await run(temporaryLibrary(), { paths: [put(temporaryFolder(), 'a.zip', zip(0x0841))] });
    expect(strong).toMatchObject({ imported: 0, skipped: 1, leftOut: [password] });
    const lying = zip(0x0800);
    // The directory says 101 bytes of a stored member of 100.
    lying.writeUInt32LE(101, lying.indexOf('PK\x01\x02') + 24);
    const wrong = await run(temporaryLibrary(), { paths: [put(temporaryFolder(), 'a.zip', lying)] });
    expect(wrong).toMatchObject({ imported: 1, skipped: 1 });
    expect(wrong.leftOut[0]?.message).toContain('another size than the archive says');
  });

  test('a DICOMDIR stands for the medium it lies on', async () => {
    const folder = temporaryFolder();
    studies(folder);
    const path = put(folder, 'DICOMDIR', 'not read, whatever it says');
    expect(await run(temporaryLibrary(), { paths: [path] })).toMatchObject({ imported: 4, skipped: 1 });
  });

  test('a moved file is found again by its content, a changed one is not taken for it', async () => {
    const folder = temporaryFolder();
    studies(folder);
    const library = temporaryLibrary();
    await run(library, { paths: [folder] });
    const id = instanceByUid(library.db, '1.3.1')?.id ?? instanceId(0);
    renameSync(join(folder, 'p2'), join(folder, 'moved'));
    await expect(readInstance(library, id)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await run(library, { paths: [join(folder, 'moved')] })).toMatchObject({ imported: 0, duplicate: 1 });
    expect((await readInstance(library, id)).length).toBe(instanceById(library.db, id)?.sizeBytes);
    put(folder, 'moved/c.dcm', tinyDicom({ patient: 'P2', study: '1.3', instance: '1.3.1', grey: 7 }));
    await expect(readInstance(library, id)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('copied files are read from the library, wherever the library is', async () => {
    const folder = temporaryFolder();
    studies(folder);
    const library = temporaryLibrary();
    await run(library, { paths: [folder] });
    await run(library, { paths: [folder], copy: true });
    renameSync(folder, `${folder}-gone`);
    const id = instanceByUid(library.db, '1.4.1')?.id ?? instanceId(0);
    expect(filesOfInstance(library.db, id).filter(({ path }) => path.startsWith('files/'))).toHaveLength(1);
    expect((await readInstance(library, id)).length).toBeGreaterThan(0);
    renameSync(`${folder}-gone`, folder);
  });

  test('stopping keeps what was committed, and the same import goes on', async () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 200; n++) {
      put(folder, `f${n}`, tinyDicom({ patient: `P${n}`, study: `1.${n}`, instance: `1.${n}.1` }));
    }
    const library = temporaryLibrary();
    const stop = new AbortController();
    const context = testContext(library, {
      signal: stop.signal,
      progress: ({ done }) => {
        if (done > 0) stop.abort();
      },
    });
    await expect(importPaths(context, { paths: [folder], dataset: 'd' })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(listJobs(library.db)[0]?.state).toBe('cancelled');
    const report = await run(library, { paths: [folder] });
    expect(report.alreadyThere).toBeGreaterThan(0);
    expect(report.imported + report.alreadyThere).toBe(200);
  });

  test('a path that is not there ends the import with its name, before a data set is made or another path is read', async () => {
    const library = temporaryLibrary();
    const folder = temporaryFolder();
    put(folder, 'a', tinyDicom({ patient: 'A', study: '1.1', instance: '1.1.1' }));
    await expect(run(library, { paths: [folder, '/no/such/folder'] })).rejects.toThrow('/no/such/folder');
    expect(listDatasets(library.db)).toEqual([]);
  });
});

const importForever = `
  const [open, service, library, folder] = process.argv.slice(1);
  const { openServices } = await import(open);
  const { importPaths } = await import(service);
  const log = { log: () => {} };
  const { context } = await openServices({ library, mode: 'write', engine: 'auto', device: 'auto', log,
    progress: ({ done }) => console.log(done), signal: new AbortController().signal });
  await importPaths(context, { paths: [folder], dataset: 'd' });
  console.log('finished');
`;

test('kill -9 while importing loses nothing committed, duplicates nothing, and the next import completes', async () => {
  const folder = temporaryFolder();
  for (let n = 0; n < 400; n++) {
    put(folder, `f${n}`, tinyDicom({ patient: `P${n}`, study: `1.${n}`, instance: `1.${n}.1` }));
  }
  const libraryFolder = join(temporaryFolder(), 'library');
  const url = (name: string) => `file://${join(repositoryRoot, name)}`;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      importForever,
      url('core/services/session/open.ts'),
      url('core/services/import/import.ts'),
      libraryFolder,
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of child.stdout) if (Number(String(line).trim().split('\n').at(-1)) > 60) break;
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const library = temporaryLibrary(libraryFolder);
  expect(library.db.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
  expect(library.db.all('PRAGMA foreign_key_check')).toEqual([]);
  const report = await run(library, { paths: [folder] });
  expect(report.imported + report.alreadyThere).toBe(400);
  expect(report.instances).toBe(400);
});

describe('labels', () => {
  test('are applied by study; unknown studies and conflicts are reported and the rest goes on', async () => {
    const folder = temporaryFolder();
    studies(folder);
    const csv = put(
      folder,
      'labels.csv',
      'studyInstanceUID,label\n1.1,mass\n1.2,normal\n9.9.9.999,mass\n1.3,mass\n1.3,normal\n',
    );
    const library = temporaryLibrary();
    const report = await run(library, { paths: [folder], labels: csv });
    expect(report.total).toBe(4);
    expect(report.labels).toEqual({
      rows: 5,
      refusedRows: 3,
      applied: 2,
      unchanged: 0,
      merged: [],
      unusedColumns: [],
      changed: 0,
      problems: [
        { row: 4, message: 'no study …999 in this data set' },
        { row: 5, message: '… is labelled "mass" and "normal" (rows 5, 6); none was applied' },
      ],
    });
    expect(labels(library)).toEqual({ '1.1.1': 'mass', '1.2.1': 'normal', '1.3.1': null, '1.4.1': null });
    put(folder, 'labels.csv', 'patientID,label\nP1,mass\nP2,normal\n');
    const again = await run(library, { paths: [folder], labels: csv });
    expect(again.labels).toMatchObject({ applied: 2, changed: 0 });
    expect(labels(library)).toMatchObject({ '1.1.1': 'mass', '1.2.1': 'normal', '1.3.1': 'normal' });
  });

  test('are applied by path: beside the labels file, below an imported folder, absolute, in an archive', async () => {
    const folder = temporaryFolder();
    studies(join(folder, 'data'));
    put(
      folder,
      'data/cd.zip',
      makeZip([{ name: 'a/b', bytes: tinyDicom({ patient: 'P5', study: '1.5', instance: '1.5.1' }) }]),
    );
    const csv = put(
      folder,
      'labels.csv',
      `path,label\ndata/p1/a,one\np1\\b,two\n${join(folder, 'data/p2/c.dcm')},three\np3/ü/d.IMA,four\ndata/cd.zip/a/b,five\n`,
    );
    const library = temporaryLibrary();
    const report = await run(library, { paths: [join(folder, 'data')], labels: csv });
    expect(report.labels.problems).toEqual([]);
    expect(labels(library)).toEqual({
      '1.1.1': 'one',
      '1.2.1': 'two',
      '1.3.1': 'three',
      '1.4.1': 'four',
      '1.5.1': 'five',
    });
  });

  test('a split that puts one patient on two sides is refused by study count; the files stay imported', async () => {
    const folder = temporaryFolder();
    studies(folder);
    const csv = put(folder, 'labels.csv', 'studyInstanceUID,label,split\n1.1,a,train\n1.2,b,test\n1.3,a,val\n');
    const library = temporaryLibrary();
    const failure = await importPaths(testContext(library), { paths: [folder], dataset: 'd', labels: csv }).catch(
      (e) => e,
    );
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'SPLIT_LEAKS_PATIENT' });
    expect(failure.message).toBe(
      'The given split puts patients on several sides: 1 patient with 2 studies (test and train).',
    );
    expect(labels(library)).toEqual({ '1.1.1': null, '1.2.1': null, '1.3.1': null, '1.4.1': null });
    expect(splitsOf(library.db, 1)).toEqual([]);
  });

  test('a labels file with wrong rows stops the import before anything is read', async () => {
    const folder = temporaryFolder();
    studies(folder);
    const csv = put(folder, 'labels.csv', 'studyInstanceUID,label\n1.1,\n');
    const library = temporaryLibrary();
    await expect(run(library, { paths: [folder], labels: csv })).rejects.toMatchObject({ code: 'LABELS_INVALID' });
    expect(datasetByName(library.db, 'd')).toBeUndefined();
  });
});

/** The smallest bytes that begin as a PNG does; import looks no further. */
const picture = (n: number) => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, n]);

describe('pictures', () => {
  test('class folders give label and split, and a folder below the class is the patient', async () => {
    const folder = temporaryFolder();
    let n = 0;
    for (const split of ['train', 'valid', 'test']) {
      for (const name of ['cat', 'dog']) put(folder, `${split}/${name}/${n}.png`, picture(n++));
    }
    put(folder, 'train/cat/kit/1.png', picture(n++));
    put(folder, 'train/cat/kit/2.png', picture(n++));
    const library = temporaryLibrary();
    const report = await run(library, { paths: [folder] });
    expect(report).toMatchObject({ imported: 8, patients: 7, splits: { train: 3, val: 2, test: 2 } });
    const version = freezeDataset(testContext(library), { dataset: 'd' });
    expect(version.classes).toEqual(['cat', 'dog']);
    expect(versionImages(library.db, version.id)).toHaveLength(8);
    expect(freezeDataset(testContext(library), { dataset: 'd' })).toEqual(version);
  });

  test('one patient in two split folders is refused', async () => {
    const folder = temporaryFolder();
    put(folder, 'train/cat/kit/1.png', picture(1));
    put(folder, 'test/cat/kit/2.png', picture(2));
    await expect(run(temporaryLibrary(), { paths: [folder] })).rejects.toMatchObject({ code: 'SPLIT_LEAKS_PATIENT' });
  });

  test('each is its own patient, or its folder where that is chosen, unless the labels file tells', async () => {
    const folder = temporaryFolder();
    for (const name of ['p1/1', 'p1/2', 'p2/3', '4', '5'])
      put(folder, `${name}.png`, picture(name.charCodeAt(0) + name.length * 9 + Number(name.at(-1))));
    expect(await run(temporaryLibrary(), { paths: [folder] })).toMatchObject({ imported: 5, patients: 5 });
    const byFolder = { paths: [folder], patients: 'folder' as const };
    expect(await run(temporaryLibrary(), byFolder)).toMatchObject({ imported: 5, patients: 3 });
    const csv = put(
      folder,
      'labels.csv',
      'path,patientID,label\np1/1.png,A,x\np1/2.png,B,x\np2/3.png,A,y\n4.png,A,x\n5.png,C,x\n',
    );
    expect(await run(temporaryLibrary(), { paths: [folder], labels: csv })).toMatchObject({ imported: 5, patients: 3 });
  });

  test('the class folder of a file that only claims to be a known image says nothing about that image', async () => {
    const folder = temporaryFolder();
    const same = { study: '1.1', instance: '1.1.1' };
    put(folder, 'train/benign/a.dcm', tinyDicom({ patient: 'P1', ...same }));
    put(folder, 'train/malign/b.dcm', tinyDicom({ patient: 'P1', ...same, grey: 5 }));
    put(folder, 'test/malign/c.dcm', tinyDicom({ patient: 'P2', study: '1.2', instance: '1.2.1' }));
    const library = temporaryLibrary();
    const report = await run(library, { paths: [folder] });
    expect(codes(report)).toEqual({ DUPLICATE_DIFFERS: 1 });
    expect(report.labels?.problems).toEqual([]);
    expect(labels(library)).toEqual({ '1.1.1': 'benign', '1.2.1': 'malign' });
  });

  test('the same picture under two class folders is a reported conflict', async () => {
    const folder = temporaryFolder();
    put(folder, 'train/cat/1.png', picture(1));
    put(folder, 'train/dog/2.png', picture(1));
    put(folder, 'test/dog/3.png', picture(3));
    const report = await run(temporaryLibrary(), { paths: [folder] });
    expect(report.labels.problems).toEqual([
      { row: null, message: '…png is labelled "cat" and "dog"; none was applied' },
    ]);
  });
});

test.skipIf(!hasShared)(
  'of the real files, every one with pixels is imported, a duplicate, or refused with a reason (needs shared/dicom)',
  async () => {
    const report = await run(temporaryLibrary(), { paths: [sharedPath('dicom')] });
    const [header, ...rows] = readFileSync(sharedPath('dicom', 'INDEX.tsv'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const column = (name: string) => (header ?? []).indexOf(name);
    const good = rows.filter(
      (row) =>
        (row[column('pixel_data')] ?? 'no') !== 'no' &&
        row[column('pixel_data')] !== '' &&
        row[column('pydicom_decodes')] === 'yes',
    );
    expect(good.length).toBeGreaterThan(100);
    expect(report.imported + report.duplicate).toBeGreaterThanOrEqual(good.length);
    expect(report.problems.every(({ action }) => action.length > 10)).toBe(true);
  },
);
