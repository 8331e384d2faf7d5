/** Class folders on the command line, looked at before anything is written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { picture } from '../../support/public-labels.ts';
import { put } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('a preview names the classes, which is positive, and what the import would refuse', () => {
  const folder = temporaryFolder();
  let n = 0;
  for (const place of ['train/NORMAL', 'train/TUMOR', 'test/NORMAL', 'test/TUMOR'])
    put(folder, `images/${place}/${n}.png`, picture(n++));
  const images = join(folder, 'images');
  const surroundings = { library: join(folder, 'library') };
  const run = (...args: string[]) => runCommand(surroundings, 'import', images, '--dataset', 'd', '--preview', ...args);
  expect(run().json).toEqual({
    classes: [
      { name: 'NORMAL', files: 2 },
      { name: 'TUMOR', files: 2 },
    ],
    caseQuestions: [],
    positive: { names: ['NORMAL', 'TUMOR'], name: 'TUMOR', source: 'recognised' },
  });
  expect(run('--positive', 'Tumour').status).not.toBe(0);
  put(folder, 'images/train/normal/more.png', picture(n++));
  expect(run().json).toMatchObject({ caseQuestions: [{ names: [{ name: 'NORMAL' }, { name: 'normal' }] }] });
  expect(existsSync(join(folder, 'library', 'files', 'd'))).toBe(false);
  expect(runCommand(surroundings, 'datasets').json).toEqual([]);
});
