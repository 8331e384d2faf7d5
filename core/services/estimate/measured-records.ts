/** Records of a measurement: a few of the data set in memory, and zeros on the disk, so that nothing of a patient lies about when it is killed. */
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { pid } from 'node:process';
import { AppError } from '../../base/errors.ts';
import type { VersionImage } from '../../contract/index.ts';
import { type RecordPlace, writeFlushed } from '../../disk/index.ts';
import type { RecordReader } from '../features/source-examples.ts';
import { imageKey } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';

/** A few records as a store would give them, each time in a buffer of its own. */
export class FewRecords implements RecordReader {
  readonly #records = new Map<string, Uint8Array>();

  /** Bytes of the longest record of a kind. */
  lengthOf(kind: string): number {
    const own = [...this.#records].filter(([name]) => name.startsWith(`${kind} `));
    return Math.max(0, ...own.map(([, { byteLength }]) => byteLength));
  }

  keep(kind: string, image: Pick<VersionImage, 'instanceId' | 'frame'>, bytes: Uint8Array): void {
    this.#records.set(`${kind} ${imageKey(image.instanceId, image.frame)}`, bytes);
  }

  async read(kind: string, key: string): Promise<Uint8Array> {
    return new Uint8Array(await this.view(kind, key));
  }

  /** As a training finds its records from the second epoch on, which is what a promise is made of. */
  async view(kind: string, key: string): Promise<Uint8Array> {
    return this.#records.get(`${kind} ${key}`) ?? new Uint8Array();
  }
}

/** Records as a training finds them on the disk, for whoever reads them there: zeros, another place each time. */
export class ZeroRecords implements RecordReader {
  readonly #few: FewRecords;
  readonly #path: string;
  readonly #count: number;
  readonly #lengthOf: (kind: string) => number;
  #asked = 0;

  /** @param count records of any kind that the file at `path` has room for */
  constructor(few: FewRecords, path: string, count: number, lengthOf: (kind: string) => number) {
    this.#few = few;
    this.#path = path;
    this.#count = count;
    this.#lengthOf = lengthOf;
  }

  read(kind: string, key: string): Promise<Uint8Array> {
    return this.#few.read(kind, key);
  }

  view(kind: string, key: string): Promise<Uint8Array> {
    return this.#few.view(kind, key);
  }

  placeOf(kind: string): RecordPlace {
    const length = this.#lengthOf(kind);
    return {
      path: this.#path,
      offset: (this.#asked++ % this.#count) * length,
      length,
      checksum: null,
      isVerified: true,
      file: null,
    };
  }

  verified(): void {}

  damaged(): AppError {
    return new AppError('DISK_FAILED', 'What a measurement had written to the disk cannot be read.', {
      action: 'Measure again; if it fails again, check the disk of the library.',
    });
  }
}

/**
 * Has so many zeros on the library's disk while `use` runs, in a file of its own: measurements may overlap. What one that was killed left goes.
 * @throws DISK_FULL, DISK_FAILED
 */
export async function withZeros<T>(
  { library }: Pick<ServiceContext, 'library'>,
  bytes: number,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const own = `measured-${pid}-`;
  // One process writes to a library at a time.
  for (const name of readdirSync(library.folder)) {
    if (/^measured-.*\.tmp$/.test(name) && !name.startsWith(own)) rmSync(library.path(name), { force: true });
  }
  const path = library.path(`${own}${randomUUID()}.tmp`);
  try {
    writeFlushed(path, [new Uint8Array(bytes)]);
    return await use(path);
  } finally {
    rmSync(path, { force: true });
  }
}
