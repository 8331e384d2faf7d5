/**
 * Mutated frames through the decode pool: every answer is a frame of the header's size or an AppError, within the limit; and after
 * every thousand failures all good files still decode to the same hashes.
 */
import { createHash } from 'node:crypto';
import { AppError, toError } from '../../core/base/errors.ts';
import type { Random } from '../../core/base/random.ts';
import { nativeBytes, parseDicom } from '../../core/dicom/index.ts';
import type { DecodePool } from '../../core/services/pixels/decode/pool.ts';
import type { FuzzResult, NamedFile } from './fuzz-parser.ts';
import { mutate } from './mutate.ts';

/** What one frame may take, its limit in the pool included. */
export const maxFrameMs = 6_000;

const failuresBetweenChecks = 1_000;

interface State {
  accepted: number;
  failed: number;
  slowestMs: number;
  readonly faults: string[];
}

/** `count` mutants of the compressed ones among `files`, `parallel` at a time. */
export async function fuzzCodecs(
  pool: DecodePool,
  files: readonly NamedFile[],
  count: number,
  random: Random,
  parallel: number,
): Promise<FuzzResult & { readonly checks: number }> {
  const targets = files.flatMap((file) => compressedStart(file));
  const good = new Map<NamedFile, string>();
  for (const { file } of targets) good.set(file, await hashOf(pool, file.bytes));
  const state: State = { accepted: 0, failed: 0, slowestMs: 0, faults: [] };
  const began = performance.now();
  let checks = 0;
  let next = 0;
  let checkedAt = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const input = next++;
      const { file, start } = targets[random.integer(targets.length)] as (typeof targets)[number];
      await tryOne(pool, mutate(file.bytes, random, start), `input ${input} (${file.path})`, state);
      if (state.failed - checkedAt >= failuresBetweenChecks) {
        checkedAt = state.failed;
        checks++;
        await checkGood(pool, good, state);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  checks++;
  await checkGood(pool, good, state);
  const { accepted, failed, faults, slowestMs } = state;
  return {
    inputs: count,
    accepted,
    refused: failed,
    faults,
    slowestMs,
    checks,
    seconds: (performance.now() - began) / 1000,
  };
}

/** The file and where its compressed bytes begin, when it is compressed. */
function compressedStart(file: NamedFile): { readonly file: NamedFile; readonly start: number }[] {
  try {
    const first = parseDicom(file.bytes).dataSet.element('pixelData')?.encapsulated?.fragments[0];
    return first === undefined ? [] : [{ file, start: first.start }];
  } catch (thrown) {
    if (thrown instanceof AppError) return [];
    throw thrown;
  }
}

async function tryOne(pool: DecodePool, bytes: Uint8Array, name: string, state: State): Promise<void> {
  const start = performance.now();
  try {
    await pool.decodeFrame(bytes, 0);
    state.accepted++;
  } catch (thrown) {
    state.failed++;
    if (!(thrown instanceof AppError)) state.faults.push(`${name}: ${toError(thrown).stack ?? ''}`);
  }
  const elapsedMs = performance.now() - start;
  state.slowestMs = Math.max(state.slowestMs, elapsedMs);
  if (elapsedMs > maxFrameMs) state.faults.push(`${name}: ${Math.round(elapsedMs)} ms`);
}

async function hashOf(pool: DecodePool, bytes: Uint8Array): Promise<string> {
  try {
    return createHash('sha256')
      .update(nativeBytes(await pool.decodeFrame(bytes, 0)))
      .digest('hex');
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    throw thrown;
  }
}

async function checkGood(pool: DecodePool, good: ReadonlyMap<NamedFile, string>, state: State): Promise<void> {
  for (const [file, hash] of good) {
    if ((await hashOf(pool, file.bytes)) !== hash) {
      state.faults.push(`${file.path} decodes to other pixels after ${state.failed} failed decodes`);
    }
  }
}
