/**
 * `npm run bench -- [--json] [--engine auto|onnxruntime|tensorflow] [--runs N]`
 *
 * What the numbers mean: `gemm_gflops` is the product of two 1536 x 1536 matrices; `encode_s` one image of 512 x 512
 * through ViT-B/16 (random weights) to its kept keys and values; `step_ms` one FPT+ training step of 16 images (205
 * kept tokens); the peaks are the highest resident memory of a process that does only that.
 *
 * Every measurement runs in a process of its own. Where python3 has PyTorch, the same work runs there too
 * (scripts/peers/peer.py), in turns with ours (A B A B), so that a busy machine slows both; the ratio is ours / peer's.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toError } from '../core/base/errors.ts';
import { gemmOperations } from './bench/measure.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'auto' },
    runs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
  },
});

const here = dirname(fileURLToPath(import.meta.url));
const [runs, rounds] = [Number(values.runs), Number(values.rounds)];

interface Measured {
  readonly seconds: readonly number[];
  readonly peakMb: number;
  readonly threads: number;
  readonly engine?: string;
  readonly version?: string;
}

/** The JSON that a child prints. Rejects with what it wrote to standard error when it fails. */
function child(command: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    process.stdout.on('data', (chunk) => {
      out += chunk;
    });
    process.stderr.on('data', (chunk) => {
      err += chunk;
    });
    process.on('error', reject);
    process.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Measured);
      else reject(new Error(`${command} ended with ${code}: ${err.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}

const ours = (name: string): Promise<Measured> =>
  child(process.execPath, [join(here, 'bench', 'measure.ts'), name, values.engine, String(runs)]);
const python = process.platform === 'win32' ? 'python' : 'python3';
const peer = (name: string): Promise<Measured> => child(python, [join(here, 'peers', 'peer.py'), name, String(runs)]);

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Several rounds of one process as one: all times, the highest peak. */
function joined(parts: readonly Measured[]): Measured {
  return { ...parts[0]!, seconds: parts.flatMap((p) => p.seconds), peakMb: Math.max(...parts.map((p) => p.peakMb)) };
}

/** Ours and the peer's in turns. `peers` may be several ways to do the same work. */
async function inTurns(
  name: string,
  peers: readonly string[],
): Promise<{ ours: Measured; peers: Record<string, Measured> }> {
  const mine: Measured[] = [];
  const theirs = new Map<string, Measured[]>(peers.map((other) => [other, []]));
  for (let round = 0; round < rounds; round++) {
    mine.push(await ours(name));
    for (const [other, measured] of theirs) measured.push(await peer(other));
    if (!values.json) console.error(`${name}: round ${round + 1} of ${rounds} done`);
  }
  const peersJoined = Object.fromEntries([...theirs].map(([other, parts]) => [other, joined(parts)]));
  return { ours: joined(mine), peers: peersJoined };
}

/** Why there is no peer, or null. */
async function peerMissing(): Promise<string | null> {
  return peer('none').then(
    () => null,
    (error: unknown) => toError(error).message,
  );
}

async function main(): Promise<void> {
  const missing = await peerMissing();
  const with_ = (...names: string[]): string[] => (missing === null ? names : []);
  const gemm = await inTurns('gemm', with_('gemm'));
  const encode = await inTurns('encode', with_('encode', 'encode-sdpa'));
  const step = await inTurns('step', with_('step'));
  const figures = {
    gemm_gflops: gemmOperations / median(gemm.ours.seconds) / 1e9,
    encode_s: median(encode.ours.seconds),
    encode_peak_mb: encode.ours.peakMb,
    step_ms: 1000 * median(step.ours.seconds),
    step_peak_mb: step.ours.peakMb,
  };
  const peerOf = (measured: Measured | undefined): number => (measured ? median(measured.seconds) : Number.NaN);
  const torch = gemm.peers['gemm'];
  const peerFigures =
    torch === undefined
      ? null
      : {
          name: `PyTorch ${torch.version}`,
          threads: torch.threads,
          gemm_gflops: gemmOperations / peerOf(torch) / 1e9,
          encode_s: peerOf(encode.peers['encode']),
          encode_sdpa_s: peerOf(encode.peers['encode-sdpa']),
          encode_peak_mb: encode.peers['encode']!.peakMb,
          step_ms: 1000 * peerOf(step.peers['step']),
          step_peak_mb: step.peers['step']!.peakMb,
        };
  const ratios = peerFigures && {
    encode: figures.encode_s / peerFigures.encode_s,
    encode_sdpa: figures.encode_s / peerFigures.encode_sdpa_s,
    step: figures.step_ms / peerFigures.step_ms,
  };
  if (values.json) {
    const { engine, threads } = gemm.ours;
    console.log(
      JSON.stringify({ ...figures, engine, threads, peer: peerFigures, ratios, peerMissing: missing }, null, 1),
    );
    return;
  }
  console.log(`Engine: ${gemm.ours.engine}, ${gemm.ours.threads} threads; medians of ${rounds} x ${runs} runs`);
  for (const [key, value] of Object.entries(figures)) console.log(`${key.padEnd(16)} ${value.toFixed(3)}`);
  if (peerFigures === null || ratios === null) {
    console.log(`No comparison: ${missing}. Install PyTorch for python3 to compare.`);
    return;
  }
  console.log(`\n${peerFigures.name}, ${peerFigures.threads} threads (same work, in turns with ours)`);
  for (const [key, value] of Object.entries(peerFigures)) {
    if (typeof value === 'number' && key !== 'threads') console.log(`${key.padEnd(16)} ${value.toFixed(3)}`);
  }
  console.log(
    `\nOurs / PyTorch: encode ${ratios.encode.toFixed(2)} (with scaled_dot_product_attention ${ratios.encode_sdpa.toFixed(2)}), step ${ratios.step.toFixed(2)}`,
  );
}

await main();
