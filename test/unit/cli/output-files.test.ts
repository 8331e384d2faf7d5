/** Files that commands write are tried before any work begins. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../core/cli/command.ts';
import { loadCommands } from '../../../core/cli/folder.ts';
import { whyNotWritable } from '../../../core/services/files/writable.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Options that name files of the user's to be read; every other one with a file is written. */
const read = ['import --labels', 'labels import --labels', 'export --pseudonyms'];

const outputs = (await loadCommands()).flatMap((command) =>
  Object.values(command.options).flatMap((option) => {
    const [flag = '', value = ''] = option.flags.split(' ');
    const name = `${command.name} ${flag}`;
    return value.startsWith('<file') && !read.includes(name) ? [{ name, option }] : [];
  }),
);

test('every command that writes a file is among them', () => {
  expect(outputs.map(({ name }) => name).sort()).toEqual([
    'classify --out',
    'compare --csv',
    'compare --report',
    'curve --out',
    'evaluate --report',
    'import --refused',
    'import --report',
    'labels export --out',
    'labels import --refused',
    'labels order --out',
    'library check --list',
    'suspects --csv',
  ]);
});

describe.each(outputs)('$name', ({ option }) => {
  test('is refused at once where nothing can be written, with what to do', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(option.parse?.(join(folder, 'new', 'folders', 'a.csv'))).toBe(join(folder, 'new', 'folders', 'a.csv'));
    expect(option.parse?.(file)).toBe(file);
    for (const [path, why] of [
      [folder, 'it is a folder'],
      [join(file, 'a.csv'), 'a part of its path is a file, no folder'],
    ] as const) {
      const refuse = (): unknown => option.parse?.(path);
      expect(refuse).toThrow(UsageError);
      expect(refuse).toThrow(
        `${option.flags}: ${path} cannot be written (${why}). Name a file in a folder that you may write to.`,
      );
    }
  });
});

test('a device is no file, and a file that is there may be replaced', () => {
  expect(whyNotWritable('/dev/null')).toBe('it is a device or a pipe, no file');
  expect(whyNotWritable(import.meta.filename)).toBeNull();
});

test('on Windows a file that Excel has open is told before the work, not after it', () => {
  const refused = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  const file = import.meta.filename;
  expect(whyNotWritable(file, 'win32', refused('EBUSY'))).toBe('another program has it open');
  expect(whyNotWritable(file, 'win32', refused('EPERM'))).toBe('no permission');
  // Elsewhere a file that is open is replaced all the same, and one that is not there yet is open nowhere.
  expect(whyNotWritable(file, 'linux', refused('EBUSY'))).toBeNull();
  expect(whyNotWritable(join(temporaryFolder(), 'new.csv'), 'win32', refused('EBUSY'))).toBeNull();
});
