/** The core process as the window's main process keeps it: asked, killed, started again, given up, ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CoreProcess, type CoreProcessOptions } from '../../../electron/main/core-process.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { put } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const host = join(repositoryRoot, 'core', 'host', 'host.ts');

/** A core process over a library of its own, ended with the test, and the states that it told. */
function coreProcess(options: Partial<CoreProcessOptions> = {}): { core: CoreProcess; states: string[] } {
  const states: string[] = [];
  const library = join(temporaryFolder(), 'library');
  const core = new CoreProcess({
    node: process.execPath,
    entry: host,
    args: () => ['--library', library],
    environment: {},
    onEvent: () => {},
    onLog: () => {},
    onState: (state) => states.push(state),
    ...options,
  });
  onTestFinished(() => core.quit());
  return { core, states };
}

/** A process that answers nothing, and what it does after its start. */
function silentCore(afterwards: string): string {
  return put(temporaryFolder(), 'core.mjs', `process.send({ news: 'ready', payload: null });\n${afterwards}`);
}

/** What host.ts says on standard error when its parent goes without a word at `when`, until it is gone itself. */
async function orphaned(when: 'opening' | 'ready', library: string): Promise<string> {
  const child = spawn(process.execPath, ['--no-warnings', host, '--library', library], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const said = readText(child.stderr as Readable);
  if (when === 'ready') {
    while (((await once(child, 'message'))[0] as { news?: string }).news !== 'ready');
    // Asked for and never heard: what it answers goes nowhere.
    child.send({ id: 1, call: 'call', input: { name: 'library.summary', input: {} } });
  } else await once(child, 'spawn');
  child.disconnect();
  await once(child, 'exit');
  return await said;
}

const empty = { patients: 0, studies: 0 };

test('what is asked while it starts waits, and errors arrive with their code', async () => {
  const { core, states } = coreProcess();
  const summary = core.call('library.summary', {});
  core.start();
  expect(await summary).toMatchObject(empty);
  await expect(core.call('studies.get', { id: 7 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(core.call('library.forget', {})).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(core.asset('/nothing/1')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(states).toEqual(['starting', 'ready']);
});

test('killed, it is started again, and what is asked meanwhile goes to the successor', async () => {
  const { core, states } = coreProcess();
  core.start();
  await core.call('library.summary', {});
  const pid = core.processId as number;
  kill(pid, 'SIGKILL');
  await vi.waitUntil(() => core.processId !== pid, 30_000);
  expect(await core.call('library.summary', {})).toMatchObject(empty);
  expect(states).toEqual(['starting', 'ready', 'starting', 'ready']);
});

test('restarted twice at once, it is restarted one time after the other, and both who asked hear of the end', async () => {
  const { core, states } = coreProcess();
  core.start();
  await core.call('library.summary', {});
  expect(await Promise.all([core.restart(), core.restart()])).toEqual([null, null]);
  expect(await core.call('library.summary', {})).toMatchObject(empty);
  expect(states).toEqual(['starting', 'ready', 'starting', 'ready', 'starting', 'ready']);
}, 60_000);

test('restarted again while its successor hangs, it is killed, and both who asked hear of the next start', async () => {
  const folder = temporaryFolder();
  const ready = `process.send({ news: 'ready', payload: null });`;
  // The first life and the third begin; the second never does, and hears nothing.
  const lives = `
    import { existsSync, writeFileSync } from 'node:fs';
    const [first, second] = ['1', '2'].map((name) => ${JSON.stringify(folder)} + '/' + name);
    const life = !existsSync(first) ? 1 : !existsSync(second) ? 2 : 3;
    if (life < 3) writeFileSync(life === 1 ? first : second, '');
    if (life !== 2) ${ready}
    process.on('message', ({ call }) => {
      if (call === 'quit' && life !== 2) process.exit(0);
    });`;
  const { core, states } = coreProcess({ entry: put(temporaryFolder(), 'core.mjs', lives) });
  core.start();
  await vi.waitUntil(() => states.includes('ready'), 30_000);
  const hanging = core.restart(300);
  await vi.waitUntil(() => existsSync(join(folder, '2')), 30_000);
  expect(await core.restart(300)).toBeNull();
  expect(await hanging).toBeNull();
  expect(states).toEqual(['starting', 'ready', 'starting', 'starting', 'ready']);
}, 60_000);

test('what was asked before its death fails with words that say that it is started again', async () => {
  const { core } = coreProcess({
    entry: silentCore('process.on("message", () => process.kill(process.pid, "SIGKILL"));'),
  });
  core.start();
  await expect(core.call('library.summary', {})).rejects.toMatchObject({ code: 'ENGINE_FAILED', retryable: true });
});

test('after four deaths in a minute it is given up, says so to whoever asks', async () => {
  const dying = put(temporaryFolder(), 'core.mjs', 'process.exit(3);');
  const { core, states } = coreProcess({ entry: dying });
  const asked = core.call('library.summary', {});
  core.start();
  const refused = {
    code: 'ENGINE_FAILED',
    message: expect.stringContaining('ended 4 times in a minute'),
    retryable: false,
  };
  await expect(asked).rejects.toMatchObject(refused);
  await expect(core.call('library.summary', {})).rejects.toMatchObject(refused);
  expect(states).toEqual(['starting', 'starting', 'starting', 'starting', 'failed']);
});

test('started again on purpose, what it was asked before fails and what it is asked meanwhile waits', async () => {
  const { core, states } = coreProcess();
  core.start();
  await core.call('library.summary', {});
  const restarting = core.restart();
  const meanwhile = core.call('library.summary', {});
  expect(await restarting).toBeNull();
  expect(await meanwhile).toMatchObject(empty);
  expect(states).toEqual(['starting', 'ready', 'starting', 'ready']);
});

test('a library that cannot be opened is told as why it failed, and another one opens after it', async () => {
  const folder = temporaryFolder();
  let library = put(folder, 'a-file', 'no library');
  const { core, states } = coreProcess({ args: () => ['--library', library] });
  core.start();
  await expect(core.call('library.summary', {})).rejects.toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
  library = join(folder, 'library');
  expect(await core.restart()).toBeNull();
  expect(await core.call('library.summary', {})).toMatchObject(empty);
  expect(states).toEqual(['starting', 'failed', 'starting', 'ready']);
});

test('a picture that is decoded when the core process is told to end comes from its successor, and without one from nobody', async () => {
  // The first life decodes and does not finish: told to end, it cancels as the decoders do. The second one answers.
  const folder = temporaryFolder();
  const entry = silentCore(`
    import { existsSync, writeFileSync } from 'node:fs';
    const flag = ${JSON.stringify(join(folder, 'second'))};
    const isSecond = existsSync(flag);
    writeFileSync(flag, '');
    const asked = [];
    process.on('message', ({ id, call }) => {
      const error = { code: 'CANCELLED', message: 'closed', action: '', retryable: false };
      if (call !== 'quit' && !isSecond) asked.push(id);
      else if (call !== 'quit') process.send({ id, ok: true, value: { contentType: 'x', headers: {}, bytes: new Uint8Array(1) } });
      else {
        for (const one of asked) process.send({ id: one, ok: false, error });
        setTimeout(() => process.exit(0), 50);
      }
    });`);
  const { core, states } = coreProcess({ entry });
  core.start();
  await vi.waitUntil(() => states.includes('ready'), 30_000);
  const asset = core.asset('/pixels/1/0');
  await core.restart();
  expect(await asset).toMatchObject({ contentType: 'x' });
  await core.quit();
  const late = core.asset('/pixels/1/0');
  const nobody = new Promise((resolve) => setTimeout(resolve, 300, 'nobody'));
  expect(await Promise.race([late, nobody])).toBe('nobody');
});

test('one that does not end when asked is killed', async () => {
  const { core, states } = coreProcess({ entry: silentCore('process.on("message", () => {});') });
  core.start();
  await vi.waitUntil(() => states.includes('ready'), 30_000);
  const asked = core.call('library.summary', {});
  await core.quit(300);
  await expect(asked).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  expect(core.processId).toBeUndefined();
});

test('where the application is killed it ends without a word, while it opens the library and when it is asked, and gives the library back', async () => {
  const library = join(temporaryFolder(), 'library');
  expect(await orphaned('opening', library)).toBe('');
  expect(await orphaned('ready', library)).toBe('');
  const { core } = coreProcess({ args: () => ['--library', library] });
  core.start();
  expect(await core.call('library.summary', {})).toMatchObject(empty);
});
