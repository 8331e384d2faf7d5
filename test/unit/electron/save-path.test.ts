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
