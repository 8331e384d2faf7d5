/** Adding an LPM as a job: others are answered meanwhile, it can be stopped at any point, and nothing half copied stays. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../../../core/base/progress.ts';
import type { ModelRecord } from '../../../../core/contract/index.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import { addLpm, listLpms } from '../../../../core/services/lpm/add.ts';
import { openLibraryLpm, requireLpm } from '../../../../core/services/lpm/encoder.ts';
import { lpmIdentity } from '../../../../core/services/lpm/lpm-file.ts';
import { writeRandomLpm } from '../../../../core/services/lpm/random-lpm.ts';
import { openModelLpm } from '../../../../core/services/training/model.ts';
import { Database } from '../../../../core/store/database.ts';
import { jobById, listJobs, modelByName, openLibrary } from '../../../../core/store/index.ts';
import { migrate } from '../../../../core/store/migrate.ts';
import { migrations } from '../../../../core/store/migrations/index.ts';
import { runCommand } from '../../../support/command.ts';
import { hasStrace } from '../../../support/isolation.ts';
import { judgedModel, madeCases, testVersion } from '../../../support/judged-models.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom, appErrorOf } from '../../../support/thrown.ts';

const sizes = { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 };

function madeLpm(name = 'tiny'): string {
  const path = join(temporaryFolder(), name);
  writeRandomLpm(path, 1, sizes);
  return path;
}

test.each<readonly [string, (folder: string) => void]>([
  ['its folder is gone', (folder) => rmSync(folder, { recursive: true })],
  ['its weights are gone', (folder) => rmSync(join(folder, 'model.safetensors'))],
  ['its weights were cut', (folder) => truncateSync(join(folder, 'model.safetensors'), 5000)],
  ['its configuration became something else', (folder) => writeFileSync(join(folder, 'config.json'), 'no JSON')],
])('where %s, whoever needs the LPM is told to add it, and that mends it', async (_, harm) => {
  const context = testContext(temporaryLibrary());
  const path = madeLpm();
  const { name } = await addLpm(context, { path });
  const record = requireLpm(context, name);
  harm(context.library.path(record.folder));
  const error = appErrorOf(() => openLibraryLpm(context, record));
  expect(error.message).toMatch(
    /^The file of the LPM "tiny" (is no longer in the library\.$|in the library is damaged: .+)/,
  );
  expect(error.action).toContain('`sidelight lpm add PATH`');
  expect(await addLpm(context, { path })).toMatchObject({ name });
  const lpm = openLibraryLpm(context, record);
  expect(lpm.config.width).toBe(32);
  lpm.close();
});

test.each(['nothere', 'nothere/model.safetensors'])('%s, which is not there, is said in words', async (name) => {
  const missing = addLpm(testContext(temporaryLibrary()), { path: join(temporaryFolder(), name) });
  const message = expect.stringMatching(/^\S+ is not there\.$/);
  expect(await appErrorFrom(missing)).toMatchObject({ code: 'FILE_NOT_FOUND', message });
});

test('it tells how far it is in stages that only grow, and lets other work through while it reads', async () => {
  const events: ProgressEvent[] = [];
  let turns = 0;
  let isDone = false;
  const others = (): void => {
    turns++;
    if (!isDone) setImmediate(others);
  };
  let turnsReading = 0;
  const context = testContext(temporaryLibrary(), {
    progress: (event) => {
      events.push(event);
      if (event.stage === 'readingWeights') turnsReading = turns;
    },
  });
  setImmediate(others);
  const report = await addLpm(context, { path: madeLpm() });
  isDone = true;
  // One turn for each of some thirty weights, at least.
  expect(turnsReading).toBeGreaterThan(20);
  expect([...new Set(events.map(({ stage }) => stage))]).toEqual(['readingWeights', 'copyingLpm']);
  for (const [, stage] of Map.groupBy(events, ({ stage }) => stage)) {
    const done = stage.map((event) => event.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(stage.at(-1)).toMatchObject({ done: stage[0]?.total, unit: 'MB' });
  }
  expect(listJobs(context.library.db)).toMatchObject([
    { kind: 'lpm-add', state: 'succeeded', result: { name: report.name } },
  ]);
});

test.each(['readingWeights', 'copyingLpm'])(
  'stopped while “%s”, it leaves no file and no row, and can be done again',
  async (stage) => {
    const library = temporaryLibrary();
    const path = madeLpm();
    const stop = new AbortController();
    const progress = (event: ProgressEvent): void => {
      if (event.stage === stage) stop.abort();
    };
    await expect(addLpm(testContext(library, { progress, signal: stop.signal }), { path })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(readdirSync(library.path('lpm'))).toEqual([]);
    expect(listLpms(testContext(library))).toEqual([]);
    expect(listJobs(library.db)).toMatchObject([{ kind: 'lpm-add', state: 'cancelled' }]);
    expect(await addLpm(testContext(library), { path })).toMatchObject({ alreadyThere: false });
  },
);

test('what a kill left half copied is gone when the library is opened again, and whole LPMs stay', async () => {
  const folder = join(temporaryFolder(), 'library');
  const first = openLibrary(folder, { mode: 'write' });
  const { hash } = await addLpm(testContext(first), { path: madeLpm() });
  const partial = first.path('lpm', `${'ab'.repeat(32)}.partial`);
  mkdirSync(partial);
  writeFileSync(join(partial, 'model.safetensors'), 'half');
  first.close();
  openLibrary(folder, { mode: 'read' }).close();
  expect(existsSync(partial)).toBe(true);
  temporaryLibrary(folder);
  expect(readdirSync(join(folder, 'lpm'))).toEqual([hash]);
});

test('in the queue it runs beside a long job; a file that is no model fails it without its name in row or log', async () => {
  const library = temporaryLibrary();
  const logged: unknown[] = [];
  const queue = new JobQueue(
    testContext(library, { log: { log: (...entry: unknown[]) => void logged.push(entry) } }),
    () => {},
  );
  const wrong = join(temporaryFolder(), 'NAMECANARY^JO.pt');
  writeFileSync(wrong, 'PK');
  const { id } = queue.add('lpm-add', { path: wrong });
  const missing = queue.add('import', { paths: [join(temporaryFolder(), 'FOLDERCANARY', 'x')], dataset: 'd' });
  while (queue.get(id).isStoppable || queue.get(missing.id).isStoppable) await new Promise((go) => setTimeout(go, 5));
  expect(jobById(library.db, id)).toMatchObject({ state: 'failed', error: { code: 'LPM_PICKLE_REFUSED' } });
  expect(jobById(library.db, missing.id)).toMatchObject({ state: 'failed', error: { code: 'FILE_NOT_FOUND' } });
  expect(logged.length).toBe(2);
  const errors = library.db.all('SELECT error FROM jobs');
  expect(JSON.stringify([errors, logged])).not.toContain('CANARY');
});

test('a library from before keeps its jobs, what belongs to them, and what the table refuses', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  const before = migrations.filter(({ number }) => number < 130);
  migrate(database, { backUp: () => {}, list: before });
  database.run(
    `INSERT INTO jobs (id, kind, state, payload, created_at, ran_seconds) VALUES (7, 'export', 'failed', '{}', :now, 2)`,
    {
      now: testTime,
    },
  );
  database.run(`INSERT INTO job_places (job_id, field, position, path) VALUES (7, 'path', 0, '/x')`, {});
  const old = database.get<object>('SELECT * FROM jobs');
  migrate(database, { backUp: () => {} });
  // Columns that came later are empty.
  expect(database.get('SELECT * FROM jobs')).toEqual({ ...old, is_removed: 0, run_id: null });
  expect(database.get('SELECT path FROM job_places')).toEqual({ path: '/x' });
  expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
  const add = (kind: string, state = 'queued'): unknown =>
    database.run(`INSERT INTO jobs (kind, state, payload, created_at) VALUES (:kind, :state, '{}', :now)`, {
      kind,
      state,
      now: testTime,
    });
  add('lpm-add');
  // A kind that comes later needs no migration.
  add('later');
  expect(() => add('lpm-add', 'nonsense')).toThrow('CHECK');
  expect(database.all(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'jobs'`)).toEqual([
    { name: 'jobs_by_state' },
    { name: 'jobs_by_run' },
  ]);
  database.close();
});

test.skipIf(!hasStrace)(
  'its folder and the names in it are on the disk before the library knows it (needs strace)',
  () => {
    const folder = temporaryFolder();
    const trace = join(folder, 'trace');
    const library = join(folder, 'library');
    const before = ['strace', '-f', '-y', '-o', trace, '-e', 'trace=fsync,fdatasync,/^rename'];
    expect(runCommand({ library, before }, 'lpm', 'add', madeLpm()).status).toBe(0);
    const calls = readFileSync(trace, 'utf8').split('\n');
    const at = (what: RegExp, from = 0): number => calls.findIndex((call, i) => i >= from && what.test(call));
    const named = at(/rename\w*\(.*\/lpm\/[0-9a-f]{64}\.partial"/);
    const flushedFiles = at(/fsync\(\d+<[^>]*\/lpm\/[0-9a-f]{64}\.partial>/);
    const flushedName = at(/fsync\(\d+<[^>]*\/lpm>/, named);
    const noted = at(/(fsync|fdatasync)\(\d+<[^>]*\.sqlite-wal>/, named);
    expect(flushedFiles).toBeGreaterThan(-1);
    expect([flushedFiles < named, named < flushedName, flushedName < noted]).toEqual([true, true, true]);
  },
);

test.each<readonly [string, (folder: string) => void]>([
  [
    'are lost',
    (folder) => {
      for (const name of ['config.json', 'preprocessor_config.json']) rmSync(join(folder, name));
    },
  ],
  ['say something else', (folder) => writeFileSync(join(folder, 'config.json'), '{"num_attention_heads":4}')],
])('an LPM is computed as it was added, where the files beside its weights %s', async (_, harm) => {
  const context = testContext(temporaryLibrary());
  const path = madeLpm();
  const json = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as Record<string, unknown>;
  const own = { ...json, hidden_act: 'quick_gelu', layer_norm_eps: 1e-5, num_attention_heads: 1 };
  writeFileSync(join(path, 'config.json'), JSON.stringify(own));
  writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean":[0.1,0.2,0.3],"image_std":[0.4,0.5,0.6]}');
  const { name } = await addLpm(context, { path });
  const record = requireLpm(context, name);
  expect(record.config).toMatchObject({ heads: 1, activation: 'quick-gelu', eps: 1e-5, mean: [0.1, 0.2, 0.3] });
  harm(context.library.path(record.folder));
  const lpm = openLibraryLpm(context, record);
  expect(lpm.config).toEqual(record.config);
  expect(lpmIdentity(lpm)).toBe(record.hash);
  lpm.close();
});

test('the same weights with files that say other pixels are there already, and it is said that those do not count', async () => {
  const warned: string[] = [];
  const log = { log: (level: string, message: string) => void (level === 'warn' && warned.push(message)) };
  const context = testContext(temporaryLibrary(), { log });
  const path = madeLpm();
  rmSync(join(path, 'preprocessor_config.json'));
  await addLpm(context, { path, name: 'bare' });
  expect(await addLpm(context, { path })).toMatchObject({ alreadyThere: true });
  expect(warned).toEqual([]);
  writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean":[0.1,0.2,0.3],"image_std":[0.5,0.5,0.5]}');
  expect(await addLpm(context, { path })).toMatchObject({ name: 'bare', alreadyThere: true });
  expect(warned).toEqual([
    'The LPM "bare" has these weights and is read as it was added: mean of pixels 0.5, 0.5, 0.5 (these files say 0.1, 0.2, 0.3). ' +
      'Added under a name of their own these files become another LPM.',
  ]);
  // The window shows it with the job.
  const { warnings } = listJobs(context.library.db).find((job) => job.warnings.length > 0) ?? {};
  const mean = { kept: [0.5, 0.5, 0.5], told: [0.1, 0.2, 0.3] };
  expect(warnings).toEqual([{ code: 'lpmReadAsAdded', lpm: 'bare', mean, std: null, eps: null }]);
});

test.each<readonly [string, string, string, object]>([
  ['another epsilon', 'config.json', 'layer_norm_eps', { eps: 1e-5 }],
  ['another mean', 'preprocessor_config.json', 'image_mean', { mean: [0.1, 0.2, 0.3] }],
  ['another deviation', 'preprocessor_config.json', 'image_std', { std: [0.1, 0.2, 0.3] }],
])('of weights that are there, files that say %s become an LPM of their own under another name', async (...of) => {
  const [, file, key, read] = of;
  const warned: string[] = [];
  const log = { log: (level: string, message: string) => void (level === 'warn' && warned.push(message)) };
  const context = testContext(temporaryLibrary(), { log });
  const path = madeLpm();
  const first = await addLpm(context, { path, name: 'first' });
  const json = JSON.parse(readFileSync(join(path, file), 'utf8')) as object;
  writeFileSync(join(path, file), JSON.stringify({ ...json, [key]: Object.values(read)[0] as unknown }));
  // Neither without a name, as where a bare file mends what is damaged, nor under its own.
  for (const name of [{}, { name: 'first' }]) {
    expect(await addLpm(context, { path, ...name })).toMatchObject({ alreadyThere: true, hash: first.hash });
  }
  expect(warned).toHaveLength(2);
  const own = await addLpm(context, { path, name: 'own' });
  expect(own).toMatchObject({ name: 'own', alreadyThere: false, config: read });
  expect(own.hash).not.toBe(first.hash);
  expect(requireLpm(context, 'first')).toMatchObject({ hash: first.hash, config: first.config });
  // It is found again by what its files say, whatever they are called now, and gets its file again.
  rmSync(join(context.library.path(own.folder), 'model.safetensors'));
  for (const name of [{}, { name: 'third' }]) {
    expect(await addLpm(context, { path, ...name })).toMatchObject({ name: 'own', alreadyThere: true, hash: own.hash });
  }
  expect(listLpms(context)).toHaveLength(2);
  const lpm = openLibraryLpm(context, requireLpm(context, 'own'));
  expect(lpm.config).toMatchObject(read);
  expect(lpmIdentity(lpm)).toBe(own.hash);
  lpm.close();
  const checked = await checkLibrary(
    { folder: context.library.folder, signal: { aborted: false }, progress: () => {} },
    { deep: false },
  );
  expect(checked.lpms).toEqual({ checked: 2, damaged: 0 });
  expect(warned).toHaveLength(2);
});

test('one of its own that a run learned on and that is gone is known again without a name, whatever of its weights is there', async () => {
  for (const isFirstThere of [true, false]) {
    const library = temporaryLibrary();
    const context = testContext(library);
    const path = madeLpm();
    await addLpm(context, { path, name: 'first' });
    writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean":[0.1,0.2,0.3],"image_std":[0.5,0.5,0.5]}');
    const own = await addLpm(context, { path, name: 'own' });
    const cases = madeCases(4);
    judgedModel(library, 'm', testVersion(library, cases), cases, 1);
    const db = library.writer;
    db.run('UPDATE runs SET lpm_hash = :hash', { hash: own.hash });
    db.run(`DELETE FROM lpms WHERE name = 'own' OR :all`, { all: isFirstThere ? 0 : 1 });
    const model = modelByName(db, 'm') as ModelRecord;
    expect(appErrorOf(() => openModelLpm(context, model)).action).toContain(
      'with the files that came beside its weights',
    );
    expect(await addLpm(context, { path })).toMatchObject({ hash: own.hash, alreadyThere: false });
    const lpm = openModelLpm(context, model);
    expect(lpm.config).toMatchObject({ mean: [0.1, 0.2, 0.3] });
    lpm.close();
  }
});

test('where its file alone is gone, it is said which files mend it: of weights that are read in two ways only they tell', async () => {
  const context = testContext(temporaryLibrary());
  const path = madeLpm();
  await addLpm(context, { path, name: 'first' });
  writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean":[0.1,0.2,0.3],"image_std":[0.5,0.5,0.5]}');
  await addLpm(context, { path, name: 'own' });
  const actionOf = (name: string): string => {
    const record = requireLpm(context, name);
    rmSync(context.library.path(...record.folder.split('/')), { recursive: true });
    return appErrorOf(() => openLibraryLpm(context, record)).action;
  };
  expect(actionOf('first')).toMatch(/^Add the same LPM again; it is recognised by its weights, whatever its name\./);
  expect(actionOf('own')).toContain(
    'with files beside its weights that say mean 0.1, 0.2, 0.3, deviation 0.5, 0.5, 0.5,',
  );
});

test('the name of another LPM is taken for one of its own, too', async () => {
  const context = testContext(temporaryLibrary());
  const path = madeLpm();
  await addLpm(context, { path, name: 'first' });
  const other = join(temporaryFolder(), 'other');
  writeRandomLpm(other, 2, sizes);
  await addLpm(context, { path: other, name: 'other' });
  writeFileSync(join(path, 'preprocessor_config.json'), '{"image_mean":[0.1,0.2,0.3],"image_std":[0.5,0.5,0.5]}');
  await expect(addLpm(context, { path, name: 'other' })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  expect(listLpms(context)).toHaveLength(2);
});
