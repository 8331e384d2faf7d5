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

test('an import of nothing ends with status 1 and its report, an import of what is there with 0', () => {
  const folder = temporaryFolder();
  put(folder, 'images/a.png', picture(1));
  put(folder, 'letters/letter.txt', new TextEncoder().encode('Dear colleague'));
  const labels = put(folder, 'labels.csv', 'path,label\nnone.png,NORMAL\n');
  const run = (path: string, ...args: string[]) =>
    runCommand({ library: join(folder, 'library') }, 'import', join(folder, path), '--dataset', 'd', ...args);
  expect(run('letters')).toMatchObject({ status: 1, json: { imported: 0, error: { code: 'BAD_INPUT' } } });
  expect(run('images').status).toBe(0);
  expect(run('images')).toMatchObject({ status: 0, json: { imported: 0, alreadyThere: 1 } });
  expect(run('images', '--labels', labels)).toMatchObject({ status: 1, json: { error: { code: 'LABELS_INVALID' } } });
});
