/** Findings and quantities in labels files: read by options and by our own columns, refused where they do not fit, out again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../../../core/contract/index.ts';
import { exportStudies } from '../../../../core/services/export/export.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { exportLabels } from '../../../../core/services/import/labels-export.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import {
  answeredInstances,
  datasetByName,
  type Library,
  listDatasets,
  questionsOf,
} from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { picture, publicLabels, writePublic } from '../../../support/public-labels.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

/** What is said in a data set, by image and question. */
function answersOf({ db }: Library, name = 'd'): Record<string, Record<string, string | null>> {
  const id = datasetByName(db, name)?.id ?? 0;
  const questions = questionsOf(db, id).flatMap((question) => question ?? []);
  return Object.fromEntries(
    answeredInstances(db, id, questions).map(({ sopInstanceUID, answers }) => [
      sopInstanceUID,
      Object.fromEntries(questions.map((question, k) => [question, answers[k] ?? null])),
    ]),
  );
}

/** DICOM files a, b, c … of their own patients; gives their folder. */
function images(folder: string, ...names: string[]): string {
  names.forEach((name, n) => {
    const file = tinyDicom({ patient: `P${n + 1}`, study: `1.${n + 1}`, instance: `1.${n + 1}.1`, grey: 50 + n });
    put(folder, `images/${name}`, file);
  });
  return join(folder, 'images');
}

describe('options', () => {
  test('read a column a finding by file names, with values, readers, patients and split', async () => {
    const folder = temporaryFolder();
    const paths = [images(folder, 'x/a.dcm', 'y/b.dcm')];
    const labels = put(
      folder,
      'labels.csv',
      'img;who;Edema;Mass;part;subject\na;anna;yes;?;training;S1\nb;anna;no;yes;dev;S2\na;ben;no;?;training;S1\n',
    );
    const context = testContext(temporaryLibrary());
    const reading: ImportOptions['reading'] = {
      keyColumn: 'img',
      keys: 'file-name',
      findingColumns: ['Edema', 'Mass'],
      values: [
        { word: 'yes', means: 'present' },
        { word: 'no', means: 'absent' },
        { word: '?', means: 'uncertain' },
      ],
      readerColumn: 'who',
      splitColumn: 'part',
      patientColumn: 'subject',
    };
    const options = { dataset: 'd', labels, paths, reading };
    const preview = await previewLabels(context, options);
    expect(preview.findings).toEqual([
      { name: 'Edema', present: 1, absent: 2, uncertain: 0, unknown: 0 },
      { name: 'Mass', present: 1, absent: 0, uncertain: 2, unknown: 0 },
    ]);
    // Of findings, none is the positive class of another.
    expect(preview.positive).toBeNull();
    const report = await importPaths(context, options);
    expect(report).toMatchObject({ patients: 2, splits: { train: 1, val: 1, test: 0 }, labels: { applied: 6 } });
    // Anna and Ben disagree about the edema of the first.
    expect(answersOf(context.library)).toEqual({
      '1.1.1': { Edema: null, Mass: 'uncertain' },
      '1.2.1': { Edema: 'absent', Mass: 'present' },
    });
  });

  test('read several findings of one cell: what is not named is absent', async () => {
    const folder = temporaryFolder();
    const paths = [images(folder, 'a.dcm', 'b.dcm')];
    const labels = put(folder, 'labels.csv', 'path,label\nimages/a.dcm,Edema|Mass\nimages/b.dcm,Mass\n');
    const context = testContext(temporaryLibrary());
    await importPaths(context, { dataset: 'd', labels, paths, reading: { separator: '|' } });
    expect(answersOf(context.library)).toEqual({
      '1.1.1': { Edema: 'present', Mass: 'present' },
      '1.2.1': { Edema: 'absent', Mass: 'present' },
    });
  });

  test('a name that fits two files is refused with both; the end of a path tells them apart', async () => {
    const folder = temporaryFolder();
    const paths = [images(folder, 'left/1.dcm', 'right/1.dcm')];
    const context = testContext(temporaryLibrary());
    const labels = (text: string) => put(folder, 'labels.csv', text);
    const byName = { keyColumn: 'f', keys: 'file-name', labelColumn: 'l' } as const;
    const report = await importPaths(context, { dataset: 'd', labels: labels('f,l\n1,x\n'), paths, reading: byName });
    expect(report.labels).toMatchObject({ applied: 0, refusedRows: 1 });
    expect(report.labels.problems[0]?.message).toMatch(/fits 2 files \(.*left\/.*right\/.*\)|fits 2 files/);
    const byEnd = { ...byName, keys: 'path-end' } as const;
    const text = 'f,l\nset/left/1.dcm,x\nset/right/1,y\n';
    const again = await importPaths(context, { dataset: 'e', labels: labels(text), paths, reading: byEnd });
    expect(again.labels).toMatchObject({ applied: 2, refusedRows: 0 });
  });
});

describe('bad input', () => {
  test('the two files of MIMIC-CXR in the other order are told, with what to write', async () => {
    const mimic = publicLabels.find(({ profile }) => profile === 'mimic-cxr');
    if (mimic === undefined) throw new Error('there is such a set');
    const folder = temporaryFolder();
    const { labels, images: paths } = writePublic(folder, mimic);
    const split = join(folder, 'labels', mimic.second?.file ?? '');
    const context = testContext(temporaryLibrary());
    const options = { dataset: 'd', labels: split, paths: [paths] };
    const swapped = await appErrorFrom(
      importPaths(context, { ...options, reading: { profile: 'auto', secondFile: labels } }),
    );
    expect(swapped.message).toContain('in the other order');
    expect(swapped.action).toContain('--labels mimic-cxr-2.0.0-chexpert.csv --second-file mimic-cxr-2.0.0-split.csv');
    const alone = await appErrorFrom(importPaths(context, { ...options, reading: { profile: 'mimic-cxr' } }));
    expect(alone.message).toContain('This is the second file of MIMIC-CXR');
  });

  const chexpert = publicLabels.find(({ profile }) => profile === 'chexpert');
  const covidx = publicLabels.find(({ profile }) => profile === 'covidx');

  /** Imports a text about two images; gives the error, after having seen that nothing was labelled. */
  async function refusal(text: string, reading: ImportOptions['reading'], more: Partial<ImportOptions> = {}) {
    const folder = temporaryFolder();
    const context = testContext(temporaryLibrary());
    const labels = put(folder, 'labels.csv', text);
    const options = {
      dataset: 'd',
      labels,
      paths: [images(folder, 'a.dcm', 'b.dcm')],
      rowRule: 'all' as const,
      ...more,
    };
    const error = await appErrorFrom(
      importPaths(context, { ...options, ...(reading === undefined ? {} : { reading }) }),
    );
    expect(listDatasets(context.library.db).flatMap(({ classes }) => classes)).toEqual([]);
    return error;
  }

  test('a column of classes that was named, with several findings in a cell', async () => {
    const reading = { keyColumn: 'f', labelColumn: 'l' };
    const error = await refusal('f,l\na,Mass;Edema\nb,Mass\n', reading);
    expect(error.message).toContain('"Mass;Edema" (row 2) is several findings of one image in one cell');
  });

  test('a cell that is no value of the column', async () => {
    const reading = { findingColumns: ['Edema'] };
    expect(await refusal('path,Edema\nimages/a.dcm,1\nimages/b.dcm,-1\n', reading)).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringContaining('row 3: column "Edema" has "-1", which is none of 1 (present), 0 (absent)'),
    });
  });

  test('a finding column with no known value', async () => {
    const reading = { findingColumns: ['Edema', 'Mass'] };
    expect(await refusal('path,Edema,Mass\nimages/a.dcm,1,\nimages/b.dcm,0,\n', reading)).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringContaining('No row says anything of the finding "Mass"'),
    });
  });

  test('a column that is not there', async () => {
    const reading = { findingColumns: ['Edema', 'Oedema'] };
    expect(await refusal('path,Edema\nimages/a.dcm,1\n', reading)).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringContaining('there is no column "Oedema"; the columns are "path", "Edema"'),
    });
  });

  test('two profiles that fit, and a profile that does not', async () => {
    const [header = '', row = ''] = chexpert?.text.split('\n') ?? [];
    const both = `subject_id,study_id,${header}\n1,2,${row}\n`;
    for (const reading of [undefined, { profile: 'auto' }]) {
      expect(await refusal(both, reading)).toMatchObject({
        code: 'LABELS_INVALID',
        message: expect.stringContaining('fits the profiles of CheXpert and MIMIC-CXR'),
        action: expect.stringContaining('--profile chexpert or --profile mimic-cxr'),
      });
    }
    expect(await refusal(chexpert?.text ?? '', { profile: 'padchest' })).toMatchObject({
      message: expect.stringContaining('is not that of PadChest'),
      action: expect.stringContaining('--profile chexpert'),
    });
    expect(await refusal(chexpert?.text ?? '', { profile: 'checkpert' })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refusal('path,label\nimages/a.dcm,x\n', { profile: 'auto' })).toMatchObject({
      message: expect.stringContaining('that of no profile'),
    });
  });

  test('a class data set given findings, and a findings data set given classes', async () => {
    expect(await refusal(chexpert?.text ?? '', { profile: 'chexpert' }, { target: 'class' })).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringContaining('gives findings'),
    });
    expect(await refusal(covidx?.text ?? '', { profile: 'covidx' }, { target: 'finding' })).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringContaining('gives classes'),
    });
    expect(await refusal('path,label\nimages/a.dcm,x\n', undefined, { target: 'finding' })).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringContaining('no column of the labels file is one'),
    });
    expect(
      await refusal('path,label\nimages/a.dcm,x\n', { labelColumn: 'label' }, { target: 'finding' }),
    ).toMatchObject({
      message: expect.stringContaining('holds one word an image'),
    });
  });

  test('keys by the names of files, where the library keeps none', async () => {
    const reading = { keyColumn: 'f', keys: 'file-name', labelColumn: 'l' } as const;
    expect(await refusal('f,l\na,x\n', reading, { pseudonymise: true })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('keeps no names of files'),
    });
  });

  test('options that say two things, or nothing of a column', async () => {
    const text = 'img,a,b\na,1,0\n';
    for (const [reading, message] of [
      [{ keyColumn: 'img', labelColumn: 'a', findingColumns: ['b'] }, '--label-column and --finding-columns'],
      [{ keyColumn: 'img' }, 'No column says what the labels are; the columns are "img", "a", "b".'],
      [{ labelColumn: 'a' }, 'No column names the image'],
      [
        { keyColumn: 'img', labelColumn: 'a', values: [{ word: '1', means: 'present' as const }] },
        '--values says what',
      ],
      [{ keyColumn: 'img', labelColumn: 'a', secondFile: 'x.csv' }, 'A second file was named'],
    ] as const) {
      expect(await refusal(text, reading as ImportOptions['reading'])).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining(message),
      });
    }
    const values = { profile: 'covidx', values: [{ word: '1', means: 'present' as const }] };
    expect(await refusal(covidx?.text ?? '', values)).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('one file of a set of two, and the other', async () => {
    const mimic = publicLabels.find(({ profile }) => profile === 'mimic-cxr');
    expect(await refusal(mimic?.text ?? '', { profile: 'mimic-cxr' })).toMatchObject({
      message: expect.stringContaining('mimic-cxr-2.0.0-split.csv'),
      action: expect.stringContaining('--second-file'),
    });
    expect(await refusal(mimic?.second?.text ?? '', undefined)).toMatchObject({
      message: expect.stringContaining('second file of MIMIC-CXR'),
    });
  });
});

test('a file that gzip made smaller is read as it is published', async () => {
  const folder = temporaryFolder();
  const set = publicLabels.find(({ profile }) => profile === 'mimic-cxr');
  if (set === undefined) throw new Error('there is MIMIC-CXR');
  const { images: pictures } = writePublic(folder, set);
  const labels = put(folder, `packed/${set.file}.gz`, gzipSync(set.text));
  put(folder, `packed/${set.second?.file}.gz`, gzipSync(set.second?.text ?? ''));
  const context = testContext(temporaryLibrary());
  const report = await importPaths(context, { dataset: 'd', labels, paths: [pictures], reading: { profile: 'auto' } });
  expect(report.labels).toMatchObject({ refusedRows: 0, problems: [] });
  expect(report.labels.applied).toBeGreaterThan(0);
  const broken = put(folder, 'broken.csv.gz', gzipSync(set.text).subarray(0, 40));
  expect(await appErrorFrom(importPaths(context, { dataset: 'd', labels: broken }))).toMatchObject({
    code: 'FILE_UNREADABLE',
  });
});

describe('out again', () => {
  test('findings come back to the same labels, in the same data set and in a new one', async () => {
    const set = publicLabels.find(({ profile }) => profile === 'chexpert');
    if (set === undefined) throw new Error('there is CheXpert');
    const folder = temporaryFolder();
    const { labels, images: pictures } = writePublic(folder, set);
    const context = testContext(temporaryLibrary());
    await importPaths(context, { dataset: 'd', labels, paths: [pictures], reading: { profile: 'chexpert' } });
    const out = join(folder, 'out.csv');
    expect(exportLabels(context, { dataset: 'd', out })).toEqual({ rows: 3, column: 'sopInstanceUID' });
    const [header, ...rows] = readFileSync(out, 'utf8').replace('\ufeff', '').trim().split('\n');
    expect(header).toMatch(/^sopInstanceUID,.*Edema.*,patientID$/);
    expect(rows.some((row) => row.includes(',-1,'))).toBe(true);
    const again = await importPaths(context, { dataset: 'd', labels: out });
    expect(again.labels).toMatchObject({ applied: 0, changed: 0, problems: [] });
    const other = await importPaths(context, { dataset: 'e', labels: out, paths: [pictures], target: 'finding' });
    expect(other.labels.problems).toEqual([]);
    const known = Object.entries(answersOf(context.library, 'd'));
    expect(answersOf(context.library, 'e')).toEqual(Object.fromEntries(known));
  });

  test('what each reader said comes back by reader', async () => {
    const set = publicLabels.find(({ profile }) => profile === 'vindr-cxr');
    if (set === undefined) throw new Error('there is VinDr-CXR');
    const folder = temporaryFolder();
    const { labels, images: files } = writePublic(folder, set);
    const context = testContext(temporaryLibrary());
    await importPaths(context, { dataset: 'd', labels, paths: [files], reading: { profile: 'vindr-cxr' } });
    const out = join(folder, 'out.csv');
    expect(exportLabels(context, { dataset: 'd', out, byReader: true }).rows).toBe(6);
    const again = await importPaths(context, { dataset: 'd', labels: out });
    expect(again.labels).toMatchObject({ applied: 0, unchanged: 6 * 27, changed: 0 });
    const other = await importPaths(context, { dataset: 'e', labels: out, paths: [files], target: 'finding' });
    expect(other.labels).toMatchObject({ applied: 6 * 27, problems: [] });
    expect(answersOf(context.library, 'e')).toEqual(answersOf(context.library, 'd'));
  });

  test('numbers come back that stand beside whole ones and could be thousands', async () => {
    const folder = temporaryFolder();
    const paths = [images(folder, 'a.dcm', 'b.dcm', 'c.dcm')];
    const labels = put(folder, 'labels.csv', 'path,ml\nimages/a.dcm,1.2340\nimages/b.dcm,950\nimages/c.dcm,-12.7890\n');
    const context = testContext(temporaryLibrary());
    await importPaths(context, { dataset: 'd', labels, paths, target: 'quantity' });
    const out = join(folder, 'out.csv');
    exportLabels(context, { dataset: 'd', out });
    const again = await importPaths(context, { dataset: 'd', labels: out });
    expect(again.labels).toMatchObject({ applied: 0, unchanged: 3, changed: 0, problems: [] });
  });

  test('labels go with de-identified images, by the new UIDs', async () => {
    const folder = temporaryFolder();
    const paths = [images(folder, 'a.dcm', 'b.dcm', 'c.dcm')];
    const labels = put(folder, 'labels.csv', 'path,Edema,Mass\nimages/a.dcm,1,\nimages/b.dcm,0,1\n');
    const context = testContext(temporaryLibrary());
    const reading = { findingColumns: ['Edema', 'Mass'] };
    await importPaths(context, { dataset: 'd', labels, paths, reading });
    const out = join(folder, 'share');
    const report = await exportStudies(context, { dataset: 'd', out, labels: true });
    expect(report).toMatchObject({ exported: 3, labels: 2 });
    const text = readFileSync(join(out, 'labels.csv'), 'utf8');
    for (const uid of ['1.1.1', '1.2.1', 'P1', 'P2']) expect(text).not.toContain(uid);
    const there = testContext(temporaryLibrary());
    await importPaths(there, { dataset: 'e', labels: join(out, 'labels.csv'), paths: [out], target: 'finding' });
    expect(Object.values(answersOf(there.library, 'e'))).toEqual(
      expect.arrayContaining([
        { Edema: 'present', Mass: null },
        { Edema: 'absent', Mass: 'present' },
        { Edema: null, Mass: null },
      ]),
    );
    const alone = exportStudies(context, { paths, out: join(folder, 'other'), labels: true });
    expect(await appErrorFrom(alone)).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('quantities come back as numbers, from a column of their name and from "label"', async () => {
    const folder = temporaryFolder();
    put(folder, 'images/a.png', picture(1));
    put(folder, 'images/b.png', picture(2));
    const labels = put(folder, 'labels.csv', 'path,bone age\nimages/a.png,126.5\nimages/b.png,90\n');
    const context = testContext(temporaryLibrary());
    const paths = [join(folder, 'images')];
    await importPaths(context, { dataset: 'd', labels, paths, target: 'quantity' });
    const said = Object.values(answersOf(context.library));
    expect(said).toEqual(expect.arrayContaining([{ 'bone age': '126.5' }, { 'bone age': '90' }]));
    const out = join(folder, 'out.csv');
    exportLabels(context, { dataset: 'd', out });
    expect((await importPaths(context, { dataset: 'd', labels: out })).labels).toMatchObject({
      applied: 0,
      unchanged: 2,
    });
    const plain = put(folder, 'plain.csv', 'path,label\nimages/a.png,1\nimages/b.png,2.5\n');
    await importPaths(context, { dataset: 'e', labels: plain, paths, target: 'quantity' });
    expect(Object.values(answersOf(context.library, 'e'))).toEqual(
      expect.arrayContaining([{ value: '1' }, { value: '2.5' }]),
    );
    const named = {
      dataset: 'f',
      labels: plain,
      paths,
      target: 'quantity',
      reading: { labelColumn: 'label' },
    } as const;
    expect((await importPaths(context, named)).labels.applied).toBe(2);
  });
});
