/** A library of an earlier version opens, classifies to the same results, and its stopped training goes on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { requireModel } from '../../../../core/services/training/model.ts';
import { listModels, listRuns, openLibrary } from '../../../../core/store/index.ts';
import {
  earlierFacts,
  earlierImages,
  earlierLibrary,
  earlierModels,
  earlierResults,
  withFixturePaths,
} from '../../../support/earlier-library.ts';
import { testServices } from '../../../support/made-studies.ts';
import { firstDifference } from '../../../support/numbers.ts';
import { processorLine } from '../../../support/processor.ts';

/**
 * On the processor that made the fixture results are equal to the last bit, elsewhere within a tolerance (processor.ts):
 * with SSE alone the probabilities were 7e-8 away from those of AVX2 with FMA.
 */
const isSameProcessor = processorLine() === earlierFacts.processor;

type Rows = Record<string, string>[];

/** A CSV's rows, every value as its text. */
const rowsOf = (text: string): Rows => parse(text, { bom: true, columns: true });

/** Rows without probabilities and threshold, and those numbers in order. */
function apart(rows: Rows): { readonly words: Rows; readonly numbers: number[] } {
  const isNumber = (name: string): boolean => /^(probability_|threshold$)/.test(name);
  return {
    words: rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !isNumber(name)))),
    numbers: rows.flatMap((row) =>
      Object.keys(row)
        .filter(isNumber)
        .map((name) => Number(row[name])),
    ),
  };
}

describe('a library made at 2fb3ab2', () => {
  test.each(Object.keys(earlierModels))('opens, and its model %s classifies as it did then', async (model) => {
    const folder = earlierLibrary();
    const context = await testServices(folder);
    const out = join(folder, 'results.csv');
    const report = await classifyPaths(context, { paths: [earlierImages], model, out });
    expect([report.images, report.failed]).toEqual([4, 0]);
    const before = rowsOf(earlierResults(model));
    const found = rowsOf(withFixturePaths(readFileSync(out, 'utf8'))).map((row) => {
      // Said since then: which class threshold and figures are about, and what became of the file.
      const { thresholdClass, positiveClass, status, reason, ...known } = row;
      expect([thresholdClass, positiveClass, status, reason]).toEqual(['square', 'square', 'classified', '']);
      return known;
    });
    if (isSameProcessor) expect(found).toEqual(before);
    const [then, now] = [apart(before), apart(found)];
    expect(now.words).toEqual(then.words);
    expect(firstDifference(now.numbers, then.numbers, { absolute: 1e-5, relative: 0 })).toBeUndefined();
  });

  test('is read in the newest form without being changed', () => {
    const folder = earlierLibrary();
    const file = join(folder, 'sidelight.sqlite');
    const before = readFileSync(file);
    const library = openLibrary(folder, { mode: 'read' });
    expect(listModels(library.db).map(({ name }) => name)).toEqual(Object.keys(earlierModels));
    expect(listRuns(library.db)).toHaveLength(6);
    library.close();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('keeps its models with their weights', async () => {
    const context = await testServices(earlierLibrary());
    expect(listModels(context.library.db).map(({ name, method, weightsHash }) => [name, method, weightsHash])).toEqual(
      Object.entries(earlierModels).map(([name, method]) => [name, method, earlierFacts.hashes[name]]),
    );
    for (const name of Object.keys(earlierModels)) expect(requireModel(context, name).record.name).toBe(name);
  });

  test('goes on with the training that was stopped in it, and ends with the weights of one that nothing stopped', async () => {
    const context = await testServices(earlierLibrary());
    const run = listRuns(context.library.db).find(({ modelName }) => modelName === 'unfinished');
    expect([run?.state, run?.epochsDone]).toEqual(['cancelled', 2]);
    const report = await trainModel(context, { dataset: 'squares', lpm: 'tiny', resume: run?.name ?? '' });
    expect([report.resumed, report.epochs.length]).toEqual([true, 4]);
    if (isSameProcessor) expect(report.weightsHash).toBe(earlierFacts.hashes['unfinished']);
  });
});
