/** Frames from the core's decoder, kept in memory up to a budget; the newest used stay. */
import { frameAddress } from '../../core/contract/frame-address.ts';
import type { FrameHeader, InstanceId } from '../../core/contract/index.ts';
import { CallError } from '../app/client.ts';

export interface FrameReference {
  readonly instanceId: InstanceId;
  readonly frame: number;
}

export interface LoadedFrame {
  readonly reference: FrameReference;
  readonly header: FrameHeader;
  readonly samples: Uint8Array | Int16Array | Uint16Array | Float32Array;
}

/** About twenty radiographs of 3,000 by 2,500 pixels, or 500 CT slices. */
const budgetBytes = 300 * 1024 * 1024;

/** Counts the times that everything kept was forgotten: what was asked for before must not be kept after. */
let generation = 0;
const kept = new Map<string, { readonly loading: Promise<LoadedFrame>; bytes: number }>();

/** The frame, from memory when it was shown or fetched ahead. @throws CallError as the core says why */
export function loadFrame(reference: FrameReference): Promise<LoadedFrame> {
  const key = `${reference.instanceId}/${reference.frame}`;
  const known = kept.get(key);
  if (known !== undefined) {
    kept.delete(key);
    kept.set(key, known);
    return known.loading;
  }
  const asked = generation;
  const entry = { loading: fetchFrame(reference), bytes: 0 };
  kept.set(key, entry);
  entry.loading.then(
    ({ samples }) => {
      entry.bytes = samples.byteLength;
      if (asked === generation) trim(key);
    },
    // A frame that failed is asked for again next time; whoever awaits it is told.
    () => {
      if (asked === generation) kept.delete(key);
    },
  );
  return entry.loading;
}

/** Forgets every picture: another library was opened, or studies were deleted, whose row numbers are given again. */
export function forgetFrames(): void {
  generation += 1;
  kept.clear();
}

/** Fetches a frame so that it is there when it is shown. */
export function prefetchFrame(reference: FrameReference): void {
  loadFrame(reference).catch(() => {
    // Said when the frame is shown; fetching ahead must not disturb the reader.
  });
}

function trim(newest: string): void {
  let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [key, { bytes }] of kept) {
    if (total <= budgetBytes) return;
    if (key === newest || bytes === 0) continue;
    kept.delete(key);
    total -= bytes;
  }
}

async function fetchFrame(reference: FrameReference): Promise<LoadedFrame> {
  const response = await fetch(frameAddress('pixels', reference));
  if (!response.ok) throw new CallError(await response.json());
  const block = await response.arrayBuffer();
  const length = new DataView(block).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(block, 4, length))) as FrameHeader;
  const start = Math.ceil((4 + length) / 8) * 8;
  const count = header.rows * header.columns * header.channels;
  const types = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };
  return { reference, header, samples: new types[header.samples](block, start, count) };
}
