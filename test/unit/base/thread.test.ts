import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const module = pathToFileURL('core/base/thread.ts').href;

/** What a process with nothing else to do than this ends with. */
function run(script: string): { code: number | null; said: string } {
  const whole = `
    import { Worker } from 'node:worker_threads';
    import { ThreadCaller } from '${module}';
    const start = (thread) =>
      new ThreadCaller(new Worker(thread, { eval: true, execArgv: [] }), {}, (ended) => new Error(JSON.stringify(ended)));
    const answers = "const { parentPort: port } = require('node:worker_threads'); port.on('message', ({ id, input }) => setTimeout(() => port.postMessage({ id, ok: true, value: 2 * input }), 50))";
    const silent = "require('node:worker_threads').parentPort.on('message', () => {})";
    ${script}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', whole], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: status, said: `${stdout}${status === 0 ? '' : stderr}`.trim() };
}

test('whoever waits for an answer keeps the process; an idle thread does not', () => {
  expect(run('const thread = start(answers); console.log(await thread.call("double", 4));')).toEqual({
    code: 0,
    said: '8',
  });
});

test('whoever waits for its end, with a call under way, hears both ends', () => {
  const script = `
    const thread = start(silent);
    const call = thread.call('nothing', 1).catch((error) => console.log(error.message));
    await thread.end(new Error('given up'));
    await call;
    console.log('ended', thread.isOpen);`;
  expect(run(script)).toEqual({ code: 0, said: 'given up\nended false' });
});

test('a thread that ends by itself fails its calls with what it threw, or with its exit', () => {
  const script = (thread: string) =>
    `await start(${JSON.stringify(thread)}).call('nothing', 1).catch((error) => console.log(error.message));`;
  expect(run(script('process.exit(3)'))).toEqual({ code: 0, said: '{"exit":3}' });
  expect(run(script('throw "no"'))).toEqual({ code: 0, said: '{"thrown":"no"}' });
});
