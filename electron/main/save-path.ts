/** The file that a person means who was asked where to save something. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';

/**
 * A path that was chosen, with the ending of its format where it has none: not every system's dialog adds it. A file that is there already under
 * the name with its ending stays: the dialog asked about the name without it.
 */
export function savePath(chosen: string, extension: string): string {
  const whole = `${chosen}.${extension}`;
  return extname(chosen) !== '' || existsSync(whole) ? chosen : whole;
}
