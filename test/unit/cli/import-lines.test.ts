/** What `import` prints last: a step that can succeed. */
import { expect, test } from 'vitest';
import { importFailure, importLines } from '../../../core/cli/commands/import.ts';
import { noteLines } from '../../../core/cli/note-lines.ts';
import type { ImportReport } from '../../../core/contract/index.ts';

const nothing = { applied: 0, unchanged: 0, changed: 0, merged: [], unusedColumns: [], problems: [], refusedRows: 0 };
const report = {
  ...{ dataset: 'd', total: 4, imported: 0, alreadyThere: 4, duplicate: 0, skipped: 0, notImages: 0, seconds: 1 },
  ...{
    patients: 4,
    studies: 4,
    instances: 4,
    pictures: 4,
    labelled: 4,
    notes: [],
    problems: [],
    leftOut: [],
    noted: [],
    notices: 0,
  },
  ...{ splits: { train: 0, val: 0, test: 0 }, labels: { ...nothing, rows: 2 } },
} as unknown as ImportReport;
const last = (more: object): string => importLines({ ...report, ...more }, undefined).at(-1) ?? '';

test('a file of splits or patients alone was of use', () => {
  expect(last({ splits: { train: 1, val: 0, test: 1 } })).toBe('Next: sidelight train d');
  const patientsGiven = { code: 'patientsGiven', values: { studies: 2, patients: 1, moved: 2 } };
  expect(last({ notes: [patientsGiven] })).toBe('Next: sidelight train d');
  expect(last({ splits: { train: 1, val: 0, test: 1 }, labelled: 0 })).toContain('Next: labels');
  expect(importFailure({ ...report, splits: { train: 1, val: 0, test: 1 } })).toBeNull();
});

test('an import that came to nothing has failed, which a script can tell; one whose files are there already has not', () => {
  const failure = (more: object): unknown =>
    importFailure({ ...report, labels: { ...nothing, rows: 0 }, ...more } as ImportReport);
  const unread = {
    code: 'FILE_UNREADABLE',
    message: 'It cannot be read.',
    action: 'Copy it again.',
    count: 4,
    examples: [],
  };
  const none = { total: 4, alreadyThere: 0, skipped: 4 };
  expect(failure({})).toBeNull();
  expect(failure({ total: 0, alreadyThere: 0 })).toBeNull();
  expect(failure({ ...none, instances: 0, total: 0 })).toMatchObject({
    message: 'Nothing was imported: there is no file.',
  });
  expect(failure({ ...none, problems: [unread] })).toMatchObject({
    code: 'BAD_INPUT',
    message: 'Nothing was imported: none of 4 files could be used. Most frequent reason: It cannot be read.',
    action: 'Copy it again.',
  });
  expect(importFailure(report)).toMatchObject({
    code: 'LABELS_INVALID',
    message: expect.stringContaining('No row of the labels could be used'),
  });
  expect(last({})).not.toContain('Next');
});

test('labels, splits and patients of images that came earlier are of use, though the folder holds no image', () => {
  const none = { total: 2, alreadyThere: 0, skipped: 2, notImages: 2 };
  const rows = { ...nothing, rows: 2 };
  const patientsGiven = { code: 'patientsGiven', values: { studies: 2, patients: 1, moved: 2 } };
  for (const more of [
    { labels: { ...rows, applied: 2 } },
    { labels: { ...rows, unchanged: 1 } },
    { labels: { ...rows, changed: 1 } },
    { labels: rows, splits: { train: 0, val: 0, test: 2 } },
    { labels: rows, notes: [patientsGiven] },
  ]) {
    expect(importFailure({ ...report, ...none, ...more } as ImportReport)).toBeNull();
    expect(last({ ...none, ...more })).toBe('Next: sidelight train d');
  }
  expect(importFailure({ ...report, ...none, labels: rows })?.message).toMatch(
    /^Nothing was imported: none of 2 files/,
  );
});

test('rows that fitted images and were refused for another reason are not said to fit none', () => {
  const problem = { row: 2, message: '"x" is none of the classes' };
  const failure = importFailure({ ...report, labels: { ...nothing, rows: 2, problems: [problem] } });
  expect(failure).toMatchObject({
    message: 'No row of the labels could be used: the problems of the labels say why.',
    action: 'Correct the file and run the same command again.',
  });
});

test('where no path is found, the way by names of files is named', () => {
  const labels = { ...nothing, rows: 2, problems: [{ row: 2, message: 'no file …png in this data set' }] };
  const action = (more: object): string => importFailure({ ...report, ...more })?.action ?? '';
  expect(action({ labels })).toContain('--keys file-name');
  expect(
    action({ labels: { ...labels, problems: [{ row: 2, message: 'no patient …1 in this data set' }] } }),
  ).not.toContain('--keys');
});

test('commands in notes name the data set, at the end of a line too', () => {
  const values = { patients: 2, groups: 1 };
  expect(noteLines([{ code: 'alikePatients', values }], 'my set')[0]).toMatch(/sidelight patients "my set"$/);
});

test('files to be looked at are listed where their paths are whole: shortened, they are equal lines', () => {
  const noted = [{ path: '/data/DOE/a.dcm', code: 'IMAGE_LOOKS_EMPTY', message: 'It is black.', action: 'Look.' }];
  const more = { ...report, noted, notices: 1 };
  const short = importLines(more, undefined).join('\n');
  expect(short).not.toContain('a.dcm');
  expect(short).toContain('--show-paths prints them whole');
  const whole = importLines(more, undefined, true).join('\n');
  expect(whole).toContain('Imported, to be looked at:\n  /data/DOE/a.dcm: It is black. [IMAGE_LOOKS_EMPTY]');
  expect(whole).not.toContain('--show-paths');
});
