/**
 * `npm run bench -- --coverage`: is the interval of a cross-validation honest?
 *
 *     npm run bench -- --coverage                       40 sets of 60 studies, judged on 2,000 fresh ones
 *     npm run bench -- --coverage --task nodules --sets 10
 *     npm run bench -- --coverage --set 12 --set 13     two of them; --table prints what is there
 *     npm run bench -- --coverage --simulated           the same without images, many sets in seconds (simulated-coverage.ts)
 *
 * Each set is studies of its own; its out-of-fold AUC comes with a 95 % interval, which should hold the AUC that the model has on studies nobody
 * learned from. Every set that was judged is a line of rows.jsonl in --out, with its settings and commit: the same command goes on (kept-rows.ts).
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Method } from '../core/contract/index.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { openServices } from '../core/services/session/open.ts';
import { commandLine } from '../scripts/command-line.ts';
import { KeptRows, numbersOf } from './kept-rows.ts';
import { benchSimulatedCoverage } from './simulated-coverage.ts';
import { type Task, tasks } from './tasks/index.ts';
import { taskFile } from './tasks/write.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    coverage: { type: 'boolean', default: false },
    simulated: { type: 'boolean', default: false },
    task: { type: 'string', default: 'nodules' },
    sets: { type: 'string' },
    /** One of them, or several: instead of a number of them. */
    set: { type: 'string', multiple: true },
    table: { type: 'boolean', default: false },
    studies: { type: 'string', default: '60' },
    fresh: { type: 'string', default: '2000' },
    method: { type: 'string', default: 'linear' },
    lr: { type: 'string', default: '0.01' },
    epochs: { type: 'string', default: '80' },
    size: { type: 'string', default: '512' },
    patients: { type: 'string', default: '60,120,300' },
    best: { type: 'string', default: '0.5,0.7,0.85,0.95,0.99' },
    features: { type: 'string', default: '20' },
    folds: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '1' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output', 'coverage') },
  },
});

const [studies, fresh, size] = [values.studies, values.fresh, values.size].map(Number) as [number, number, number];
/** Where the fresh studies begin: no set learns from them, however many sets there are. */
const freshFrom = 1_000_000;

/** What a set gives. */
interface SetRow {
  readonly auc: number | null;
  readonly interval: readonly [number, number];
  readonly fresh: number;
}

/** Measures what the command line asks for, and prints it. */
export async function benchCoverage(): Promise<void> {
  if (values.simulated) {
    benchSimulatedCoverage({ ...values, sets: values.sets ?? '200' });
    return;
  }
  const task = tasks[values.task];
  const sets = numbersOf(values.set, values.sets ?? '40');
  if (task === undefined || sets === null || ![studies, fresh, size].every((n) => Number.isInteger(n) && n > 0)) {
    console.error(`--task is one of ${Object.keys(tasks).join(', ')}; the rest are whole numbers above 0.`);
    process.exitCode = 2;
    return;
  }
  const { task: name, method, lr, epochs } = values;
  const rows = new KeptRows<SetRow>(join(resolve(values.out), 'rows.jsonl'), {
    ...{ task: name, studies, fresh, size, method, lr, epochs },
  });
  const missing = values.table ? [] : sets.filter((set) => rows.of({ set }) === undefined);
  if (missing.length > 0) await judgeSets(task, missing, rows);
  let [covered, done] = [0, 0];
  for (const set of sets) {
    const row = rows.of({ set });
    if (row === undefined) continue;
    const { interval, auc, fresh: own } = row;
    const isIn = interval[0] <= own && own <= interval[1];
    covered += isIn ? 1 : 0;
    done++;
    console.log(
      `set ${set}: out of fold ${auc?.toFixed(3)} (${interval.map((x) => x.toFixed(3)).join(' to ')}), fresh ${own.toFixed(3)}: ${isIn ? 'in' : 'OUT'}; ${covered} of ${done}`,
    );
  }
  console.log(
    `The 95 % interval holds the AUC on ${fresh} fresh studies in ${covered} of ${done} sets; ${sets.length - done} are not done. ${rows.commits()}`,
  );
}

/** Trains on sets and judges the models on the fresh studies. */
async function judgeSets(task: Task, sets: readonly number[], rows: KeptRows<SetRow>): Promise<void> {
  const folder = join(resolve(values.out), `${values.task}-${size}`);
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  const pathOf = (n: number): string => {
    const path = join(files, `${n}.dcm`);
    if (!existsSync(path)) writeFileSync(path, taskFile(values.task, task, n, size));
    return path;
  };
  const row = (n: number, split: string): string => `${pathOf(n)},${task.classes[n % task.classes.length]},${split}`;
  const judged = Array.from({ length: fresh }, (_, i) => row(freshFrom + i, 'test'));
  const services = await openServices({
    ...{ library: join(folder, 'library'), mode: 'write', engine: 'auto', device: 'cpu' },
    progress: () => {},
    log: { log: () => {} },
    signal: new AbortController().signal,
  });
  const { context } = services;
  try {
    for (const set of sets) {
      const given = await rows.get({ set }, async (): Promise<SetRow> => {
        const learned = Array.from({ length: studies }, (_, i) =>
          row(set * studies + i, i % 5 === 0 ? 'val' : 'train'),
        );
        const labels = join(folder, `set-${set}.csv`);
        writeFileSync(labels, `path,label,split\n${[...learned, ...judged].join('\n')}\n`);
        const dataset = `set ${set}, ${studies} studies`;
        const paths = [...learned, ...judged].map((line) => line.slice(0, line.indexOf(',')));
        await importPaths(context, { paths, dataset, labels });
        const trained = await trainModel(context, {
          ...{ dataset, name: `${dataset}, ${values.method}`, method: values.method as Method, lr: Number(values.lr) },
          ...{ epochs: Number(values.epochs), folds: 5, seed: set, inputSize: size, normalisation: 'lpm' },
        });
        const { study } = await evaluateModel(context, { model: trained.model });
        const own = trained.crossValidation?.study;
        const interval = own?.aucInterval;
        if (interval == null || study.auc === null) throw new Error(`Set ${set} has no out-of-fold AUC.`);
        return { auc: own?.auc ?? null, interval, fresh: study.auc };
      });
      console.log(`set ${set}: out of fold ${given.auc?.toFixed(3)}, fresh ${given.fresh.toFixed(3)}`);
    }
  } finally {
    await services.close();
  }
}
