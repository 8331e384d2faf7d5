/** The application's main process: one window, its seals, the core process, the menu. It computes nothing itself. */
import { join } from 'node:path';
import { app, type BrowserWindow, session } from 'electron';
import type { EventName, EventPayload } from '../../core/contract/index.ts';
import { CoreProcess } from './core-process.ts';
import { answerCalls } from './ipc.ts';
import { findPaths } from './paths.ts';
import { declareProtocols, serveProtocols } from './protocols.ts';
import { isOurPage, sealContents, sealSession } from './security.ts';
import { Settings } from './settings.ts';
import { createWindow } from './window.ts';
import { windowHandlers } from './window-handlers.ts';

declareProtocols();
// Chromium refuses its sandbox to root (containers); everybody else has it for every page, whatever the page asks for.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
sealContents();

const libraryArgument = app.commandLine.getSwitchValue('library');
let window: BrowserWindow | undefined;

function tell<N extends EventName>(name: N, payload: EventPayload<N>): void {
  if (window !== undefined && !window.isDestroyed()) window.webContents.send('event', name, payload);
}

if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.whenReady().then(start);
}

function start(): void {
  const paths = findPaths();
  const language = app.getLocale().startsWith('de') ? 'de' : 'en';
  const defaults = { theme: 'dark', language, library: null } as const;
  const settings = new Settings(join(app.getPath('userData'), 'settings.json'), defaults, (changed) =>
    tell('settings.changed', changed),
  );
  const library = libraryArgument === '' ? settings.all.library : libraryArgument;
  const core = new CoreProcess({
    node: paths.node,
    entry: paths.coreEntry,
    args: library === null ? [] : ['--library', library],
    onEvent: (name, payload) => tell(name, payload as never),
    onLog: (level, message, fields) => console.error(level, message, JSON.stringify(fields)),
    onState: (state, error) =>
      tell('core.changed', { state, message: error?.message ?? '', action: error?.action ?? '' }),
  });
  const blockedRequests = sealSession(session.defaultSession, (count) =>
    tell('network.blocked', { blockedRequests: count }),
  );
  serveProtocols(paths.page, core);
  answerCalls({
    handlers: windowHandlers,
    context: {
      settings,
      window: () => window,
      blockedRequests,
      ownFolders: async () => {
        const summary = await core.call('library.summary', {});
        return summary.ok ? [(summary.value as { folder: string }).folder, app.getPath('logs')] : [];
      },
    },
    isOurs: (event) => isOurPage(event, window?.webContents),
    forward: (name, input) => core.call(name, input),
  });
  core.start();
  window = createWindow(paths.preload);
  window.on('closed', () => {
    window = undefined;
  });
  app.on('window-all-closed', () => app.quit());

  let isCoreGone = false;
  app.on('before-quit', (event) => {
    if (isCoreGone) return;
    event.preventDefault();
    core.quit().then(() => {
      isCoreGone = true;
      app.quit();
    });
  });
}
