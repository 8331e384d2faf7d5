/** The field cases: made inputs as people hand them over, each folder with an EXPECT.txt that says what is right. */
import { cpSync, existsSync } from 'node:fs';
import { sharedPath } from './shared.ts';

/** Whether the field cases are there; without them their tests are skipped, and say so. */
export const hasCases = existsSync(sharedPath('cases', 'README.md'));

/** The path of a case's file or folder, for example `casePath('08-excel-labels', 'a-sep.csv')`. Never write there. */
export function casePath(name: string, ...parts: string[]): string {
  return sharedPath('cases', name, ...parts);
}

/** Copies a case into `folder` and returns that copy's path, for cases that change or import beside their files. */
export function copyCase(name: string, folder: string): string {
  cpSync(casePath(name), folder, { recursive: true });
  return folder;
}
