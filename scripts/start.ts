/**
 * `npm start`: builds the window and opens it.
 *
 *     npm start                          with the user's own library
 *     npm start -- --library DIR         with another
 *     npm start -- FILE...               with files or folders to import
 *     npm start -- -- --inspect          what follows a second -- is Electron's
 */
import { spawn } from 'node:child_process';
import { AppError, toError } from '../core/base/errors.ts';
import { buildWindow } from './app/build.ts';
import { missingLibrary, sandboxObstacle } from './app/needs.ts';
import { electronCommand, setUpElectron } from './app/runtime.ts';
import { commandLine } from './command-line.ts';

function requireDisplay(): void {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return;
  throw new AppError('ENGINE_UNAVAILABLE', 'This machine has no display, so the window cannot open.', {
    action: 'Use the command line, which does the same work: npm run -s sidelight -- --help',
  });
}

const { values, positionals } = commandLine(import.meta.filename, {
  allowPositionals: true,
  options: { library: { type: 'string' } },
});

try {
  requireDisplay();
  const electron = electronCommand(await setUpElectron((line) => console.error(line)));
  const missing = missingLibrary(electron.path);
  if (missing !== null) throw new AppError('ENGINE_UNAVAILABLE', missing.reason, { action: missing.action });
  await buildWindow();
  // As root (containers) Chromium's sandbox cannot start; everybody else keeps it.
  const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const library = values.library === undefined ? [] : [`--library=${values.library}`];
  const child = spawn(electron.path, [...electron.args, ...flags, ...library, ...positionals], {
    stdio: 'inherit',
    env: { ...process.env, ...electron.environment },
  });
  child.on('exit', (code, signal) => {
    // Chromium ends itself with a signal and a page of addresses when it gets no sandbox.
    const obstacle = signal === null || flags.length > 0 ? null : sandboxObstacle(electron.path);
    if (obstacle !== null) console.error(obstacle);
    process.exit(code ?? 1);
  });
} catch (thrown) {
  const error = toError(thrown);
  console.error(thrown instanceof AppError ? `${error.message}\n${thrown.action}` : error.stack);
  process.exit(1);
}
