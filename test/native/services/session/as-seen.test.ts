/** Work of a process that writes a library, as one that only reads it sees it: alive, killed, ended meanwhile, and behind a lock that cannot be read. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { command } from '../../../../core/cli/commands/runs.ts';
import type { CliContext } from '../../../../core/cli/context.ts';
import { trainingHandlers } from '../../../../core/host/handlers/training.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { asSeen } from '../../../../core/services/session/as-seen.ts';
import { addJob, listRuns, openLibrary, setRunOfJob, setRunState } from '../../../../core/store/index.ts';
import { runCommand } from '../../../support/command.ts';
import { kill, workingWriter } from '../../../support/killed-writer.ts';
import { addModelRow, temporaryLibrary, testTime } from '../../../support/library.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** A library with a run and its job, closed. */
function libraryWithRun(): string {
  const library = temporaryLibrary(join(temporaryFolder(), 'library'));
  addModelRow(library, 'm');
  const { writer } = library;
  setRunOfJob(writer, addJob(writer, 'train', { dataset: 'demo', lpm: 'l', name: 'm' }, testTime), 1);
  library.close();
  return library.folder;
}

function reader(folder: string) {
  const library = openLibrary(folder, { mode: 'read' });
  onTestFinished(() => library.close());
  return testContext(library);
}

/** What `sidelight runs` prints. */
async function printed(folder: string): Promise<readonly string[]> {
  const context = { globals: { library: folder }, services: async () => reader(folder) } as Partial<CliContext>;
  return (await command.run(context as CliContext, [], {})).lines;
}

test('runs says of a run of a killed process that it is interrupted, and of one that goes on that it runs', async () => {
  const folder = libraryWithRun();
  const child = await workingWriter(folder);
  const states = (): unknown =>
    (runCommand({ library: folder }, 'runs').json as unknown as object[]).map((run) => Object.entries(run));
  const stateOf = (state: string) => [
    expect.arrayContaining([
      ['state', state],
      ['isStateKnown', true],
    ]),
  ];
  expect(states()).toEqual(stateOf('running'));
  await kill(child);
  expect(states()).toEqual(stateOf('interrupted'));
  expect((await printed(folder))[2]).toMatch(/^run-1 +interrupted +demo/);
  const services = reader(folder);
  const followed = await trainingHandlers['training.follow']({ jobId: 1 }, {
    services,
    queue: new JobQueue(services, () => {}),
  } as never);
  expect(followed?.run).toMatchObject({ name: 'run-1', state: 'interrupted' });
});

test('work whose process ended while it was looked at ended as that process says', () => {
  const folder = libraryWithRun();
  const writer = openLibrary(folder, { mode: 'write' });
  onTestFinished(() => writer.close());
  setRunState(writer.writer, 1, 'running', null);
  const { library } = reader(folder);
  const seen = asSeen(library, () => {
    const rows = listRuns(library.db);
    if (rows[0]?.state === 'running') {
      setRunState(writer.writer, 1, 'succeeded', { at: testTime });
      writer.close();
    }
    return rows;
  });
  expect(seen).toMatchObject([{ state: 'succeeded', isStateKnown: true }]);
});

test('a writer that comes while it is looked at whether there is one says itself what runs', async () => {
  const folder = libraryWithRun();
  await kill(await workingWriter(folder));
  const { library } = reader(folder);
  let looks = 0;
  const seen = asSeen(library, () => {
    looks += 1;
    if (looks === 2) {
      const writer = openLibrary(folder, { mode: 'write' });
      onTestFinished(() => writer.close());
      setRunState(writer.writer, 1, 'running', null);
    }
    return listRuns(library.db);
  });
  expect(looks).toBe(2);
  expect(seen).toMatchObject([{ state: 'running', isStateKnown: true }]);
});

test('of a copy, which shows nothing that was written since, nothing is said to have ended', async () => {
  const folder = libraryWithRun();
  await kill(await workingWriter(folder));
  const { library } = reader(folder);
  const seen = (isCopy: boolean) =>
    asSeen({ folder, mode: 'read', isCopy }, () => listRuns(library.db)).map(({ state, isStateKnown }) => [
      state,
      isStateKnown,
    ]);
  expect(library.isCopy).toBe(false);
  expect(seen(false)).toEqual([['interrupted', true]]);
  expect(seen(true)).toEqual([['running', false]]);
});

test('behind a lock that cannot be looked at nothing is said to have ended, and runs says why', async () => {
  const folder = libraryWithRun();
  await kill(await workingWriter(folder));
  const lock = join(folder, 'writer.lock');
  rmSync(lock);
  mkdirSync(lock);
  const [, , row, ...more] = await printed(folder);
  expect(row).toMatch(/^run-1 +running\? +demo/);
  expect(more).toEqual([expect.stringMatching(/^Not known: whether run-1 still runs\. .*writer\.lock/)]);
});

/** Reads a library as a user without any rights, and prints its runs and jobs. The program is loaded before: that user may not be able to read it. */
const asNobody = `
  const [{ openLibrary, writerOf }, { listRuns }, { JobQueue }] = await Promise.all(process.argv.slice(2).map((url) => import(url)));
  if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
  const library = openLibrary(process.argv[1], { mode: 'read' });
  const context = { library, now: () => new Date() };
  const shown = ({ name, state, isStateKnown }) => [name, state, isStateKnown];
  const jobs = new JobQueue(context, () => {}).list(undefined, 10);
  console.log(JSON.stringify([writerOf(library.folder), listRuns(context).map(shown), jobs.map(shown)]));
`;

test.skipIf(process.platform === 'win32')(
  'an account that may not read the lock is told that it is not known whether work goes on, alive or killed (needs POSIX rights)',
  async () => {
    const folder = libraryWithRun();
    const child = await workingWriter(folder);
    chmodSync(dirname(folder), 0o755);
    chmodSync(join(folder, 'writer.lock'), 0o000);
    const modules = ['store/index.ts', 'services/library/summary.ts', 'services/jobs/queue.ts'];
    const urls = modules.map((path) => pathToFileURL(join(repositoryRoot, 'core', path)).href);
    const seen = (): unknown => {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', asNobody, folder, ...urls], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return JSON.parse(stdout);
    };
    const unknown = [
      'unknown',
      [['run-1', 'running', false]],
      [
        ['job-3', 'queued', true],
        ['job-2', 'running', false],
        ['job-1', 'queued', true],
      ],
    ];
    expect(seen()).toEqual(unknown);
    await kill(child);
    expect(seen()).toEqual(unknown);
  },
);
