/** Migration 0200: what a data set asks, and what its versions and models ask with it. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { listDatasets, listModels, openLibrary, versionById } from '../../../core/store/index.ts';
import { earlierLibrary } from '../../support/earlier-library.ts';
import { appErrorOf } from '../../support/thrown.ts';

test('data sets, versions and models of before asked for one class out of several', () => {
  const library = openLibrary(earlierLibrary(), { mode: 'write' });
  try {
    const { db } = library;
    expect(listDatasets(db).map(({ target }) => target)).toEqual(['class']);
    expect(versionById(db, 1)?.target).toBe('class');
    expect(new Set(listModels(db).map(({ target }) => target))).toEqual(new Set(['class']));
  } finally {
    library.close();
  }
});

test('a target that this version does not know is refused by its name, and nothing else is taken for it', () => {
  const folder = earlierLibrary();
  openLibrary(folder, { mode: 'write' }).close();
  const sqlite = new Sqlite(join(folder, 'sidelight.sqlite'));
  sqlite.exec("UPDATE label_schemas SET target = 'outline'");
  sqlite.close();
  const library = openLibrary(folder, { mode: 'read' });
  try {
    for (const read of [
      () => listDatasets(library.db),
      () => versionById(library.db, 1),
      () => listModels(library.db),
    ]) {
      const error = appErrorOf(read);
      expect(error.code).toBe('DB_FROM_NEWER_APP');
      expect(error.message).toContain('"outline"');
    }
  } finally {
    library.close();
  }
});
