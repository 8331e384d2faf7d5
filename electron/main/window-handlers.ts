/** Handlers of core/contract/ipc/window.ts. */

import { existsSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { app, type BrowserWindow, clipboard, dialog, shell } from 'electron';
import { AppError, deserialiseError, type SerialisedError } from '../../core/base/errors.ts';
import { fileName as asFileName } from '../../core/base/file-name.ts';
import type { CoreState, Handlers, MainCallName } from '../../core/contract/index.ts';
import type { PageMail } from './page-mail.ts';
import { saveFile } from './save-file.ts';
import { endingsOf, savePath } from './save-path.ts';
import type { Settings } from './settings.ts';
import type { WrittenPaths } from './written.ts';

export interface WindowContext {
  readonly settings: Settings;
  window(): BrowserWindow | undefined;
  blockedRequests(): number;
  readonly mail: PageMail;
  /** How the core process is. */
  core(): CoreState;
  /** Ends the core process and starts it again, as a reader only or not where that is said; gives why it did not. */
  restartCore(asReader: boolean | undefined): Promise<SerialisedError | null>;
  openLibrary(folder: string | null): Promise<void>;
  /** What it wrote elsewhere since its start. */
  readonly written: WrittenPaths;
  /** Files that an import of this session named, with whole paths; null where they are not known any more. */
  leftOut(jobId: number): Promise<readonly { readonly path: string }[] | null>;
  /** Folders whose files this application writes: the library, the log. */
  ownFolders(): Promise<readonly string[]>;
}

/** The path itself, or the nearest thing above it that is there: the archive that a file lies in, the folder that it lay in. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

export const windowHandlers: Handlers<MainCallName, WindowContext> = {
  'window.chooseFiles': async ({ kind, title }, { window }) => {
    const owner = window();
    if (owner === undefined) return [];
    const { filePaths } = await dialog.showOpenDialog(owner, {
      title,
      properties: kind === 'folder' ? ['openDirectory', 'multiSelections'] : ['openFile', 'multiSelections'],
    });
    return filePaths;
  },
  'window.chooseSave': async ({ title, fileName, extension }, { window, written }) => {
    const owner = window();
    if (owner === undefined) return null;
    const { filePath } = await dialog.showSaveDialog(owner, {
      title,
      defaultPath: asFileName(fileName),
      filters: [{ name: extension.toUpperCase(), extensions: endingsOf(extension) }],
    });
    if (!filePath) return null;
    const path = savePath(filePath, extension);
    written.add(path);
    return path;
  },
  'window.showFile': async ({ path }, { ownFolders, written }) => {
    const file = resolve(path);
    const isOurs = written.has(file) || (await ownFolders()).some((folder) => file.startsWith(resolve(folder) + sep));
    if (!isOurs) {
      throw new AppError('BAD_INPUT', 'Only files that this application wrote since its start can be shown.', {
        action: 'Open the folder in the system’s file manager.',
      });
    }
    shell.showItemInFolder(file);
    return null;
  },
  'window.showLeftOut': async ({ jobId, index }, { leftOut }) => {
    const path = (await leftOut(jobId))?.[index]?.path;
    if (path === undefined) {
      throw new AppError('BAD_INPUT', 'Where this file lies is not known any more.', {
        action: 'Import the folder again: what is there is recognised quickly, and what is left out is listed anew.',
      });
    }
    shell.showItemInFolder(nearest(resolve(path)));
    return null;
  },
  'window.copyText': async ({ text }) => {
    await clipboard.writeText(text);
    return null;
  },
  'window.printPdf': async ({ title, fileName }, { window, written }) => {
    const owner = window();
    if (owner === undefined) return null;
    const { filePath } = await dialog.showSaveDialog(owner, {
      title,
      defaultPath: asFileName(fileName),
      filters: [{ name: 'PDF', extensions: ['pdf'] }],
    });
    if (!filePath) return null;
    const path = savePath(filePath, 'pdf');
    const pdf = await owner.webContents.printToPDF({ printBackground: true });
    saveFile(path, pdf, 'The PDF');
    written.add(path);
    return path;
  },
  'window.settings': (_, { settings }) => settings.all,
  'window.saveSettings': (changes, { settings }) => {
    const all = settings.save(changes);
    if (settings.notKept !== null) throw settings.notKept;
    return all;
  },
  'window.openedFiles': (_, { mail }) => mail.takeOpened(),
  'window.recovered': (_, { mail }) => mail.takeRecovered(),
  'window.openLibrary': async ({ folder }, { openLibrary }) => {
    await openLibrary(folder);
    return null;
  },
  'window.core': (_, { core }) => core(),
  'window.restartCore': async ({ asReader }, { restartCore }) => {
    const failure = await restartCore(asReader);
    if (failure !== null) throw deserialiseError(failure);
    return null;
  },
  'window.about': (_, { blockedRequests }) => ({
    version: app.getVersion(),
    electron: process.versions['electron'] ?? '',
    chrome: process.versions['chrome'] ?? '',
    platform: `${process.platform}-${process.arch}`,
    blockedRequests: blockedRequests(),
  }),
};
