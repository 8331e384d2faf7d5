/**
 * `npm run bench -- --features int8 [--task nodules]... [--studies N] [--fresh N] [--seeds N] [--epochs N] [--out DIR] [--json]`
 *
 * What keeping features in 8 bits does: bytes on the disk beside those of 16-bit floats, how far the numbers lie from those, with a scale for each head
 * and channel and with others that are not used, and the AUC of FPT+ and of the attentive probe with either. Each seed has studies of its own to learn
 * from, 80 % to train and 20 % to validate; all are judged on the same fresh ones. A training on a few dozen images may end elsewhere for a last digit, so
 * the model of 16-bit features also answers from those of 8: that is what rounding does by itself. The LPM is the one in the box, at 512 px. The same command goes on.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fromFloat16Bits } from '../core/base/half.ts';
import { type ChannelShape, int8Steps, toInt8Channels } from '../core/base/int8-channels.ts';
import { formatTable } from '../core/cli/format.ts';
import { createInterrupts } from '../core/cli/interrupt.ts';
import { Terminal } from '../core/cli/terminal.ts';
import type { Method } from '../core/contract/index.ts';
import { trainingMethods, usualRate } from '../core/models/index.ts';
import { evaluateModel, predictSplit } from '../core/services/evaluation/evaluate.ts';
import { encodeDataset } from '../core/services/features/encode.ts';
import { featureKinds, featuresOf } from '../core/services/features/feature-kinds.ts';
import { prepareFeatures } from '../core/services/features/source-features.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { imageKey } from '../core/services/records/record-stores.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { openModelLpm, probabilitiesOf, requireModel } from '../core/services/training/model.ts';
import { auc } from '../core/statistics/metrics.ts';
import { datasetByName, runByName, versionById, versionImages } from '../core/store/index.ts';
import { commandLine } from '../scripts/command-line.ts';
import { tasks } from './tasks/index.ts';
import { taskFile } from './tasks/write.ts';

const compared: readonly Method[] = ['fpt+', 'attentive'];
/** Where the fresh studies of a task begin: no seed learns from them. */
const freshFrom = 100_000;
/** Images whose numbers are compared. */
const looked = 8;

const terminal = new Terminal({ stream: process.stderr, clock: () => performance.now() });
const interrupts = createInterrupts(
  () => performance.now(),
  () => terminal.line('Stopping after the current step. The same command goes on. Press Ctrl-C again to stop at once.'),
  () => process.exit(1),
);

/** Which numbers share a scale: those of a head and channel, as they are kept; those of a token in a head; of a head; of an image. */
const layouts: Readonly<Record<string, (shape: ChannelShape, numbers: number) => ChannelShape>> = {
  'head and channel': (shape) => shape,
  'head and token': ({ channels }) => ({ tokens: channels, channels: 1 }),
  head: ({ tokens, channels }) => ({ tokens: tokens * channels, channels: 1 }),
  image: (_, numbers) => ({ tokens: numbers, channels: 1 }),
};

/** The length of what 8 bits lose of some numbers, over the length of the numbers. */
function relativeError(bits: Uint16Array, shape: ChannelShape): number {
  const { quantised, largest } = toInt8Channels(bits, shape);
  const [values, most] = [fromFloat16Bits(bits), fromFloat16Bits(largest)];
  const perGroup = shape.tokens * shape.channels;
  let [lost, all] = [0, 0];
  values.forEach((x, i) => {
    const scale = (most[Math.floor(i / perGroup) * shape.channels + (i % shape.channels)] as number) / int8Steps;
    lost += ((quantised[i] as number) * scale - x) ** 2;
    all += x ** 2;
  });
  return Math.sqrt(lost / all);
}

interface SeedAucs {
  readonly f16: number;
  readonly int8: number;
  /** Of the model that learned from 16 bits, answering from 8; and by how much its probabilities move at most. */
  readonly reread: number;
  readonly moved: number;
}

interface Measured {
  readonly task: string;
  readonly method: Method;
  readonly bytesRatio: number;
  /** Mean over some images, by which numbers share a scale. */
  readonly errors: Readonly<Record<string, number>>;
  /** On the fresh studies, a pair a seed. */
  readonly aucs: readonly SeedAucs[];
}

/** Measures and prints a row a task and method. */
export async function benchFeatures(): Promise<void> {
  const { values } = commandLine(import.meta.filename, {
    options: {
      features: { type: 'string', default: 'int8' },
      task: { type: 'string', multiple: true },
      studies: { type: 'string', default: '100' },
      fresh: { type: 'string', default: '200' },
      seeds: { type: 'string', default: '3' },
      epochs: { type: 'string', default: '20' },
      out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output', 'features') },
      json: { type: 'boolean', default: false },
    },
  });
  const names = values.task ?? Object.keys(tasks);
  const unknown = names.filter((name) => tasks[name] === undefined);
  if (values.features !== 'int8' || unknown.length > 0) {
    console.error(
      `--features takes int8, --task one of ${Object.keys(tasks).join(', ')}; found ${values.features}, ${names.join(', ')}.`,
    );
    process.exit(2);
  }
  const [studies, fresh, seeds, epochs] = [values.studies, values.fresh, values.seeds, values.epochs].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const rows: Measured[] = [];
  for (const name of names) {
    const folder = join(resolve(values.out), name);
    const { context, close } = await openServices({
      library: join(folder, 'library'),
      mode: 'write',
      engine: 'auto',
      device: 'cpu',
      progress: terminal.progress,
      log: { log: (level, text, fields) => (level === 'info' ? undefined : terminal.logger.log(level, text, fields)) },
      signal: interrupts.signal,
    });
    try {
      const datasets: string[] = [];
      for (let seed = 0; seed < seeds; seed++)
        datasets.push(await importTask(context, folder, name, { studies, fresh, seed }));
      for (const method of compared) rows.push(await measure(context, name, method, datasets, epochs));
    } finally {
      await close();
    }
  }
  if (values.json) console.log(JSON.stringify({ studies, fresh, epochs, rows }, null, 1));
  else console.log(tableOf(rows));
}

/** Paints what is not there yet and imports it. Gives the data set's name. */
async function importTask(
  context: ServiceContext,
  folder: string,
  name: string,
  { studies, fresh, seed }: { readonly studies: number; readonly fresh: number; readonly seed: number },
): Promise<string> {
  const task = tasks[name];
  const dataset = `${studies} and ${fresh} studies, seed ${seed}`;
  if (task === undefined || datasetByName(context.library.db, dataset) !== undefined) return dataset;
  mkdirSync(join(folder, 'files'), { recursive: true });
  const learned = Array.from({ length: studies }, (_, i) => 1000 * seed + i);
  const judged = Array.from({ length: fresh }, (_, i) => freshFrom + i);
  const lines = ['path,label,split'];
  const paths: string[] = [];
  for (const [i, n] of [...learned, ...judged].entries()) {
    const path = join(folder, 'files', `${n}.dcm`);
    if (!existsSync(path)) writeFileSync(path, taskFile(name, task, n));
    const split = i >= studies ? 'test' : i < 0.8 * studies ? 'train' : 'val';
    lines.push(`${path},${task.classes[n % task.classes.length]},${split}`);
    paths.push(path);
  }
  const labels = join(folder, `labels-${seed}.csv`);
  writeFileSync(labels, `${lines.join('\n')}\n`);
  await importPaths(context, { paths, dataset, labels });
  return dataset;
}

async function measure(
  context: ServiceContext,
  task: string,
  method: Method,
  datasets: readonly string[],
  epochs: number,
): Promise<Measured> {
  const aucs: SeedAucs[] = [];
  for (const [seed, dataset] of datasets.entries()) {
    const aucOf = async (kept: { readonly keptAs?: 'int8' }): Promise<number> => {
      const model = `${dataset}, ${method}, ${epochs} epochs, ${kept.keptAs ?? 'f16'}`;
      const lr = trainingMethods[method].rate ?? usualRate;
      await trainModel(context, { dataset, method, name: model, seed, epochs, lr, ...kept });
      const { study } = await evaluateModel(context, { model });
      return study.auc ?? Number.NaN;
    };
    const [f16, int8] = [await aucOf({}), await aucOf({ keptAs: 'int8' })];
    aucs.push({ f16, int8, ...(await reread(context, `${dataset}, ${method}, ${epochs} epochs, f16`)) });
  }
  const dataset = datasets[0] ?? '';
  const [usual, int8] = [
    await encodeDataset(context, { dataset, method }),
    await encodeDataset(context, { dataset, method, keptAs: 'int8' }),
  ];
  return {
    ...{ task, method, aucs },
    bytesRatio: int8.sizeBytes / usual.sizeBytes,
    errors: await errorsOf(context, `${dataset}, ${method}, ${epochs} epochs, f16`),
  };
}

/** What a model that learned from 16-bit features says of the fresh studies when it is given them in 8 bits. */
async function reread(context: ServiceContext, name: string): Promise<Pick<SeedAucs, 'reread' | 'moved'>> {
  const model = requireModel(context, name);
  const { record, config } = model;
  const kept = {
    ...model,
    record: { ...record, preprocessing: { ...record.preprocessing, keptAs: 'int8' as const } },
    config: { ...config, keptAs: 'int8' as const },
  };
  const [usual, int8] = [await predictSplit(context, model, 'test'), await predictSplit(context, kept, 'test')];
  const [before, after] = [usual, int8].map(({ logits }) => probabilitiesOf(record, logits)) as [
    Float64Array,
    Float64Array,
  ];
  const labels = int8.images.map(({ classIndex }) => classIndex ?? 0);
  const { classes } = record;
  const scores = {
    classes: classes.length,
    positive: classes.length === 2 ? 1 : null,
    targets: labels,
    probabilities: after,
  };
  return {
    reread: auc(scores) ?? Number.NaN,
    moved: before.reduce((most, x, i) => Math.max(most, Math.abs(x - (after[i] as number))), 0),
  };
}

/** How far numbers in 8 bits lie from those that a model learned from, for each of the layouts. */
async function errorsOf(context: ServiceContext, model: string): Promise<Record<string, number>> {
  const { record, rule } = requireModel(context, model);
  const { db } = context.library;
  const version = versionById(db, runByName(db, record.run)?.datasetVersionId ?? 0);
  const [kind] = featuresOf(record.method);
  if (version === undefined || kind === undefined) throw new Error(`${model} has no features`);
  const lpm = openModelLpm(context, record);
  const { preprocessing } = record;
  const features = await prepareFeatures(context, {
    ...{ version, lpm, rule, ...preprocessing, features: [kind] },
    images: versionImages(db, version.id).slice(0, looked),
    statistics: { mean: preprocessing.mean, std: preprocessing.std },
  });
  try {
    const shape = featureKinds[kind].channels?.(lpm.config, preprocessing);
    if (shape === undefined) throw new Error(`${kind} has one number a channel`);
    const sums: Record<string, number> = Object.fromEntries(Object.keys(layouts).map((layout) => [layout, 0]));
    for (const { instanceId, frame } of features.images) {
      const bytes = await features.records.get(kind)?.read(kind, imageKey(instanceId, frame));
      if (bytes === undefined) throw new Error('a record is not there');
      const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
      for (const [layout, of] of Object.entries(layouts)) {
        sums[layout] = (sums[layout] as number) + relativeError(bits, of(shape, bits.length)) / features.images.length;
      }
    }
    return sums;
  } finally {
    await features.close();
    lpm.close();
  }
}

function tableOf(rows: readonly Measured[]): string {
  const mean = (numbers: readonly number[]): string =>
    (numbers.reduce((sum, x) => sum + x, 0) / numbers.length).toFixed(4);
  const each = (numbers: readonly number[]): string => numbers.map((x) => x.toFixed(4)).join(' ');
  const heads = [
    'task',
    'method',
    'AUC f16',
    'int8',
    'difference',
    'of f16, answering from int8',
    'most moved',
    'bytes',
  ];
  const lines = rows.map(({ task, method, aucs, bytesRatio, errors }) => {
    const [f16, int8, again] = [aucs.map((a) => a.f16), aucs.map((a) => a.int8), aucs.map((a) => a.reread)];
    const differences = aucs.map((a) => a.int8 - a.f16);
    const moved = Math.max(...aucs.map((a) => a.moved));
    return [
      ...[task, method, `${mean(f16)} (${each(f16)})`, `${mean(int8)} (${each(int8)})`, mean(differences)],
      ...[`${mean(again)} (${each(again)})`, moved.toFixed(4), bytesRatio.toFixed(3)],
      ...Object.values(errors).map((x) => x.toFixed(4)),
    ];
  });
  const errorHeads = Object.keys(rows[0]?.errors ?? {}).map((layout) => `error by ${layout}`);
  return formatTable([...heads, ...errorHeads], lines).join('\n');
}
