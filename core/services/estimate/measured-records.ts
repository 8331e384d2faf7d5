/** Records of a measurement: a few of the data set in memory, and zeros on the disk, so that nothing of a patient lies about when it is killed. */
import { rmSync } from 'node:fs';
import { AppError } from '../../base/errors.ts';
import type { VersionImage } from '../../contract/index.ts';
import { type RecordPlace, writeFlushed } from '../../disk/index.ts';
import type { RecordReader } from '../features/source-examples.ts';
import { imageKey } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';

/** A few records as a store would give them, each time in a buffer of its own. */
export class FewRecords implements RecordReader {
  readonly #records = new Map<string, Uint8Array>();

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

/** Whatever record is asked for, zeros in a file, another place each time; who reads records itself reads those of a few. */
export class ZeroRecords implements RecordReader {
  readonly #few: FewRecords;
  readonly #path: string;
  readonly #count: number;
  readonly #length: number;
  #asked = 0;

  /** @param count records of `length` bytes that the file at `path` has room for */
  constructor(few: FewRecords, path: string, count: number, length: number) {
    this.#few = few;
    this.#path = path;
    this.#count = count;
    this.#length = length;
  }

  read(kind: string, key: string): Promise<Uint8Array> {
    return this.#few.read(kind, key);
  }

  placeOf(): RecordPlace {
    const offset = (this.#asked++ % this.#count) * this.#length;
    return { path: this.#path, offset, length: this.#length, checksum: null };
  }

  verified(): void {}

  damaged(): AppError {
    return new AppError('DISK_FAILED', 'What a measurement had written to the disk cannot be read.', {
      action: 'Measure again; if it fails again, check the disk of the library.',
    });
  }
}

/** Has so many zeros on the library's disk while `use` runs. @throws DISK_FULL, DISK_FAILED */
export async function withZeros<T>(
  context: ServiceContext,
  bytes: number,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = context.library.path('measured.tmp');
  try {
    writeFlushed(path, [new Uint8Array(bytes)]);
    return await use(path);
  } finally {
    rmSync(path, { force: true });
  }
}
