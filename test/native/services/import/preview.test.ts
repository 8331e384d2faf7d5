import { linkSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/disk/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { exportLabels } from '../../../../core/services/import/labels-export.ts';
import { previewLabels, saveRefusedRows } from '../../../../core/services/import/preview.ts';
import {
  addReader,
  datasetByName,
  insertLabel,
  instanceByUid,
  type Library,
  labelHistory,
  labelledInstances,
  listReaders,
} from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { makeZip } from '../../../support/zip-file.ts';

const nfc = 'schön'.normalize('NFC');
const nfd = 'schön'.normalize('NFD');
let serial = 0;

/** A file of its own patient and study; gives its SOP instance UID. */
function image(folder: string, path: string, patient = `P${serial + 1}`): string {
  serial += 1;
  put(folder, path, tinyDicom({ patient, study: `1.${serial}`, instance: `1.${serial}.1` }));
  return `1.${serial}.1`;
}

function labelsOf(library: Library): Record<string, string | null> {
  const id = datasetByName(library.db, 'd')?.id ?? 0;
  return Object.fromEntries(labelledInstances(library.db, id).map((row) => [row.sopInstanceUID, row.label]));
}

/** Every file below a folder with its hash, but for the shared memory of those who read the database. */
function stateOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('-shm'),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), `${statSync(path).mtimeMs} ${sha256(readFileSync(path))}`];
    }),
  );
}

describe('a preview', () => {
  test('writes nothing, and says what an import of the same then does', async () => {
    const folder = temporaryFolder();
    const studies = join(folder, 'studies');
    for (const name of ['a', 'b', 'c', 'd']) image(studies, `${name}.dcm`);
    const labels = put(
      folder,
      'labels.csv',
      'file;class;set;remark\nstudies/a.dcm;x;train;\nstudies/b.dcm;y;test;\nstudies/gone.dcm;x;;\nstudies/c.dcm;x;;\nstudies/c.dcm;y;;\n',
    );
    const library = temporaryLibrary();
    const context = testContext(library);
    const before = stateOf(library.folder);
    const found = await previewLabels(context, { labels, dataset: 'd', paths: [studies] });
    expect(stateOf(library.folder)).toEqual(before);
    expect(found).toMatchObject({
      isNewDataset: true,
      encoding: 'utf-8',
      separator: ';',
      rows: 5,
      classes: [
        { name: 'x', isNew: true, labels: 1, images: 1 },
        { name: 'y', isNew: true, labels: 1, images: 1 },
      ],
      splits: [
        { split: 'train', patients: 1, images: 1 },
        { split: 'test', patients: 1, images: 1 },
      ],
      patients: 2,
      refusedRows: 3,
      imagesWithoutRow: { count: 1, names: ['d.dcm'] },
      changes: { new: 2, same: 0, changed: 0, overruled: 0 },
      blocked: null,
    });
    expect(found.columns.map(({ meaning, why }) => meaning ?? why)).toEqual(['path', 'label', 'split', 'unknown']);
    expect(found.refused.map(({ rows, key }) => [rows, key])).toEqual([
      [[4], 'studies/gone.dcm'],
      [[5, 6], 'studies/c.dcm'],
    ]);
    const report = await importPaths(context, { labels, dataset: 'd', paths: [studies] });
    expect(report.labels).toMatchObject({ rows: 5, refusedRows: 3, applied: 2 });
    expect(report.splits).toEqual({ train: 1, val: 0, test: 1 });
    const again = await previewLabels(context, { labels, dataset: 'd', paths: [studies] });
    expect(again).toMatchObject({ isNewDataset: false, changes: { new: 0, same: 2 }, refusedRows: 3 });
    expect(again.classes.map(({ isNew }) => isNew)).toEqual([false, false]);
  });

  test('of labels alone compares them with those that are there, also with what a reader said', async () => {
    const folder = temporaryFolder();
    const uids = ['a', 'b', 'c', 'd'].map((name) => image(folder, `${name}.dcm`));
    const library = temporaryLibrary();
    const context = testContext(library);
    const rows = (...labels: string[]) =>
      put(folder, 'labels.csv', `path,label\n${labels.map((label, i) => `${'abcd'[i]}.dcm,${label}`).join('\n')}\n`);
    await importPaths(context, { paths: [folder], dataset: 'd', labels: rows('x', 'x', 'x') });
    addReader(library.writer, 'anna', '2026-01-01T00:00:00.000Z');
    const id = instanceByUid(library.db, uids[2] ?? '')?.id;
    const dataset = datasetByName(library.db, 'd')?.id ?? 0;
    const key = listReaders(library.db)[0]?.key ?? '';
    if (id !== undefined)
      insertLabel(library.writer, dataset, { kind: 'instance', id }, 'z', key, '2026-01-01T00:00:00.000Z');
    const found = await previewLabels(context, { labels: rows('x', 'y', 'y', 'y'), dataset: 'd' });
    expect(found.changes).toEqual({ new: 1, same: 1, changed: 1, overruled: 1 });
  });

  test('calls classes as the user does, and two of one name are one', async () => {
    const folder = temporaryFolder();
    for (const name of ['a', 'b', 'c']) image(folder, `${name}.dcm`);
    const labels = put(folder, 'labels.csv', 'path,label\na.dcm,Benign\nb.dcm,benign\nc.dcm,cancer\n');
    const context = testContext(temporaryLibrary());
    const classNames = [{ from: 'Benign', to: 'benign' }];
    const found = await previewLabels(context, { labels, dataset: 'd', paths: [folder], classNames });
    expect(found.classes.map(({ name, from, labels: count }) => [name, from, count])).toEqual([
      ['benign', ['Benign'], 2],
      ['cancer', [], 1],
    ]);
    await importPaths(context, { labels, dataset: 'd', paths: [folder], classNames });
    expect(new Set(Object.values(labelsOf(context.library)))).toEqual(new Set(['benign', 'cancer']));
  });

  test('says that a split puts a patient on two sides', async () => {
    const folder = temporaryFolder();
    image(folder, 'a.dcm', 'SAME');
    image(folder, 'b.dcm', 'SAME');
    const labels = put(folder, 'labels.csv', 'path,label,split\na.dcm,x,train\nb.dcm,y,test\n');
    const found = await previewLabels(testContext(temporaryLibrary()), { labels, dataset: 'd', paths: [folder] });
    expect(found.blocked?.message).toMatch(/1 patient with 2 studies \(test and train\)/);
  });
});

describe('rows that are refused', () => {
  test('are all in the file that is saved, with their cells, however many', async () => {
    const folder = temporaryFolder();
    image(folder, 'a.dcm');
    const gone = Array.from({ length: 300 }, (_, n) => `gone${n}.dcm;x;=1+1;-1`);
    const labels = put(folder, 'labels.csv', ['path;label;note;mark', 'a.dcm;x;;', ...gone, 'a.dcm;;;'].join('\n'));
    const out = put(folder, 'refused.csv', 'of before');
    linkSync(out, join(folder, 'kept.csv'));
    const context = testContext(temporaryLibrary());
    expect(await saveRefusedRows(context, { labels, dataset: 'd', paths: [folder], out })).toBe(301);
    const rows = parse(readFileSync(out), { columns: true, bom: true }) as Record<string, string>[];
    expect(rows).toHaveLength(301);
    expect(rows[0]).toMatchObject({ row: '3', path: 'gone0.dcm', label: 'x', note: "'=1+1", mark: '-1' });
    expect(readFileSync(join(folder, 'kept.csv'), 'utf8')).toBe('of before');
    expect(rows.at(-1)).toMatchObject({ row: '303', reason: 'label is empty' });
  });

  test('stop all labels, only those that cannot be read, or none, as the user says', async () => {
    const folder = temporaryFolder();
    const uid = image(folder, 'a.dcm');
    const unmatched = put(folder, 'unmatched.csv', 'path,label\na.dcm,x\ngone.dcm,x\n');
    const unreadable = put(folder, 'unreadable.csv', 'path,label\na.dcm,x\nb.dcm,\n');
    const library = temporaryLibrary();
    const context = testContext(library);
    const base = { paths: [folder], dataset: 'd' };
    await importPaths(context, base);
    for (const [labels, rowRule] of [
      [unmatched, 'all'],
      [unreadable, 'all'],
      [unreadable, 'matching'],
    ] as const) {
      await expect(importPaths(context, { ...base, labels, rowRule })).rejects.toMatchObject({
        code: 'LABELS_INVALID',
      });
      expect(labelsOf(library)).toEqual({ [uid]: null });
    }
    for (const [labels, rowRule] of [
      [unmatched, 'matching'],
      [unreadable, 'usable'],
    ] as const) {
      const report = await importPaths(context, { ...base, labels, rowRule });
      expect(report.labels).toMatchObject({ rows: 2, refusedRows: 1 });
      expect(labelsOf(library)).toEqual({ [uid]: 'x' });
    }
  });
});

describe('a path', () => {
  async function imported(
    folder: string,
    csv: string,
    paths = [folder],
  ): Promise<[Record<string, string | null>, string[]]> {
    const library = temporaryLibrary();
    const labels = put(folder, '../labels.csv', csv);
    const report = await importPaths(testContext(library), { paths, dataset: 'd', labels });
    return [labelsOf(library), report.labels.problems.map(({ message }) => message)];
  }
  const root = () => join(temporaryFolder(), 'root');

  test('is compared composed: a name in NFC finds a file in NFD, and the reverse', async () => {
    const folder = root();
    const uids = [image(folder, `${nfd}/a.dcm`), image(folder, `b-${nfc}.dcm`)];
    expect(nfd).not.toBe(nfc);
    const [labels, problems] = await imported(folder, `path,label\n${nfc}/a.dcm,x\nb-${nfd}.dcm,y\n`);
    expect([labels, problems]).toEqual([{ [uids[0] ?? '']: 'x', [uids[1] ?? '']: 'y' }, []]);
  });

  test('that fits two files which differ by their Unicode form alone is refused with both', async () => {
    const folder = root();
    image(folder, `${nfc}.dcm`);
    image(folder, `${nfd}.dcm`);
    if (readdirSync(folder).length < 2) return; // This disk composes names itself.
    const [labels, problems] = await imported(folder, `path,label\n${nfc}.dcm,x\n`);
    expect(Object.values(labels)).toEqual([null, null]);
    expect(problems).toEqual([expect.stringMatching(/fits 2 files \(.* and .*\); none was labelled/)]);
  });

  test('in other upper and lower case finds the only file of that name, and of two none', async () => {
    const folder = root();
    const uid = image(folder, 'IMG/A.DCM');
    expect(await imported(folder, 'path,label\nimg/a.dcm,x\n')).toEqual([{ [uid]: 'x' }, []]);
    image(folder, 'img/a.dcm');
    if (readdirSync(folder).length < 2) return; // This disk takes both for one.
    const [labels, problems] = await imported(folder, 'path,label\nImg/a.dcm,x\n');
    expect(Object.values(labels)).toEqual([null, null]);
    expect(problems[0]).toMatch(/fits 2 files/);
    // Written exactly, it means the one.
    const [exact] = await imported(folder, 'path,label\nimg/a.dcm,x\n');
    expect(Object.values(exact).sort()).toEqual(['x', null].sort());
  });

  test('that begins at two folders and leads to two files is refused, to one and the same is not', async () => {
    const folder = root();
    const inner = join(folder, 'a');
    image(folder, 'x.dcm');
    image(folder, 'a/x.dcm');
    const [labels, problems] = await imported(folder, 'path,label\nx.dcm,x\n', [folder, inner]);
    expect(Object.values(labels)).toEqual([null, null]);
    expect(problems[0]).toMatch(/fits 2 files/);
    const only = root();
    const uid = image(only, 'a/x.dcm');
    expect(await imported(only, 'path,label\na/x.dcm,x\n', [only, join(only, 'a')])).toEqual([{ [uid]: 'x' }, []]);
  });

  test('with backslashes, as file://, in an archive, or absolute on another computer is found', async () => {
    const folder = root();
    const uids = [image(folder, 'p/a 1.dcm'), image(folder, 'p/b.dcm'), image(folder, 'q/c.dcm')];
    serial += 1;
    put(
      folder,
      'cd.zip',
      makeZip([{ name: 'X/1', bytes: tinyDicom({ patient: 'Z', study: `1.${serial}`, instance: `1.${serial}.1` }) }]),
    );
    const url = `file://${join(folder, 'p')}/a%201.dcm`;
    const [labels, problems] = await imported(
      folder,
      `path,label\n${url},x\n.\\p\\b.dcm,y\nD:\\study 7\\root\\q\\c.dcm,z\ncd.zip\\X\\1,w\n`,
    );
    expect([problems, uids.map((uid) => labels[uid]), labels[`1.${serial}.1`]]).toEqual([[], ['x', 'y', 'z'], 'w']);
  });

  test('that begins with a slash and is nowhere begins at a folder here', async () => {
    const folder = root();
    const uids = [image(folder, 'p1/a.dcm'), image(folder, 'p2/b.dcm')];
    const [labels, problems] = await imported(folder, 'path,label\n/p1/a.dcm,x\n\\p2\\b.dcm,y\n');
    expect([labels, problems]).toEqual([{ [uids[0] ?? '']: 'x', [uids[1] ?? '']: 'y' }, []]);
  });

  test('of another computer is not found by its bare name, which may be anybody’s', async () => {
    const folder = root();
    const uid = image(folder, '1.dcm');
    const [labels, problems] = await imported(folder, 'path,label\nD:\\p1\\1.dcm,x\nD:\\p2\\1.dcm,y\n');
    expect([labels, problems.length]).toEqual([{ [uid]: null }, 2]);
    expect((await imported(folder, 'path,label\nfile:///D:/p1/1.dcm,x\n'))[0]).toEqual({ [uid]: null });
    expect((await imported(folder, 'path,label\nfile:///D:/root/1.dcm,x\n'))[0]).toEqual({ [uid]: 'x' });
  });

  test('of a pseudonymised import is found in both Unicode forms', async () => {
    const folder = root();
    const uid = image(folder, `${nfd}.dcm`);
    const library = temporaryLibrary();
    const labels = put(folder, '../labels.csv', `path,label\n${nfc}.dcm,x\n`);
    await importPaths(testContext(library), { paths: [folder], dataset: 'd', labels, pseudonymise: true });
    expect(labelsOf(library)).toEqual({ [uid]: 'x' });
  });
});

describe('labels alone', () => {
  test('come without their images, with paths below any folder above them; no image is read', async () => {
    const folder = temporaryFolder();
    const uids = [image(folder, 'set/p1/a.dcm'), image(folder, 'set/p2/b.dcm')];
    const library = temporaryLibrary();
    await importPaths(testContext(library), { paths: [join(folder, 'set')], dataset: 'd' });
    const labels = put(temporaryFolder(), 'labels.csv', 'path,label\np1/a.dcm,x\nset/p2/b.dcm,y\n');
    const report = await importPaths(testContext(library), { dataset: 'd', labels });
    expect(report).toMatchObject({ total: 0, labels: { applied: 2, problems: [] } });
    expect(labelsOf(library)).toEqual({ [uids[0] ?? '']: 'x', [uids[1] ?? '']: 'y' });
  });

  test('go out as a file that changes nothing when it is read back, whatever level they are about', async () => {
    for (const [column, label] of [
      ['patientID', 'größer, "5" mm'],
      ['studyInstanceUID', 'x'],
      ['sopInstanceUID', 'x'],
    ] as const) {
      const folder = temporaryFolder();
      const uid = image(folder, 'a.dcm', '00017');
      image(folder, 'b.dcm', '17');
      const key = { patientID: '00017', studyInstanceUID: uid.slice(0, -2), sopInstanceUID: uid }[column];
      const library = temporaryLibrary();
      const context = testContext(library);
      const labels = put(folder, 'labels.csv', `${column},label,split\n${key},"${label.replaceAll('"', '""')}",test\n`);
      await importPaths(context, { paths: [folder], dataset: 'd', labels });
      const out = join(folder, 'out.csv');
      expect(exportLabels(context, { dataset: 'd', out })).toEqual({ rows: 1, column });
      const preview = await previewLabels(context, { labels: out, dataset: 'd' });
      expect(preview).toMatchObject({ refusedRows: 0, changes: { new: 0, same: 1, changed: 0 } });
      const { labels: report, splits } = await importPaths(context, { labels: out, dataset: 'd', rowRule: 'all' });
      expect([report, splits]).toMatchObject([{ unchanged: 1, applied: 0, changed: 0 }, { test: 1 }]);
      expect(labelsOf(library)[uid]).toBe(label);
      const id = instanceByUid(library.db, uid)?.id;
      if (column === 'sopInstanceUID' && id !== undefined)
        expect(labelHistory(library.db, 1, { kind: 'instance', id })).toHaveLength(1);
    }
  });

  test('go out so that a spreadsheet runs none of them, and read back nevertheless; a file of before is replaced whole', async () => {
    const folder = temporaryFolder();
    image(folder, 'a.dcm', '=HYPERLINK("x")');
    image(folder, 'b.dcm', '-12');
    const library = temporaryLibrary();
    const context = testContext(library);
    const labels = put(folder, 'in.csv', 'patientID,label\n"=HYPERLINK(""x"")",+\n-12,@b\n');
    await importPaths(context, { paths: [folder], dataset: 'd', labels });
    const out = put(folder, 'out.csv', 'of before');
    // A second name of the file that is there: what writes into it, and stops half-way, has lost it.
    linkSync(out, join(folder, 'kept.csv'));
    exportLabels(context, { dataset: 'd', out });
    expect(readFileSync(join(folder, 'kept.csv'), 'utf8')).toBe('of before');
    expect(readFileSync(out, 'utf8')).toBe('\ufeffpatientID,label\n"\'=HYPERLINK(""x"")",+\n-12,\'@b\n');
    const preview = await previewLabels(context, { labels: out, dataset: 'd' });
    expect(preview).toMatchObject({ refusedRows: 0, changes: { new: 0, same: 2, changed: 0 } });
  });

  test('that stand on several levels go out image by image', async () => {
    const folder = temporaryFolder();
    const uids = [image(folder, 'a.dcm', 'A'), image(folder, 'b.dcm', 'B')];
    const context = testContext(temporaryLibrary());
    const first = put(folder, 'first.csv', 'patientID,label\nA,x\n');
    await importPaths(context, { paths: [folder], dataset: 'd', labels: first });
    await importPaths(context, {
      dataset: 'd',
      labels: put(folder, 'second.csv', `studyInstanceUID,label\n${uids[1]?.slice(0, -2)},y\n`),
    });
    const out = join(folder, 'out.csv');
    expect(exportLabels(context, { dataset: 'd', out })).toEqual({ rows: 2, column: 'sopInstanceUID' });
    expect(readFileSync(out, 'utf8')).toBe(`\ufeffsopInstanceUID,label\n${uids[0]},x\n${uids[1]},y\n`);
  });
});
