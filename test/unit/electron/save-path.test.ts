import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { savePath } from '../../../electron/main/save-path.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('what is saved gets its ending, and no other file that has it is written over without a question', () => {
  const folder = temporaryFolder();
  const [card, results] = [join(folder, 'card'), join(folder, 'results')];
  writeFileSync(`${card}.md`, 'of before');
  expect([savePath(results, 'csv'), savePath(card, 'md')]).toEqual([`${results}.csv`, card]);
  expect([savePath(`${card}.md`, 'md'), savePath(`${results}.txt`, 'csv')]).toEqual([`${card}.md`, `${results}.txt`]);
});

test.each([
  'card v1.2',
  'Ergebnisse 30.11.',
  'a.b',
  'Dr. Meier',
  'Dr.Meier',
  'St. 4',
  'net.resnet50',
  'what is new. or not',
  'Dr.Mai',
  'results v1.new',
  'results.html.old',
  'St.Anna',
])('a dot in "%s" makes no ending', (name) => {
  const path = join(temporaryFolder(), name);
  expect(savePath(path, 'html')).toBe(`${path}.html`);
  // With its ending, however it is written, it is whole.
  expect([savePath(`${path}.html`, 'html'), savePath(`${path}.HTML`, 'html')]).toEqual([
    `${path}.html`,
    `${path}.HTML`,
  ]);
});

test('an ending that the dialog offers for the format stays, and so does one with a digit that is the format', () => {
  const path = join(temporaryFolder(), 'card v1.2');
  expect([savePath(`${path}.htm`, 'html'), savePath(`${path}.mp4`, 'mp4')]).toEqual([`${path}.htm`, `${path}.mp4`]);
  expect(savePath(`${path}.TXT`, 'csv')).toBe(`${path}.TXT`);
});

test('the ending of another format is part of the name: no table is saved as a page', () => {
  const path = join(temporaryFolder(), 'results.html');
  expect(savePath(path, 'csv')).toBe(`${path}.csv`);
});
