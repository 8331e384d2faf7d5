/** The file that a person means who was asked where to save something. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';

/**
 * A path that was chosen, with the ending of its format where it has none: not every system's dialog adds it. A dot alone makes no ending: "card v1.2"
 * and "Ergebnisse 30.11." are names. A file that is there already under the name with its ending stays: the dialog asked about the name without it.
 */
export function savePath(chosen: string, extension: string): string {
  const whole = `${chosen}.${extension}`;
  return hasEnding(chosen, extension) || existsSync(whole) ? chosen : whole;
}

/** Whether a name ends with this ending, or with what somebody chose in its place: a few letters. */
function hasEnding(chosen: string, extension: string): boolean {
  const own = extname(chosen).slice(1);
  return own.toLowerCase() === extension.toLowerCase() || /^[a-z]{2,4}$/i.test(own);
}
