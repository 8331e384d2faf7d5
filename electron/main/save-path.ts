/** The file that a person means who was asked where to save something. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';

/** Endings under which a format is known besides its own, which the dialog offers too. */
const otherEndings: Readonly<Record<string, readonly string[]>> = {
  csv: ['txt'],
  html: ['htm'],
  md: ['markdown', 'txt'],
};

/** The endings that a file of this format may have, its own first: those that the dialog offers, and no others count as one. */
export function endingsOf(extension: string): string[] {
  return [extension, ...(otherEndings[extension] ?? [])];
}

/**
 * A path that was chosen, with the ending of its format where it has none: not every system's dialog adds it. A dot alone makes no ending, and neither do
 * a few letters behind one: "card v1.2", "Dr.Mai" and "results v1.new" are names. A file that is there already under the name with its ending stays: the
 * dialog asked about the name without it.
 */
export function savePath(chosen: string, extension: string): string {
  const whole = `${chosen}.${extension}`;
  const isWhole = endingsOf(extension).includes(extname(chosen).slice(1).toLowerCase());
  return isWhole || existsSync(whole) ? chosen : whole;
}
