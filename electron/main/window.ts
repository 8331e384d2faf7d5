/** The one window: opens where it was, comes back when its page crashes, keeps its title. */
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import type { Logger } from '../../core/base/logger.ts';
import { openingPlace, smallest } from './place.ts';
import { pageOrigin } from './security.ts';
import type { Settings } from './settings.ts';

export interface WindowOptions {
  readonly preload: string;
  readonly settings: Settings;
  readonly log: Logger;
  /** The page crashed and is being loaded again: what is sent now, no page hears. */
  onCrash(): void;
}

/** Crashes of the page within this time of each other count; after three it is not loaded again. */
const patienceMs = 60_000;
const backgrounds = { dark: '#14171a', light: '#f6f7f8' } as const;

export function createWindow({ preload, settings, log, onCrash }: WindowOptions): BrowserWindow {
  const displays = [
    screen.getPrimaryDisplay(),
    ...screen.getAllDisplays().filter((display) => display.id !== screen.getPrimaryDisplay().id),
  ];
  const { isMaximised, ...bounds } = openingPlace(
    settings.place,
    displays.map((display) => display.workArea),
  );
  nativeTheme.themeSource = settings.all.theme;
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Sidelight',
    backgroundColor: backgrounds[settings.all.theme],
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (isMaximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  // The title is the application's name and nothing else: it shows in task bars and screen shares.
  window.on('page-title-updated', (event) => event.preventDefault());
  rememberPlace(window, settings);
  recover(window, log, onCrash);
  void window.loadURL(`${pageOrigin}/index.html`);
  return window;
}

function rememberPlace(window: BrowserWindow, settings: Settings): void {
  let waiting: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(waiting);
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    settings.savePlace({ ...window.getNormalBounds(), isMaximised: window.isMaximized() });
  };
  const soon = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 500);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('close', save);
}

/** A crashed page is loaded again; one that crashes again and again gives way to a page that says so. */
function recover(window: BrowserWindow, log: Logger, onCrash: () => void): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < patienceMs), now];
    log.log('error', 'The page ended', { reason, exitCode, crashes: crashes.length });
    if (crashes.length > 3) {
      void window.loadURL(`${pageOrigin}/failed.html`);
      return;
    }
    onCrash();
    void window.loadURL(`${pageOrigin}/index.html`);
  });
  window.on('unresponsive', () => log.log('warn', 'The page does not answer'));
  window.on('responsive', () => log.log('info', 'The page answers again'));
}
