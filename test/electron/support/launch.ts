/** Opens the real application in a real Electron for a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { electronCommand } from '../../../scripts/app/runtime.ts';

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
  /** The binary of a package; the working tree's application when left out. */
  readonly executablePath?: string;
}

/** The application over a library of its own, which `close` removes unless the test gave it. */
export async function launch(options: LaunchOptions = {}): Promise<Opened> {
  const library = options.library ?? temporaryFolder('library');
  const profile = options.profile ?? temporaryFolder('profile');
  const electron =
    options.executablePath === undefined ? electronCommand() : { path: options.executablePath, args: [] };
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [...electron.args, '--no-sandbox', `--user-data-dir=${profile}`, `--library=${library}`],
    env: { ...(process.env as Record<string, string>) },
  });
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  if (options.keepSize !== true)
    await page.setViewportSize({ width: options.width ?? 1440, height: options.height ?? 900 });
  return {
    app,
    page,
    library,
    complaints,
    close: async () => {
      await app.close();
      if (options.profile === undefined) rmSync(profile, { recursive: true, force: true });
      if (options.library === undefined) rmSync(library, { recursive: true, force: true });
    },
  };
}
