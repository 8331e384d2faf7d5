/** Folders of classes that are not laid out as train/CLASS below the folder that was given: a download one folder further down, and no parts at all. */
import { expect, test } from 'vitest';
import { encodePng } from '../../../core/images/index.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { makeZip } from '../../support/zip-file.ts';

function pictures(folder: string, where: readonly string[], each = 3): void {
  for (const [k, place] of where.entries()) {
    for (let i = 0; i < each; i++) {
      put(folder, `${place}/image (${i}).png`, picture(k * 16 + i));
    }
  }
}

function picture(seed: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 64 }, (_, at) => (at * 4 + seed) % 256);
  return encodePng(bytes, { width: 8, height: 8, channels: 1 }, 6);
}

async function unused(where: readonly string[], extra: object = {}) {
  const folder = temporaryFolder();
  pictures(folder, where);
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd', ...extra });
  return {
    labels: report.labels.applied,
    notes: report.notes.filter(({ code }) => code === 'classFoldersUnused').map(({ values }) => values),
  };
}

const classes = ['train/NORMAL', 'train/PNEUMONIA', 'test/NORMAL', 'test/PNEUMONIA'];

test('one folder or two further down: said, with the folder to import; where they are found, nothing is', async () => {
  const below = classes.map((name) => `chest_xray/${name}`);
  expect(await unused(below)).toEqual({ labels: 0, notes: [{ folder: 'chest_xray', folders: 1 }] });
  const deeper = below.map((name) => `archive/${name}`);
  expect((await unused(deeper)).notes).toEqual([{ folder: 'archive/chest_xray', folders: 1 }]);
  expect(await unused(classes)).toEqual({ labels: 12, notes: [] });
});

test('in an archive: said, with what to do', async () => {
  const folder = temporaryFolder();
  const of = (parts: readonly string[]) =>
    parts.flatMap((part) =>
      ['A', 'B'].map((name, i) => ({ name: `set/${part}/${name}/1.png`, bytes: picture(i + part.length) })),
    );
  put(folder, 'set.zip', makeZip(of(['train', 'test'])));
  put(folder, 'one.zip', makeZip(of(['training'])));
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
  expect(report.notes.filter(({ code }) => code === 'classFoldersUnused').map(({ values }) => values)).toEqual([
    { folder: 'set.zip', folders: 1, isArchive: 1 },
  ]);
});

test('folders beside each other without parts may be classes; cases, and sets with a labels file, are none', async () => {
  expect(await unused(['NORMAL', 'PNEUMONIA'])).toEqual({ labels: 0, notes: [{ folder: '', folders: 2 }] });
  expect((await unused(['patient001', 'patient002'])).notes).toEqual([]);
  expect((await unused(['2024-001', '2024-002'])).notes).toEqual([]);
  expect((await unused(['images', 'masks'])).notes).toEqual([]);
  expect((await unused(['NORMAL'])).notes).toEqual([]);
  expect((await unused(['Meier', 'Huber'], { patients: 'folder' })).notes).toEqual([]);
});

test('what the words propose makes classes of them', async () => {
  const folder = temporaryFolder();
  pictures(folder, ['NORMAL', 'PNEUMONIA']);
  const labels = put(folder, 'labels.csv', 'folder,label\nNORMAL,normal\nPNEUMONIA,pneumonia\n');
  const reading = { keyColumn: 'folder', keys: 'folder' as const };
  const given = { paths: [folder], dataset: 'd', labels, reading };
  const report = await importPaths(testContext(temporaryLibrary()), given);
  expect([report.labels.applied, report.labels.problems, report.labelled]).toEqual([6, [], 6]);
  expect(report.notes.map(({ code }) => code)).not.toContain('classFoldersUnused');
});
