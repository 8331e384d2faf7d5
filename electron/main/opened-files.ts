/** Files that the system hands over: by double click, on the command line, by a second start of the application. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { app } from 'electron';

/** The paths among the arguments of a start. */
export function pathsAmong(argv: readonly string[], folder: string): string[] {
  return argv
    .slice(1)
    .filter((arg) => !arg.startsWith('-') && arg !== '')
    .map((arg) => resolve(folder, arg))
    .filter((path) => path !== resolve(app.getAppPath()) && existsSync(path));
}
