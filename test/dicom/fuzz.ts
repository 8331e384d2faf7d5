/**
 * `npm run dicom:fuzz -- [--parser 500000] [--codec 20000] [--seed N] [--dir DIR]`: damaged files and frames, seeded.
 *
 * Exit 1 on any answer that is neither a checked frame nor a named error, on any input past its time, on more than 1.5 GB of memory,
 * or when good files decode differently afterwards. The seed is printed: the same seed makes the same inputs.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { openDecodePool } from '../../core/services/pixels/decode/pool.ts';
import { commandLine } from '../../scripts/command-line.ts';
import { fuzzCodecs } from './fuzz-codec.ts';
import { type FuzzResult, fuzzParser, type NamedFile } from './fuzz-parser.ts';

const root = resolve(import.meta.dirname, '..', '..');
const maxMemoryMb = 1_536;
/** Larger files make fewer inputs a second and no other paths. */
const maxFileBytes = { parser: 40_000, codec: 100_000 };

const { values } = commandLine(import.meta.filename, {
  options: {
    parser: { type: 'string', default: '500000' },
    codec: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    dir: { type: 'string', default: join(process.env['SIDELIGHT_SHARED'] ?? join(root, '..', 'shared'), 'dicom') },
  },
});

function filesBelow(folder: string, maxBytes: number): NamedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .filter((path) => statSync(path).size <= maxBytes && statSync(path).size > 256 && !/\.(tsv|md|txt)$/.test(path))
    .map((path) => ({ path: relative(folder, path), bytes: new Uint8Array(readFileSync(path)) }));
}

function report(name: string, result: FuzzResult): boolean {
  const rate = Math.round(result.inputs / result.seconds);
  console.log(
    `${name}: ${result.inputs} inputs in ${result.seconds.toFixed(1)} s (${rate}/s), ${result.accepted} accepted, ` +
      `${result.refused} refused, slowest ${Math.round(result.slowestMs)} ms, ${result.faults.length} faults`,
  );
  for (const fault of result.faults.slice(0, 20)) console.log(`  FAULT ${fault}`);
  return result.faults.length === 0;
}

async function main(): Promise<boolean> {
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  console.log(`seed ${seed}`);
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20);
  }, 200);
  const parserOk = report(
    'parser',
    fuzzParser(filesBelow(values.dir, maxFileBytes.parser), Number(values.parser), Random.seeded(seed).fork('parser')),
  );
  peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20);
  const pool = openDecodePool({ workers: 2 });
  const files = filesBelow(values.dir, maxFileBytes.codec);
  const codec = await fuzzCodecs(pool, files, Number(values.codec), Random.seeded(seed).fork('codec'), 2);
  await pool.close();
  clearInterval(watch);
  const codecOk = report('codec', codec);
  console.log(
    `good files compared ${codec.checks} times; peak memory ${Math.round(peakMb)} MB (allowed ${maxMemoryMb})`,
  );
  return parserOk && codecOk && peakMb <= maxMemoryMb;
}

process.exitCode = (await main()) ? 0 : 1;
