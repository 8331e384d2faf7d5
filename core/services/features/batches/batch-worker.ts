/**
 * A thread that puts batches together: it reads records from the disk straight into the batch, in memory that it shares with the thread that
 * trains, and makes side images. The engine computes meanwhile and holds up that thread.
 */
import { parentPort } from 'node:worker_threads';
import { answering, type CallMessage } from '../../../base/channel.ts';
import { invariant } from '../../../base/errors.ts';
import { ShardReader } from '../../../features/index.ts';
import { type Samples, SideImageMaker } from '../../../images/index.ts';
import type { BatchCalls, RowDamage, SideImageKind } from './messages.ts';

const port = parentPort;
invariant(port !== null, 'batch-worker runs as a worker thread only');

const reader = new ShardReader();
const makers = new Map<string, SideImageMaker>();
let scratch = new Uint16Array(0);

function makerOf({ side, channels, statistics }: SideImageKind): SideImageMaker {
  const name = JSON.stringify([side, channels, statistics]);
  const maker = makers.get(name) ?? new SideImageMaker(side, channels, statistics);
  makers.set(name, maker);
  return maker;
}

const answer = answering<BatchCalls>(
  {
    fill: ({ inputs, image, blocks, kind, rows }) => {
      const found: RowDamage[] = [];
      const recordBytes = blocks.reduce((sum, { bytes, count }) => sum + bytes * count, 0);
      for (const { row, record, source, change } of rows) {
        if (record !== null) {
          if (record.length === recordBytes) {
            const parts = blocks.flatMap(({ input, bytes, count, apart, step }) =>
              Array.from({ length: count }, (_, i) => {
                const from = row * step + i * apart;
                return (inputs[input] as Uint8Array).subarray(from, from + bytes);
              }),
            );
            const what = reader.read(record, parts);
            if (what !== null) found.push({ row, of: 'record', what });
          } else found.push({ row, of: 'record', what: 'has a wrong size' });
        }
        if (source === null || kind === null || image === null) continue;
        const channels = source.length / (2 * kind.inputSize ** 2);
        if (channels !== 1 && channels !== 3) {
          found.push({ row, of: 'source', what: 'has a wrong size' });
          continue;
        }
        const count = source.length / 2;
        if (scratch.length < count) scratch = new Uint16Array(count);
        const what = reader.read(source, [new Uint8Array(scratch.buffer, 0, source.length)]);
        if (what !== null) {
          found.push({ row, of: 'source', what });
          continue;
        }
        const samples: Samples = { width: kind.inputSize, height: kind.inputSize, channels, data: scratch };
        makerOf(kind).write(samples, change, image, row * kind.channels * kind.side ** 2);
      }
      return found;
    },
  },
  (message) => port.postMessage(message),
);

port.on('message', (message: CallMessage) => answer(message));
