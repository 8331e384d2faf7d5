/** Where a record goes in a batch. A file of its own, because the threads that put batches together load nothing else of features. */

/** Pieces of a record that lie in one input, `bytes` long each: piece i of example b begins at byte b * step + i * apart. */
export interface RecordBlocks {
  readonly input: string;
  readonly bytes: number;
  readonly count: number;
  readonly apart: number;
  readonly step: number;
}

/** Bytes of a record that lies in these pieces. */
export function bytesIn(blocks: readonly RecordBlocks[]): number {
  return blocks.reduce((sum, { bytes, count }) => sum + bytes * count, 0);
}
