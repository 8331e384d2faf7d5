/** What a table says when it is read by options: columns of one name, missing values, decimals, names of files. */
import { expect, test } from 'vitest';
import type { LabelReading } from '../../../../core/contract/index.ts';
import { tableOf } from '../../../../core/services/import/labels-file.ts';
import { planOfOwnColumns } from '../../../../core/services/import/profiles/own-columns.ts';
import { planOf } from '../../../../core/services/import/profiles/plan.ts';
import { readByPlan } from '../../../../core/services/import/profiles/read.ts';
import { appErrorOf } from '../../../support/thrown.ts';

function read(text: string, reading: LabelReading) {
  const table = tableOf(text);
  const plan = planOf(reading, text, table);
  if (plan === null) throw new Error('options are a plan');
  return readByPlan(plan, table);
}

/** The quantities of a column `age`, and what is wrong with the others. */
function numbers(...cells: readonly string[]) {
  const table = tableOf(`path;age\n${cells.map((cell, n) => `${n}.png;${cell}\n`).join('')}`);
  const { rows, problems } = readByPlan(planOfOwnColumns(table, 'quantity', ['age']), table);
  return { values: rows.flatMap(({ label }) => (label === '' ? [] : [label])), problems };
}

test('two columns of one name are refused where one of them is read, whatever reads it', () => {
  const doubled = (text: string, reading: LabelReading): string => appErrorOf(() => read(text, reading)).message;
  const both = 'row 1: the columns "Edema" and "edema" have one name';
  expect(doubled('path,Edema,edema\na.png,1,0\n', { findingColumns: ['Edema'] })).toContain(both);
  expect(doubled('f,k,k,l\na,b,c,d\n', { keyColumn: 'k', labelColumn: 'l' })).toContain('"k" and "k"');
  expect(doubled('k,l,l\na,b,c\n', { keyColumn: 'k', labelColumn: 'l' })).toContain('"l" and "l"');
  const own = tableOf('path,Edema,Edema\na.png,1,0\n');
  expect(appErrorOf(() => readByPlan(planOfOwnColumns(own, 'finding', ['Edema']), own)).message).toContain('one name');
  // Columns that nobody reads may be called as they like.
  expect(read('k,l,note,note\na,b,c,d\n', { keyColumn: 'k', labelColumn: 'l' }).rows).toHaveLength(1);
});

test('patient IDs that a program or a spreadsheet made are refused by their row, as in files of our own columns', () => {
  const ids = ['NaN', 'null', '1.28E+12', '12.0', 'P1', ''];
  const text = `path,patientID,Edema\n${ids.map((id, n) => `${n}.png,${id},1\n`).join('')}`;
  const { rows, problems } = read(text, { findingColumns: ['Edema'] });
  expect(problems.map(({ row, message }) => `${row} ${message.replace(/^.* is /, '').slice(0, 30)}`)).toEqual([
    '2 missing; leave the cell empty',
    '3 missing; leave the cell empty',
    '4 a number that a spreadsheet ha',
    '5 a number with decimals, as pro',
  ]);
  expect(rows.map(({ patientID }) => patientID)).toEqual(['P1', null]);
});

test('the name alone tells an image only where somebody says so: train/1.png is not the 1.png of another folder', () => {
  const kinds = (text: string, reading: LabelReading) => read(text, reading).rows[0]?.keys?.map(({ kind }) => kind);
  const text = 'img,label\ntrain/1.png,a\n';
  expect(kinds(text, { keyColumn: 'img' })).toEqual(['path', 'path-end']);
  expect(kinds(text, { keyColumn: 'img', keys: 'file-name' })).toEqual(['file-name']);
  expect(kinds('img,label\n1,a\n', { keyColumn: 'img' })).toEqual(['path', 'path-end', 'file-name']);
});

test('NaN in a column of findings or numbers is an empty cell', () => {
  const { rows, problems } = read('path,Edema,Mass\na,NaN,1\nb,1,nan\n', { findingColumns: ['Edema', 'Mass'] });
  expect([rows.map(({ question, label }) => `${question} ${label}`), problems]).toEqual([
    ['Mass present', 'Edema present'],
    [],
  ]);
  const table = tableOf('path,Edema,Age\na,NaN,40\nb,1,41\n');
  expect(readByPlan(planOfOwnColumns(table, 'finding', []), table).findings).toEqual(['Edema']);
  expect(numbers('12', 'NaN', '')).toMatchObject({ values: ['12'], problems: [] });
});

test('decimal commas are read where the column leaves no doubt, and are refused by their row where it does', () => {
  expect(numbers('1,5', '12', '−3', '0,125')).toEqual({ values: ['1.5', '12', '-3', '0.125'], problems: [] });
  const refused = (...cells: readonly string[]) => {
    const { values, problems } = numbers(...cells);
    return [values, problems.map(({ row }) => row)];
  };
  // A thousand, or a bit more than one.
  expect(refused('1,234', '2')).toEqual([['2'], [2]]);
  expect(refused('1,234', '2.5')).toEqual([['2.5'], [2]]);
  expect(refused('1.234,5', '1.234', '2')).toEqual([['2'], [2, 3]]);
  // German spreadsheets write thousands with points; a program that leaves zeros away has decimals of other lengths, too.
  expect(refused('950', '1.234', '12.500', '0')).toEqual([
    ['950', '0'],
    [3, 4],
  ]);
  expect(refused('950', '1.234.567')).toEqual([['950'], [3]]);
  expect(refused('950', '1.234', '12.5')).toEqual([['950', '1.234', '12.5'], []]);
  expect(refused('950.000', '1.234', '0.125', '0')).toEqual([['950.000', '1.234', '0.125', '0'], []]);
  expect(numbers('12 Monate', '1').problems[0]?.message).toContain('leave the unit out');
});

test('a split that nobody named is found beside columns of findings and those of a public set, or told of', () => {
  const split = (header: string, ...cells: readonly string[]) => {
    const text = `path,Edema,${header}\n${cells.map((cell, n) => `${n}.png,1,${cell}\n`).join('')}`;
    const { rows, columns, problems } = read(text, { findingColumns: ['Edema'] });
    return [rows.map((row) => row.split), columns.at(-1)?.meaning, columns.at(-1)?.words ?? problems];
  };
  expect(split('Datensatz', 'Training', 'Test', '')).toEqual([['train', 'test', null], 'split', []]);
  expect(split('split', 'test', 'test')).toEqual([['test', 'test'], 'split', []]);
  expect(split('group', 'train', 'other')).toEqual([[null, null], null, ['train']]);
  expect(split('fold', '1', '2')).toEqual([[null, null], null, []]);
  const strange = read('path,Edema,split\na.png,1,train\nb.png,0,foo\n', {
    findingColumns: ['Edema'],
    splitColumn: 'split',
  });
  expect(strange.problems).toEqual([
    { row: 3, message: 'split "foo" is none of train, val, test; write one of these' },
  ]);
  const nih =
    'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,View Position,set\na.png,Mass,0,1,50,PA,train\nb.png,Mass,0,2,50,PA,test\n';
  expect(new Set(read(nih, { profile: 'chestx-ray14' }).rows.map((row) => row.split))).toEqual(
    new Set(['train', 'test']),
  );
});

test('patients that a lab wrote beside a set without any, and readers beside columns of findings, are taken', () => {
  const siim = 'id,Negative for Pneumonia,Typical Appearance,Indeterminate Appearance,Atypical Appearance';
  const rows = read(`${siim},Patient ID\na_study,1,0,0,0,P1\nb_study,0,1,0,0,P1\n`, { profile: 'siim-covid' }).rows;
  expect(rows.map(({ patientID }) => patientID)).toEqual(['P1', 'P1']);
  const read2 = read('path,Edema,reader\na.png,1,Anna\na.png,0,Ben\n', { findingColumns: ['Edema'] });
  expect(read2.rows.map(({ label, reader }) => `${reader} ${label}`)).toEqual(['Anna present', 'Ben absent']);
});
