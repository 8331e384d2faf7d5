/**
 * The folder an export makes: everything is written into a neighbour and gets the folder's name in one step at the end, so that what
 * stands under the name is complete. Names in it are made of pseudonyms and new UIDs; nothing of the original names is left.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError, isDriveAway, systemError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import { giveName, removeQuietly } from '../../disk/index.ts';
import { fileError } from '../files/file-error.ts';

/** Values smaller than this are brought together before they are written. */
const smallBytes = 65_536;

export class ExportFolder {
  readonly #out: string;
  readonly #part: string;

  /** Throws BAD_INPUT when `out` holds something already; FILE_UNREADABLE or DISK_FULL when nothing can be written there. */
  constructor(out: string) {
    this.#out = resolve(out);
    this.#part = `${this.#out}.part-${process.pid}`;
    try {
      if (existsSync(this.#out) && readdirSync(this.#out).length > 0) {
        throw new AppError(
          'BAD_INPUT',
          `The folder ${redact(this.#out)} is not empty; an export makes its own folder.`,
          {
            action: 'Choose a new or empty folder with --out.',
          },
        );
      }
      mkdirSync(dirname(this.#out), { recursive: true });
      mkdirSync(this.#part);
    } catch (error) {
      throw error instanceof AppError ? error : fileError(error, this.#out);
    }
  }

  /** Writes a file below the folder. False when the same bytes stand there already; throws DUPLICATE_DIFFERS when others do. */
  write(name: string, chunks: readonly Uint8Array[]): boolean {
    const path = join(this.#part, name);
    try {
      if (existsSync(path)) {
        if (Buffer.concat(chunks).equals(readFileSync(path))) return false;
        throw new AppError(
          'DUPLICATE_DIFFERS',
          'Another file with the same SOP instance UID but other content came first.',
        );
      }
      mkdirSync(dirname(path), { recursive: true });
      writeChunks(path, chunks);
      return true;
    } catch (error) {
      throw this.#failed(error, path);
    }
  }

  /** Gives the folder its name. `report` is written beside the studies as export-report.json. */
  complete(report: object): void {
    try {
      writeFileSync(join(this.#part, 'export-report.json'), `${JSON.stringify(report, null, 2)}\n`, { flush: true });
      if (existsSync(this.#out)) rmdirSync(this.#out);
      giveName(this.#part, this.#out);
    } catch (error) {
      throw this.#failed(error, this.#out);
    }
  }

  /** Of a drive to which nothing can be written any more no further file is tried: what is to be given away would be read for nothing. */
  #failed(error: unknown, path: string): unknown {
    if (error instanceof AppError) return error;
    return isDriveAway(error) ? systemError(error, `the export ${redact(this.#out)}`) : fileError(error, path);
  }

  /** Removes what was written. Does nothing after `complete`. */
  discard(): void {
    removeQuietly(this.#part);
  }
}

function writeChunks(path: string, chunks: readonly Uint8Array[]): void {
  const file = openSync(path, 'wx');
  try {
    let small: Uint8Array[] = [];
    let size = 0;
    const flush = (): void => {
      writeAll(file, Buffer.concat(small));
      small = [];
      size = 0;
    };
    for (const chunk of chunks) {
      if (chunk.length < smallBytes) {
        small.push(chunk);
        size += chunk.length;
        if (size >= smallBytes) flush();
      } else {
        flush();
        writeAll(file, chunk);
      }
    }
    flush();
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
