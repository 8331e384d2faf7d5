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
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toError } from '../core/base/errors.ts';
import { commandLine } from '../scripts/command-line.ts';
import { type BenchLpm, benchLpms } from './bench-lpms.ts';
import { benchLpm, Checkout, measured, refuse, secondsOf, weightsOf, wholeNumber } from './checkout.ts';
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

/** Seconds of a whole training, and the hash of its weights. */
async function train(version: Checkout, lpm: BenchLpm, epochs: number): Promise<{ seconds: number; weights: string }> {
  const started = performance.now();
  const said = await version.command(
    ...['train', dataset, '--method', 'fpt+', '--epochs', `${epochs}`, '--batch', `${batch}`],
    ...['--input-size', `${inputSize}`, '--name', `whole ${new Date().toISOString()}`],
    ...(lpm === 'box' ? [] : ['--lpm', lpm]),
  );
  const { weightsHash } = JSON.parse(said) as { weightsHash: string };
  return { seconds: (performance.now() - started) / 1000, weights: weightsHash };
}

const python = process.platform === 'win32' ? 'python' : 'python3';
const peer = (...args: string[]): Promise<number[]> =>
  secondsOf(python, [join(import.meta.dirname, 'peers', 'peer.py'), ...args]);

/** Times trainings in turns and prints what they took. */
export async function benchWhole(): Promise<void> {
  const lpm = benchLpm(values.lpm);
  const images = wholeNumber('images', values.images, 2 * batch);
  const [epochs, rounds] = [wholeNumber('epochs', values.epochs, 1), wholeNumber('rounds', values.rounds, 1)];
  if (values.against !== undefined && !existsSync(join(values.against, 'core', 'cli', 'main.ts'))) {
    refuse('against', values.against, 'a folder with a checkout of Sidelight and its packages');
  }
  const [learning, val] = [Math.round(0.7 * images), Math.round(0.15 * images)];
  const files = resolve(values.out, `files-${images}`);
  const task = tasks[dataset];
  if (task === undefined) throw new Error(`There is no task ${dataset}.`);
  const labels = await writeTask(
    dataset,
    task,
    { train: learning, val, test: images - learning - val },
    files,
    () => {},
  );
  const weights = weightsOf(lpm, values.out);
  const here = new Checkout(resolve(import.meta.dirname, '..'), values.out);
  const there = values.against === undefined ? null : new Checkout(resolve(values.against), values.out);
  for (const version of [here, there]) await version?.prepare(dataset, files, labels, weights, inputSize);
  const missing = values['no-peer']
    ? 'left out by --no-peer'
    : await peer('none', '1').then(
        () => null,
        (error: unknown) => toError(error).message,
      );
  const { width, layers, heads } = benchLpms[lpm];
  const sizes = {
    width,
    layers,
    heads,
    train: learning,
    val,
    epochs,
    batch,
    folder: resolve(values.out, `peer-${lpm}-${layers}`),
  };
  const times: WholeTimes = { here: [], there: [], peer: [], step: [], peerStep: [], gemm: [] };
  const hashes = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    times.gemm.push(...(await measured('gemm', 5)));
    for (const [version, list] of [
      [here, times.here],
      [there, times.there],
    ] as const) {
      if (version === null) continue;
      const trained = await train(version, lpm, epochs);
      list.push(trained.seconds);
      hashes.add(trained.weights);
    }
    times.step.push(...(await measured(benchLpms[lpm].step, 9)));
    if (missing === null) {
      times.peer.push(...(await peer('train', JSON.stringify(sizes))));
      if (lpm === 'vit-b') times.peerStep.push(...(await peer('step', '5')));
    }
    if (!values.json) console.error(`round ${round + 1} of ${rounds} done`);
  }
  const steps = Math.floor(learning / batch) * epochs;
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
