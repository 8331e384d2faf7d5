/** What an import asks and warns of before it is too late: columns that look like a split, classes of which nobody said which is positive. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importLines } from '../../../../core/cli/commands/import.ts';
import { labelLines, previewLines } from '../../../../core/cli/label-lines.ts';
import { noteLines } from '../../../../core/cli/note-lines.ts';
import { type ImportOptions, labelProblemLimit } from '../../../../core/contract/index.ts';
import { encodePng } from '../../../../core/images/index.ts';
import { lookAtFolderClasses } from '../../../../core/services/import/folder-classes.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { listDatasets } from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

/** Four images of a patient each, in `studies`. */
function images(): { folder: string; paths: string[] } {
  const folder = temporaryFolder();
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries())
    put(folder, `studies/${name}.dcm`, tinyDicom({ patient: `P${i}`, study: `1.${i + 1}`, instance: `1.${i + 1}.1` }));
  return { folder, paths: [join(folder, 'studies')] };
}

test('a column that speaks of training and test and is not used is warned of, in preview and import', async () => {
  const { folder, paths } = images();
  const context = testContext(temporaryLibrary());
  const text = 'file,label,fold\na.dcm,normal,train\nb.dcm,lesion,holdout\nc.dcm,normal,train\nd.dcm,lesion,test\n';
  const labels = put(folder, 'labels.csv', text);
  const preview = await previewLabels(context, { labels, dataset: 'd', paths });
  expect(preview.columns[2]).toEqual({ name: 'fold', meaning: null, why: 'split-words', words: ['train', 'test'] });
  expect(previewLines(preview).join('\n')).toContain(
    'Warning: the column "fold" holds "train", "test" and would not be used',
  );
  const report = await importPaths(context, { labels, dataset: 'd', paths });
  expect(report.notes).toContainEqual({
    code: 'splitColumnUnused',
    values: { columns: '"fold" ("train", "test")', count: 1 },
  });
  const said = noteLines(report.notes).join('\n');
  expect(said).toContain(
    'Warning: the column "fold" ("train", "test") of the labels file speaks of training and test and was not used',
  );
  expect(said).toContain('call the column "split"');

  // What the warning asks for works.
  put(folder, 'labels.csv', text.replace('fold', 'split').replace('holdout', 'test'));
  const again = await importPaths(context, { labels, dataset: 'd', paths });
  expect([again.splits, again.notes.some(({ code }) => code === 'splitColumnUnused')]).toEqual([
    { train: 2, val: 0, test: 2 },
    false,
  ]);
});

test('classes whose names do not tell which is positive are asked about with the import, and no longer when it was said', async () => {
  const { folder, paths } = images();
  const context = testContext(temporaryLibrary());
  const labels = put(folder, 'labels.csv', 'file,label\na.dcm,type A\nb.dcm,type B\nc.dcm,type A\nd.dcm,type B\n');
  const preview = await previewLabels(context, { labels, dataset: 'd', paths });
  expect(preview.positive).toEqual({ names: ['type A', 'type B'], name: 'type B', source: 'alphabet' });
  expect(previewLines(preview).join('\n')).toContain('Nothing in the names "type A" and "type B" tells which');
  const report = await importPaths(context, { labels, dataset: 'd', paths });
  expect(report.notes).toContainEqual({
    code: 'positiveGuessed',
    values: { name: 'type B', other: 'type A', dataset: 'd' },
  });
  expect(noteLines(report.notes).join('\n')).toContain('sidelight classes "d" --positive NAME');

  expect(await previewLabels(context, { labels, dataset: 'd', paths, positive: 'type A' })).toMatchObject({
    positive: { name: 'type A', source: 'chosen' },
    blocked: null,
  });
  const wrong = await previewLabels(context, { labels, dataset: 'd', paths, positive: 'type a' });
  expect(wrong.blocked?.action).toBe('Write it as it is written there: "type A".');
  const said = await importPaths(context, { labels, dataset: 'd', paths, positive: 'type A' });
  expect(said.notes.map(({ code }) => code)).not.toContain('positiveGuessed');
  // Of names that tell nothing is asked.
  put(folder, 'labels.csv', 'file,label\na.dcm,normal\nb.dcm,lesion\nc.dcm,normal\nd.dcm,lesion\n');
  const clear = await importPaths(context, { labels, dataset: 'clear', paths });
  expect(clear.notes.map(({ code }) => code)).not.toContain('positiveGuessed');
});

/** Pictures in class folders of these names, in training and test. */
function classFolders(...names: string[]): { paths: string[] } {
  const folder = temporaryFolder();
  for (const [i, name] of names.entries())
    for (const split of ['train', 'test'])
      put(
        folder,
        `${split}/${name}/${i}.dcm`,
        tinyDicom({ patient: `${split}${i}`, study: `2.${i}.${split.length}`, instance: `2.${i}.${split.length}.1` }),
      );
  return { paths: [folder] };
}

test('with class folders, a positive class that is none and names that differ in case are refused before a file is read', async () => {
  const context = testContext(temporaryLibrary());
  const { paths } = classFolders('normal', 'lesion');
  const wrong = await appErrorFrom(importPaths(context, { paths, dataset: 'd', positive: 'lesoin' }));
  expect([wrong.code, wrong.action]).toEqual(['BAD_INPUT', 'Name one of these.']);
  const twice = classFolders('Benign', 'benign', 'malignant');
  const asked = await appErrorFrom(importPaths(context, { ...twice, dataset: 'd' }));
  expect([asked.code, asked.message]).toEqual([
    'LABELS_INVALID',
    'The layout of class folders has names of classes that differ only in small and capital letters (or in the kind of their dashes): "Benign" (2 files), "benign" (2 files). Nothing was imported.',
  ]);
  expect(lookAtFolderClasses(context.library.db, { ...twice, dataset: 'd' })).toMatchObject({
    classes: [
      { name: 'Benign', files: 2 },
      { name: 'malignant', files: 2 },
      { name: 'benign', files: 2 },
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    caseQuestions: [{ suggestion: 'Benign' }],
    positive: null,
  });
  const grades = { ...classFolders('0', '1'), dataset: 'g', target: 'grade' as const, classes: ['0', '1'] };
  expect((await appErrorFrom(importPaths(context, { ...grades, positive: '1' }))).message).toContain('asks for grades');
  const labels = put(temporaryFolder(), 'labels.csv', 'patientID,label\ntrain0,0\n');
  const file = await appErrorFrom(importPaths(context, { ...grades, labels, positive: '1' }));
  expect(file.message).toContain('asks for grades');
  const findings = { ...classFolders('no', 'yes'), dataset: 'f', target: 'finding' as const, classes: ['mass'] };
  expect((await appErrorFrom(importPaths(context, { ...findings, positive: 'mass' }))).message).toContain(
    'asks for findings',
  );
  const none = await appErrorFrom(importPaths(context, { paths: images().paths, dataset: 'n', positive: 'lesion' }));
  expect(none.message).toContain('has no classes yet');
  // Nothing of all this has written anything.
  expect([listDatasets(context.library.db), context.library.db.all('SELECT id FROM instances')]).toEqual([[], []]);

  const done = await importPaths(context, { paths, dataset: 'd', positive: 'lesion' });
  expect(done.labels.applied).toBe(4);
  const merged = await importPaths(context, { ...twice, dataset: 'e', mergeCase: true });
  expect(merged.labels.merged).toEqual([{ from: 'benign', to: 'Benign', rows: 2 }]);
});

test('an import says what helps next: labels where there are none, training where there are; nothing that was answered is advised', async () => {
  const folder = temporaryFolder();
  for (let i = 0; i < 4; i += 1) {
    const pixels = Uint8Array.from({ length: 16 * 16 }, (_, at) => (at * (i + 3)) % 251);
    put(folder, `pics/${i}.png`, encodePng(pixels, { width: 16, height: 16, channels: 1 }, 6));
  }
  const context = testContext(temporaryLibrary());
  const importing = async (options: Partial<ImportOptions> = {}): Promise<string> => {
    const report = await importPaths(context, { paths: [join(folder, 'pics')], dataset: 'd', ...options });
    return importLines(report, undefined).join('\n');
  };
  const bare = await importing();
  expect(bare).toContain('The data set now has 4 patients, 4 pictures.\n');
  expect(bare).toContain('Next: labels, with the same command and --labels FILE.csv');
  const csv = (...rows: string[]) => put(folder, 'labels.csv', `file,patientID,label\n${rows.join('\n')}\n`);
  const labelled = await importing({ labels: csv('0.png,A,normal', '1.png,A,lesion') });
  expect(labelled).toContain('3 patients, 4 pictures; 2 of them with a label.');
  expect(labelled).toContain('Patients by the labels file: 2 studies or pictures of 1 patient are filed by it');
  expect(labelled).toContain('take back: sidelight patients d --take-back');
  // The same again without labels: they are there.
  const again = await importing({ patients: 'picture' });
  expect(again).toContain('Next: sidelight train d');
  expect(again).not.toContain('Next: labels');
  expect(again).toContain('2 of the data set keep the patient whom a labels file gave');
  expect(again).not.toContain('give a column patientID');
  const labels = csv('0.png,A,normal', '1.png,A,lesion', '2.png,B,normal', '3.png,C,lesion');
  expect(await importing({ labels })).not.toContain('each its own patient');
});

test('a report keeps the first problems of a long labels file and counts them all', async () => {
  const { folder, paths } = images();
  const context = testContext(temporaryLibrary());
  const rows = Array.from({ length: 2000 }, (_, i) => `${i}.gone,normal`);
  const labels = put(folder, 'labels.csv', `file,label\na.dcm,normal\n${rows.join('\n')}\n`);
  const report = await importPaths(context, { labels, dataset: 'd', paths, rowRule: 'usable' });
  expect([report.labels.problems.length, report.labels.refusedRows]).toEqual([labelProblemLimit, 2000]);
  expect(labelLines(report).join('\n')).toContain('2,000 problems');
  const refused = await appErrorFrom(importPaths(context, { labels, dataset: 'd', rowRule: 'all' }));
  expect([refused.message.startsWith('The labels file has 2000 problems: row 3'), refused.details?.['count']]).toEqual([
    true,
    2000,
  ]);
  expect(refused.details?.['problems']).toHaveLength(labelProblemLimit);
  expect(refused.action).toContain('--rows usable');
});

test('a target that is not the data set’s is refused before the labels file is read, by import and preview alike', async () => {
  const { folder, paths } = images();
  const context = testContext(temporaryLibrary());
  await importPaths(context, { dataset: 'd', paths });
  const labels = put(folder, 'f.csv', 'path;Edema;Mass\nstudies/a.dcm;1;0\nstudies/b.dcm;0;1\n');
  const asked = { dataset: 'd', labels, paths, target: 'finding' as const };
  const refused = {
    code: 'BAD_INPUT',
    message: expect.stringMatching(/^Data set "d" asks for "class" .*; the import asks for "finding" /),
  };
  expect(await appErrorFrom(importPaths(context, asked))).toMatchObject(refused);
  expect(await appErrorFrom(previewLabels(context, asked))).toMatchObject(refused);
});

test.each([
  [
    'studyInstanceUID',
    'uid,finding',
    ['1.1', '1.2', '1.3', '1.4'],
    'Columns: uid as studyInstanceUID, finding as label.',
  ],
  ['file-name', 'uid,finding', ['a', 'b', 'c', 'd'], 'Columns: uid as path, finding as label.'],
] as const)(
  'a preview says of the column that names the images what it holds: %s',
  async (keys, header, names, told) => {
    const { folder, paths } = images();
    const rows = names.map((name, i) => `${name},${i % 2 === 0 ? 'normal' : 'lesion'}`);
    const labels = put(folder, 'labels.csv', [header, ...rows].join('\n'));
    const reading = { keyColumn: 'uid', keys, labelColumn: 'finding' };
    const preview = await previewLabels(testContext(temporaryLibrary()), { labels, dataset: 'd', paths, reading });
    expect([preview.refusedRows, preview.columns[0]?.meaning]).toEqual([0, keys === 'file-name' ? 'path' : keys]);
    expect(previewLines(preview)).toContain(told);
  },
);
