/** check, backup and restore as a user of the command line sees them. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../../../core/base/error-codes.ts';
import { checkOutcome } from '../../../../core/contract/results/maintenance.ts';
import { backUpLibrary, restoreFromBackup } from '../../../../core/services/library/backup.ts';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import { backUpLibraryAside, checkLibraryAside } from '../../../../core/services/library/maintenance.ts';
import { openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import { databaseProblems, openLibrary, restoreLibrary } from '../../../../core/store/index.ts';
import { fillDataset, temporaryLibrary } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';

const now = new Date('2026-03-04T05:06:07.000Z');

const codeOf = (call: () => unknown): string => appErrorOf(call).code;

/** A closed library of three labelled instances with a record each. */
async function madeLibrary(): Promise<string> {
  const library = temporaryLibrary(join(temporaryFolder(), 'library'));
  const { instanceIds } = fillDataset(library, ['a', 'b', 'a']);
  const store = openPreviewStore(testContext(library), 64, {});
  for (const id of instanceIds) store.append('image', `${id}/0`, new Uint8Array(1000).fill(id));
  await store.close();
  library.close();
  return library.folder;
}

async function findings(folder: string): Promise<string[]> {
  const report = await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep: true });
  expect(report.sound).toBe(report.findings.length === 0);
  for (const { action } of report.findings) expect(action.length).toBeGreaterThan(20);
  return report.findings.map((finding) => `${finding.code} ${finding.count}`);
}

function patients(folder: string): number {
  const library = openLibrary(folder, { mode: 'read' });
  try {
    return library.db.get<{ n: number }>('SELECT count(*) AS n FROM patients')?.n ?? 0;
  } finally {
    library.close();
  }
}

describe('library check', () => {
  test('says that files of instances are gone, and nothing else of a sound library', async () => {
    // The made instances name files that never existed.
    const folder = await madeLibrary();
    expect(await findings(folder)).toEqual(['FILE_NOT_FOUND 3']);
    const report = await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep: false });
    // A library that was moved without its images was called damaged.
    expect(checkOutcome(report.findings)).toBe('files');
  });

  test('finds one wrong byte in a record, and a shard that is gone', async () => {
    const folder = await madeLibrary();
    const shard = join(folder, 'previews/64/0000.shard');
    const bytes = readFileSync(shard);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(shard, bytes);
    expect(await findings(folder)).toContain('FEATURES_DAMAGED 1');
    rmSync(shard);
    expect(await findings(folder)).toContain('FEATURES_DAMAGED 3');
  });

  test('finds one changed letter in a value, which SQLite does not', async () => {
    const folder = await madeLibrary();
    const path = join(folder, 'sidelight.sqlite');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('2026-01-02T03:04:05.000Z');
    bytes.write('2027', at);
    writeFileSync(path, bytes);
    expect(databaseProblems(path)).toEqual([]);
    expect(await findings(folder)).toContain('DB_DAMAGED 1');
    const warnings: string[] = [];
    openLibrary(folder, { mode: 'write', onWarning: (message) => warnings.push(message) }).close();
    expect(warnings.join()).toContain('not what it was when Sidelight closed it');
  });

  test('finds references that lead nowhere', async () => {
    const folder = await madeLibrary();
    const sqlite = new Sqlite(join(folder, 'sidelight.sqlite'));
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec('DELETE FROM patients WHERE id = 1');
    sqlite.close();
    expect(await findings(folder)).toContain('DB_DAMAGED 1');
  });

  test('refuses a folder that holds no library', async () => {
    await expect(findings(temporaryFolder())).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('backups', () => {
  test('seven daily ones are kept, a damaged library makes none and drops none', async () => {
    const folder = await madeLibrary();
    const backups = join(folder, 'backups');
    for (let day = 1; day <= 10; day++) {
      for (const name of readdirSync(backups))
        utimesSync(join(backups, name), new Date('2020-01-01'), new Date('2020-01-01'));
      openLibrary(folder, { mode: 'write', now: new Date(Date.UTC(2026, 4, day)) }).close();
    }
    const kept = readdirSync(backups).sort();
    expect(kept.map((name) => name.slice(0, 16))).toEqual(
      ['04', '05', '06', '07', '08', '09', '10'].map((day) => `daily-2026-05-${day}`),
    );
    for (const name of kept) {
      expect(databaseProblems(join(backups, name))).toEqual([]);
      utimesSync(join(backups, name), new Date('2020-01-01'), new Date('2020-01-01'));
    }
    const path = join(folder, 'sidelight.sqlite');
    writeFileSync(path, readFileSync(path).fill(0xaa, 4096));
    expect(codeOf(() => openLibrary(folder, { mode: 'write' }))).toBe('DB_DAMAGED');
    expect(readdirSync(backups).sort()).toEqual(kept);
  });

  test('to a place of the user while a writer works, whole', async () => {
    const folder = await madeLibrary();
    const writer = temporaryLibrary(folder);
    writer.writer.run(`INSERT INTO patients (patient_key, created_at) VALUES ('late', '2026')`);
    const to = join(temporaryFolder(), 'new', 'place');
    const { path } = backUpLibrary(folder, to, now);
    expect(readdirSync(to)).toEqual(['sidelight-2026-03-04T05-06-07-000Z.sqlite']);
    expect(databaseProblems(path)).toEqual([]);
    const sqlite = new Sqlite(path, { readonly: true });
    expect(sqlite.prepare('SELECT count(*) AS n FROM patients').get()).toEqual({ n: 4 });
    sqlite.close();
    writeFileSync(join(to, 'file'), '');
    expect(codeOf(() => backUpLibrary(folder, join(to, 'file'), now))).toBe('BAD_INPUT');
  });
});

/** Makes the database at `path` one that a later program wrote. */
function makeNewer(path: string): void {
  const sqlite = new Sqlite(path);
  sqlite.pragma('user_version = 9990');
  sqlite.close();
}

describe('what a newer Sidelight wrote', () => {
  // It was called damaged, with the advice to put a backup in its place: whoever did so in the program of before lost all that was done since.
  test('is no damage to a check, be it the library or a backup', async () => {
    const folder = await madeLibrary();
    backUpLibrary(folder, undefined, now);
    const [copy = ''] = readdirSync(join(folder, 'backups'));
    for (const path of ['sidelight.sqlite', `backups/${copy}`]) makeNewer(join(folder, path));
    rmSync(join(folder, 'sidelight.seal'));
    const report = await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep: false });
    expect(report.findings.map(({ code, action }) => [code, action])).toEqual([
      ['DB_FROM_NEWER_APP', errorCodes.DB_FROM_NEWER_APP.action],
    ]);
    expect(report.backups).toEqual([expect.objectContaining({ sound: false, isOfNewer: true })]);
    expect([report.sound, checkOutcome(report.findings)]).toEqual([false, 'unread']);
  });

  test('is passed over where a backup is put back, and called what it is', async () => {
    const folder = await madeLibrary();
    const backups = join(folder, 'backups');
    rmSync(backups, { recursive: true });
    backUpLibrary(folder, undefined, now);
    const [newer = ''] = readdirSync(backups);
    makeNewer(join(backups, newer));
    utimesSync(join(backups, newer), now, now);
    expect(codeOf(() => restoreFromBackup(folder, undefined, now))).toBe('DB_FROM_NEWER_APP');
    writeFileSync(join(backups, 'older.sqlite'), readFileSync(join(folder, 'sidelight.sqlite')));
    utimesSync(join(backups, 'older.sqlite'), new Date('2026-02-01'), new Date('2026-02-01'));
    const report = restoreFromBackup(folder, undefined, now);
    expect(report).toMatchObject({ backup: 'older.sqlite', unsound: [], ofNewer: [newer] });
  });
});

describe('library restore', () => {
  test('takes the newest sound backup, passes over damaged ones, and keeps the present file', async () => {
    const folder = await madeLibrary();
    const backups = join(folder, 'backups');
    backUpLibrary(folder, undefined, now);
    const copy = join(backups, readdirSync(backups)[0] ?? '');
    utimesSync(copy, new Date('2026-02-01'), new Date('2026-02-01'));
    const library = temporaryLibrary(folder);
    library.writer.run(`INSERT INTO patients (patient_key, created_at) VALUES ('later', '2026')`);
    library.close();
    for (const name of readdirSync(backups)) if (!copy.endsWith(name)) rmSync(join(backups, name));
    writeFileSync(join(backups, 'daily-2026-12-01.sqlite'), 'no database');
    utimesSync(join(backups, 'daily-2026-12-01.sqlite'), now, now);
    const present = readFileSync(join(folder, 'sidelight.sqlite'));

    const report = restoreFromBackup(folder, undefined, now);
    expect(report).toMatchObject({
      setAside: 'set-aside/2026-03-04T05-06-07-000Z',
      unsound: ['daily-2026-12-01.sqlite'],
    });
    expect(patients(folder)).toBe(3);
    expect(readFileSync(join(folder, report.setAside ?? '', 'sidelight.sqlite')).equals(present)).toBe(true);
    expect(await findings(folder)).toEqual(['FILE_NOT_FOUND 3', 'DB_DAMAGED 1']);
  });

  test('what was set aside after a kill can be put back, with what its log alone holds', async () => {
    const folder = await madeLibrary();
    backUpLibrary(folder, undefined, now);
    const library = temporaryLibrary(folder);
    library.writer.run(`INSERT INTO patients (patient_key, created_at) VALUES ('later', '2026')`);
    const killed = join(temporaryFolder(), 'killed');
    cpSync(folder, killed, { recursive: true });
    library.close();
    expect(statSync(join(killed, 'sidelight.sqlite-wal')).size).toBeGreaterThan(0);

    const { setAside } = restoreFromBackup(killed, undefined, now);
    expect(patients(killed)).toBe(3);
    restoreFromBackup(killed, join(killed, setAside ?? '', 'sidelight.sqlite'), new Date(now.getTime() + 1000));
    expect(patients(killed)).toBe(4);
    expect(readdirSync(killed).filter((name) => name.includes('restoring'))).toEqual([]);
    // A copy that a script made, log and all, without anything to be prepared.
    restoreLibrary(killed, {
      from: join(killed, setAside ?? '', 'sidelight.sqlite'),
      now: new Date(now.getTime() + 2000),
    });
    expect(patients(killed)).toBe(4);
  });

  test('of a library that is being written, without a backup, from a damaged one: refused, nothing changed', async () => {
    const folder = await madeLibrary();
    const path = join(folder, 'sidelight.sqlite');
    const before = readFileSync(path);
    expect(codeOf(() => restoreFromBackup(folder, undefined, now))).toBe('BACKUP_NOT_FOUND');
    expect(codeOf(() => restoreFromBackup(folder, 'none.sqlite', now))).toBe('BACKUP_NOT_FOUND');
    writeFileSync(join(folder, 'backups', 'bad.sqlite'), before.subarray(0, 5000));
    expect(codeOf(() => restoreFromBackup(folder, 'bad.sqlite', now))).toBe('DB_DAMAGED');
    expect(codeOf(() => restoreFromBackup(folder, undefined, now))).toBe('BACKUP_NOT_FOUND');
    const newer = join(folder, 'backups', 'newer.sqlite');
    writeFileSync(newer, before);
    makeNewer(newer);
    expect(codeOf(() => restoreFromBackup(folder, 'newer.sqlite', now))).toBe('DB_FROM_NEWER_APP');
    // Sound, of an earlier version by its number, and not to be brought to this one.
    const odd = join(folder, 'backups', 'odd.sqlite');
    writeFileSync(odd, before);
    const oddSqlite = new Sqlite(odd);
    oddSqlite.pragma('user_version = 1');
    oddSqlite.close();
    const { code, message } = appErrorOf(() => restoreFromBackup(folder, 'odd.sqlite', now));
    expect([code, message]).toEqual(['DB_DAMAGED', expect.stringContaining('the library is as it was')]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(join(folder, 'set-aside'))).toBe(false);
    const writer = temporaryLibrary(folder);
    expect(codeOf(() => restoreFromBackup(folder, undefined, now))).toBe('LIBRARY_BUSY');
    writer.close();
  });

  test('a log whose database is gone is damage, not a new library', async () => {
    const folder = await madeLibrary();
    rmSync(join(folder, 'sidelight.sqlite'));
    for (const name of ['features', 'previews', 'backups']) rmSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'sidelight.sqlite-wal'), 'frames');
    mkdirSync(join(folder, 'backups'), { recursive: true });
    expect(codeOf(() => openLibrary(folder, { mode: 'write' }))).toBe('DB_DAMAGED');
  });
});

test('in a thread of its own, a library is checked and backed up alike, and a failure arrives with its code', async () => {
  const folder = await madeLibrary();
  const { seconds: _, ...report } = await checkLibraryAside(folder, true);
  expect(report).toMatchObject({ sound: false, findings: expect.arrayContaining([expect.anything()]) });
  expect(await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep: true })).toMatchObject(
    report,
  );
  const { path } = await backUpLibraryAside(folder, null);
  expect(existsSync(path)).toBe(true);
  await expect(backUpLibraryAside(folder, path)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});
