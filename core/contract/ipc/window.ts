/** Calls that the window's own process answers: choosers, theme, what the shell knows. */
import { z } from 'zod';
import { defineCalls, defineEvents, nothing } from './call.ts';

export const themes = ['dark', 'light'] as const;
export const windowLanguages = ['en', 'de'] as const;
export const windowEngines = ['auto', 'onnxruntime', 'tensorflow'] as const;

/** What the native menu asks of the page; it changes the theme, zoom and full screen by itself. */
export const menuCommands = ['importFiles', 'importFolder', 'watchFolder', 'settings', 'help', 'about'] as const;
export type MenuCommand = (typeof menuCommands)[number];

/** Devices that the window offers; the command line knows those that need more than a driver as well. */
export const windowDevices = ['auto', 'cpu', 'webgpu'] as const;

/** What the user chose for the window on this machine; kept beside the profile, not in the library. */
export const windowSettingsSchema = z.strictObject({
  theme: z.enum(themes),
  language: z.enum(windowLanguages),
  /** The library's folder; null for the usual place. Counts from the next start. */
  library: z.string().min(1).max(4096).nullable(),
  /** What computes, and with how many threads; null for one a core. Counts from the next start of the core process. */
  engine: z.enum(windowEngines),
  /** Where it computes; `auto` takes a GPU that was right and faster. */
  device: z.enum(windowDevices),
  threads: z.int().min(1).max(256).nullable(),
});
export type WindowSettings = z.infer<typeof windowSettingsSchema>;

/** Where the window was, in device-independent pixels as the system counts them. */
const placeSchema = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  isMaximised: z.boolean(),
});
export type Place = z.infer<typeof placeSchema>;

/** The settings file of the main process. */
export const settingsFileSchema = windowSettingsSchema.extend({ place: placeSchema.nullable() }).partial();
export type SettingsFile = z.infer<typeof settingsFileSchema>;

/** How the core process is: what it says where it could not start, and where it looks for its library. */
const coreStateSchema = z.object({
  state: z.enum(['starting', 'ready', 'failed']),
  code: z.string(),
  message: z.string(),
  action: z.string(),
  /** Whether the library is open for reading only, because the user chose so. */
  isReader: z.boolean(),
  /** The library's folder; null for the usual place. */
  folder: z.string().nullable(),
});
export type CoreState = z.infer<typeof coreStateSchema>;

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
  'window.showLeftOut': {
    doc: 'Shows a file that an import of this session named in the system’s file manager; of one inside an archive, the archive.',
    input: z.strictObject({ jobId: z.int(), index: z.int().nonnegative() }),
    output: z.null(),
  },
  'window.copyText': {
    doc: 'Puts a text on the system’s clipboard.',
    input: z.strictObject({ text: z.string().max(10_000_000) }),
    output: z.null(),
  },
  'window.printPdf': {
    doc: 'Writes what the window shows now as a PDF file; gives its path, or null when the user chose none.',
    input: z.strictObject({ title: z.string().max(200), fileName: z.string().max(200) }),
    output: z.string().nullable(),
  },
  'window.settings': {
    doc: 'What the user chose for the window on this machine: theme, language, library folder.',
    input: nothing,
    output: windowSettingsSchema,
  },
  'window.saveSettings': {
    doc: 'Changes what is given of the settings and gives them all; the window hears `settings.changed`.',
    input: windowSettingsSchema.partial(),
    output: windowSettingsSchema,
  },
  'window.openedFiles': {
    doc: 'Paths of files that the system asked this application to open before the window was there.',
    input: nothing,
    output: z.array(z.string()),
  },
  'window.recovered': {
    doc: 'Whether this page was loaded because the one before it crashed; true once for each crash.',
    input: nothing,
    output: z.boolean(),
  },
  'window.openLibrary': {
    doc: 'Closes the library and opens the one in the folder, or in the usual place for null; if that fails, the former is opened again.',
    input: z.strictObject({ folder: z.string().min(1).max(4096).nullable() }),
    output: z.null(),
  },
  'window.restartCore': {
    doc: 'Starts the core process again, so that settings of the engine count; a running job goes on. Opens the library for reading only, or for writing again, where that is said.',
    input: z.strictObject({ asReader: z.boolean().optional() }),
    output: z.null(),
  },
  'window.core': {
    doc: 'How the core process is, for a page that was not there when it was told.',
    input: nothing,
    output: coreStateSchema,
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
  'core.changed': coreStateSchema,
  /** A command of the native menu. */
  'menu.chosen': z.object({ command: z.enum(menuCommands) }),
  /** The system asks to open files: a double click, a second start of the application. */
  'files.opened': z.object({ paths: z.array(z.string()) }),
  /** Settings changed, by the page or by the menu. */
  'settings.changed': windowSettingsSchema,
});
