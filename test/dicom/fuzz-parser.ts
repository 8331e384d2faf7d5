/** Mutated files through the parser, the header and every sequence: nothing but an AppError may come out, and soon. */
import { AppError, toError } from '../../core/base/errors.ts';
import type { Random } from '../../core/base/random.ts';
import { type DicomDataSet, describePixels, parseDicom, readHeader } from '../../core/dicom/index.ts';
import { mutate } from './mutate.ts';

export interface FuzzResult {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** What must not happen, with the input's number to find it again. */
  readonly faults: readonly string[];
  readonly slowestMs: number;
  readonly seconds: number;
}

export const maxParseMs = 2_000;

export interface NamedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** `count` mutants of `files`. */
export function fuzzParser(files: readonly NamedFile[], count: number, random: Random): FuzzResult {
  const faults: string[] = [];
  let accepted = 0;
  let slowestMs = 0;
  const began = performance.now();
  for (let input = 0; input < count; input++) {
    const file = files[random.integer(files.length)] as NamedFile;
    const bytes = mutate(file.bytes, random);
    const start = performance.now();
    try {
      readAll(bytes);
      accepted++;
    } catch (thrown) {
      if (!(thrown instanceof AppError)) faults.push(`input ${input} (${file.path}): ${toError(thrown).stack ?? ''}`);
    }
    const elapsedMs = performance.now() - start;
    slowestMs = Math.max(slowestMs, elapsedMs);
    if (elapsedMs > maxParseMs) faults.push(`input ${input} (${file.path}): ${Math.round(elapsedMs)} ms`);
  }
  const seconds = (performance.now() - began) / 1000;
  return { inputs: count, accepted, refused: count - accepted, faults, slowestMs, seconds };
}

function readAll(bytes: Uint8Array): void {
  const file = parseDicom(bytes);
  readHeader(file);
  openSequences(file.dataSet);
  describePixels(file.dataSet);
}

function openSequences(dataSet: DicomDataSet): void {
  for (const [tag, element] of dataSet.elements) {
    if (element.vr !== 'SQ' && element.items === undefined) continue;
    for (const item of dataSet.itemsOf(tag)) openSequences(item);
  }
}
