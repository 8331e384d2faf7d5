/** Files that the window writes itself: its settings, a page as PDF. Whole or as they were, whatever happens meanwhile. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withPatience } from '../../core/base/patience.ts';
import { writeError } from '../../core/base/write-error.ts';

/**
 * Writes `content` beside its place and gives it its name; folders are made on the way.
 * @param what names it in a sentence: `The PDF`
 * @throws DISK_FULL, DRIVE_AWAY, FILE_UNREADABLE; nothing is left beside it then
 */
export function saveFile(path: string, content: string | Uint8Array, what: string): void {
  const part = join(dirname(path), `.sidelight-${randomUUID()}`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(part, content, { flush: true });
    withPatience(() => renameSync(part, path), process.platform);
  } catch (error) {
    removeQuietly(part);
    const at = { isThere: existsSync(path), platform: process.platform };
    throw writeError(error, what, at, 'Choose a folder that you may write to.');
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The disk that failed goes on failing; the first error counts.
  }
}
