import { expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { parseLabels, readLabelsFile } from '../../../../core/services/import/labels-file.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

function problemsOf(text: string): unknown {
  try {
    parseLabels(text);
  } catch (error) {
    if (error instanceof AppError && error.code === 'LABELS_INVALID') return error.details?.['problems'];
    throw error;
  }
  return 'no problems';
}

test('rows keep their line, and the split is optional', () => {
  expect(parseLabels('studyInstanceUID,label,split\n1.2,mass,train\n\n1.3,"no, normal",\n')).toEqual({
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
      message: 'split "holdout" is none of train, training, val, valid, validate, validation, dev, test, testing',
    },
    { row: 5, message: '2 fields where the header has 3' },
  ]);
  expect(problemsOf('file,class\na,b\n')).toHaveLength(2);
  expect(problemsOf('path,label\n')).toEqual([{ row: null, message: 'the file has a header but no rows' }]);
  expect(problemsOf('')).toHaveLength(2);
  expect(problemsOf('path,label\n"open,a\n')).toHaveLength(1);
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
