/** What a training and the threads that put its batches together say to each other; see core/base/channel.ts. */
import type { ChannelStatistics } from '../../../contract/index.ts';
import type { RecordBlocks, RecordDamage, RecordPlace } from '../../../disk/index.ts';
import type { ImageChanges } from '../../../images/index.ts';

/** How a network's own image is made. */
export interface SideImageKind {
  readonly side: number;
  readonly channels: number;
  readonly statistics: ChannelStatistics;
  /** Side of the stored image in pixels. */
  readonly inputSize: number;
}

/** One example of a batch; what is null is there already, or not read by the network. */
export interface BatchRow {
  readonly row: number;
  readonly record: RecordPlace | null;
  readonly source: RecordPlace | null;
  readonly change: ImageChanges | null;
}

/** What is wrong with a record of an example. */
export interface RowDamage {
  readonly row: number;
  readonly of: 'record' | 'source';
  readonly what: RecordDamage;
}

/** A batch in memory that threads share: the bytes of all its tensors, the numbers of its images, and how both are filled. */
export interface SharedBatch {
  readonly inputs: Readonly<Record<string, Uint8Array>>;
  readonly image: Float32Array | null;
  readonly blocks: readonly RecordBlocks[];
  readonly kind: SideImageKind | null;
}

export interface BatchCalls {
  /**
   * Fills rows of the batch `number`. It is shown once: memory that arrives with every message counts as new each time, and the collector comes to
   * look for it.
   */
  fill: {
    input: {
      readonly number: number;
      readonly shown: SharedBatch | null;
      /** Batches that are not filled any more. */
      readonly gone: readonly number[];
      readonly rows: readonly BatchRow[];
    };
    output: readonly RowDamage[];
  };
}
