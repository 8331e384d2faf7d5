/**
 * A thread that puts batches together: it reads records from the disk straight into the batch, in memory that it shares with the thread that
 * trains, and makes side images. The engine computes meanwhile and holds up that thread.
 */
import { parentPort } from 'node:worker_threads';
import { answering, type CallMessage } from '../../../base/channel.ts';
import { invariant } from '../../../base/errors.ts';
import { bytesIn, PlacedReader, placesOf, type RecordDamage } from '../../../disk/index.ts';
import { type Samples, SideImageMaker } from '../../../images/index.ts';
import { quickPasses } from '../side-images/simd-passes.ts';
import type { BatchCalls, BatchRow, RowDamage, SharedBatch, SideImageKind } from './messages.ts';

const port = parentPort;
invariant(port !== null, 'batch-worker runs as a worker thread only');

const reader = new PlacedReader();
const makers = new Map<string, SideImageMaker>();
let scratch = new Uint16Array(0);

function makerOf({ side, channels, statistics }: SideImageKind): SideImageMaker {
  const name = JSON.stringify([side, channels, statistics]);
  const maker = makers.get(name) ?? new SideImageMaker(side, channels, statistics, quickPasses());
  makers.set(name, maker);
  return maker;
}

/** A batch that was shown, with the places of each row's record once they were asked for. */
interface KnownBatch extends SharedBatch {
  readonly recordBytes: number;
  readonly places: Uint8Array[][];
}

const known = new Map<number, KnownBatch>();

function placesIn({ inputs, blocks, places }: KnownBatch, row: number): readonly Uint8Array[] {
  places[row] ??= placesOf(blocks, inputs, row);
  return places[row];
}

/** Reads an example's record; gives what is wrong with it. */
function readRecord(batch: KnownBatch, { row, record }: BatchRow): RecordDamage | null {
  if (record === null) return null;
  return record.length === batch.recordBytes ? reader.read(record, placesIn(batch, row)) : 'has a wrong size';
}

/** Makes an example's image; gives what is wrong with the stored one. */
function makeImage({ image, kind }: KnownBatch, { row, source, change }: BatchRow): RecordDamage | null {
  if (source === null || kind === null || image === null) return null;
  const { side, inputSize } = kind;
  const channels = source.length / (2 * inputSize ** 2);
  if (channels !== 1 && channels !== 3) return 'has a wrong size';
  if (scratch.byteLength < source.length) scratch = new Uint16Array(source.length / 2);
  const what = reader.read(source, [new Uint8Array(scratch.buffer, 0, source.length)]);
  if (what !== null) return what;
  const samples: Samples = { width: inputSize, height: inputSize, channels, data: scratch };
  makerOf(kind).write(samples, change, image, row * kind.channels * side ** 2);
  return null;
}

const answer = answering<BatchCalls>(
  {
    fill: ({ number, shown, gone, rows }) => {
      for (const old of gone) known.delete(old);
      if (shown !== null) {
        known.set(number, { ...shown, recordBytes: bytesIn(shown.blocks), places: [] });
      }
      const batch = known.get(number);
      invariant(batch !== undefined, 'batch-worker: a batch that was not shown');
      return rows.flatMap((row): RowDamage[] => {
        const found = { record: readRecord(batch, row), source: makeImage(batch, row) };
        return (['record', 'source'] as const).flatMap((of) => {
          const what = found[of];
          return what === null ? [] : [{ row: row.row, of, what }];
        });
      });
    },
  },
  (message) => port.postMessage(message),
);

port.on('message', (message: CallMessage) => answer(message));
