import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resultsFiles } from '../../../../core/services/classification/results-files.ts';

test('results of several models never share a file, also where names are compared without case or as composed letters', () => {
  const out = join('out', 'r.csv');
  const named = (name: string): string => join('out', name);
  expect(resultsFiles(out, ['Größe', 'GRÖSSE', 'größe', 'gro\u0308ße'])).toEqual([
    named('r-Größe.csv'),
    named('r-GRÖSSE.csv'),
    named('r-größe 2.csv'),
    named('r-gro\u0308ße 3.csv'),
  ]);
  expect(resultsFiles(out, ['a:b', 'a?b', 'a. '])).toEqual([
    named('r-a_b.csv'),
    named('r-a_b 2.csv'),
    named('r-a_.csv'),
  ]);
});
