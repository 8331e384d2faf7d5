/**
 * Opens the application as a user does, without a debugger in its main process, and looks at its page through Chromium's
 * own debugging port. For packages, whose binary refuses to be debugged, and for crashes, which a debugger would hold up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, errors, type Page } from 'playwright';
import { electronCommand } from '../../../scripts/app/runtime.ts';
import { userEnvironment } from '../../support/user-environment.ts';
import { windowFlags } from './flags.ts';
import { temporaryFolder } from './launch.ts';

export interface Attached {
  readonly process: ChildProcess;
  readonly library: string;
  readonly profile: string;
  readonly complaints: string[];
  /** The page, as often as one looks: after a crash it is another. */
  look(): Promise<Page>;
  /** Ends the application as a user closes it, and gives its exit status. */
  close(): Promise<number | null>;
}

export interface AttachOptions {
  /** The binary of a package; the working tree's application when left out. */
  readonly executablePath?: string;
  readonly library?: string;
  readonly profile?: string;
  readonly args?: readonly string[];
  /** A program that runs it, with its arguments: strace. */
  readonly under?: readonly string[];
}

export async function attach(options: AttachOptions = {}): Promise<Attached> {
  const library = options.library ?? temporaryFolder('library');
  const profile = options.profile ?? temporaryFolder('profile');
  const electron =
    options.executablePath === undefined
      ? electronCommand()
      : { path: options.executablePath, args: [], environment: {} };
  const command = [
    ...(options.under ?? []),
    electron.path,
    ...electron.args,
    ...windowFlags,
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    `--library=${library}`,
    ...(options.args ?? []),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...userEnvironment(), ...electron.environment },
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const address = await new Promise<string>((resolve, reject) => {
    let heard = '';
    const limit = setTimeout(() => reject(new Error(`No debugging port in 3 min: ${heard.slice(-2000)}`)), 180_000);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      const found = /DevTools listening on (ws:\S+)/.exec(heard)?.[1];
      if (found === undefined) return;
      clearTimeout(limit);
      resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${heard.slice(-2000)}`)));
  });
  const complaints: string[] = [];
  let browser: Browser | undefined;
  return {
    process: child,
    library,
    profile,
    complaints,
    look: async () => {
      const limit = Date.now() + 90_000;
      for (let tries = 1; ; tries++) {
        browser ??= await connected(address);
        if (browser === undefined) {
          if (Date.now() > limit) throw new Error('The application could not be taken hold of in 90 s.');
          continue;
        }
        // While the application starts, Chromium has an empty page, and whoever holds on to that one never sees ours.
        const page = browser
          .contexts()
          .flatMap((context) => context.pages())
          .find((one) => /^(?!about:|$)/.test(one.url()));
        if (page !== undefined && !(await answers(page))) {
          // Playwright took hold of it while it was being replaced, and would wait for it for ever.
          await browser.close();
          browser = undefined;
        } else if (page !== undefined) {
          page.on('console', (message) => {
            if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
          });
          return page;
        }
        if (Date.now() > limit) throw new Error('No page appeared in 90 s.');
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (tries % 50 === 0) {
          await browser?.close();
          browser = undefined;
        }
      }
    },
    close: async () => {
      await browser?.close();
      const target = options.under === undefined ? child.pid : childrenOf(child.pid ?? 0)[0];
      if (target !== undefined) process.kill(target, 'SIGTERM');
      const code = await exited;
      if (options.profile === undefined) rmSync(profile, { recursive: true, force: true });
      if (options.library === undefined) rmSync(library, { recursive: true, force: true });
      return code;
    },
  };
}

/**
 * Playwright's hold of the application; none where it waits for a page that was replaced while it took hold, and would for ever: a start shows two
 * pages, and a quick one replaces the first at that moment.
 */
async function connected(address: string): Promise<Browser | undefined> {
  return await chromium.connectOverCDP(address, { noDefaults: true, timeout: 10_000 }).catch((error: unknown) => {
    if (!(error instanceof errors.TimeoutError)) throw error;
    console.error('Playwright did not get hold of the application; it tries again.');
    return undefined;
  });
}

/** Whether a page that Playwright sees can be talked to. */
async function answers(page: Page): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 5000);
  });
  const answer = page
    .evaluate(() => document.readyState)
    .then(
      () => true,
      () => false,
    );
  return await Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

/** Process ids of a process's children (Linux). */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(join('/proc', name, 'stat'), 'utf8'))?.[1]) === pid;
      } catch {
        return false; // It ended while we looked.
      }
    })
    .map(Number);
}

/** Process ids of everything below a process whose command line matches (Linux). */
export function descendants(pid: number, pattern: RegExp): number[] {
  return childrenOf(pid).flatMap((child) => {
    let command = '';
    try {
      command = readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      // It ended while we looked.
    }
    return [...(pattern.test(command) ? [child] : []), ...descendants(child, pattern)];
  });
}

export async function until(claim: () => boolean | Promise<boolean>, what: string, limitMs = 20_000): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!(await claim())) {
    if (Date.now() > limit) throw new Error(`In ${limitMs / 1000} s it did not happen that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
