/**
 * The application's log: one JSON object a line, a few files of limited size. Fields come redacted from their writers
 * (core/base/redact); what comes from outside, such as the last words of a process, is reduced to what cannot name a
 * patient before it is written.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../core/base/logger.ts';

const limitBytes = 1_000_000;
const kept = 5;

/** A logger that writes to `sidelight.log` in a folder; older files are `sidelight.1.log` and up. */
export function openLogFile(folder: string, limit: number = limitBytes): Logger {
  tried(() => mkdirSync(folder, { recursive: true }));
  const file = join(folder, 'sidelight.log');
  const older = (n: number): string => join(folder, `sidelight.${n}.log`);
  let size = tried(() => statSync(file, { throwIfNoEntry: false })?.size) ?? 0;
  return {
    log(level, message, fields = {}) {
      const line = `${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`;
      if (size > 0 && size + Buffer.byteLength(line) > limit) {
        const rename = (from: string, to: string): void => {
          if (existsSync(from)) renameSync(from, to);
        };
        // Windows renames none that is open elsewhere: then it grows a little more.
        tried(() => {
          for (let n = kept - 2; n >= 1; n -= 1) rename(older(n), older(n + 1));
          rename(file, older(1));
          size = 0;
        });
      }
      tried(() => {
        appendFileSync(file, line);
        size += Buffer.byteLength(line);
      });
    },
  };
}

/** What `work` gives; undefined where it fails. A log that cannot be written must not end the application: what the user has to know reaches the window. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/**
 * What a dying process wrote, without what could name a patient: kinds of errors, and places in our own source as file
 * name, line and column. Messages are left out, because they may quote a path.
 */
export function namelessWords(text: string): string {
  const words: string[] = [];
  for (const line of text.split('\n')) {
    const place = /([\w-]+\.(?:ts|js|cjs|mjs|node):\d+(?::\d+)?)\)?\s*$/.exec(line)?.[1];
    const kind = /^(?:Uncaught )?(?:\[?)((?:[A-Z]\w*)?(?:Error|Exception))\b/.exec(line.trim())?.[1];
    const fatal = /FATAL ERROR: .*|JavaScript heap out of memory|Segmentation fault/.exec(line)?.[0];
    if (fatal !== undefined) words.push(/heap/.test(fatal) ? 'out of memory (heap)' : 'fatal error');
    else if (kind !== undefined) words.push(kind);
    else if (place !== undefined && /^\s*at\s/.test(line)) words.push(place);
  }
  return words.slice(0, 12).join(' < ');
}
