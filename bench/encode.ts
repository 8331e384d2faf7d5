/**
 * `npm run bench -- --encode [--against DIR | --precision int8 [--rounds N]] [--own-process] [--only "ViT-B/16 512,…"] [--runs N] [--engine onnxruntime|tensorflow] [--json]`
 *
 * What the pass of one image through a ViT takes: highest resident memory of the process that computes, until the network is ready and in
 * all, and seconds an image; each case in a process of its own, weights random. With DIR, a checkout of another version, the same there, in
 * turns. With `--precision int8` float32 and 8 bits in turns, the ratio of their times and the share of the kept tokens that they have in common. Memory is the same beside other work; processor seconds nearly so; seconds are not.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { keptOverlap } from '../core/services/features/kept-overlap.ts';
import { median } from '../core/statistics/bootstrap.ts';
import { commandLine } from '../scripts/command-line.ts';
import { benchLpms } from './bench-lpms.ts';
import type { EncodeCase, EncodedCase } from './encode-case.ts';

const base = { width: 768, layers: 12, heads: 12, patch: 16 };
const large = { width: 1024, layers: 24, heads: 16, patch: 16 };

type Asked = Pick<EncodeCase, 'sizes' | 'inputSize'>;

/** The last one computes 13 thousand million products and is only run where it is named. */
const cases: Readonly<Record<string, Asked>> = {
  'in the box 512': { sizes: { ...benchLpms.box, patch: 16 }, inputSize: 512 },
  'ViT-B/16 512': { sizes: base, inputSize: 512 },
  'ViT-B/16 1024': { sizes: base, inputSize: 1024 },
  'ViT-L/16 512': { sizes: large, inputSize: 512 },
  'ViT-B/16 2048': { sizes: base, inputSize: 2048 },
};
const usual = Object.keys(cases).slice(0, -1);

/** Runs a case in a process of its own. Rejects with what it wrote to standard error where it fails. */
function run(asked: EncodeCase): Promise<EncodedCase> {
  return new Promise((done, failed) => {
    const args = [join(import.meta.dirname, 'encode-case.ts'), JSON.stringify(asked)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('error', failed);
    child.on('close', (code) => (code === 0 ? done(JSON.parse(out)) : failed(new Error(`A case ended with ${code}.`))));
  });
}

interface Row {
  readonly name: string;
  readonly version: string;
  readonly measured: EncodedCase;
}

/** Measures and prints a row a case and version. */
export async function benchEncode(): Promise<void> {
  const { values } = commandLine(import.meta.filename, {
    options: {
      encode: { type: 'boolean' },
      against: { type: 'string' },
      'own-process': { type: 'boolean', default: false },
      only: { type: 'string', default: usual.join(',') },
      runs: { type: 'string', default: '2' },
      engine: { type: 'string', default: 'onnxruntime' },
      precision: { type: 'string', default: 'f32' },
      rounds: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  const here = resolve(import.meta.dirname, '..');
  if (!['f32', 'int8'].includes(values.precision)) {
    throw new Error(`--precision: found "${values.precision}"; allowed: f32, int8`);
  }
  if (values.precision === 'int8') {
    if (values.against !== undefined) throw new Error('--precision int8 compares with f32 here: leave --against out.');
    return await benchInt8(
      here,
      values.only,
      { runs: Number(values.runs), rounds: Number(values.rounds) },
      values.json,
    );
  }
  const versions: [string, string][] = [['this', here]];
  if (values.against !== undefined) versions.unshift(['other', resolve(values.against)]);
  const rows: Row[] = [];
  for (const [name, asked] of casesOf(values.only)) {
    for (const [version, root] of versions) {
      const measured = await run({
        ...asked,
        root,
        engine: values.engine as EncodeCase['engine'],
        ownProcess: values['own-process'],
        runs: Number(values.runs),
      });
      rows.push({ name, version, measured });
      if (!values.json) console.error(`${name}, ${version}: ${Math.round(measured.peakMb)} MiB`);
    }
  }
  console.log(values.json ? JSON.stringify(rows, null, 1) : table(rows, versions.length > 1));
}

/** The cases that are named. */
function casesOf(only: string): (readonly [string, Asked])[] {
  return only.split(',').map((part) => {
    const name = part.trim();
    const asked = cases[name];
    if (asked !== undefined) return [name, asked];
    throw new Error(`--only: there is no case "${name}"; allowed: ${Object.keys(cases).join(', ')}`);
  });
}

/** Float32 and 8 bits in turns: a busy machine slows both. */
async function benchInt8(
  root: string,
  only: string,
  { runs, rounds }: { readonly runs: number; readonly rounds: number },
  isJson: boolean,
): Promise<void> {
  const found: object[] = [];
  const lines: string[][] = [];
  for (const [name, asked] of casesOf(only)) {
    const shared = { ...asked, root, engine: 'onnxruntime', ownProcess: false, runs } as const;
    const usual: EncodedCase[] = [];
    const int8: EncodedCase[] = [];
    for (let round = 0; round < rounds; round++) {
      usual.push(await run(shared));
      int8.push(await run({ ...shared, precision: 'int8' }));
      if (!isJson) console.error(`${name}: round ${round + 1} of ${rounds}`);
    }
    const times = (of: readonly EncodedCase[]): number => median(of.flatMap(({ seconds }) => seconds));
    const work = (of: readonly EncodedCase[]): number => median(of.flatMap((one) => one.processorSeconds ?? []));
    const peak = (of: readonly EncodedCase[]): number => Math.max(...of.map(({ peakMb }) => peakMb));
    const overlap = keptOverlapOf(usual[0] as EncodedCase, int8[0] as EncodedCase);
    const row = {
      ...{ name, overlap, seconds: times(usual), int8Seconds: times(int8) },
      ...{
        processorSeconds: work(usual),
        int8ProcessorSeconds: work(int8),
        peakMb: peak(usual),
        int8PeakMb: peak(int8),
      },
    };
    found.push({ ...row, usual, int8 });
    lines.push([
      name,
      ...[row.seconds, row.int8Seconds, row.int8Seconds / row.seconds].map((value) => value.toFixed(2)),
      (row.int8ProcessorSeconds / row.processorSeconds).toFixed(2),
      ...[row.peakMb, row.int8PeakMb].map((megabytes) => `${Math.round(megabytes).toLocaleString('en')} MiB`),
      overlap.toFixed(3),
    ]);
  }
  const head = [
    'case',
    'seconds an image, f32',
    'int8',
    'ratio',
    'ratio of processor seconds',
    'memory, f32',
    'int8',
    'kept tokens in common',
  ];
  const tableLines = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  console.log(isJson ? JSON.stringify(found, null, 1) : tableLines.join('\n'));
}

function keptOverlapOf(a: EncodedCase, b: EncodedCase): number {
  return keptOverlap(Int32Array.from(a.indices), Int32Array.from(b.indices), a.kept);
}

/** A Markdown table. With two versions it says whether their outputs are the same bits. */
function table(rows: readonly Row[], isCompared: boolean): string {
  const seconds = (all: readonly number[] | null): string => (all?.length ? median(all).toFixed(2) : '–');
  const lines = rows.map(({ name, version, measured }) => {
    const { loadedMb, peakMb, loadSeconds, processorSeconds } = measured;
    const other = rows.find((row) => row.name === name && row.version !== version);
    return [
      name,
      ...(isCompared ? [version, other?.measured.digest === measured.digest ? 'yes' : 'no'] : []),
      ...[loadedMb, peakMb].map((megabytes) => `${Math.round(megabytes).toLocaleString('en')} MiB`),
      ...[seconds([loadSeconds]), seconds(measured.seconds), seconds(processorSeconds)],
    ];
  });
  const head = [
    'case',
    ...(isCompared ? ['version', 'same bits'] : []),
    ...['until ready', 'in all', 'seconds until ready', 'seconds an image', 'processor seconds an image'],
  ];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
