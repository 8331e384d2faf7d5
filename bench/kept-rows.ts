/**
 * Rows of a table that takes hours, kept as they come: one JSON object a line, each with the settings and the commit that it was measured with. The same command
 * skips what is there, so a table is gathered in pieces, over days; what was killed is done again, and says no time, because it did not take all of it.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a row is of, and what else decides it: equal ones are the same row. */
export type RowKey = Readonly<Record<string, string | number>>;

interface Line {
  readonly key: RowKey;
  readonly settings: RowKey;
  readonly commit: string;
  readonly at: string;
  /** Left out where it was begun and has not ended. */
  readonly row?: unknown;
}

export interface KeptRow<T> extends Line {
  readonly row: T;
}

/** Rows of a file, of these settings. */
export class KeptRows<T> {
  readonly #path: string;
  readonly #settings: RowKey;
  readonly #begun = new Set<string>();
  readonly #rows = new Map<string, KeptRow<T>>();
  /** Whether the last line has no end, as one that was torn by a kill: the next one begins on its own. */
  #isTorn: boolean;
  /** Rows of other settings, which are left as they are. */
  readonly others: number;

  /** @param more other files, whose rows count as well and which are left as they are */
  constructor(path: string, settings: RowKey, more: readonly string[] = []) {
    this.#path = path;
    this.#settings = settings;
    const text = textIn(path);
    this.#isTorn = text !== '' && !text.endsWith('\n');
    let others = 0;
    for (const line of [...more.map(textIn), text].flatMap(linesOf)) {
      if (textOf(line.settings) !== textOf(settings)) others += line.row === undefined ? 0 : 1;
      else if (line.row === undefined) this.#begun.add(textOf(line.key));
      else this.#rows.set(textOf(line.key), { ...line, row: line.row as T });
    }
    this.others = others;
  }

  get all(): readonly KeptRow<T>[] {
    return [...this.#rows.values()];
  }

  of(key: RowKey): T | undefined {
    return this.#rows.get(textOf(key))?.row;
  }

  /**
   * The row of a key: kept, or made now and kept.
   * @param make is told whether it was begun before and did not end
   */
  async get(key: RowKey, make: (wasBegun: boolean) => Promise<T>): Promise<T> {
    const known = this.of(key);
    if (known !== undefined) return known;
    const wasBegun = this.#begun.has(textOf(key));
    this.#append({ key });
    this.#begun.add(textOf(key));
    const row = await make(wasBegun);
    this.#rows.set(textOf(key), { ...this.#append({ key, row }), row });
    return row;
  }

  /** Writes the rows that ended to another file, in the order of their keys, in place of what is there; gives how many they are. */
  write(path: string): number {
    const lines = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => JSON.stringify(row));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n`);
    return lines.length;
  }

  /** How many rows there are and which commits they are of, as a line under a table. */
  commits(): string {
    const counts = new Map<string, number>();
    for (const { commit } of this.#rows.values()) counts.set(commit, (counts.get(commit) ?? 0) + 1);
    const each = [...counts].map(([commit, n]) => `${commit} (${n})`).join(', ');
    const left = this.others === 0 ? '' : ` ${this.others} rows of other settings are left as they are.`;
    return `${this.#rows.size} rows, of ${each || 'no commit'}.${left}`;
  }

  #append(line: Pick<Line, 'key' | 'row'>): Line {
    mkdirSync(dirname(this.#path), { recursive: true });
    const whole: Line = { settings: this.#settings, commit: commitNow(), at: new Date().toISOString(), ...line };
    appendFileSync(this.#path, `${this.#isTorn ? '\n' : ''}${JSON.stringify(whole)}\n`);
    this.#isTorn = false;
    return whole;
  }
}

const textIn = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** The lines that can be read; one that was torn cannot. */
function linesOf(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}

function textOf(key: RowKey): string {
  return JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));
}

let known: string | undefined;
/** The commit of this checkout, with a mark where files differ from it; "unknown" outside a repository. */
export function commitNow(): string {
  known ??= readCommit();
  return known;
}

function readCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', import.meta.dirname, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no').trim() !== '';
    return `${git('rev-parse', '--short=10', 'HEAD').trim()}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}

/** Whole numbers from 0 that an option lists, or as many as another counts; null where a word is none. */
export function numbersOf(listed: readonly string[] | undefined, count: string): number[] | null {
  const numbers = listed === undefined ? Array.from({ length: Number(count) || 0 }, (_, i) => i) : listed.map(Number);
  return numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && n >= 0) ? numbers : null;
}
