import { expect, test } from 'vitest';
import {
  fileAt,
  filesOfInstance,
  instanceByUid,
  isToFollow,
  ownLabel,
  type ReadDb,
  recordsOf,
  versionImages,
} from '../../../core/store/index.ts';
import { instanceId } from '../../support/ids.ts';
import { fillDataset, temporaryLibrary } from '../../support/library.ts';

/** The tables that a query reads from end to end. */
function scans(db: ReadDb, ask: (spy: ReadDb) => unknown): string[] {
  const found: string[] = [];
  const plan = (sql: string, parameters?: Parameters<ReadDb['all']>[1]) => {
    const steps = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    found.push(...steps.map(({ detail }) => detail).filter((detail) => /^SCAN (?!CONSTANT)/.test(detail)));
  };
  ask({
    all: (sql, parameters) => {
      plan(sql, parameters);
      return db.all(sql, parameters);
    },
    get: (sql, parameters) => {
      plan(sql, parameters);
      return db.get(sql, parameters);
    },
  });
  return found;
}

test('what an import or an epoch asks for every file or image is answered by an index', () => {
  const library = temporaryLibrary();
  fillDataset(library, ['a', 'b']);
  const hot: Record<string, (db: ReadDb) => unknown> = {
    fileAt: (db) => fileAt(db, '/made/0', ''),
    filesOfInstance: (db) => filesOfInstance(db, instanceId(1)),
    isToFollow: (db) => isToFollow(db, instanceId(1)),
    instanceByUid: (db) => instanceByUid(db, '1.2.3'),
    ownLabel: (db) => ownLabel(db, 1, { kind: 'instance', id: instanceId(1) }, 'import'),
    versionImages: (db) => versionImages(db, 1),
    recordsOf: (db) => recordsOf(db, 1),
  };
  for (const [name, ask] of Object.entries(hot)) expect([name, scans(library.db, ask)]).toEqual([name, []]);
});

test('the check finds a scan', () => {
  const { db } = temporaryLibrary();
  expect(scans(db, (spy) => spy.all(`SELECT * FROM files WHERE content_hash = 'x'`))).toEqual(['SCAN files']);
});
