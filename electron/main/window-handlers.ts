/** Handlers of core/contract/ipc/window.ts. */
import { rename, writeFile } from 'node:fs/promises';
import { app, type BrowserWindow, dialog, shell } from 'electron';
import type { Handlers, MainCallName } from '../../core/contract/index.ts';

export interface WindowContext {
  window(): BrowserWindow | undefined;
  blockedRequests(): number;
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
  'window.chooseSave': async ({ title, fileName, extension }, { window }) => {
    const owner = window();
    if (owner === undefined) return null;
    const { filePath } = await dialog.showSaveDialog(owner, {
      title,
      defaultPath: fileName,
      filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
    });
    return filePath || null;
  },
  'window.showFile': ({ path }) => {
    shell.showItemInFolder(path);
    return null;
  },
  'window.printPdf': async ({ title, fileName }, { window }) => {
    const owner = window();
    if (owner === undefined) return null;
    const { filePath } = await dialog.showSaveDialog(owner, { title, defaultPath: fileName });
    if (!filePath) return null;
    const pdf = await owner.webContents.printToPDF({ printBackground: true });
    await writeFile(`${filePath}.part`, pdf);
    await rename(`${filePath}.part`, filePath);
    return filePath;
  },
  'window.about': (_, { blockedRequests }) => ({
    version: app.getVersion(),
    electron: process.versions['electron'] ?? '',
    chrome: process.versions['chrome'] ?? '',
    platform: `${process.platform}-${process.arch}`,
    blockedRequests: blockedRequests(),
  }),
};
