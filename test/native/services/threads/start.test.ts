/** Threads must not leave compiled wrappers of WebAssembly behind: Node 24 may free one twice, which ends the process. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../support/temporary.ts';

/** (module (import "m" "f" (func $f)) (func (export "r") (param $n i32) (loop (call $f) (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))) */
const wasm = [
  [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  [0x01, 0x08, 0x02, 0x60, 0x00, 0x00, 0x60, 0x01, 0x7f, 0x00],
  [0x02, 0x07, 0x01, 0x01, 0x6d, 0x01, 0x66, 0x00, 0x00],
  [0x03, 0x02, 0x01, 0x01],
  [0x07, 0x05, 0x01, 0x01, 0x72, 0x00, 0x01],
  [
    0x0a, 0x12, 0x01, 0x10, 0x00, 0x03, 0x40, 0x10, 0x00, 0x20, 0x00, 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b,
    0x0b,
  ],
].flat();

/** What V8 says of its collection of WebAssembly where threads come and go, each with a module that calls JavaScript often. */
function saidOfCollection(start: string): string {
  const folder = temporaryFolder();
  const [thread, program] = [join(folder, 'thread.mjs'), join(folder, 'program.mjs')];
  writeFileSync(
    thread,
    `const bytes = new Uint8Array(${JSON.stringify(wasm)});
     new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { f: () => {} } }).exports.r(5);`,
  );
  writeFileSync(
    program,
    `import { once } from 'node:events';
     import { Worker } from 'node:worker_threads';
     import { startThread } from '${pathToFileURL('core/services/threads/start.ts').href}';
     for (let i = 0; i < 5; i++) await once(${start}(new URL('${pathToFileURL(thread).href}')), 'exit');
     console.log('ended');`,
  );
  // A wrapper is compiled at the second call, and what is left behind is collected at once.
  const flags = ['--wasm-wrapper-tiering-budget=1', '--stress-wasm-code-gc', '--trace-wasm-code-gc'];
  const { stdout, status } = spawnSync(process.execPath, [...flags, program], { encoding: 'utf8', timeout: 30_000 });
  expect([status, stdout]).toEqual([0, expect.stringContaining('ended')]);
  return stdout;
}

test.runIf(process.versions.v8.startsWith('13.6.'))(
  'a thread that ends leaves no compiled wrapper behind, as one does that is started otherwise',
  () => {
    expect(saidOfCollection('new Worker')).toMatch(/Freeing \d+ wrapper/);
    expect(saidOfCollection('startThread')).not.toMatch(/Freeing \d+ wrapper/);
  },
);
