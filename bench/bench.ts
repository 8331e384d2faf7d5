/**
 * `npm run bench -- [--json] [--engine auto|onnxruntime|tensorflow] [--runs N]`
 *
 * What the numbers mean: `gemm_gflops` is the product of two 1536 x 1536 matrices; `encode_s` one image of 512 x 512
 * through ViT-B/16 (random weights) to its kept keys and values; `step_ms` one FPT+ training step of 16 images (205
 * kept tokens); the peaks are the highest resident memory of a process that does only that.
 *
 * Every measurement runs in a process of its own. Where python3 has PyTorch, the same work runs there too
 * (bench/peers/peer.py), in turns with ours (A B A B), so that a busy machine slows both; the ratio is ours / peer's.
 * `npm run bench -- --methods` compares the methods instead: AUC, parameters, memory and time (bench/methods.ts);
 * `npm run bench -- --promise` compares promised with taken time (bench/promise.ts);
 * `npm run bench -- --profile --device webgpu` lists which nodes a device leaves to the processor (bench/profile.ts);
 * `npm run bench -- --findings` compares several findings at once with PyTorch and with a training for each (bench/findings.ts);
 * `npm run bench -- --memory` measures one training step of each method on a ViT-B/16 (bench/memory.ts);
 * `npm run bench -- --encode` measures memory and time of an LPM's pass, also against another checkout or in 8 bits (bench/encode.ts);
 * `npm run bench -- --features int8` compares features kept in 8 bits with those of 16: disk, numbers, AUC (bench/kept-features.ts);
 * `npm run bench -- --steps` times steps of training from the disk to the parameters, also against another checkout (bench/steps.ts);
 * `npm run bench -- --classify` times the classification of a batch of studies beside the LPM's bare pass (bench/classify.ts);
 * `npm run bench -- --whole` times whole trainings, also against another checkout and PyTorch with its own data path (bench/whole.ts);
 * `npm run bench -- --lpms` takes LPMs of real shapes from adding to classifying (bench/lpms.ts);
 * `npm run bench -- --recipes` compares what a search finds with fixed recipes and with the best of a grid (bench/recipes.ts);
 * `npm run bench -- --coverage` counts how often the interval of a cross-validation holds the AUC on fresh studies (bench/coverage.ts),
 * with `--simulated` over many made sets without images (bench/simulated-coverage.ts).
 * With `--engine tensorflow` ONNX Runtime's figures stand beside its own, from the same turns. `--no-peer` leaves PyTorch out.
 */

import { join } from 'node:path';
import { toError } from '../core/base/errors.ts';
import { median } from '../core/statistics/bootstrap.ts';
import { commandLine } from '../scripts/command-line.ts';
import { output } from './checkout.ts';
import { gemmOperations } from './measure.ts';

/** A mode has its own options. */
const mode = [
  '--methods',
  '--promise',
  '--profile',
  '--findings',
  '--lpms',
  '--memory',
  '--encode',
  '--steps',
  '--classify',
  '--whole',
  '--recipes',
  '--coverage',
  '--features',
].find((name) => process.argv.includes(name));
const { values } = commandLine(import.meta.filename, {
  ...(mode === undefined ? {} : { args: [] }),
  options: {
    json: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'auto' },
    runs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
    'no-peer': { type: 'boolean', default: false },
  },
});

const [runs, rounds] = [Number(values.runs), Number(values.rounds)];

interface Measured {
  readonly seconds: readonly number[];
  readonly peakMb: number;
  readonly threads: number;
  readonly engine?: string;
  readonly version?: string;
}

/** The JSON that a child prints. Rejects with what it wrote to standard error when it fails. */
const child = async (command: string, args: readonly string[]): Promise<Measured> =>
  JSON.parse(await output(command, args)) as Measured;

const ours = (name: string, engine = values.engine): Promise<Measured> =>
  child(process.execPath, [join(import.meta.dirname, 'measure.ts'), name, engine, String(runs)]);
/** The engine that is always there, measured beside another one that was asked for. */
const beside = values.engine === 'tensorflow' ? 'onnxruntime' : null;
const python = process.platform === 'win32' ? 'python' : 'python3';
const peer = (name: string): Promise<Measured> =>
  child(python, [join(import.meta.dirname, 'peers', 'peer.py'), name, String(runs)]);

/** Several rounds of one process as one: all times, the highest peak. */
function joined(parts: readonly Measured[]): Measured {
  return { ...parts[0]!, seconds: parts.flatMap((p) => p.seconds), peakMb: Math.max(...parts.map((p) => p.peakMb)) };
}

/** Ours and the peer's in turns. `peers` may be several ways to do the same work. */
async function inTurns(
  name: string,
  peers: readonly string[],
): Promise<{ ours: Measured; beside: Measured | null; peers: Record<string, Measured> }> {
  const mine: Measured[] = [];
  const other: Measured[] = [];
  const theirs = new Map<string, Measured[]>(peers.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    mine.push(await ours(name));
    if (beside !== null) other.push(await ours(name, beside));
    for (const [way, measured] of theirs) measured.push(await peer(way));
    if (!values.json) console.error(`${name}: round ${round + 1} of ${rounds} done`);
  }
  const peersJoined = Object.fromEntries([...theirs].map(([way, parts]) => [way, joined(parts)]));
  return { ours: joined(mine), beside: other.length === 0 ? null : joined(other), peers: peersJoined };
}

/** Why there is no peer, or null. */
async function peerMissing(): Promise<string | null> {
  if (values['no-peer']) return 'left out by --no-peer';
  return peer('none').then(
    () => null,
    (error: unknown) => toError(error).message,
  );
}

/** The five figures of one engine. */
function figuresOf(gemm: Measured, encode: Measured, step: Measured): Record<FigureName, number> {
  return {
    gemm_gflops: gemmOperations / median(gemm.seconds) / 1e9,
    encode_s: median(encode.seconds),
    encode_peak_mb: encode.peakMb,
    step_ms: 1000 * median(step.seconds),
    step_peak_mb: step.peakMb,
  };
}

type FigureName = 'gemm_gflops' | 'encode_s' | 'encode_peak_mb' | 'step_ms' | 'step_peak_mb';

async function main(): Promise<void> {
  const missing = await peerMissing();
  const with_ = (...names: string[]): string[] => (missing === null ? names : []);
  const gemm = await inTurns('gemm', with_('gemm'));
  const encode = await inTurns('encode', with_('encode', 'encode-sdpa'));
  const step = await inTurns('step', with_('step'));
  const figures = figuresOf(gemm.ours, encode.ours, step.ours);
  const besideFigures =
    gemm.beside && encode.beside && step.beside && figuresOf(gemm.beside, encode.beside, step.beside);
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
      JSON.stringify(
        {
          ...figures,
          engine,
          threads,
          beside: besideFigures && { engine: beside, ...besideFigures },
          peer: peerFigures,
          ratios,
          peerMissing: missing,
        },
        null,
        1,
      ),
    );
    return;
  }
  console.log(`Engine: ${gemm.ours.engine}, ${gemm.ours.threads} threads; medians of ${rounds} x ${runs} runs`);
  for (const [key, value] of Object.entries(figures)) console.log(`${key.padEnd(16)} ${value.toFixed(3)}`);
  if (besideFigures !== null) {
    console.log(`\n${beside} (same work, in turns)`);
    for (const [key, value] of Object.entries(besideFigures)) console.log(`${key.padEnd(16)} ${value.toFixed(3)}`);
  }
  if (peerFigures === null || ratios === null) {
    console.log(`No comparison with PyTorch: ${missing}.`);
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

if (mode === '--methods') await (await import('./methods.ts')).benchMethods();
else if (mode === '--promise') await (await import('./promise.ts')).benchPromise();
else if (mode === '--profile') await (await import('./profile.ts')).benchProfile();
else if (mode === '--findings') await (await import('./findings.ts')).benchFindings();
else if (mode === '--memory') await (await import('./memory.ts')).benchMemory();
else if (mode === '--encode') await (await import('./encode.ts')).benchEncode();
else if (mode === '--steps') await (await import('./steps.ts')).benchSteps();
else if (mode === '--classify') await (await import('./classify.ts')).benchClassify();
else if (mode === '--whole') await (await import('./whole.ts')).benchWhole();
else if (mode === '--lpms') await (await import('./lpms.ts')).benchLpms();
else if (mode === '--recipes') await (await import('./recipes.ts')).benchRecipes();
else if (mode === '--coverage') await (await import('./coverage.ts')).benchCoverage();
else if (mode === '--features') await (await import('./kept-features.ts')).benchFeatures();
else await main();
