/** Opens the real application in a real Electron for a test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, errors, type Page } from 'playwright';
import { electronCommand } from '../../../scripts/app/runtime.ts';
import { socketCalls } from '../../support/isolation.ts';
import { userEnvironment } from '../../support/user-environment.ts';
import { windowFlags } from './flags.ts';
import { processesBelow } from './processes.ts';

declare global {
  /** What the preload gives the page; the tests call it as the page does. */
  var sidelight: {
    invoke(name: string, input: unknown): Promise<unknown>;
    on(name: string, listener: (payload: unknown) => void): () => void;
    pathOf(file: File): string;
  };
}

export interface Opened {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** The library's folder. */
  readonly library: string;
  /** What the page wrote to its console as warnings and errors; a test ends with none. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A new empty folder that the test removes. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `sidelight-${name}-`));
}

export interface LaunchOptions {
  readonly library?: string;
  /** The profile's folder, which the test keeps and removes; a new one when left out. */
  readonly profile?: string;
  /** Leaves the window as large as it opened. */
  readonly keepSize?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** False for a window whose user has not yet confirmed that it is for research only. */
  readonly isConfirmed?: boolean;
  /** The binary of a package; the working tree's application when left out. */
  readonly executablePath?: string;
  /** A file for what strace sees of the sockets of all its processes; not traced when left out. */
  readonly trace?: string;
}

/** Pages that were launched and not closed, each with what closes its application. */
export const openPages = new Map<Page, () => Promise<void>>();

/** The application over a library of its own, which `close` removes unless the test gave it. */
export async function launch(options: LaunchOptions = {}): Promise<Opened> {
  const library = options.library ?? temporaryFolder('library');
  const profile = options.profile ?? temporaryFolder('profile');
  const electron =
    options.executablePath === undefined
      ? electronCommand()
      : { path: options.executablePath, args: [], environment: {} };
  const size = options.keepSize === true ? null : { width: options.width ?? 1440, height: options.height ?? 900 };
  const { app, page, complaints } = await started(size, {
    executablePath: options.trace === undefined ? electron.path : tracing(electron.path, options.trace),
    args: [...electron.args, ...windowFlags, `--user-data-dir=${profile}`, `--library=${library}`],
    env: { ...userEnvironment(), ...electron.environment },
  });
  if (options.isConfirmed !== false) await confirmResearchOnly(page);
  const close = async (): Promise<void> => {
    openPages.delete(page);
    await closeWithin(app, 60_000);
    if (options.profile === undefined) rmSync(profile, { recursive: true, force: true });
    if (options.library === undefined) rmSync(library, { recursive: true, force: true });
  };
  openPages.set(page, close);
  return { app, page, library, complaints, close };
}

/** Confirms on the page that its user does research only, as the tick of every way in does. */
async function confirmResearchOnly(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    localStorage.setItem('sidelight.acknowledged', 'yes');
    dispatchEvent(new StorageEvent('storage', { key: 'sidelight.acknowledged' }));
  })()`);
}

type Start = Parameters<typeof _electron.launch>[0];

/** How long a start may take on a busy machine. */
const startLimitMs = 60_000;

/**
 * Starts the application and takes hold of its page, which is made `size` large. Now and then Playwright loses a page that is replaced while it
 * takes hold of it (the empty one gives way to ours, in another process): the page is there and answers, and Playwright waits for ever. Such a start
 * is said, ended and made again, at most twice; nothing was done in it.
 */
async function started(
  size: { readonly width: number; readonly height: number } | null,
  start: Start,
): Promise<Pick<Opened, 'app' | 'page' | 'complaints'>> {
  for (let attempt = 1; ; attempt++) {
    const app = await _electron.launch({ ...start, timeout: startLimitMs }).catch((error: unknown) => {
      if (attempt === 3 || !(error instanceof errors.TimeoutError)) throw error;
      return null;
    });
    if (app === null) {
      console.error(`Playwright did not get hold of start ${attempt}; the application is started again.`);
      // What it ended of it lets go of the library.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      continue;
    }
    const complaints: string[] = [];
    const page = await within(
      startLimitMs,
      app.firstWindow({ timeout: 0 }).then(async (window) => {
        listen(window, complaints);
        await window.evaluate(() => document.readyState);
        if (size !== null) await setPageSize(app, window, size.width, size.height);
        return window;
      }),
    );
    if (page !== 'late') return { app, page, complaints };
    const pid = app.process().pid ?? 0;
    for (const id of [pid, ...processesBelow(pid, '')]) {
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // It has ended with another one.
      }
    }
    if (attempt === 3) throw new Error(`the page could not be taken hold of in ${attempt} starts`);
    console.error(`Playwright lost the page of start ${attempt}; the application is started again.`);
  }
}

/** Notes what the page complains of from now on. */
function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  // The page is told "404" alone; what the core answered says why.
  page.on('response', (response) => {
    if (response.status() >= 400)
      void response.text().then(
        (text) => complaints.push(`${response.status()} ${response.url()}: ${text}`),
        () => complaints.push(`${response.status()} ${response.url()}`),
      );
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
}

/** What a promise gives, or that it took too long. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Makes the window so large that its page has this size in pixels. Playwright's own `setViewportSize` waits for a frame of the new size, which on a busy
 * display now and then never comes.
 */
async function setPageSize(app: ElectronApplication, page: Page, width: number, height: number): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const [across, down] = await page.evaluate(() => [innerWidth, innerHeight] as const);
    if (across === width && down === height) return;
    await app.evaluate(
      ({ BrowserWindow }, [x, y]) => {
        const [window] = BrowserWindow.getAllWindows();
        const [w = 0, h = 0] = window?.getContentSize() ?? [];
        window?.setContentSize(w + x, h + y);
      },
      [width - across, height - down] as const,
    );
    await page.waitForTimeout(100);
  }
  throw new Error(`the page did not become ${width} x ${height} pixels large`);
}

/** Closes the application, which ends its own processes within ten seconds. @throws when it has not done so in `limitMs` */
async function closeWithin(app: ElectronApplication, limitMs: number): Promise<void> {
  const ended = await within(
    limitMs,
    app.close().then(() => 'closed' as const),
  );
  if (ended === 'closed') return;
  app.process().kill('SIGKILL');
  throw new Error(`the application was still there ${limitMs / 1000} s after it was asked to close`);
}

/** A program that runs `path` under strace; Playwright puts its own arguments first, so they cannot be strace's. */
function tracing(path: string, trace: string): string {
  const program = `${trace}.sh`;
  const strace = `strace -f -qq -y --seccomp-bpf -e trace=${socketCalls.join(',')} -o '${trace}'`;
  writeFileSync(program, `#!/bin/sh\nexec ${strace} '${path}' "$@"\n`, { mode: 0o700 });
  return program;
}
