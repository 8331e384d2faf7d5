/** A library of an earlier version opens, classifies to the same results, and its stopped training goes on. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { checkOutcome } from '../../../../core/contract/results/maintenance.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { backUpLibrary, restoreFromBackup } from '../../../../core/services/library/backup.ts';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import { requireModel } from '../../../../core/services/training/model.ts';
import { Database } from '../../../../core/store/database.ts';
import { listModels, listRuns, openLibrary } from '../../../../core/store/index.ts';
import { newestVersion } from '../../../../core/store/migrate.ts';
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
import { appErrorOf } from '../../../support/thrown.ts';

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

  test('says once that it is brought to the newest form, and removes what a killed start before left of the copy', () => {
    const folder = earlierLibrary();
    const half = 'before-400-2026-01-01T00-00-00-000Z.sqlite.partial';
    const own = 'sidelight-2026-01-01T00-00-00-000Z.sqlite.partial';
    mkdirSync(join(folder, 'backups'), { recursive: true });
    for (const name of [half, `${half}-journal`, own]) writeFileSync(join(folder, 'backups', name), 'half');
    const told: string[] = [];
    const open = (): void =>
      openLibrary(folder, { mode: 'write', onWarning: (message) => void told.push(message) }).close();
    open();
    const names = readdirSync(join(folder, 'backups'));
    const [copy = ''] = names.filter((name) => name.startsWith('before-'));
    expect(names).not.toContain(half);
    expect(names).not.toContain(`${half}-journal`);
    expect(names).toContain(own);
    expect(told).toEqual([expect.stringContaining(`from version 140 to ${newestVersion}`)]);
    expect(told[0]).toContain(`backups/${copy}`);
    open();
    expect(told).toHaveLength(1);
  });

  // SQLite says of a database in memory that has grown beyond its limit that the disk is full; `library check` then called a sound library
  // damaged, and advised to put a backup in its place.
  test('that is too large to be read in the newest form is said to be that, and is not damaged', async () => {
    const folder = earlierLibrary();
    const file = join(folder, 'sidelight.sqlite');
    const { size } = statSync(file);
    const refused = { code: 'LIBRARY_READ_ONLY', message: expect.stringContaining('too large to be read so') };
    for (const mostBytesInMemory of [size - 1, size]) {
      expect(appErrorOf(() => openLibrary(folder, { mode: 'read', mostBytesInMemory }))).toMatchObject(refused);
    }
    // Bytes behind the last page are no part of the database, and take no room on the disk.
    rmSync(join(folder, 'sidelight.seal'), { force: true });
    truncateSync(file, 2 ** 30 + 1);
    const report = await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep: false });
    expect(report.findings).toEqual([
      expect.objectContaining({ ...refused, action: expect.stringContaining('brings it up to date') }),
    ]);
    expect([report.sound, checkOutcome(report.findings)]).toEqual([false, 'unread']);
  });

  // A user makes it before an update, to be able to go back: in the newest form the program of then refused it.
  test('is backed up in the form that it has, and the copy is put back in the newest', () => {
    const folder = earlierLibrary();
    const version = (path: string): unknown => {
      const database = Database.open(path, { readonly: true });
      try {
        return database.pragma('user_version');
      } finally {
        database.close();
      }
    };
    const { path } = backUpLibrary(folder, join(folder, 'elsewhere'), new Date('2026-03-04T05:06:07.000Z'));
    expect([version(join(folder, 'sidelight.sqlite')), version(path)]).toEqual([140, 140]);

    restoreFromBackup(folder, path, new Date('2026-03-04T06:06:07.000Z'));
    expect(version(join(folder, 'sidelight.sqlite'))).toBe(newestVersion);
    const library = openLibrary(folder, { mode: 'read' });
    expect(listModels(library.db).map(({ name }) => name)).toEqual(Object.keys(earlierModels));
    library.close();
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
