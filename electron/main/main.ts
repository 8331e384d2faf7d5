/** The application's main process: one window, its seals, the core process, the menu. It computes nothing itself. */
import { join } from 'node:path';
import { app, type BrowserWindow, nativeTheme, session } from 'electron';
import { deserialiseError } from '../../core/base/errors.ts';
import type { CoreState, EventName, EventPayload } from '../../core/contract/index.ts';
import { chosenFolder, coreArguments } from './core-arguments.ts';
import { CoreProcess } from './core-process.ts';
import { answerCalls } from './ipc.ts';
import { namelessWords, openLogFile } from './log-file.ts';
import { showMenu } from './menu.ts';
import { pathsAmong } from './opened-files.ts';
import { PageMail } from './page-mail.ts';
import { engineEnvironment, findPaths } from './paths.ts';
import { declareProtocols, serveProtocols } from './protocols.ts';
import { isOurPage, sealContents, sealSession } from './security.ts';
import { Settings } from './settings.ts';
import { switchOffServices } from './switches.ts';
import { createWindow } from './window.ts';
import { windowHandlers } from './window-handlers.ts';
import { WrittenPaths } from './written.ts';

declareProtocols();
switchOffServices();
// Chromium refuses its sandbox to root (containers); everybody else has it for every page, whatever the page asks for.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
sealContents();

let libraryArgument = app.commandLine.getSwitchValue('library');
/** Whether the library is opened for reading only, and whether it may be made at this start of the core process. */
let asReader = false;
let isNewLibrary = false;
let window: BrowserWindow | undefined;
const mail = new PageMail((paths) => tell('files.opened', { paths }));

function tell<N extends EventName>(name: N, payload: EventPayload<N>): void {
  if (window !== undefined && !window.isDestroyed()) window.webContents.send('event', name, payload);
}

if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on('second-instance', (_, argv, folder) => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
    mail.open(pathsAmong(argv, folder));
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    mail.open([path]);
  });
  mail.open(pathsAmong(process.argv, process.cwd()));
  app.whenReady().then(start);
}

function start(): void {
  const paths = findPaths();
  const logFolder = app.getPath('logs');
  const log = openLogFile(logFolder);
  process.on('uncaughtExceptionMonitor', (error) =>
    log.log('error', 'The main process failed', { reason: namelessWords(error.stack ?? error.name) }),
  );
  app.on('child-process-gone', (_, { type, reason, exitCode }) =>
    log.log('warn', 'A process of Chromium ended', { type, reason, exitCode }),
  );
  log.log('info', 'Started', { version: app.getVersion(), electron: process.versions['electron'] });

  const language = app.getLocale().startsWith('de') ? 'de' : 'en';
  const defaults = { theme: 'dark', language, library: null, engine: 'auto', device: 'auto', threads: null } as const;
  const settings = new Settings(join(app.getPath('userData'), 'settings.json'), defaults, (changed) => {
    nativeTheme.themeSource = changed.theme;
    showMenu(menu);
    tell('settings.changed', changed);
  });
  const menu = {
    settings,
    logFolder,
    send: (command: EventPayload<'menu.chosen'>['command']) => tell('menu.chosen', { command }),
  };
  showMenu(menu);

  const written = new WrittenPaths();
  let coreState: CoreState = { state: 'starting', code: '', message: '', action: '', isReader: false, folder: null };
  const core = new CoreProcess({
    node: paths.node,
    entry: paths.coreEntry,
    args: () => coreArguments(libraryArgument, settings.all, { asReader, isNew: isNewLibrary }),
    environment: engineEnvironment(),
    onEvent: (name, payload) => {
      written.hear(name, payload);
      tell(name, payload as never);
    },
    onLog: (level, message, fields) => log.log(level as 'info', message, fields),
    onState: (state, error) => {
      const { code = '', message = '', action = '' } = error ?? {};
      const folder = chosenFolder(libraryArgument, settings.all);
      coreState = { state, code, message, action, isReader: asReader, folder };
      tell('core.changed', coreState);
    },
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
      mail,
      written,
      core: () => coreState,
      restartCore: (wanted) => {
        asReader = wanted ?? asReader;
        return core.restart();
      },
      openLibrary: async (folder) => {
        const before = { library: settings.all.library, libraryArgument, asReader };
        libraryArgument = '';
        asReader = false;
        isNewLibrary = true;
        settings.save({ library: folder });
        const failure = await core.restart();
        isNewLibrary = false;
        if (failure === null) {
          if (settings.notKept !== null) log.log('warn', 'The choice is not kept', { code: settings.notKept.code });
          return;
        }
        ({ libraryArgument, asReader } = before);
        settings.save({ library: before.library });
        await core.restart();
        throw deserialiseError(failure);
      },
      leftOut: async (jobId) => (await core.call('imports.leftOut', { jobId })) as readonly { path: string }[] | null,
      ownFolders: async () => {
        try {
          const summary = (await core.call('library.summary', {})) as { folder: string };
          return [summary.folder, logFolder];
        } catch {
          // Without a library the log is all there is to show.
          return [logFolder];
        }
      },
    },
    isOurs: (event) => isOurPage(event, window?.webContents),
    forward: (name, input) => core.call(name, input),
  });
  core.start();
  window = createWindow({ preload: paths.preload, settings, log, onCrash: () => mail.crashed() });
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
