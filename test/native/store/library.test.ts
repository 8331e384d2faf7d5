import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { Database } from '../../../core/store/database.ts';
import { openLibrary, restoreLibrary } from '../../../core/store/index.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { fillDataset, temporaryLibrary } from '../../support/library.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const node = process.execPath;
const storeUrl = `file://${join(repositoryRoot, 'core/store/index.ts')}`;

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${error}`;
  }
  return 'no error';
}

/** A library with two instances, closed. */
function closedLibrary(): string {
  const library = temporaryLibrary(join(temporaryFolder(), 'library'));
  fillDataset(library, ['a', 'b']);
  library.close();
  return library.folder;
}

/** A program that opens the library for writing, says so, and waits to be killed. */
const holdLibrary = `
  const { openLibrary } = await import(process.argv[1]);
  const library = openLibrary(process.argv[2], { mode: 'write' });
  library.writer.run("INSERT INTO patients (patient_key, created_at) VALUES ('kept', 'now')");
  console.log('open');
  setInterval(() => library, 1000);
`;

describe('one writer', () => {
  test('a second writer is refused, a reader is not, and a killed writer leaves no lock', async () => {
    const folder = closedLibrary();
    const child = spawn(node, ['--input-type=module', '-e', holdLibrary, storeUrl, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(codeOf(() => openLibrary(folder, { mode: 'write' }))).toBe('LIBRARY_BUSY');
    const reader = openLibrary(folder, { mode: 'read' });
    expect(reader.db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 3 });
    expect(codeOf(() => reader.writer)).toBe('LIBRARY_READ_ONLY');
    reader.close();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const library = temporaryLibrary(folder);
    expect(library.db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 3 });
    expect(library.db.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
  });

  test('closing gives the lock back', () => {
    const folder = closedLibrary();
    temporaryLibrary(folder).close();
    temporaryLibrary(folder);
    expect(codeOf(() => openLibrary(folder, { mode: 'write' }))).toBe('LIBRARY_BUSY');
  });
});

describe('a library that cannot be used', () => {
  test('of a newer version is refused with both numbers and not touched', () => {
    const folder = closedLibrary();
    const path = join(folder, 'sidelight.sqlite');
    const sqlite = new Sqlite(path);
    sqlite.pragma('user_version = 9990');
    sqlite.close();
    const before = readFileSync(path);
    expect(codeOf(() => openLibrary(folder, { mode: 'read' }))).toBe('DB_FROM_NEWER_APP');
    expect(() => openLibrary(folder, { mode: 'write' })).toThrow(/9990.*up to \d+/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('of another program is refused and not touched', () => {
    const folder = temporaryFolder();
    const sqlite = new Sqlite(join(folder, 'sidelight.sqlite'));
    sqlite.exec('CREATE TABLE other (a)');
    sqlite.close();
    expect(codeOf(() => openLibrary(folder, { mode: 'write' }))).toBe('DB_DAMAGED');
  });

  test('whose file is no database, is missing or was emptied is damaged, never a new one', () => {
    for (const damage of [
      (path: string) => writeFileSync(path, 'x'.repeat(8192)),
      (path: string) => truncateSync(path, 0),
      (path: string) => rmSync(path),
    ]) {
      const folder = closedLibrary();
      writeFileSync(join(folder, 'features', 'something'), 'x');
      damage(join(folder, 'sidelight.sqlite'));
      expect(codeOf(() => openLibrary(folder, { mode: 'write' }))).toBe('DB_DAMAGED');
    }
  });

  test('whose page was overwritten fails with DB_DAMAGED when the page is read', () => {
    const folder = closedLibrary();
    const path = join(folder, 'sidelight.sqlite');
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 4096);
    writeFileSync(path, bytes);
    expect(
      codeOf(() => {
        const library = openLibrary(folder, { mode: 'read' });
        try {
          library.db.all('SELECT * FROM patients');
        } finally {
          library.close();
        }
      }),
    ).toBe('DB_DAMAGED');
  });

  test('that is absent is named when it should be read', () => {
    expect(codeOf(() => openLibrary(join(temporaryFolder(), 'none'), { mode: 'read' }))).toBe('FILE_NOT_FOUND');
  });
});

/** Opens a library as a user without any rights and prints what came of it. */
const asNobody = `
  const { openLibrary } = await import(process.argv[1]);
  if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
  try {
    const library = openLibrary(process.argv[2], { mode: process.argv[3] });
    console.log(JSON.stringify(library.db.get('SELECT count(*) AS n FROM patients')));
  } catch (error) { console.log(error.code); }
`;

test.skipIf(process.platform === 'win32')(
  'a read-only library can be read but not written (needs POSIX rights)',
  () => {
    const folder = closedLibrary();
    for (const entry of readdirSync(folder)) chmodSync(join(folder, entry), entry.includes('.') ? 0o444 : 0o555);
    chmodSync(folder, 0o555);
    chmodSync(join(folder, '..'), 0o755);
    const run = (mode: string) =>
      execFileSync(node, ['--input-type=module', '-e', asNobody, storeUrl, folder, mode], { encoding: 'utf8' }).trim();
    expect(run('write')).toBe('LIBRARY_READ_ONLY');
    expect(run('read')).toBe('{"n":2}');
    chmodSync(folder, 0o755);
  },
);

/** Writes rows until the file-size limit stops it, then prints the error's code and the rows that were acknowledged. */
const writeUntilFull = `
  process.on('SIGXFSZ', () => {});
  const { openLibrary } = await import(process.argv[1]);
  const library = openLibrary(process.argv[2], { mode: 'write' });
  let acknowledged = 0;
  try {
    for (;;) {
      library.writer.run("INSERT INTO patients (patient_key, created_at) VALUES (:key, 'now')",
        { key: acknowledged + ' ' + 'x'.repeat(20000) });
      acknowledged++;
    }
  } catch (error) { console.log(JSON.stringify({ code: error.code, acknowledged })); }
`;

test.skipIf(process.platform === 'win32')('a full disk loses nothing that was acknowledged (needs ulimit)', () => {
  const folder = closedLibrary();
  const result = spawnSync(
    'bash',
    ['-c', 'ulimit -f 2000 && exec "$@"', 'bash', node, '--input-type=module', '-e', writeUntilFull, storeUrl, folder],
    { encoding: 'utf8' },
  );
  const { code, acknowledged } = JSON.parse(result.stdout) as { code: string; acknowledged: number };
  expect(code).toBe('DISK_FULL');
  expect(acknowledged).toBeGreaterThan(10);
  const library = temporaryLibrary(folder);
  expect(library.db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 2 + acknowledged });
  expect(library.db.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
});

describe('migrations', () => {
  const newer = [
    ...migrations,
    { number: 9000, name: '9000-add', up: (db: Database) => db.execute('CREATE TABLE added (a INTEGER) STRICT') },
    {
      number: 9010,
      name: '9010-fail',
      up: (db: Database) => db.execute('CREATE TABLE half (a INTEGER) STRICT; SELECT wrong'),
    },
  ];

  test('each is kept whole or not at all, after a copy was made', () => {
    const path = join(closedLibrary(), 'sidelight.sqlite');
    const database = Database.open(path, { readonly: false });
    const copies: string[] = [];
    expect(() => migrate(database, { backUp: (label) => copies.push(label), list: newer })).toThrow('wrong');
    expect(copies).toEqual(['before-9010']);
    expect(database.pragma('user_version')).toBe(9000);
    expect(database.all(`SELECT name FROM sqlite_schema WHERE name IN ('added', 'half')`)).toEqual([{ name: 'added' }]);
    expect(database.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 2 });
    database.close();
  });

  test('files, rows of the index and released hashes are the same set', () => {
    // A released migration is frozen: a library in the field already ran it. Add a new one instead of changing a hash here.
    const released: Record<string, string> = {
      '0010-create-studies': '16936ba9c8825d154f27e8ef2c919c6a491768eaf39d2544f1806070f194406b',
      '0020-create-datasets': '3587f237b31f80e4a56ecf140f5baf12b52deab56ad3c8dcb32001c345977af9',
      '0030-create-features': '8d2c9e46b21f13b40ad399b5ebb1fc8453752ab3de678fdb8fc42c173e31dd68',
      '0040-create-runs': 'b930d2caf3db26518089aa69de117030643c3303cf49c21585882262cfd9d882',
      '0050-create-jobs': '73b8c1ddfc13c6864dccccab5e044a2f1bbdb278b74db8489159151748d09d80',
      '0060-create-readings': 'c47a7e6fc49f98a1c8801ede73162db619a54c29b83acf8e46e542cf04f968ad',
      '0070-widen-jobs': '632892160ca7dae096528ce7994daeb2b93f99dd83a6510dcc2598a138ca9c7f',
      '0075-keep-evaluations': 'bb5adeb6ee63f1a09b64157cf3a39fd583c6e06ad1ff8bc349dd856cffbc4b36',
      '0080-create-privacy': '29d5f8c3128275d7348a3887ef72926fe731a1378331193806b84ae4c0b150a5',
      '0110-create-watches': '8bdc76cc70b283e63e43630f35356dafd3f5f084245bcdbe9c05a9a99c051693',
      '0120-describe-studies': '1c2c6af04fce4ddb034decf3fcbb6c2ce272c6b26247af1cbfededc4d01fdaa8',
      '0130-add-lpms-as-jobs': '1cb30ba18540fe6f52f0c7bf15d804900fa14c02137f88e206363967e607d7fd',
      '0140-note-manufacturers': '32913f121b992dc202629d14443aeaf8390a56b2cf229c055b4ec8c1630395e2',
      '0150-name-weights': '7cdcf7dcf86548fc97783633667332a66e4cbf56ab52250ddfbeff188b2e9f5d',
      '0160-name-threshold-classes': 'e293775868b3f349c0454531631061acfc8927a3a44fbd9ba4041f92e1d09033',
      '0165-note-runs-of-jobs': 'f2df04a01b5577cd1bfdd86215f7a0c0da10e33247f843eaf234f1c8dca0caf5',
      '0166-free-job-kinds': 'c32fdd07bc3a7d90f0a6cf87fd1dac935ff11f23dd906ef8bbbd971c40db74e5',
      '0170-store-vectors-in-parts': '9fda06f552105c9ca338b4b5caaebad46f12704eb9d76eb414fc07e880ee9ca8',
      '0180-keep-intervals': '036b44f766803d29376b4752e99461c6f2e86d65894d7b16d24cdc6b1fb26f1f',
      '0190-name-optimiser-vectors': '4d6ddd83fbd5ea040d912f230ad10e70959cae675d83615bca1c08582fc8e073',
      '0200-name-targets': '6eadb275bec4e2e8509fd35d5188e6f302332a4a17c84fb56c707444a97b343f',
      '0210-give-patients': '2d9dff92a941c4652286aa3ff1cad77e9e0b6115c70740310e4845486108307d',
      '0220-choose-positive-classes': '8ffdfec69ab0ee5e13441112a15bd6d33d39c9d88bafa2009cb283a464a19888',
      '0230-join-predictions-by-content': '547617fde03c9f84de05c72ad48db8e3f8d8e8490fd3e9866e66dc80b8160c6d',
      '0240-note-samples': 'ff25a78e855692dcb4ca88d118a9a7ab17386a068bfb7a9b4f05f3c75a6ec0db',
      '0250-keep-device-checks': '4c9be8306c8653b43b81596b26cba93e4c29d6ce50f0e59e4055f662d7bff20b',
      '0290-ask-several-questions': '2d445b752cad267b459cc9cb39c072c709a19b77463252962d497c49defd6596',
      '0300-keep-cross-validations': '7c47413453e518201e67b5ee4699109562b43cb70ed6a00782d1bd1eccdf33fe',
      '0310-keep-recipe-searches': '6aa46d91cdc1a73fecb62d7ceecac42e242067863de4802a248c1b68be470c69',
      '0350-note-sites': 'efa9929da5d68ef1214596bddd162e8a6183f22b4c5072ef9e2faa2968d66a7f',
      '0351-put-models-in-use': 'bfdfb4ef8a9fafee922d8f1ebd34444697de6a659d5de13de729c9bdf41165e2',
      '0352-keep-shortcut-checks': 'ee727ae26999132bc57c461c5321603531acc31a454404e3f090ef7a0728123c',
      '0360-keep-label-checks': 'fb362487311b08ab709e68fbdcb6417895315b962616f4f33e519fcb333ccdde',
      '0370-keep-curves-and-orders': '367d2e548ec3cf51015166077bb006bcc42eb64e4ccd34ef4f055c5bd101c64d',
      '0380-keep-comparisons': '107a895888a0067193785915b62ae781062e8297bb598cc6342d25e75480dadc',
      '0390-keep-replays': 'bab9b5da236a55f01d4eddcb5608413c50f33fdfb0116103c950464142ae1ee9',
      '0400-keep-choices': 'ff6aee4b5ff49462867982e27d881bc068bd5a4956cf3103273c2ffa11534c26',
      '0410-note-slices-and-views': 'b44b9b2f19898feeba5f642f0259a0bff2aa597197b50c6f69763dbb9dff06f6',
      '0420-note-8-bit-passes': 'bd93c584bf16cd7ab82a0927c4093468c58f584575c3147b64917a1d3b5191c1',
      '0430-note-what-watches-wait-for': 'fb093816168b23a04ea0ae234ba377f82fb62c2831a5641806f1c038fea3575f',
      '0440-let-searches-have-several-models': 'f4b5c39a50917f64664946eda4fc60791ff1f0ddb4e601eee6ebcbcf0b35ad8e',
      '0450-keep-warnings-of-jobs': '0cc1d3d718e7092d211f3b4ffe2ad65b8ef7a4bbe54cdf0cf90a9ddb4fada6de',
      '0460-join-pieces': 'e1074d545c50edbd06af5ebcaad18fafeedddad8f6d6f7089e5995be9c774217',
      '0470-note-issuers': '4413e9d2ef639574f1d88d4dd77cbb16a9aafffe3a991ce7c7ea6198c21d4bef',
      'remake-jobs': '6885fc3901675d9153e0527dcb39c06e74ec3d28c65009e12ddc8f94461997fd',
    };
    const folder = join(repositoryRoot, 'core/store/migrations');
    const names = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));
    expect(names.map((name) => name.replace('.ts', ''))).toEqual(migrations.map((migration) => migration.name));
    expect(migrations.map(({ number, name }) => Number(name.slice(0, 4)) === number)).not.toContain(false);
    const hashes = [...names.map((name) => name.replace('.ts', '')), 'remake-jobs'].map((name) => {
      const bytes = readFileSync(join(folder, `${name}.ts`));
      return [name, createHash('sha256').update(bytes).digest('hex')];
    });
    expect(Object.fromEntries(hashes)).toEqual(released);
  });

  test('every table is strict, and foreign keys hold', () => {
    const library = temporaryLibrary();
    const loose = library.db.all(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite%'`,
    );
    expect(loose).toEqual([]);
    expect(library.db.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 });
    expect(library.db.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    expect(library.db.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  });
});

describe('backups', () => {
  test('a copy is made once a day and can be opened in place of the library', () => {
    const folder = closedLibrary();
    const backups = () => readdirSync(join(folder, 'backups'));
    temporaryLibrary(folder).close();
    temporaryLibrary(folder).close();
    expect(backups()).toHaveLength(1);
    const copy = join(folder, 'backups', backups()[0] ?? '');
    utimesSync(copy, new Date('2020-01-01'), new Date('2020-01-01'));
    temporaryLibrary(folder).close();
    expect(backups()).toHaveLength(2);
    for (const name of ['sidelight.sqlite', 'sidelight.sqlite-wal', 'sidelight.sqlite-shm']) {
      if (existsSync(join(folder, name))) rmSync(join(folder, name));
    }
    writeFileSync(join(folder, 'sidelight.sqlite'), readFileSync(copy));
    expect(temporaryLibrary(folder).db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 2 });
  });

  test('copies that a clock gone wrong has dated later stop no new ones, are dropped first, and are not the newest', () => {
    const folder = closedLibrary();
    const backups = join(folder, 'backups');
    const openAt = (now: Date): void => {
      const library = openLibrary(folder, { mode: 'write', now });
      library.writer.run('INSERT INTO patients (patient_key, created_at) VALUES (:key, :key)', {
        key: now.toISOString(),
      });
      library.close();
      for (const name of readdirSync(backups)) {
        if (name.includes(now.toISOString().slice(0, 10))) utimesSync(join(backups, name), now, now);
      }
    };
    rmSync(backups, { recursive: true });
    const days = (from: string, n: number): Date[] =>
      Array.from({ length: n }, (_, i) => new Date(Date.parse(from) + i * 25 * 60 * 60 * 1000));
    for (const day of days('2031-05-01T08:00:00Z', 8)) openAt(day);
    const named = () => readdirSync(backups).map((name) => name.slice('daily-'.length, 'daily-'.length + 4));
    expect(named()).toEqual(new Array(7).fill('2031'));
    const right = days('2026-05-01T08:00:00Z', 5);
    for (const day of right) openAt(day);
    expect(named()).toEqual([...new Array(5).fill('2026'), ...new Array(2).fill('2031')]);
    const { backup } = restoreLibrary(folder, { now: right.at(-1) ?? new Date() });
    expect(backup).toContain('daily-2026-05-05');
  });

  test.skipIf(process.platform !== 'linux')(
    'a place that takes no daily copy is said, and keeps nobody from the library (needs /proc)',
    () => {
      const folder = closedLibrary();
      rmSync(join(folder, 'backups'), { recursive: true });
      symlinkSync('/proc', join(folder, 'backups'));
      const warnings: string[] = [];
      const library = openLibrary(folder, { mode: 'write', onWarning: (message) => warnings.push(message) });
      expect(library.db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 2 });
      library.close();
      expect(warnings).toEqual([expect.stringContaining('The daily backup of the library was not made')]);
    },
  );
});
