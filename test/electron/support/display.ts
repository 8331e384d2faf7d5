/** Before the first test of a window: the built application, its Electron, and a display of its own where there is none. */
import { type ChildProcess, spawn } from 'node:child_process';
import { buildWindow } from '../../../scripts/app/build.ts';
import { missingLibrary } from '../../../scripts/app/needs.ts';
import { electronCommand, setUpElectron } from '../../../scripts/app/runtime.ts';

let server: ChildProcess | undefined;

export async function setup(): Promise<void> {
  if (process.env['SIDELIGHT_ONLY_LIST']) return;
  const { path } = electronCommand(await setUpElectron((line) => console.error(line)));
  const missing = missingLibrary(path);
  if (missing !== null) throw new Error(`${missing.reason}\n${missing.action}`);
  await buildWindow();
  if (process.platform === 'linux') process.env['DISPLAY'] = await startXvfb();
}

export function teardown(): void {
  server?.kill();
}

/** A virtual screen; gives its display name. The tests never use the developer's own screen. */
// Without -noreset the screen is made anew whenever its last window goes, and an application that starts meanwhile finds none: after a
// test that kills its application the next one then has no GPU process and shows nothing.
function startXvfb(): Promise<string> {
  return new Promise((resolve, reject) => {
    server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    server.once('error', () =>
      reject(new Error('Xvfb is missing. Install it (Debian: apt-get install xvfb), then run the tests again.')),
    );
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code} before it had a display.`)));
    server.stdout?.once('data', (text: Buffer) => resolve(`:${text.toString().trim()}`));
  });
}
