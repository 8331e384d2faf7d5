import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { exportDateModes, exportReportSchema, exportRetainOptions } from '../../../../core/contract/results/export.ts';
import { dateModes, retainOptions } from '../../../../core/dicom/deidentify/index.ts';
import { exportStudies } from '../../../../core/services/export/export.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { librarySecret } from '../../../../core/services/privacy/pseudonym.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { auditEvents, type Library, openLibrary } from '../../../../core/store/index.ts';
import { canaries, canaryFile, foundCanaries } from '../../../support/canaries.ts';
import { dicomFile, textElement } from '../../../support/dicom-file.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorFrom, appErrorOf } from '../../../support/thrown.ts';

let folder: string;
let library: Library;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-export-'));
  library = openLibrary(join(folder, 'library'), { mode: 'write' });
});
afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

function contextOf(signal = new AbortController().signal): ServiceContext {
  return testContext(library, { signal, now: () => new Date() });
}

/** An image of a patient; everything else about it follows from `instance`. */
function image(patientID: string, instance: string, note = ''): Uint8Array {
  return dicomFile([
    textElement(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.1'),
    textElement(0x00080018, 'UI', `1.2.3.${instance}`),
    textElement(0x00080060, 'CS', 'CR'),
    textElement(0x00100020, 'LO', patientID),
    textElement(0x00181400, 'LO', note),
    textElement(0x0020000d, 'UI', `1.2.4.${instance.split('.')[0]}`),
    textElement(0x0020000e, 'UI', `1.2.5.${instance.split('.')[0]}`),
    { tag: 0x7fe00010, vr: 'OB', value: Uint8Array.of(1, 2) },
  ]);
}

function input(files: Readonly<Record<string, Uint8Array | string>>): string {
  const at = join(folder, 'in');
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(at, name, '..'), { recursive: true });
    writeFileSync(join(at, name), bytes);
  }
  return at;
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

const out = () => join(folder, 'out');

describe('an export', () => {
  test('is not made below a folder that is exported, whose images it would export once more as those of other patients', async () => {
    const inside = input({ 'a/1.dcm': image('P1', '1.1'), 'b/2.dcm': image('P2', '2.1'), DICOMDIR: 'a medium' });
    symlinkSync(join(inside, 'b'), join(folder, 'link'));
    for (const [paths, into] of [
      [[inside], join(inside, 'share')],
      [[join(folder, 'link')], join(inside, 'b', 'new', 'share')],
      [[inside], join(folder, 'link', 'share')],
      [[join(inside, 'DICOMDIR')], join(inside, 'share')],
    ] as const) {
      const asked = exportStudies(contextOf(), { paths: [...paths], out: into });
      await expect(asked).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('lies in one that is exported'),
      });
    }
    expect(filesIn(inside)).toEqual(['DICOMDIR', 'a/1.dcm', 'b/2.dcm']);
    // Beside it, under a name that begins alike, and beside a single file there is nothing to be met.
    const beside = await exportStudies(contextOf(), { paths: [inside], out: `${inside}-share` });
    const file = await exportStudies(contextOf(), { paths: [join(inside, 'a/1.dcm')], out: join(inside, 'a/share') });
    expect([beside.exported, beside.patients, file.exported]).toEqual([2, 2, 1]);
  });

  test('holds none of the planted identifiers, neither in bytes nor in names nor in its report', async () => {
    const paths = [
      input({ 'PATIENT-CANARY/ID-CANARY-4711.dcm': canaryFile(), 'PATIENT-CANARY/SERIAL-CANARY.txt': 'no DICOM' }),
    ];
    const report = await exportStudies(contextOf(), { paths, out: out() });
    expect([report.total, report.exported, report.skipped]).toEqual([2, 1, 1]);
    const files = filesIn(out());
    expect(files.length).toBe(2);
    for (const name of files) {
      expect(foundCanaries(readFileSync(join(out(), name)))).toEqual([]);
      expect(canaries.filter((c) => name.includes(c))).toEqual([]);
    }
    const { out: _, ...told } = report;
    expect(foundCanaries(Buffer.from(JSON.stringify([told, auditEvents(library.db)])))).toEqual([]);
  });

  test('accounts for every file and gives the reasons', async () => {
    const paths = [
      input({
        'a.dcm': image('P1', '1.1'),
        'copy of a.dcm': image('P1', '1.1'),
        'b.dcm': image('P1', '1.2'),
        'clash.dcm': image('P1', '1.2', 'other'),
        'c.dcm': image('P2', '2.1'),
        'notes.txt': 'hello',
      }),
    ];
    const report = exportReportSchema.parse(await exportStudies(contextOf(), { paths, out: out() }));
    expect([report.total, report.exported, report.duplicate, report.skipped, report.patients, report.studies]).toEqual([
      6, 3, 1, 2, 2, 2,
    ]);
    expect(report.problems.map((p) => p.code).sort()).toEqual(['DICOM_NOT_DICOM', 'DUPLICATE_DIFFERS']);
    expect(report.profile).toBe('DICOM PS3.15 2025e Basic Application Level Confidentiality Profile');
    expect(report.notice).toContain('Not for diagnosis');
    expect(JSON.stringify(report)).not.toMatch(/anonym/i);
    const written = JSON.parse(readFileSync(join(out(), 'export-report.json'), 'utf8'));
    expect([written.exported, written.notice, 'out' in written]).toEqual([3, report.notice, false]);
  });

  test('made again gives the same bytes under the same names; another library gives others', async () => {
    const paths = [input({ 'a.dcm': image('P1', '1.1'), 'b.dcm': image('P1', '1.2') })];
    await exportStudies(contextOf(), { paths, out: out(), dates: 'shift' });
    const again = join(folder, 'again');
    await exportStudies(contextOf(), { paths, out: again, dates: 'shift' });
    const dicom = filesIn(out()).filter((name) => name.endsWith('.dcm'));
    expect(filesIn(again).filter((name) => name.endsWith('.dcm'))).toEqual(dicom);
    for (const name of dicom)
      expect(readFileSync(join(again, name)).equals(readFileSync(join(out(), name)))).toBe(true);
    library.close();
    library = openLibrary(join(folder, 'other'), { mode: 'write' });
    const other = join(folder, 'of other');
    await exportStudies(contextOf(), { paths, out: other });
    expect(filesIn(other).filter((name) => dicom.includes(name))).toEqual([]);
  });

  test("uses a site's own pseudonyms and makes the others", async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'patientID,pseudonym\nP1,TRIAL-01\n');
    const paths = [input({ 'a.dcm': image('P1', '1.1'), 'b.dcm': image('P2', '2.1') })];
    await exportStudies(contextOf(), { paths, out: out(), pseudonyms: list });
    expect(readdirSync(out()).sort()).toEqual([
      expect.stringMatching(/^SL-[0-9A-Z]{12}$/),
      'TRIAL-01',
      'export-report.json',
    ]);
  });

  test('names every wrong row of a list of pseudonyms, and no patient', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'patientID,pseudonym\nMILLER,../up\n,A\nMEYER,A\nMILLER,B\n');
    const failed = exportStudies(contextOf(), { paths: [input({})], out: out(), pseudonyms: list });
    const error = await failed.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect((error as AppError).details).toEqual({
      problems: [
        'row 2: a pseudonym is 1 to 64 letters, digits, dots, dashes and underscores',
        'row 3: no patientID',
        'row 4: the pseudonym is that of row 3 too',
        'row 5: the patient has a pseudonym already',
      ],
    });
    expect((error as AppError).message).not.toMatch(/MILLER|MEYER/);
  });

  test('names rows whose folders would be one, or none, on Windows', async () => {
    const list = join(folder, 'windows.csv');
    const rows = ['A,Site-1', 'B,SITE-1', 'C,con', 'D,Aux.2', 'E,T-5.', 'F,lpt1', 'G,Console', 'H,T.5'];
    writeFileSync(list, ['patientID,pseudonym', ...rows].join('\n'));
    const failed = exportStudies(contextOf(), { paths: [input({})], out: out(), pseudonyms: list });
    const none = 'Windows has no folder of this name (CON, NUL and their like, or a dot at the end)';
    expect((await appErrorFrom(failed)).details).toEqual({
      problems: [
        'row 3: the pseudonym is that of row 2 too, but for capitals, which make no other folder',
        ...[4, 5, 6, 7].map((row) => `row ${row}: ${none}`),
      ],
    });
  });

  test('leaves nothing behind when it is stopped, and never writes into a folder that holds something', async () => {
    const paths = [input({ 'a.dcm': image('P1', '1.1') })];
    const stop = new AbortController();
    stop.abort();
    await expect(exportStudies(contextOf(stop.signal), { paths, out: out() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(readdirSync(folder).sort()).toEqual(['in', 'library']);
    mkdirSync(out());
    writeFileSync(join(out(), 'mine.txt'), '');
    await expect(exportStudies(contextOf(), { paths, out: out() })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(readdirSync(out())).toEqual(['mine.txt']);
  });

  test('of nothing makes no folder', async () => {
    const report = await exportStudies(contextOf(), { paths: [input({ 'a.txt': 'x' })], out: out() });
    expect([report.exported, readdirSync(folder).includes('out')]).toEqual([0, false]);
    await expect(exportStudies(contextOf(), { out: out() })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(exportStudies(contextOf(), { dataset: 'none', out: out() })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });

  test('offers exactly the options that de-identification has', () => {
    expect([exportRetainOptions, exportDateModes]).toEqual([retainOptions, dateModes]);
  });
});

describe('pseudonyms', () => {
  test('come from a secret that only its owner reads and that stays the same', () => {
    const secret = librarySecret(library.folder);
    expect(librarySecret(library.folder)).toEqual(secret);
    expect(secret.length).toBe(32);
    if (process.platform !== 'win32') expect(statSync(join(library.folder, 'pseudonym.key')).mode & 0o777).toBe(0o600);
    writeFileSync(join(library.folder, 'pseudonym.key'), 'cut');
    expect(() => librarySecret(library.folder)).toThrow(AppError);
  });

  test('come from a secret also where the file system knows no links, as on a stick', () => {
    const refused = () => {
      throw Object.assign(new Error('link'), { code: 'EPERM' });
    };
    const secret = librarySecret(library.folder, refused);
    expect(librarySecret(library.folder)).toEqual(secret);
    expect(readdirSync(library.folder).filter((name) => name.includes('pseudonym'))).toEqual(['pseudonym.key']);
    if (process.platform !== 'win32') expect(statSync(join(library.folder, 'pseudonym.key')).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.platform !== 'linux')('are not told to be restored where the drive is away (needs Linux)', () => {
    // Reading this file fails with EIO.
    symlinkSync('/proc/self/mem', join(library.folder, 'pseudonym.key'));
    expect(appErrorOf(() => librarySecret(library.folder)).code).toBe('DISK_FAILED');
  });

  test('of an import keep planted identifiers out of the database, and are those of exports', async () => {
    const labels = join(folder, 'labels.csv');
    writeFileSync(labels, 'patientID,label\nID-CANARY-4711,a\nP1,b\n');
    const paths = [input({ 'PATIENT-CANARY/SERIAL-CANARY.dcm': canaryFile(), 'b.dcm': image('P1', '1.1') })];
    const options = { paths, dataset: 'd', labels, pseudonymise: true };
    const report = await importPaths(contextOf(), options);
    expect([report.imported, report.skipped, report.labels.applied, report.labels.problems]).toEqual([2, 0, 2, []]);
    const kept = ['sidelight.sqlite', 'sidelight.sqlite-wal'].map((name) => readFileSync(join(library.folder, name)));
    // UIDs are what labels and files are found by; they stay.
    expect(kept.flatMap(foundCanaries).filter((c) => !c.startsWith('1.2.276.'))).toEqual([]);
    expect((await importPaths(contextOf(), options)).alreadyThere).toBe(2);

    await exportStudies(contextOf(), { dataset: 'd', out: out() });
    const keys = library.db.all<{ key: string }>('SELECT patient_key AS key FROM patients').map(({ key }) => key);
    expect(keys.sort()).toEqual(
      readdirSync(out())
        .filter((name) => name.startsWith('SL-'))
        .sort(),
    );
    expect(keys.length).toBe(2);
  });

  test('a patient is one patient whichever way the imports were asked for', async () => {
    const patients = () => library.db.get<{ n: number }>('SELECT count(*) AS n FROM patients')?.n;
    const a = [input({ 'a/1.dcm': image('P1', '1.1') })];
    await importPaths(contextOf(), { paths: a, dataset: 'd', pseudonymise: true });
    const b = [input({ 'b/2.dcm': image('P1', '2.1') })];
    await importPaths(contextOf(), { paths: b, dataset: 'd' });
    expect(patients()).toBe(1);
    const c = [input({ 'c/3.dcm': image('P2', '3.1'), 'd/4.dcm': image('P2', '4.1') })];
    await importPaths(contextOf(), { paths: [join(c[0] ?? '', 'c')], dataset: 'd' });
    await importPaths(contextOf(), { paths: [join(c[0] ?? '', 'd')], dataset: 'd', pseudonymise: true });
    expect(patients()).toBe(2);
  });
});
