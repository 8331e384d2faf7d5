import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flushFolder, replaceFile, writeWholeFile } from '../../../core/disk/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('what was there is replaced whole, also where an earlier attempt was killed half way', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'seal.json');
  writeFileSync(path, 'before');
  writeFileSync(`${path}.partial`, 'half of an attempt that is longer than what follows');
  replaceFile(path, [Buffer.from('af'), Buffer.from('ter')]);
  expect(readFileSync(path, 'utf8')).toBe('after');
  expect(readdirSync(folder)).toEqual(['seal.json']);
});

test('where it cannot take its place, what was there stays and nothing is left beside it', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'taken');
  mkdirSync(join(path, 'in use'), { recursive: true });
  expect(() => replaceFile(path, [Buffer.from('x')])).toThrow();
  expect(() => writeWholeFile(path, 'x')).toThrow('cannot be written');
  expect(readdirSync(folder)).toEqual(['taken']);
  expect(readdirSync(path)).toEqual(['in use']);
});

test('a file of the user has its folders made, and an error says what to do', () => {
  const folder = temporaryFolder();
  writeWholeFile(join(folder, 'new', 'results.csv'), 'a,b\n');
  expect(readFileSync(join(folder, 'new', 'results.csv'), 'utf8')).toBe('a,b\n');
  writeFileSync(join(folder, 'file'), '');
  expect(() => writeWholeFile(join(folder, 'file', 'results.csv'), 'x')).toThrow('cannot be written');
});

test('a name as long as names may be is written, though what stands beside it meanwhile has a name too', () => {
  const folder = temporaryFolder();
  const name = `${'n'.repeat(251)}.csv`;
  writeWholeFile(join(folder, name), 'x');
  expect(readdirSync(folder)).toEqual([name]);
});

test.skipIf(process.platform !== 'linux')(
  'a file system that flushes no folder keeps nobody from writing (needs Linux)',
  () => {
    // That of processes has no such call, like folders shared with a virtual machine: EINVAL.
    expect(() => flushFolder('/proc/self')).not.toThrow();
    expect(() => flushFolder(join(temporaryFolder(), 'gone'))).toThrow('ENOENT');
  },
);
