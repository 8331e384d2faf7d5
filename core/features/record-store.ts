/**
 * Records computed once and kept: an append-only set of shard files with an index elsewhere (SQLite, handed in).
 *
 * Order of events that makes a kill harmless: bytes are written, the shard is flushed to the disk (fsync), and only then do the
 * index rows commit. So after a kill or a power cut the index never names bytes that are not there; bytes that the index does not
 * name are a torn tail, which opening cuts off. Damage that no kill explains (a shard cut by hand, rotten bytes) is found by
 * length at opening and by checksum at reading; such records are forgotten, so that the same encode command computes them again.
 *
 * Length: one order of events, from writing to forgetting, is easier to check in one place.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writevSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, systemError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import {
  damageOf,
  type FileState,
  fileStateOf,
  flushFolder,
  isSameState,
  makeFolder,
  PlacedReader,
  type RecordDamage,
  type RecordPlace,
} from '../disk/index.ts';
import type { MemoryHolder } from './memory.ts';
import {
  align,
  headerBytes,
  headerMatches,
  paddingBytes,
  payloadChecksum,
  type RecordName,
  recordHeader,
  shardName,
  shardNumber,
} from './shard.ts';

/** Where a record lies. `offset` is the first byte of the payload. */
export interface IndexedRecord extends RecordName {
  readonly shard: number;
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

/** The index, kept by the caller. `add` must be durable when it returns. */
export interface RecordIndex {
  list(): readonly IndexedRecord[];
  add(records: readonly IndexedRecord[]): void;
  remove(records: readonly RecordName[]): void;
}

export interface RecordStoreOptions {
  /** A store opened for reading changes nothing on the disk. */
  readonly mode: 'read' | 'write';
  /** A new shard is begun when the current one has this many bytes. */
  readonly shardBytes?: number;
  /** Records are made durable when so many bytes or records wait, or when `flush` is called. */
  readonly pendingBytes?: number;
  readonly pendingRecords?: number;
  /** What may be held in memory of what `view` gave; nothing where left out. Ends with the store. */
  readonly memory?: MemoryHolder;
}

/** What opening found and put right. */
export interface Recovery {
  /** Bytes after the last indexed record, cut off. */
  readonly tornBytes: number;
  /** Indexed records whose bytes are missing or wrong; forgotten, to be computed again. */
  readonly lost: readonly RecordName[];
}

interface Writer {
  readonly shard: number;
  readonly handle: number;
  size: number;
}

function nameOf({ kind, key }: RecordName): string {
  return `${kind}/${key}`;
}

/** Reads from `offset` until `target` is full or the file ends. Gives how many bytes came. */
async function readAll(handle: FileHandle, offset: number, target: Uint8Array): Promise<number> {
  let done = 0;
  while (done < target.byteLength) {
    const { bytesRead } = await handle.read(target, done, target.byteLength - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/**
 * An open store. Appends and reads of several callers may overlap: an append is one synchronous step. Two stores open for writing on
 * one folder may not: opening cuts what the other has not made durable yet. Callers in one process `share` a store instead.
 */
export class RecordStore {
  readonly folder: string;
  readonly recovery: Recovery;
  readonly #index: RecordIndex;
  readonly #records = new Map<string, IndexedRecord>();
  /**
   * Records whose bytes were read elsewhere and were right, with their file as it was before. Kept here and told with their places, for a reader
   * that opens a file later than another cannot know that it was written to in between.
   */
  readonly #verified = new Map<string, FileState>();
  readonly #memory: MemoryHolder | undefined;
  readonly #readers = new Map<number, Promise<FileHandle>>();
  readonly #mode: 'read' | 'write';
  readonly #limits: { shardBytes: number; pendingBytes: number; pendingRecords: number };
  #writer: Writer | null = null;
  #pending: IndexedRecord[] = [];
  #pendingBytes = 0;
  #users = 1;

  /**
   * Opens the store in `folder`, which is made when absent (for writing).
   * @throws DISK_FULL, LIBRARY_READ_ONLY, DISK_FAILED
   */
  constructor(folder: string, index: RecordIndex, options: RecordStoreOptions) {
    this.folder = folder;
    this.#index = index;
    this.#mode = options.mode;
    this.#memory = options.memory;
    this.#limits = {
      shardBytes: options.shardBytes ?? 256 * 2 ** 20,
      // Whoever calls meanwhile waits for the disk: 8 MB take it some 30 ms, 64 MB a quarter of a second.
      pendingBytes: options.pendingBytes ?? 8 * 2 ** 20,
      pendingRecords: options.pendingRecords ?? 64,
    };
    for (const record of index.list()) this.#records.set(nameOf(record), record);
    this.recovery = guard(folder, () => {
      if (this.#mode === 'write') makeFolder(folder);
      return this.#recover();
    });
  }

  /** The same store for one more caller, who closes it like the first. */
  share(): this {
    this.#users++;
    return this;
  }

  /** False after the last caller closed it. */
  get isOpen(): boolean {
    return this.#users > 0;
  }

  /** Whether this record is stored (waiting ones count). */
  has(kind: string, key: string): boolean {
    return this.#records.has(nameOf({ kind, key }));
  }

  /** Number of records. */
  get size(): number {
    return this.#records.size;
  }

  /**
   * Adds a record; it is durable after the next `flush`, which also happens by itself every few records.
   * A record that is already there is left as it is: the same inputs give the same bytes.
   * @throws DISK_FULL; what was durable before stays so, and the record may be appended again
   */
  append(kind: string, key: string, payload: Uint8Array): void {
    const name = { kind, key };
    if (this.#records.has(nameOf(name))) return;
    guard(this.folder, () => {
      const writer = this.#writerFor(payload.byteLength);
      const checksum = payloadChecksum(payload);
      const header = recordHeader(name, payload.byteLength, checksum);
      const padding = Buffer.alloc(paddingBytes(payload.byteLength));
      const start = writer.size;
      writeFully(writer.handle, [header, payload, padding], start);
      writer.size = start + header.length + payload.byteLength + padding.length;
      const record = {
        ...name,
        shard: writer.shard,
        offset: start + header.length,
        length: payload.byteLength,
        checksum,
      };
      this.#records.set(nameOf(record), record);
      this.#pending.push(record);
      this.#pendingBytes += payload.byteLength;
    });
    if (this.#pending.length >= this.#limits.pendingRecords || this.#pendingBytes >= this.#limits.pendingBytes) {
      this.flush();
    }
  }

  /** Makes every appended record durable: bytes first, then the index. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const records = this.#pending;
    try {
      guard(this.folder, () => {
        if (this.#writer !== null) fsyncSync(this.#writer.handle);
        this.#index.add(records);
      });
    } catch (error) {
      // What is not in the index does not exist: forget it here too, so that the caller may append it again.
      for (const record of records) this.#records.delete(nameOf(record));
      throw error;
    } finally {
      this.#pending = [];
      this.#pendingBytes = 0;
    }
  }

  /**
   * The payload of a record, in a buffer of its own that begins at a multiple of 64 bytes of the file (so any typed array fits).
   * @throws FEATURES_DAMAGED when the bytes are gone or changed; the record is then forgotten, and encoding computes it again
   */
  async read(kind: string, key: string): Promise<Uint8Array> {
    const name = nameOf({ kind, key });
    const record = this.#records.get(name);
    if (record === undefined) throw this.damaged('is not there', { kind, key });
    // Not filled with zeros first: all of it is read, or nothing of it is given.
    const payload = new Uint8Array(Buffer.allocUnsafeSlow(record.length).buffer);
    const bytesRead = await this.#readAt(record, payload);
    if (bytesRead !== record.length) throw this.damaged('ends too early', record);
    // At every reading, for the file may have changed since the first: it is little beside the reading.
    if (payloadChecksum(payload) !== record.checksum) throw this.damaged('has a wrong checksum', record);
    return payload;
  }

  /**
   * As `read`, but not the caller's own: what fits in the store's memory is held until it closes and given to whoever asks. Nobody changes it.
   * The checksum is that of the first reading: what is held has been verified and can no longer rot on the disk.
   */
  async view(kind: string, key: string): Promise<Uint8Array> {
    const name = nameOf({ kind, key });
    const held = this.#memory?.get<Uint8Array>(name);
    if (held !== undefined) return held;
    const payload = await this.read(kind, key);
    if (this.isOpen) this.#memory?.keep(name, payload);
    return payload;
  }

  /**
   * Where a record lies, for a thread that reads it straight to where it is wanted; whoever has read it says so with `verified` or `damaged`.
   * @throws FEATURES_DAMAGED when it is not there
   */
  placeOf(kind: string, key: string): RecordPlace {
    const name = nameOf({ kind, key });
    const record = this.#records.get(name);
    if (record === undefined) throw this.damaged('is not there', { kind, key });
    const { offset, length, checksum } = record;
    const path = join(this.folder, shardName(record.shard));
    const verified = this.#verified.get(name);
    // A file that grows is another one after each record: what was verified in it is summed once more and verified as the file is now.
    const isGrowing = this.#writer?.shard === record.shard;
    const file = verified === undefined || isGrowing ? fileStateOf(path) : verified;
    return { path, offset, length, checksum, isVerified: verified !== undefined && isSameState(verified, file), file };
  }

  /** The bytes of a record were read at its `place`, and their checksum is right: it is not asked for again while the file is as it was. */
  verified(name: RecordName, { file }: RecordPlace): void {
    if (file !== null && this.#records.has(nameOf(name))) this.#verified.set(nameOf(name), file);
  }

  /**
   * The error of a record that cannot be read. It is forgotten, so that encoding computes it again, and with it what else of its file is wrong: one
   * that was cut or overwritten would else be found record by record, each time after a training began again.
   */
  damaged(what: RecordDamage, name: RecordName): AppError {
    const record = this.#records.get(nameOf(name));
    if (record !== undefined) {
      this.#records.delete(nameOf(name));
      const lost = [name, ...this.#wrongOf(record.shard)];
      for (const one of lost) {
        this.#records.delete(nameOf(one));
        this.#verified.delete(nameOf(one));
      }
      if (this.#mode === 'write') this.#index.remove(lost);
    }
    return new AppError('FEATURES_DAMAGED', `A stored record (${name.kind}, ${redact(name.key)}) ${what}.`, {
      details: { kind: name.kind },
      retryable: true,
    });
  }

  /** Flushes, and after the last caller closes every file. */
  async close(): Promise<void> {
    this.#users--;
    if (this.#users > 0) {
      this.flush();
      return;
    }
    this.#memory?.end();
    try {
      this.flush();
    } finally {
      if (this.#writer !== null) closeSync(this.#writer.handle);
      this.#writer = null;
      const handles = await Promise.all(this.#readers.values());
      this.#readers.clear();
      for (const handle of handles) await handle.close();
    }
  }

  /** Records of a shard that are not as they were written; none where it cannot be read at all. */
  #wrongOf(shard: number): IndexedRecord[] {
    const reader = new PlacedReader();
    const path = join(this.folder, shardName(shard));
    try {
      return [...this.#records.values()].filter((record) => {
        if (record.shard !== shard || this.#pending.includes(record)) return false;
        const { offset, length, checksum } = record;
        const place = { path, offset, length, checksum, isVerified: false, file: null };
        return reader.read(place, [new Uint8Array(length)]) !== null;
      });
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    } finally {
      reader.close();
    }
  }

  async #readAt(record: IndexedRecord, target: Uint8Array): Promise<number> {
    const path = join(this.folder, shardName(record.shard));
    try {
      if (!this.isOpen) {
        // A batch that was on its way when a cancelled training closed the store. Nobody else would close a file opened for it.
        await using own = await open(path, 'r');
        return await readAll(own, record.offset, target);
      }
      const handle = this.#readers.get(record.shard) ?? open(path, 'r');
      this.#readers.set(record.shard, handle);
      return await readAll(await handle, record.offset, target);
    } catch (error) {
      // Opened anew the next time: a share that comes back knows its old handle no more.
      const handle = this.#readers.get(record.shard);
      this.#readers.delete(record.shard);
      handle?.then((open) => open.close()).catch(() => {});
      damageOf(error, path);
      return 0;
    }
  }

  /** The shard to append to: the last one, or a new one when it is full. */
  #writerFor(payloadBytes: number): Writer {
    const current = this.#writer ?? this.#openLast();
    if (current.size === 0 || current.size + payloadBytes <= this.#limits.shardBytes) return current;
    this.flush();
    closeSync(current.handle);
    this.#writer = null;
    return this.#openShard(current.shard + 1);
  }

  #openLast(): Writer {
    let last = 0;
    for (const { shard } of this.#records.values()) last = Math.max(last, shard);
    return this.#openShard(last);
  }

  #openShard(shard: number): Writer {
    const path = join(this.folder, shardName(shard));
    const handle = openSync(path, existsSync(path) ? 'r+' : 'wx+');
    flushFolder(this.folder);
    // A file cut by hand may end anywhere; records begin at multiples of 64 all the same.
    this.#writer = { shard, handle, size: align(fstatSync(handle).size) };
    return this.#writer;
  }

  #recover(): Recovery {
    const ends = new Map<number, number>();
    const lost: IndexedRecord[] = [];
    const sizes = this.#shardSizes();
    for (const record of this.#records.values()) {
      const size = sizes.get(record.shard) ?? 0;
      if (record.offset + record.length > size) lost.push(record);
      else ends.set(record.shard, Math.max(ends.get(record.shard) ?? 0, endOf(record)));
    }
    lost.push(...this.#wrongLastRecords());
    for (const record of lost) this.#records.delete(nameOf(record));
    if (this.#mode === 'read') return { tornBytes: 0, lost };
    if (lost.length > 0) this.#index.remove(lost);
    let tornBytes = 0;
    for (const [shard, size] of sizes) {
      const end = ends.get(shard) ?? 0;
      if (size <= end) continue;
      tornBytes += size - end;
      const path = join(this.folder, shardName(shard));
      if (end === 0) rmSync(path);
      else truncateAt(path, end);
    }
    return { tornBytes, lost };
  }

  #shardSizes(): Map<number, number> {
    const sizes = new Map<number, number>();
    if (!existsSync(this.folder)) return sizes;
    for (const name of readdirSync(this.folder)) {
      const shard = shardNumber(name);
      if (shard !== null) sizes.set(shard, statSync(join(this.folder, name)).size);
    }
    return sizes;
  }

  /**
   * Records whose header or bytes are wrong among the last of each shard. Those are what a power cut can tear on a disk that lies
   * about flushing; checking every byte of a cache of many gigabytes would make opening slow, and reading checks them anyway.
   */
  #wrongLastRecords(): IndexedRecord[] {
    const lastOf = new Map<number, IndexedRecord>();
    for (const record of this.#records.values()) {
      const last = lastOf.get(record.shard);
      if (last === undefined || record.offset > last.offset) lastOf.set(record.shard, record);
    }
    return [...lastOf.values()].filter((record) => {
      const path = join(this.folder, shardName(record.shard));
      if (!existsSync(path) || statSync(path).size < record.offset + record.length) return false;
      const handle = openSync(path, 'r');
      try {
        const header = Buffer.alloc(headerBytes(record));
        const payload = Buffer.alloc(record.length);
        readSync(handle, header, 0, header.length, record.offset - header.length);
        readSync(handle, payload, 0, payload.length, record.offset);
        const sound = headerMatches(header, record, record.length, record.checksum);
        return !sound || payloadChecksum(payload) !== record.checksum;
      } finally {
        closeSync(handle);
      }
    });
  }
}

function endOf(record: IndexedRecord): number {
  return record.offset + record.length + paddingBytes(record.length);
}

function truncateAt(path: string, size: number): void {
  const handle = openSync(path, 'r+');
  try {
    ftruncateSync(handle, size);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes all of `parts` at `position`; the system may take less than it is given. */
function writeFully(handle: number, parts: readonly Uint8Array[], position: number): void {
  let rest = parts.filter((part) => part.byteLength > 0);
  let at = position;
  while (rest.length > 0) {
    let written = writevSync(handle, rest, at);
    at += written;
    rest = rest.flatMap((part) => {
      const taken = Math.min(written, part.byteLength);
      written -= taken;
      return taken === part.byteLength ? [] : [part.subarray(taken)];
    });
  }
}

function guard<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refused(folder, error);
  }
}

function refused(folder: string, error: unknown): unknown {
  return systemError(error, `the feature cache ${redact(folder)}`);
}
