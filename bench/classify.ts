/**
 * `npm run bench -- --classify [--lpm box|vit-b] [--studies N] [--rounds N] [--out DIR] [--json]`: how long a batch of studies takes to be
 * classified, beside what the LPM's pass alone would take.
 *
 * It is the command that a user gives, `sidelight classify`, from its start to the file with its results, on studies that no library has seen, at 512 px.
 * Every round also times the bare pass of the network over one image, on numbers in memory, and the command on a single study, most of which is its
 * start. `vit-b` is a ViT-B/16 with random weights, `box` the LPM in the box; the model is FPT+ of two epochs.
 */
import { resolve } from 'node:path';
import { median } from '../core/statistics/bootstrap.ts';
import { commandLine } from '../scripts/command-line.ts';
import { benchLpms } from './bench-lpms.ts';
import { benchLpm, Checkout, measured, weightsOf, wholeNumber } from './checkout.ts';
import { tasks } from './tasks/index.ts';
import { type TaskCounts, writeTask } from './tasks/write.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    classify: { type: 'boolean' },
    lpm: { type: 'string', default: 'box' },
    studies: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '2' },
    out: { type: 'string', default: resolve(import.meta.dirname, '..', 'bench-output', 'classify') },
    json: { type: 'boolean', default: false },
  },
});

const dataset = 'nodules';
const inputSize = 512;

/** Times the command and the bare pass in turns and prints what they took. */
export async function benchClassify(): Promise<void> {
  const lpm = benchLpm(values.lpm);
  const [studies, rounds] = [wholeNumber('studies', values.studies, 1), wholeNumber('rounds', values.rounds, 1)];
  const task = tasks[dataset];
  if (task === undefined) throw new Error(`There is no task ${dataset}.`);
  const write = (name: string, folder: string, counts: TaskCounts): Promise<string> =>
    writeTask(name, task, counts, resolve(values.out, folder), () => {});
  const labels = await write(dataset, 'learned', { train: 32, val: 8, test: 8 });
  // Of another name, so that no instance is one that the library has.
  for (const count of [studies, 1]) await write(`new ${dataset}`, `new-${count}`, { train: 0, val: 0, test: count });
  const here = new Checkout(resolve(import.meta.dirname, '..'), values.out);
  const weights = weightsOf(lpm, values.out);
  await here.prepare(dataset, resolve(values.out, 'learned'), labels, weights, inputSize);
  const model = `classify ${lpm} ${new Date().toISOString()}`;
  await here.command(
    ...['train', dataset, '--method', 'fpt+', '--epochs', '2', '--input-size', `${inputSize}`, '--name', model],
    ...(weights === null ? [] : ['--lpm', lpm]),
  );
  const classified = async (count: number): Promise<number> => {
    const started = performance.now();
    const out = resolve(values.out, `results-${count}.csv`);
    await here.command('classify', resolve(values.out, `new-${count}`), '--model', model, '--out', out);
    return (performance.now() - started) / 1000;
  };
  const times = { command: [] as number[], single: [] as number[], pass: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.command.push(await classified(studies));
    times.pass.push(...(await measured(benchLpms[lpm].encode, lpm === 'box' ? 30 : 7)));
    times.single.push(await classified(1));
    if (!values.json) console.error(`round ${round + 1} of ${rounds} done`);
  }
  const [command, single, pass] = [median(times.command), median(times.single), median(times.pass)];
  const [toPasses, without] = [command / (studies * pass), (command - single) / ((studies - 1) * pass)];
  if (values.json) {
    console.log(JSON.stringify({ lpm, studies, command, single, pass, toPasses, without, times }, null, 1));
    return;
  }
  console.log(`${studies} studies of one image at ${inputSize} px, ${lpm}; medians of ${rounds} rounds`);
  console.log(`command, from its start       ${command.toFixed(1)} s`);
  console.log(`of it for a single study      ${single.toFixed(1)} s`);
  console.log(`bare pass of the LPM          ${(1000 * pass).toFixed(0)} ms an image`);
  console.log(`command by passes             ${toPasses.toFixed(2)}; without the start ${without.toFixed(2)}`);
}
