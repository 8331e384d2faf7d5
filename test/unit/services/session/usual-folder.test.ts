import { expect, test } from 'vitest';
import { usualFolder } from '../../../../core/services/session/library.ts';

test('the usual place of a library on each system', () => {
  const local = 'C:\\Users\\a\\AppData\\Local';
  expect(usualFolder({ LOCALAPPDATA: 'D:\\Data' }, 'win32', 'C:\\Users\\a')).toBe('D:\\Data\\Sidelight');
  expect(usualFolder({ LOCALAPPDATA: '\\\\server\\home' }, 'win32', 'C:\\Users\\a')).toBe(
    '\\\\server\\home\\Sidelight',
  );
  expect(usualFolder({}, 'win32', 'C:\\Users\\a')).toBe(`${local}\\Sidelight`);
  expect(usualFolder({ XDG_DATA_HOME: '/data' }, 'linux', '/home/a')).toBe('/data/sidelight');
  expect(usualFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Application Support/Sidelight');
});

test('a variable that is empty or no whole path is none: a library would lie wherever the command was started', () => {
  for (const value of ['', 'data', './data']) {
    expect(usualFolder({ XDG_DATA_HOME: value }, 'linux', '/home/a')).toBe('/home/a/.local/share/sidelight');
    expect(usualFolder({ LOCALAPPDATA: value }, 'win32', 'C:\\Users\\a')).toBe(
      'C:\\Users\\a\\AppData\\Local\\Sidelight',
    );
  }
});
