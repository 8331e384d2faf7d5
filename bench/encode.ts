/**
 * `npm run bench -- --encode [--against DIR] [--own-process] [--only "ViT-B/16 512,…"] [--runs N] [--engine onnxruntime|tensorflow] [--json]`
 *
 * What the pass of one image through a ViT takes: highest resident memory of the process that computes, until the network is ready and in
 * all, and seconds an image; each case in a process of its own, weights random. With DIR, a checkout of another version, the same there, in
 * turns. Memory is the same beside other work; processor seconds nearly so; seconds are not.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { median } from '../core/statistics/bootstrap.ts';
import { commandLine } from '../scripts/command-line.ts';
import type { EncodeCase, EncodedCase } from './encode-case.ts';

const base = { width: 768, layers: 12, heads: 12, patch: 16 };
const large = { width: 1024, layers: 24, heads: 16, patch: 16 };

type Asked = Pick<EncodeCase, 'sizes' | 'inputSize'>;

/** The last one computes 13 thousand million products and is only run where it is named. */
const cases: Readonly<Record<string, Asked>> = {
  'ViT-Ti/16 512': { sizes: { width: 192, layers: 12, heads: 3, patch: 16 }, inputSize: 512 },
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
      json: { type: 'boolean', default: false },
    },
  });
  const here = resolve(import.meta.dirname, '..');
  const versions: [string, string][] = [['this', here]];
  if (values.against !== undefined) versions.unshift(['other', resolve(values.against)]);
  const rows: Row[] = [];
  for (const name of values.only.split(',').map((part) => part.trim())) {
    const asked = cases[name];
    if (asked === undefined) {
      throw new Error(`--only: there is no case "${name}"; allowed: ${Object.keys(cases).join(', ')}`);
    }
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
