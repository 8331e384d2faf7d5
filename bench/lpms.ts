/**
 * `npm run bench -- --lpms [--only NAME,...] [--out DIR] [--json]`
 *
 * LPMs of the real shapes of three families, with random weights: each is added, six images are encoded, two epochs of FPT+ trained on them
 * and one image classified, every step by the command that a user would give, in a process of its own. The time is that of the process, and
 * the memory its highest resident one (Linux).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../core/base/random.ts';
import { pictureFile } from '../core/services/pixels/png.ts';
import { commandLine } from '../scripts/command-line.ts';
import { type FamilySizes, type MadeFamily, writeFamilyLpm } from './family-lpm.ts';

const shapes: Readonly<
  Record<string, { readonly family: MadeFamily; readonly inputSize: number; readonly sizes: FamilySizes }>
> = {
  'DINOv3 B/16': {
    family: 'dinov3',
    inputSize: 512,
    sizes: { width: 768, layers: 12, heads: 12, patch: 16, imageSize: 224 },
  },
  'SigLIP so400m/14': {
    family: 'siglip',
    inputSize: 448,
    sizes: { width: 1152, layers: 27, heads: 16, patch: 14, imageSize: 448, mlpWidth: 4304 },
  },
  'CLIP L/14': {
    family: 'clip',
    inputSize: 518,
    sizes: { width: 1024, layers: 24, heads: 16, patch: 14, imageSize: 224 },
  },
};

const { values } = commandLine(import.meta.filename, {
  options: {
    lpms: { type: 'boolean' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    out: { type: 'string' },
  },
});

interface Step {
  readonly seconds: number;
  /** null where the system does not tell the memory of another process. */
  readonly peakMb: number | null;
}

const program = resolve(import.meta.dirname, '..', 'core', 'cli', 'main.ts');

/** Runs one command and watches its memory. Rejects with what it wrote when it fails. */
async function command(args: readonly string[]): Promise<Step> {
  const started = performance.now();
  const child = spawn(process.execPath, [program, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<number | null>((done, failed) => child.on('error', failed).on('close', done));
  let isOver = false;
  let peakMb: number | null = null;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    peakMb = Math.max(peakMb ?? 0, highestMemoryMb(child.pid) ?? 0) || null;
    await Promise.race([ended, setTimeout(50)]);
  }
  if ((await ended) !== 0) throw new Error(`sidelight ${args.join(' ')}: ${said.trim().split('\n').at(-1)}`);
  return { seconds: (performance.now() - started) / 1000, peakMb };
}

function highestMemoryMb(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined; // The process has ended, or the system has no such file.
  }
}

/** Six pictures of noise with a labels file: one of each of two classes in every split, the fewest that can be trained on. */
function writePictures(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const random = Random.seeded(3);
  for (let i = 0; i < 6; i++) {
    const data = Float32Array.from({ length: 512 * 512 }, () => random.uniform(0, 1));
    writeFileSync(join(folder, `${i}.png`), pictureFile({ width: 512, height: 512, channels: 1, data }));
  }
  const rows = ['train', 'val', 'test'].flatMap((split, i) => [
    `${2 * i}.png,a,${split}`,
    `${2 * i + 1}.png,b,${split}`,
  ]);
  writeFileSync(join(folder, 'labels.csv'), `path,label,split\n${rows.join('\n')}\n`);
}

/** Runs the measurements and prints their table. */
export async function benchLpms(): Promise<void> {
  const folder = values.out === undefined ? mkdtempSync(join(tmpdir(), 'sidelight-lpms-')) : resolve(values.out);
  const wanted = values.only?.split(',') ?? Object.keys(shapes);
  const results: Record<string, Record<string, Step>> = {};
  try {
    const pictures = join(folder, 'pictures');
    writePictures(pictures);
    for (const name of wanted) {
      const shape = shapes[name];
      if (shape === undefined) throw new Error(`There is no "${name}"; there are ${Object.keys(shapes).join(', ')}.`);
      const model = join(folder, 'model');
      const library = ['--library', join(folder, 'library')];
      writeFamilyLpm(model, shape.family, shape.sizes, { element: 'F16' });
      const size = ['--input-size', String(shape.inputSize)];
      const lpm = ['--lpm', 'made', ...size];
      await command(['import', pictures, '--dataset', 'six', '--labels', join(pictures, 'labels.csv'), ...library]);
      results[name] = {
        add: await command(['lpm', 'add', model, '--name', 'made', ...library]),
        'encode six images': await command(['encode', 'six', '--method', 'fpt+', ...lpm, ...library]),
        'train two epochs': await command([
          'train',
          'six',
          '--name',
          'm',
          '--epochs',
          '2',
          '--batch',
          '2',
          ...lpm,
          ...library,
        ]),
        'classify one image': await command([
          'classify',
          join(pictures, '3.png'),
          '--model',
          'm',
          '--out',
          join(folder, 'r.csv'),
          ...library,
        ]),
      };
      for (const part of ['model', 'library']) rmSync(join(folder, part), { recursive: true, force: true });
    }
  } finally {
    if (values.out === undefined) rmSync(folder, { recursive: true, force: true });
  }
  if (values.json) console.log(JSON.stringify(results));
  else console.log(table(results));
}

/** A Markdown table: an LPM a row, a step a column. */
function table(results: Readonly<Record<string, Readonly<Record<string, Step>>>>): string {
  const steps = Object.keys(Object.values(results)[0] ?? {});
  const cell = ({ seconds, peakMb }: Step): string =>
    `${seconds.toFixed(seconds < 10 ? 1 : 0)} s${peakMb === null ? '' : `, ${(peakMb / 1024).toFixed(1)} GB`}`;
  const rows = Object.entries(results).map(([name, of]) => [name, ...steps.map((step) => cell(of[step] as Step))]);
  return [['LPM', ...steps], ['---', ...steps.map(() => '---')], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
