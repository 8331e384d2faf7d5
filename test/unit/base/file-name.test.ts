import { expect, test } from 'vitest';
import { fileName, fileNamePart } from '../../../core/base/file-name.ts';

test('a name is one that every system takes, and stays as it is where it is one already', () => {
  expect(['Thorax: a/b?', 'a\\b', 'x|"<>*', 'a\u0007b'].map(fileNamePart)).toEqual([
    'Thorax_ a_b_',
    'a_b',
    'x_____',
    'a_b',
  ]);
  expect(['Köln 2', 'v1.2', 'a-b_c'].map(fileName)).toEqual(['Köln 2', 'v1.2', 'a-b_c']);
  expect(['a. ', 'a...'].map(fileNamePart)).toEqual(['a_', 'a_']);
  expect(['CON.csv', 'con', 'lpt1.tar.gz', 'console.csv', 'nul2'].map(fileName)).toEqual([
    '_CON.csv',
    '_con',
    '_lpt1.tar.gz',
    'console.csv',
    'nul2',
  ]);
});
