/** The field case 28: archives as hospitals and colleagues send them. */
import { describe, expect, test } from 'vitest';
import { readInstance } from '../../../core/services/files/files.ts';
import { readMember } from '../../../core/services/files/zip.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { datasetByName, filesOfInstance, type Library, labelledInstances } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { makeZip } from '../../support/zip-file.ts';

const name = '28-zip-variants';

async function imported(library: Library, file: string, labels?: string) {
  const options = { paths: [file], dataset: 'd', ...(labels === undefined ? {} : { labels }) };
  const report = await importPaths(testContext(library), options);
  // Nothing dropped without a line of its own.
  expect(report.leftOut).toHaveLength(report.skipped);
  return report;
}

const kept = (library: Library) => labelledInstances(library.db, datasetByName(library.db, 'd')?.id ?? 0);

describe.skipIf(!hasCases)('archives of the field (needs the field cases)', () => {
  test('nested.zip: the two images of the inner archive are read, and found again later', async () => {
    const library = temporaryLibrary();
    const report = await imported(library, casePath(name, 'nested.zip'));
    expect([report.imported, report.skipped]).toEqual([2, 0]);
    for (const { instanceId } of kept(library)) {
      const [file] = filesOfInstance(library.db, instanceId);
      expect(file?.member).toMatch(/^study\.zip\//);
      expect((await readInstance(library, instanceId)).length).toBeGreaterThan(1000);
    }
    const again = await imported(library, casePath(name, 'nested.zip'));
    expect([again.imported, again.alreadyThere]).toEqual([0, 2]);
  });

  test('password.zip: named by member, as encrypted, with what to do', async () => {
    const report = await imported(temporaryLibrary(), casePath(name, 'password.zip'));
    expect(report.imported).toBe(0);
    expect(report.leftOut).toHaveLength(2);
    for (const { path, message, action } of report.leftOut) {
      expect(path).toMatch(/study\/…?\d?\.dcm$/);
      expect([message, action]).toEqual([expect.stringContaining('encrypted'), expect.stringContaining('password')]);
    }
  });

  test('cp437.zip: names of Windows are read, and both labels find their picture', async () => {
    const library = temporaryLibrary();
    const report = await imported(library, casePath(name, 'cp437.zip'), casePath(name, 'labels.csv'));
    expect([report.imported, report.labels.applied, report.labels.problems]).toEqual([2, 2, []]);
    expect(
      kept(library)
        .map(({ label }) => label)
        .sort(),
    ).toEqual(['A', 'B']);
  });

  test('deflate64.zip: named by member with the method', async () => {
    const report = await imported(temporaryLibrary(), casePath(name, 'deflate64.zip'));
    expect(report.leftOut).toHaveLength(2);
    for (const { message, action } of report.leftOut) {
      expect([message, action]).toEqual([expect.stringContaining('Deflate64'), expect.stringContaining('Unpack')]);
    }
  });
});

describe('archives in archives', () => {
  const image = (instance: string) =>
    tinyDicom({ patient: `P${instance}`, study: `1.${instance}`, instance: `1.${instance}.1` });
  const plain = (files: Readonly<Record<string, Uint8Array>>) =>
    makeZip(Object.entries(files).map(([member, bytes]) => ({ name: member, bytes })));

  test('one is read, one deeper is named with the remedy, and neither hides what lies beside it', async () => {
    const library = temporaryLibrary();
    const deep = plain({ 'deep.dcm': image('3') });
    const inner = plain({ 'x/inner.dcm': image('2'), 'third.zip': deep });
    const file = put(
      temporaryFolder(),
      'outer.ZIP',
      plain({ 'inner.zip': inner, 'outer.dcm': image('1'), 'b.zip': Buffer.from('no archive') }),
    );
    const report = await imported(library, file);
    expect(report.imported).toBe(2);
    const left = report.leftOut.map(({ message, action }) => `${message} ${action}`);
    expect(left).toHaveLength(2);
    expect(left[0]).toContain('Unpack the outer archives');
    const member = await readMember(file, 'inner.zip/x/inner.dcm');
    expect(Buffer.from(member).equals(Buffer.from(image('2')))).toBe(true);
    await expect(readMember(file, 'inner.zip/x/none.dcm')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('a damaged one and one that lies about its size are named, and the rest is read', async () => {
    const library = temporaryLibrary();
    const cut = plain({ 'a.dcm': image('4') }).subarray(0, 60);
    const bomb = makeZip([{ name: 'bomb.dcm', bytes: image('5'), claimedBytes: 2 ** 31 - 1 }]);
    const file = put(temporaryFolder(), 'outer.zip', plain({ 'cut.zip': cut, 'bomb.zip': bomb, 'c.dcm': image('6') }));
    const report = await imported(library, file);
    expect(report.imported).toBe(1);
    expect(report.leftOut.map(({ code }) => code)).toEqual(['FILE_UNREADABLE', 'TOO_LARGE']);
  });

  test('names that macOS writes as UTF-8 without saying so are read as they are meant', async () => {
    const library = temporaryLibrary();
    const folder = temporaryFolder();
    const archive = makeZip([{ name: 'Schädel/größe.dcm', bytes: image('7'), flags: 0 }]);
    const file = put(folder, 'mac.zip', archive);
    const labels = put(folder, 'labels.csv', 'path,label\nmac.zip/Schädel/größe.dcm,A\n');
    const report = await imported(library, file, labels);
    expect([report.imported, report.labels.applied]).toEqual([1, 1]);
    // As a library of before remembers the member.
    expect((await readMember(file, 'Sch├ñdel/gr├╢├ƒe.dcm')).length).toBeGreaterThan(100);
  });
});
