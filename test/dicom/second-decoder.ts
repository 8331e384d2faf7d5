/**
 * A second opinion on a lossy frame, from whatever trusted decoder this machine has: OpenJPEG for HTJ2K, else DCMTK's dcmdjpeg,
 * else GDCM's gdcmconv. Undefined where none of them can read it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DecodedFrame, decodeFrame, parseDicom, wasmCodecOf } from '../../core/dicom/index.ts';
import { loadCodecs } from '../../core/services/pixels/decode/wasm-codecs.ts';

export interface SecondOpinion {
  readonly decoder: string;
  readonly frame: DecodedFrame;
}

/** Frame 0 of the file at `path` by another decoder. */
export async function secondOpinion(path: string): Promise<SecondOpinion | undefined> {
  const file = parseDicom(new Uint8Array(readFileSync(path)));
  if (wasmCodecOf(file.transferSyntaxUID) === 'htj2k') {
    const { codecs, prepare } = loadCodecs();
    await prepare('jpeg2000');
    return { decoder: 'OpenJPEG', frame: decodeFrame(file, 0, { ...codecs, htj2k: codecs.jpeg2000 }) };
  }
  return converted('dcmdjpeg', ['+cn', '+px', path]) ?? converted('gdcmconv', ['--raw', path]);
}

function converted(tool: string, options: readonly string[]): SecondOpinion | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-corpus-'));
  const out = join(folder, 'raw.dcm');
  try {
    const { status, error } = spawnSync(tool, [...options, out], { timeout: 60_000 });
    if (error !== undefined || status !== 0) return undefined;
    const file = parseDicom(new Uint8Array(readFileSync(out)));
    return { decoder: tool, frame: decodeFrame(file, 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The largest difference between two frames' samples; infinite when their sizes differ. */
export function largestDifference(a: DecodedFrame, b: DecodedFrame): number {
  if (a.samples.length !== b.samples.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.samples.length; i++) {
    largest = Math.max(largest, Math.abs((a.samples[i] as number) - (b.samples[i] as number)));
  }
  return largest;
}
