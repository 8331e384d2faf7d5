/** Calls that the window's own process answers: choosers, theme, what the shell knows. */
import { z } from 'zod';
import { defineCalls, defineEvents, nothing } from './call.ts';

export const themes = ['dark', 'light'] as const;

export const windowCalls = defineCalls({
  'window.chooseFiles': {
    doc: 'Paths that the user chose in the system’s file chooser; none when it was closed.',
    input: z.strictObject({ kind: z.enum(['files', 'folder']), title: z.string().max(200) }),
    output: z.array(z.string()),
  },
  'window.chooseSave': {
    doc: 'The path under which the user wants to save, or null.',
    input: z.strictObject({
      title: z.string().max(200),
      fileName: z.string().max(200),
      extension: z.string().regex(/^[a-z0-9]{1,8}$/),
    }),
    output: z.string().nullable(),
  },
  'window.showFile': {
    doc: 'Shows a file that this application wrote in the system’s file manager.',
    input: z.strictObject({ path: z.string().min(1) }),
    output: z.null(),
  },
  'window.printPdf': {
    doc: 'Writes what the window shows now as a PDF file; gives its path, or null when the user chose none.',
    input: z.strictObject({ title: z.string().max(200), fileName: z.string().max(200) }),
    output: z.string().nullable(),
  },
  'window.about': {
    doc: 'Versions of the parts, and how many requests to a network were blocked since the start.',
    input: nothing,
    output: z.object({
      version: z.string(),
      electron: z.string(),
      chrome: z.string(),
      platform: z.string(),
      blockedRequests: z.int().nonnegative(),
    }),
  },
});

export const windowEvents = defineEvents({
  /** A request to a network was blocked; the count since the start. */
  'network.blocked': z.object({ blockedRequests: z.int().nonnegative() }),
  /** The core process is gone, is back, or could not be started. */
  'core.changed': z.object({ state: z.enum(['starting', 'ready', 'failed']), message: z.string(), action: z.string() }),
  /** A command of the native menu. */
  'menu.chosen': z.object({ command: z.string() }),
});
