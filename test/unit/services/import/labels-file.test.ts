import { expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { parseLabels, readLabelsFile } from '../../../../core/services/import/labels-file.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';

function problemsOf(text: string): unknown {
  try {
    const { problems, otherKind } = parseLabels(text);
    if (otherKind !== null) return [otherKind];
    if (problems.length > 0) return problems;
  } catch (error) {
    if (error instanceof AppError && error.code === 'LABELS_INVALID') return error.details?.['problems'];
    throw error;
  }
  return 'no problems';
}

test('rows keep their line, and the split is optional', () => {
  expect(parseLabels('studyInstanceUID,label,split\n1.2,mass,train\n\n1.3,"no, normal",\n')).toMatchObject({
    column: 'studyInstanceUID',
    rows: [
      { row: 2, key: '1.2', label: 'mass', split: 'train', patientID: null },
      { row: 4, key: '1.3', label: 'no, normal', split: null, patientID: null },
    ],
  });
});

test('a path beside a patient ID tells the image and whose it is', () => {
  const { column, rows } = parseLabels('patientID;path;label\nP1;a.png;x\n');
  expect([column, rows[0]?.key, rows[0]?.patientID]).toEqual(['path', 'a.png', 'P1']);
});

test('files as Excel writes them are read: byte order mark, semicolons, tabs, UTF-16, Windows-1252, spaced headings', async () => {
  const folder = temporaryFolder();
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Path\tLabel\r\nä.png\tü\r\n', 'utf16le')]);
  const files = [
    put(folder, 'bom.csv', '\ufeffpath,label\r\nä.png,ü\r\n'),
    put(folder, 'semicolon.csv', 'Path;Label\nä.png;ü'),
    put(folder, 'utf16.txt', utf16),
    put(folder, 'ansi.csv', Buffer.from('path;label\nä.png;ü\n', 'latin1')),
  ];
  for (const file of files) {
    const { rows } = await readLabelsFile(file);
    expect([rows[0]?.key, rows[0]?.label]).toEqual(['ä.png', 'ü']);
  }
  expect(parseLabels('Study Instance UID,label\n1.2,a\n').column).toBe('studyInstanceUID');
});

test('every problem is named at once, with its row', () => {
  expect(problemsOf('path,label,split\n,mass,train\na,,\nb,mass,holdout\nc,mass\n')).toEqual([
    { row: 2, message: 'path is empty' },
    { row: 3, message: 'label is empty' },
    {
      row: 4,
      message: 'split "holdout" is none of train, val, test; write one of these',
    },
    { row: 5, message: '2 fields where the header has 3' },
  ]);
  expect(problemsOf('study_id,breast_birads\na,b\n')).toHaveLength(2);
  expect(problemsOf('path,label\n')).toEqual([{ row: null, message: 'the file has a header but no rows' }]);
  expect(problemsOf('')).toHaveLength(2);
  expect(problemsOf('path,label\n"open,a\n')).toHaveLength(1);
});

test('columns have other names; of two that name the image the more exact one counts, two of one meaning are refused', () => {
  const { column, rows, columns } = parseLabels(
    'Patient_ID\tFile Name\tDiagnosis\tSubset\tnotes\nP1\ta.png\tx\tvalid\thm\n',
  );
  expect([column, rows[0]]).toEqual([
    'path',
    { row: 2, key: 'a.png', label: 'x', split: 'val', patientID: 'P1', question: null, reader: null },
  ]);
  expect(columns.map(({ meaning }) => meaning)).toEqual(['patientID', 'path', 'label', 'split', null]);
  expect(problemsOf('path,file,label\na,a,x\n')).toEqual([
    { row: 1, message: 'the columns "path" and "file" both mean path; rename the one that is not meant' },
  ]);
  expect(problemsOf('path,label,label\na,x,y\n')).toHaveLength(1);
  const both = parseLabels('path,studyInstanceUID,label\na,1.2,x\n');
  expect([both.column, both.columns[1]]).toEqual([
    'path',
    { name: 'studyInstanceUID', meaning: null, why: 'other-key' },
  ]);
});

test('a column "set" is a split where its words are those of splits, and a wrong word in it is then refused', () => {
  expect(parseLabels('path,label,set\na,x,CBIS\n').columns[2]).toEqual({
    name: 'set',
    meaning: null,
    why: 'other-words',
  });
  expect(parseLabels('path,label,set\na,x,train\n').rows[0]?.split).toBe('train');
  expect(problemsOf('path,label,set\na,x,train\nb,x,tset\n')).toHaveLength(1);
  expect(problemsOf('path,label,split\na,x,CBIS\n')).toHaveLength(1);
});

test('what spreadsheets leave: sep=, formulas that keep zeros, rows of separators, separators behind, three kinds of line ends', () => {
  for (const text of [
    'sep=;\npatientID;label\n007;a\n',
    'sep=\t\r\npatientID\tlabel\r\n007\ta\r\n',
    'patientID,label\n="007",a\n',
    'patientID,label\n"=""007""",a\n',
    'patientID;label;;\r007;a;;\r;;;\r;;;\r',
    'patientID;label\r\n007;a;;\r\n',
    '\ufeffpatientID|label\n 007 | a \n',
    '\npatientID,label\n"007","a"\n',
    '"sep=;"\npatientID;label\n007;a\n',
    'sep=;;\r\npatientID;label;\r\n007;a;\r\n',
    "patientID,label\n'007,a\n",
    '\u200bpatientID,label\u200b\n\u200b007\ufeff,a\n',
    'patientID,label\n007,a\n\u001a',
    `patientID,label${','.repeat(3000)}\n007,a${','.repeat(3000)}\n`,
  ]) {
    expect(parseLabels(text).rows.map(({ key, label }) => [key, label])).toEqual([['007', 'a']]);
  }
  expect(parseLabels('sep=;\npatientID;label\n007;a\n').rows[0]?.row).toBe(3);
  expect(parseLabels('patientID;label;;\n007;a;;\n;;;\n').emptyRows).toBe(1);
  expect(parseLabels('path,label\na,"two\nlines"\n').rows[0]?.label).toBe('two\nlines');
  expect(problemsOf('\n\npath,label\nb,x\n\na,5" lesion\n')).toEqual([
    { row: 6, message: 'a quotation mark stands inside a cell that does not begin with one' },
  ]);
});

test('a quotation mark that takes lines in is refused by its row; marks and line breaks that are meant are not', () => {
  const swallows =
    'a cell begins with a quotation mark in a line above, and what ends it stands inside a cell of this line: the lines between have become one row';
  const rows = (text: string) => parseLabels(text).rows.map(({ key, label }) => `${key} ${label}`);
  expect(problemsOf('path,label\na,"cyst\nb,"benign"\nc,"cyst"\n')).toEqual([{ row: 3, message: swallows }]);
  expect(problemsOf('path,label,note\na,x,"5 mm\nb,y,z\nc,y,"large"\nd,x,small\n')).toEqual([
    { row: 4, message: swallows },
  ]);
  expect(rows('path,label,note\na,x,"he said ""hi"",\nand left"\nb,y,"""so"""\nc,x,"two\nlines"\n')).toEqual([
    ...['a x', 'b y', 'c x'],
  ]);
  // A text that begins with a quoted word, beside cells that keep their zeros.
  for (const id of ['7', '="007"', '"=""007"""']) {
    const note = '"""Normal"" chest.\nNo ""effusion""."';
    expect(rows(`path,label,id,note\na,x,${id},${note}\nb,y,${id},so\n`)).toEqual(['a x', 'b y']);
    expect(rows(`note,id,label,path\n${note},${id},x,a\n${note},${id},y,b\n`)).toEqual(['a x', 'b y']);
  }
  expect(problemsOf('path,label,n,m\na,x,"""So"" it\nis","5 mm\nb,y,z,"large"\nc,x,,\n')).toEqual([
    { row: 4, message: swallows },
  ]);
  expect(problemsOf('path,label\na,"""cyst\nb,"benign"\nc,x\n')).toEqual([{ row: 3, message: swallows }]);
});

test('a reader who is NaN is nobody', () => {
  const { rows } = parseLabels('path,label,reader\na,x,Ann\nb,y,nan\nc,y,\nd,x,NA\n');
  expect(rows.map(({ reader }) => reader)).toEqual(['Ann', null, null, 'NA']);
});

test('a header that is not where it should be, or is one cell, is found and the way out is named', () => {
  expect(problemsOf('Mamma 2024;;\n\npatientID;label;\n007;a;\n')).toEqual([
    { row: 3, message: 'looks like the header, and other rows stand above it; take those away' },
  ]);
  expect(problemsOf('# made by x\npath,label\na,x\n')).toHaveLength(1);
  for (const text of ['"path,label"\n"a,x"\n', 'path label\na x\n']) {
    expect(problemsOf(text)).toEqual([
      { row: 1, message: expect.stringContaining('the whole header stands in one cell') as unknown },
    ]);
  }
});

test('what people write where a patient is not known is no patient, and a date of a spreadsheet none', () => {
  for (const id of ['n/a', 'unknown', '-', '??', 'unbekannt', '03-Jan', '4. Mrz', '12-Dec-24', '3-jan-2024'])
    expect(
      parseLabels(`path,patientID,label\na,${id},x\nb,P1,y\n`).problems.map(({ row }) => row),
      id,
    ).toEqual([2]);
  for (const id of ['NA', '0', 'ANON-17', 'JAN-03', '2024-01-03', 'p-1', 'X.Y', '01-MAR-0012', '12-DEC', '7-Mai-0003'])
    expect(parseLabels(`path,patientID,label\na,${id},x\nb,P1,y\n`).problems, id).toEqual([]);
});

test('a file without a header is said to be one, and its first row is not taken for names of columns', () => {
  const none = { row: 1, message: 'looks like a row of the table: the file has no row with the names of its columns' };
  for (const text of [
    'images/a.png,normal\nimages/b.png,tumour\n',
    'MURA/train/XR_HAND/patient1/study1_negative/,0\nMURA/train/XR_HAND/patient2/study1_positive/,1\n',
    '1.2.826.0.1.3680043.8.498.1;0\n1.2.826.0.1.3680043.8.498.2;1\n',
    'C:\\data\\a.dcm\tnormal\nC:\\data\\b.dcm\ttumour\n',
  ])
    expect(problemsOf(text), text).toEqual([none]);
  // Names of columns may have a slash or a dot, and one row alone is no table to compare with.
  for (const text of [
    'Frontal/Lateral,Path/File\nFrontal,a/b.png\n',
    'a.png,normal\n',
    'x.y,path,label\nb,a/b.png,t\n',
  ])
    expect(problemsOf(text), text).not.toContainEqual(none);
});

test('IDs that a spreadsheet or a program damaged are refused by their row, not taken for those of one more patient', () => {
  const { rows, problems } = parseLabels(
    'path;patientID;label\na;1,23457E+11;x\nb;1E+15;x\nc;17.0;x\nd;17;y\ne;12E5;y\nf;;y\n',
  );
  expect(rows.map(({ key, patientID }) => [key, patientID])).toEqual([
    ['d', '17'],
    ['e', '12E5'],
    ['f', null],
  ]);
  expect(problems.map(({ row, message }) => [row, /rounded|decimals/.exec(message)?.[0]])).toEqual([
    [2, 'rounded'],
    [3, 'rounded'],
    [4, 'decimals'],
  ]);
});

test('labels of another kind of file are explained: several in a cell, codes, decimals, a column a finding', () => {
  const said = (text: string) => (problemsOf(text) as { message: string }[]).map(({ message }) => message).join('\n');
  expect(said('path,label\na,Edema|Mass\n')).toMatch(/"Edema\|Mass" \(row 2\) is several findings/);
  expect(said("path,label\na,\"['a', 'b']\"\n")).toMatch(/several findings/);
  expect(said('path,label\na,1\nb,-1\n')).toMatch(/"-1" \(row 3\) is a code/);
  expect(said('path,label\na,1.0\nb,-1.0\n')).toMatch(/is a code/);
  expect(said('path,label\na,1.0\nb,0.0\n')).toMatch(/decimals/);
  expect(said('path,label\na,"2,5"\n')).toMatch(/decimals/);
  expect(said('path,Edema,Mass\na,1,0\nb,0.0,\n')).toMatch(/columns "Edema", "Mass" are one a finding/);
  expect(said('path,label\na,Edema;Mass\n')).toMatch(/several findings/);
  expect(said('path,label\na,"Mass, edema"\nb,Edema\nc,Mass\n')).toMatch(/"Mass, edema" \(row 2\) is several findings/);
  for (const fine of ['0', '1', '-', 'BI-RADS 4', 'A-1', 'a, b', 'grade 2.5', '||'])
    expect(parseLabels(`path,label\na,"${fine}"\nb,x\n`).rows[0]?.label).toBe(fine);
  expect(parseLabels('path,label\na,0\nb,1\n').rows).toHaveLength(2);
});

test('a file without labels is read where it gives patients or splits, and refused where it gives nothing or is of another kind', () => {
  const patients = parseLabels('path,patientID\na.png,P1\nb.png,\n');
  expect([patients.hasLabels, patients.problems]).toEqual([false, []]);
  expect(patients.rows.map(({ key, label, patientID }) => [key, label, patientID])).toEqual([
    ['a.png', '', 'P1'],
    ['b.png', '', null],
  ]);
  expect(parseLabels('patientID,split\nP1,test\n').rows).toMatchObject([{ key: 'P1', split: 'test' }]);
  expect(parseLabels('path,label\na.png,x\n').hasLabels).toBe(true);
  for (const text of ['path\na.png\n', 'patientID\nP1\n']) {
    expect(appErrorOf(() => parseLabels(text)).message).toContain('there is no column "label"');
  }
});

test('a file of findings is told as one, with the command that reads it, and misses no column "label"', () => {
  const refused = (text: string) => appErrorOf(() => parseLabels(text));
  const several = refused('path,patientID,Sex,Edema,Nodule,Mass\na.png,P1,1,0,1,U\nb.png,P2,0,1,,0\nc.png,P3,0,,0,1\n');
  expect(several.message).toBe(
    'The labels file has 1 problem: row 1: the columns "Edema", "Nodule", "Mass" are one a finding, with 0 and 1 in it.',
  );
  expect(several.action).toMatch(
    /^To import them as findings: --target finding .*--finding-columns "Edema,Nodule,Mass"/,
  );
  // As our own export has them.
  expect(refused('path,Edema\na.png,present\nb.png,absent\n')).toMatchObject({
    message: expect.not.stringContaining('no column "label"'),
    action: 'As a finding: --finding-columns "Edema". As two classes: --label-column "Edema".',
  });
  const unnamed = refused('img,Edema,Nodule\na,0,1\n');
  expect(unnamed.message).toMatch(/no column names the image.*one a finding/);
  expect(unnamed.action).toMatch(/--finding-columns "Edema,Nodule".*--key-column/s);
  // What is known of people and machines is no finding, and one such column beside patients is not what the file is for.
  expect(refused('path,sex,age\na.png,1,0\n').message).toContain('there is no column "label"');
  expect(parseLabels('path,patientID,smoker\na.png,P1,1\n').hasLabels).toBe(false);
});

test('letters are composed, so that one class has one name', () => {
  expect(parseLabels('path,label\na,gro\u0308\u00dfer\n').rows[0]?.label).toBe('gr\u00f6\u00dfer');
});

test('an absent labels file is named as the user typed it', async () => {
  await expect(readLabelsFile('no/such.csv')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('the parts are understood by all their usual words, in any case', () => {
  const words = ['training', 'Train', 'validation', 'VALIDATE', 'valid', 'val', 'Dev', 'test', 'Testing'];
  const rows = words.map((word, i) => `${i},x,${word}`);
  expect(parseLabels(`path,label,split\n${rows.join('\n')}\n`).rows.map(({ split }) => split)).toEqual([
    'train',
    'train',
    'val',
    'val',
    'val',
    'val',
    'val',
    'test',
    'test',
  ]);
});
