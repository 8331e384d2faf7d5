/** What labels files were taken for where nobody said it: before the import in the preview, after it in its notes, and what is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noteLines } from '../../../../core/cli/note-lines.ts';
import type { ImportNote, ImportOptions } from '../../../../core/contract/index.ts';
import { listPatients } from '../../../../core/services/datasets/patients.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { exportLabels } from '../../../../core/services/import/labels-export.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { listDatasets, studyRows } from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { picture, publicLabels, writePublic } from '../../../support/public-labels.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';
import { makeZip } from '../../../support/zip-file.ts';

type Options = Omit<ImportOptions, 'dataset' | 'paths' | 'labels'>;

/** A labels file about pictures 0.png, 1.png …; gives the notes of its preview and those of its import, which have to agree. */
async function notesOf(text: string, count: number, options: Options = {}) {
  const folder = temporaryFolder();
  for (let n = 0; n < count; n++) put(folder, `images/${n}.png`, picture(n));
  const given = { dataset: 'd', labels: put(folder, 'labels.csv', text), paths: [join(folder, 'images')], ...options };
  const context = testContext(temporaryLibrary());
  const { notes: before } = await previewLabels(context, given);
  const report = await importPaths(context, given);
  const codes = before.map(({ code }) => code);
  expect(report.notes.filter(({ code }) => codes.includes(code))).toEqual(before);
  return { notes: before, report, questions: listDatasets(context.library.db)[0]?.classes.map(({ name }) => name) };
}

const values = (notes: readonly ImportNote[], code: ImportNote['code']) =>
  notes.find((note) => note.code === code)?.values;

describe('columns of findings that nobody named', () => {
  test('are named with those that were not taken, the reason, and the command that takes them', async () => {
    const text = [
      'path,Edema,Mass,Pneumonia,Sex,is_test,comment,Hernia',
      '0.png,1,0,1,0,0,seen,',
      '1.png,0,1,U,1,0,not seen,',
      '2.png,-1,,0,1,1,,',
    ].join('\n');
    const { notes, questions } = await notesOf(text, 3, { target: 'finding' });
    expect(questions).toEqual(['Edema', 'Mass']);
    expect(values(notes, 'columnsTaken')).toEqual({ columns: '"Edema", "Mass"', count: 2, isNumbers: 0 });
    expect(values(notes, 'columnsLeft')).toEqual({
      ...{ count: 5, isNumbers: 0, strange: '"Pneumonia" (3: "U")', attributes: '"Sex", "is_test"' },
      ...{ empty: '"Hernia"', other: '"comment"', columns: 'Edema,Mass,Pneumonia', words: ',U=?' },
    });
    const [taken = '', left = ''] = noteLines(notes);
    expect(taken).toBe('Taken as findings: "Edema", "Mass".');
    expect(left).toContain('"Pneumonia" (3: "U") (row and first cell');
    expect(left).toContain('--finding-columns "Edema,Mass,Pneumonia" --values "1=present,0=absent,-1=uncertain,U=?"');
    // That command, with an answer, takes them.
    const again = await notesOf(text, 3, {
      reading: {
        findingColumns: ['Edema', 'Mass', 'Pneumonia'],
        values: [
          { word: '1', means: 'present' },
          { word: '0', means: 'absent' },
          { word: '-1', means: 'uncertain' },
          { word: 'U', means: 'uncertain' },
        ],
      },
    });
    expect(again.questions).toEqual(['Edema', 'Mass', 'Pneumonia']);
    expect(again.notes).toEqual([]);
  });

  test('are offered a command that keeps the words of the file, and none where a command cannot say it', async () => {
    const leftOf = async (text: string) => {
      const { notes } = await notesOf(text, 3, { target: 'finding' });
      return [values(notes, 'columnsLeft')?.['words'], noteLines(notes)[1]];
    };
    const words = 'path,Edema,Mass\n0.png,present,Absent\n1.png,absent,present\n2.png,present,maybe\n';
    const [said, line] = await leftOf(words);
    expect(said).toBe(',present=present,absent=absent,maybe=?');
    expect(line).toContain(
      'for each "?": --finding-columns "Edema,Mass" --values "1=present,0=absent,-1=uncertain,present=',
    );
    for (const text of [
      words.replace('maybe', 'cannot be judged because of motion'),
      words.replace('maybe', '"maybe, not sure"'),
      words.replace('Mass', '"Mass, left"'),
    ]) {
      const [none, next] = await leftOf(text);
      expect(none).toBe('');
      expect(next).not.toContain('--values');
      expect(next).toMatch(/ To have them taken, write 1, 0, -1 or nothing into these cells\.$/);
    }
  });

  test('where no column is one, the reason stands in the refusal', async () => {
    const refused = await appErrorFrom(
      notesOf('path,Edema,Sex\n0.png,1,0\n1.png,U,1\n2.png,0,1\n', 3, { target: 'finding' }),
    );
    expect(refused.message).toMatch(/Not taken: "Edema" has "U" in row 3; "Sex" is not taken for one, by its name\.$/);
  });

  test('quantities are named too', async () => {
    const { notes } = await notesOf('path,thickness,note\n0.png,1.5,a\n1.png,2.5,b\n', 2, { target: 'quantity' });
    expect(noteLines(notes)).toEqual([
      'Taken as quantities: "thickness".',
      'Not taken as quantities: "note" (other cells).',
    ]);
  });
});

/** A row of each set to which it is added that nothing was found, and its line. */
const contradictions: Readonly<Record<string, readonly [from: string, to: string, line: number]>> = {
  chexpert: [
    'view1_frontal.jpg,Female,87,Frontal,AP,,,-1.0,1.0',
    'view1_frontal.jpg,Female,87,Frontal,AP,1.0,,-1.0,1.0',
    3,
  ],
  'chestx-ray14': ['.png,Hernia,', '.png,No Finding|Hernia,', 3],
  'mimic-cxr': ['50771383,1.0,,,,,,,,,', '50771383,1.0,,,,,,,,1.0,', 4],
  padchest: ["'pseudonodule']", "'pseudonodule', 'normal']", 3],
  'vindr-cxr': ['R8,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0', `R8,1,0,0,1${',0'.repeat(23)},1`, 5],
};

test.each(Object.entries(contradictions))(
  'a row of %s that says that nothing was found and names a finding is counted and named, and the finding counts',
  async (name, [from, to, line]) => {
    const set = publicLabels.find(({ profile }) => profile === name);
    if (set === undefined) throw new Error(`there is ${name}`);
    const readAs = async (text: string) => {
      const { labels, images } = writePublic(temporaryFolder(), { ...set, text });
      const context = testContext(temporaryLibrary());
      const given = { dataset: 'd', labels, paths: [images], reading: { profile: name } };
      const { notes, findings } = await previewLabels(context, given);
      const report = await importPaths(context, given);
      const said = values(notes, 'againstNone');
      expect(values(report.notes, 'againstNone')).toEqual(said);
      return { said, present: findings.map((one) => one.present), lines: noteLines(notes) };
    };
    // In CheXpert's first row, support devices stand beside it, which are none.
    const before = await readAs(set.text);
    expect(set.text).toContain(from);
    const after = await readAs(set.text.replace(from, to));
    expect(before.said).toBeUndefined();
    const word = expect.stringMatching(/^(?:no finding|normal)$/i);
    expect(after.said).toEqual({ rows: 1, first: String(line), word });
    expect(after.present).toEqual(before.present);
    expect(after.lines[0]).toMatch(/^Warning: 1 row of the labels file says "[\w ]+" and names a finding as present/);
  },
);

describe('labels of which nearly every image has one of its own', () => {
  const rows = (count: number, label: (n: number) => string): string =>
    `path,label\n${Array.from({ length: count }, (_, n) => `${n}.png,${label(n)}\n`).join('')}`;
  const boxes = (n: number): string => (n % 3 === 0 ? 'none 1 0 0 1 1' : `opacity 1 ${n}.5 58 ${n}7 91`);

  test('are refused with the cause and the way out, before anything is written', async () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 24; n++) put(folder, `images/${n}.png`, picture(n));
    const given = { dataset: 'd', labels: put(folder, 'labels.csv', rows(24, boxes)), paths: [join(folder, 'images')] };
    const context = testContext(temporaryLibrary());
    const refused = await appErrorFrom(importPaths(context, given));
    expect(refused).toMatchObject({
      code: 'LABELS_INVALID',
      message: expect.stringMatching(
        /^The labels file would give 17 classes for 24 images \(rows 2, 3, 4, …\): nearly every/,
      ),
      action: expect.stringMatching(/--label-column.*--classes/),
    });
    expect(listDatasets(context.library.db)).toEqual([]);
    expect((await previewLabels(context, given)).blocked?.message).toBe(refused.message);
  });

  test('count for few images, as a list of classes, and of classes that are known, as what they are', async () => {
    expect(
      (
        await notesOf(
          rows(19, (n) => `c${n}`),
          19,
        )
      ).report.labels.applied,
    ).toBe(19);
    expect(
      (
        await notesOf(
          rows(24, (n) => `c${n % 12}`),
          24,
        )
      ).report.labels.applied,
    ).toBe(24);
    const classes = Array.from({ length: 24 }, (_, n) => `c${n}`);
    expect(
      (
        await notesOf(
          rows(24, (n) => `c${n}`),
          24,
          { classes },
        )
      ).report.labels.applied,
    ).toBe(24);
  });

  test('outside a list of classes are refused by their rows, as they are of few images', async () => {
    const labels = rows(24, (n) => (n < 4 ? 'c1' : `x${n}`));
    const { report } = await notesOf(labels, 24, { classes: ['c0', 'c1'] });
    expect(report.labels).toMatchObject({ applied: 4, refusedRows: 20 });
  });

  test('and so are folders that are no classes', async () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 24; n++) put(folder, `images/${n < 16 ? 'train' : 'test'}/case-${n}/1.png`, picture(n));
    const refused = await appErrorFrom(
      importPaths(testContext(temporaryLibrary()), { dataset: 'd', paths: [join(folder, 'images')] }),
    );
    expect(refused.message).toContain('The layout of class folders would give 24 classes for 24 images: ');
    expect(refused.action).toContain('If the folders are patients or cases');
  });
});

describe('folders that are called as patients', () => {
  const chexpert = (folder: string): void => {
    let n = 0;
    for (const place of ['train/patient00001/study1', 'train/patient00001/study2', 'train/patient00002/study1'])
      put(folder, `set/${place}/view1_frontal.png`, picture(n++));
    for (const place of ['patient64541', 'patient64542', 'patient64543', 'patient64544', 'patient64545'])
      put(folder, `set/valid/${place}/study1/view1_frontal.png`, picture(n++));
  };
  const patientsBelow = async (...below: string[]) => {
    const folder = temporaryFolder();
    chexpert(folder);
    const context = testContext(temporaryLibrary());
    const report = await importPaths(context, { dataset: 'd', paths: [join(folder, ...below)] });
    return { report, patients: new Set(listPatients(context, 'd').map(({ patientID }) => patientID)) };
  };

  test('are patients wherever they stand, and no classes, so that study1 is nobody', async () => {
    for (const below of [['set'], [], ['set', 'valid']]) {
      const { report, patients } = await patientsBelow(...below);
      expect(patients).toContain('patient64541');
      expect(patients.size).toBe(below.includes('valid') ? 5 : 7);
      expect(report.labels.rows).toBe(0);
      expect(values(report.notes, 'sharedPatient')).toBeUndefined();
      const [said = ''] = noteLines(report.notes);
      expect(said).toMatch(/^\d pictures of \d patients \(by the folders that name patients; \d folders\)\.$/);
    }
  });

  test('a file that names the same patients says nothing new, and no count of none', async () => {
    const set = publicLabels.find(({ profile }) => profile === 'chexpert');
    if (set === undefined) throw new Error('there is CheXpert');
    const { labels, images } = writePublic(temporaryFolder(), set);
    const given = { dataset: 'd', labels, paths: [images], reading: { profile: 'chexpert' } };
    const report = await importPaths(testContext(temporaryLibrary()), given);
    expect(report.patients).toBe(3);
    expect(noteLines(report.notes).join('\n')).toMatch(
      /patients of the labels file are those as whose the images are filed/,
    );
  });

  test('are two patients where they stand in two sites, and each folder of pictures is a study', async () => {
    const folder = temporaryFolder();
    let n = 0;
    for (const place of ['siteA/patient1/study1', 'siteA/patient1/study2', 'siteB/patient1/study1'])
      for (const k of [1, 2]) put(folder, `set/${place}/${k}.png`, picture(n++));
    const context = testContext(temporaryLibrary());
    const report = await importPaths(context, { dataset: 'd', paths: [join(folder, 'set')] });
    expect(report).toMatchObject({ patients: 2, studies: 3 });
    expect(values(report.notes, 'sharedPatient')).toBeUndefined();
    expect(listPatients(context, 'd').map(({ patientID }) => patientID)).toEqual(Array(3).fill('patient1'));
    expect(studyRows(context.library.db, [1, 2, 3], null).map(({ patientID }) => patientID)).toEqual(
      Array(3).fill('patient1'),
    );
    // The same set, chosen one folder lower, is the same people, and another set is others.
    const importAlso = async (place: string, below: string) => {
      put(folder, place, picture(n++));
      return await importPaths(context, { dataset: 'd', paths: [join(folder, below)] });
    };
    expect((await importAlso('set/siteA/patient1/study1/3.png', 'set/siteA')).patients).toBe(2);
    expect((await importAlso('set/siteA/valid/patient1/study1/3.png', 'set/siteA/valid')).patients).toBe(2);
    expect((await importAlso('other/siteA/patient1/3.png', 'other')).patients).toBe(3);
  });

  test('an export names those of two sites apart, and reads back to the same patients', async () => {
    const folder = temporaryFolder();
    ['siteA/patient1', 'siteB/patient1', 'siteB/patient2'].forEach((place, n) => {
      put(folder, `set/${place}/${n}.png`, picture(n));
    });
    const labels = put(folder, 'labels.csv', 'path,label\n0.png,x\n1.png,y\n2.png,x\n');
    const reading = { keyColumn: 'path', keys: 'file-name', labelColumn: 'label' } as const;
    const given = { dataset: 'd', paths: [join(folder, 'set')] };
    const context = testContext(temporaryLibrary());
    expect((await importPaths(context, { ...given, labels, reading })).labels.applied).toBe(3);
    const out = join(folder, 'out.csv');
    exportLabels(context, { dataset: 'd', out });
    const text = readFileSync(out, 'utf8');
    for (const site of ['siteA', 'siteB']) expect(text).toContain(`patient1 (${join(folder, 'set', site)})`);
    expect(text).toMatch(/,patient2$/m);
    for (const patients of ['picture', undefined] as const) {
      const again = await importPaths(testContext(temporaryLibrary()), { ...given, labels: out, patients });
      expect(again).toMatchObject({ patients: 3, labels: { applied: 3 } });
    }
  });

  test('a file that names some of their pictures parts nobody, and one of patients finds them', async () => {
    const folder = temporaryFolder();
    chexpert(folder);
    const given = { dataset: 'd', paths: [join(folder, 'set')] };
    const some = put(
      folder,
      'some.csv',
      'path,label,patientID\ntrain/patient00001/study1/view1_frontal.png,x,patient00001\n',
    );
    const report = await importPaths(testContext(temporaryLibrary()), { ...given, labels: some });
    expect(report).toMatchObject({ patients: 7, labels: { applied: 1 } });
    const hidden = await importPaths(testContext(temporaryLibrary()), { ...given, labels: some, pseudonymise: true });
    expect(hidden).toMatchObject({ patients: 7, labels: { applied: 1 } });
    const whole = put(folder, 'whole.csv', 'patientID,label\npatient00001,x\npatient64541,y\n');
    const found = await importPaths(testContext(temporaryLibrary()), { ...given, labels: whole });
    expect(found.labels).toMatchObject({ applied: 2, refusedRows: 0 });
  });

  test('are patients in archives too, each archive for itself', async () => {
    const folder = temporaryFolder();
    let n = 0;
    const zip = (...folders: string[]) =>
      makeZip(folders.flatMap((name) => [1, 2].map((k) => ({ name: `${name}/${k}.png`, bytes: picture(n++) }))));
    for (const site of ['siteA', 'siteB']) put(folder, `in/${site}.zip`, zip('x/patient1/study1', 'x/patient1/study2'));
    put(folder, 'in/train.zip', zip('patient1'));
    put(folder, 'in/valid.zip', zip('patient1', 'patient2'));
    const context = testContext(temporaryLibrary());
    const report = await importPaths(context, { dataset: 'd', paths: [join(folder, 'in')] });
    expect(report).toMatchObject({ patients: 4, studies: 7 });
  });

  test('below a class they are its patients', async () => {
    const folder = temporaryFolder();
    let n = 0;
    for (const place of ['train/ill', 'train/well', 'test/ill', 'test/well'])
      for (const k of [1, 2]) put(folder, `set/${place}/clinic/patient${n + 1}/${k}.png`, picture(10 * n++ + k));
    const context = testContext(temporaryLibrary());
    const report = await importPaths(context, { dataset: 'd', paths: [join(folder, 'set')] });
    expect(report).toMatchObject({ patients: 8, labels: { applied: 8 } });
  });
});

test('a preview tells IDs that hardly differ, those of the file and those of headers', async () => {
  const folder = temporaryFolder();
  ['P1', 'p1', 'Q2'].forEach((patient, n) => {
    put(folder, `images/${n}.dcm`, tinyDicom({ patient, study: `1.${n}`, instance: `1.${n}.1`, grey: n }));
  });
  const context = testContext(temporaryLibrary());
  const given = { dataset: 'd', paths: [join(folder, 'images')] };
  const plain = put(folder, 'labels.csv', 'path,label\nimages/0.dcm,x\n');
  expect(values((await previewLabels(context, { ...given, labels: plain })).notes, 'alikePatients')).toEqual({
    groups: 1,
    patients: 2,
  });
  const more = put(folder, 'more.csv', 'path,patientID\nimages/0.dcm,0017\nimages/1.dcm,17\nimages/2.dcm,q 2\n');
  const { notes } = await previewLabels(context, { ...given, labels: more });
  expect(values(notes, 'alikePatients')).toEqual({ groups: 1, patients: 2 });
  expect(JSON.stringify(notes)).not.toContain('17');
});

test('pictures that share a patient are called pictures', async () => {
  const text = `path,label,patientID\n${[0, 1, 2, 3, 4, 5].map((n) => `${n}.png,${n % 2 ? 'a' : 'b'},ANON\n`).join('')}`;
  const { report } = await notesOf(text, 6);
  expect(noteLines(report.notes).join('\n')).toContain('6 of 6 pictures carry the same patient ID ("ANON")');
});
