/**
 * What a process wrote, as faults.c records it, and what a disk holds when the power goes at some place of it.
 *
 * The model is what POSIX promises and no more. A file's bytes are sure once that file was flushed, a name once its folder was; until
 * then each write is kept, lost or torn (of its sectors of 512 bytes each is there or not), and of the names a first part, in order.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Random } from '../../core/base/random.ts';

const sector = 512;

/** One change; paths are below the library. */
export interface TraceStep {
  /** C created, O opened, W written, T truncated, F file flushed, D folder flushed, R renamed, U removed, M folder made, L linked, A said. */
  readonly what: 'C' | 'O' | 'W' | 'T' | 'F' | 'D' | 'R' | 'U' | 'M' | 'L' | 'A';
  readonly inode: string;
  readonly offset: number;
  readonly bytes: Buffer;
  readonly path: string;
  readonly to: string;
}

/** The steps of a recorded trace, in order. `library` is the folder it was recorded in. */
export function readTrace(path: string, library: string): TraceStep[] {
  const all = readFileSync(path);
  const steps: TraceStep[] = [];
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(10, at);
    const [what, inode = '', offset, size, a = '', b = ''] = all.toString('utf8', at, end).split('\t');
    const length = what === 'W' || what === 'A' ? Number(size) : 0;
    steps.push({
      what: what as TraceStep['what'],
      inode,
      offset: Number(offset),
      bytes: all.subarray(end + 1, end + 1 + length),
      path: a === '' ? '' : relative(library, a),
      to: b === '' ? '' : relative(library, b),
    });
    at = end + 1 + length;
  }
  return steps;
}

type Write = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

class File {
  durable: Buffer;
  waiting: Write[] = [];
  readonly isFolder: boolean;
  constructor(durable: Buffer, isFolder = false) {
    this.durable = durable;
    this.isFolder = isFolder;
  }
}

interface NameChange {
  readonly folders: readonly string[];
  readonly apply: (names: Map<string, File>) => void;
}

function applied(before: Buffer, writes: readonly Write[]): Buffer {
  let size = before.length;
  let longest = size;
  for (const write of writes) {
    size = 'size' in write ? write.size : Math.max(size, write.at + write.bytes.length);
    longest = Math.max(longest, size);
  }
  const content = Buffer.alloc(longest);
  before.copy(content);
  let end = before.length;
  for (const write of writes) {
    if ('size' in write) {
      content.fill(0, Math.min(write.size, end), Math.max(write.size, end));
      end = write.size;
    } else {
      write.bytes.copy(content, write.at);
      end = Math.max(end, write.at + write.bytes.length);
    }
  }
  return content.subarray(0, end);
}

/** What of a waiting write reached the disk. */
function fate(write: Write, random: Random): Write[] {
  const drawn = random.uniform(0, 3);
  if (drawn < 1) return [];
  if (drawn < 2 || 'size' in write) return [write];
  const parts: Write[] = [];
  for (let i = 0; i < write.bytes.length; i += sector) {
    if (random.uniform(0, 2) < 1) parts.push({ at: write.at + i, bytes: write.bytes.subarray(i, i + sector) });
  }
  return parts;
}

/** Moves what stands at or below `from`. */
function rename(names: Map<string, File>, from: string, to: string): void {
  for (const [path, file] of [...names]) {
    if (path !== from && !path.startsWith(`${from}/`)) continue;
    names.delete(path);
    names.set(to + path.slice(from.length), file);
  }
}

/** A simulated disk: what is sure, and what waits to be flushed. */
export class Disk {
  readonly #names: Map<string, File>;
  readonly #now: Map<string, File>;
  readonly #inodes = new Map<string, File>();
  #waiting: NameChange[] = [];

  /** A disk with the files of the folder `base`, all flushed. */
  constructor(base: ReadonlyMap<string, Buffer | null>) {
    this.#names = new Map([...base].map(([path, bytes]) => [path, new File(bytes ?? Buffer.alloc(0), bytes === null)]));
    this.#now = new Map(this.#names);
  }

  apply(step: TraceStep): void {
    const { path, to } = step;
    const file = this.#inodes.get(step.inode);
    if (step.what === 'O') {
      const opened = this.#now.get(path);
      if (opened === undefined) throw new Error(`the trace opens ${path}, which is not there`);
      this.#inodes.set(step.inode, opened);
    } else if (step.what === 'C' || step.what === 'M') {
      const made = new File(Buffer.alloc(0), step.what === 'M');
      if (step.what === 'C') this.#inodes.set(step.inode, made);
      this.#change([path], (names) => void names.set(path, made));
    } else if (step.what === 'W') file?.waiting.push({ at: step.offset, bytes: step.bytes });
    else if (step.what === 'T') file?.waiting.push({ size: step.offset });
    else if (step.what === 'F' && file !== undefined) {
      file.durable = applied(file.durable, file.waiting);
      file.waiting = [];
    } else if (step.what === 'D') {
      const sure = this.#waiting.filter(({ folders }) => folders.includes(path));
      for (const { apply } of sure) apply(this.#names);
      this.#waiting = this.#waiting.filter((change) => !sure.includes(change));
    } else if (step.what === 'R') this.#change([path, to], (names) => rename(names, path, to));
    else if (step.what === 'U') this.#change([path], (names) => void names.delete(path));
    else if (step.what === 'L') {
      const linked = this.#now.get(path);
      if (linked !== undefined) this.#change([to], (names) => void names.set(to, linked));
    }
  }

  #change(paths: readonly string[], apply: NameChange['apply']): void {
    apply(this.#now);
    this.#waiting.push({ folders: paths.map((path) => (dirname(path) === '.' ? '' : dirname(path))), apply });
  }

  /** The files as a process sees them that was not interrupted. */
  whole(): ReadonlyMap<string, Buffer | null> {
    return contents(this.#now, (file) => applied(file.durable, file.waiting));
  }

  /** The files that may be there after the power went. */
  afterPowerCut(random: Random): ReadonlyMap<string, Buffer | null> {
    const names = new Map(this.#names);
    const kept = Math.floor(random.uniform(0, this.#waiting.length + 1));
    for (const { apply } of this.#waiting.slice(0, kept)) apply(names);
    return contents(names, (file) =>
      applied(
        file.durable,
        file.waiting.flatMap((write) => fate(write, random)),
      ),
    );
  }
}

function contents(names: ReadonlyMap<string, File>, of: (file: File) => Buffer): Map<string, Buffer | null> {
  return new Map([...names].map(([path, file]) => [path, file.isFolder ? null : of(file)]));
}

/** The shared memory beside a database: gone with the power, and never on the disk to begin with. */
const isMemory = (path: string): boolean => basename(path).endsWith('-shm');

/** Every file (null: folder) below `folder`, by its path below it. */
export function readTree(folder: string): Map<string, Buffer | null> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries.map((entry): [string, Buffer | null] => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), entry.isDirectory() ? null : readFileSync(path)];
    }),
  );
}

/** Writes files and folders into `folder`. A file whose folder is not there is not there either. */
export function writeTree(folder: string, files: ReadonlyMap<string, Buffer | null>): void {
  mkdirSync(folder, { recursive: true });
  const isThere = (path: string): boolean => path === '.' || (files.get(path) === null && isThere(dirname(path)));
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isMemory(path) || !isThere(dirname(path))) continue;
    if (bytes === null) mkdirSync(join(folder, path), { recursive: true });
    else writeFileSync(join(folder, path), bytes);
  }
}
