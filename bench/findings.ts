/**
 * `npm run bench -- --findings`: several findings at once against the same recipe in PyTorch on the same features, and against a training for
 * each finding alone.
 *
 * The set is made: 400 chest-like studies with three findings that occur together, of which 30 % of the marks are not known (bench/tasks/
 * findings.ts). Every AUC is that of the test patients.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tensorsOf } from '../core/engine/index.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { featuresOf } from '../core/services/features/feature-kinds.ts';
import { exampleSource } from '../core/services/features/source-examples.ts';
import { prepareFeatures } from '../core/services/features/source-features.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { openModelLpm, requireModel } from '../core/services/training/model.ts';
import {
  addLabel,
  datasetByName,
  ensureDataset,
  labelledInstances,
  saveSplit,
  versionById,
  versionImages,
} from '../core/store/index.ts';
import { targets } from '../core/targets/index.ts';
import { commandLine } from '../scripts/command-line.ts';
import { findingFile, findingNames, findingTruth } from './tasks/findings.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    findings: { type: 'boolean' },
    help: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    images: { type: 'string', default: '400' },
    epochs: { type: 'string', default: '80' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-output') },
  },
});

const help = `npm run bench -- --findings [options]
Several findings at once: the macro AUC on test patients beside that of PyTorch on the same features, and of a training for each finding alone.

  --images N   studies of the made set (default: 400)
  --epochs N   of every training (default: 80)
  --out DIR    where the set is kept; the same command goes on there (default: bench-output)
  --json       one JSON object on standard output`;

const inputSize = 512;
const together = 'findings';
const seed = 0;
/** Of the one layer on fixed features that is compared. */
const recipe = { epochs: Number(values.epochs), batch: 16, lr: 1e-2, weightDecay: 0.1, seed };

/** 53 % to learn from, 13 % to choose the epoch by, a third to test on. */
function splitOf(n: number, images: number): 'train' | 'val' | 'test' {
  const share = n / images;
  return share < 0.53 ? 'train' : share < 0.66 ? 'val' : 'test';
}

/** The images as files, a library with one data set of all findings and one of each, and what is known of them. */
async function prepare(context: ServiceContext, folder: string, images: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < images; n++) {
    const file = join(folder, `${String(n).padStart(4, '0')}.dcm`);
    if (!existsSync(file)) writeFileSync(file, findingFile(n));
  }
  const { library } = context;
  for (const dataset of [together, ...findingNames]) {
    if (datasetByName(library.db, dataset) !== undefined) continue;
    ensureDataset(library.writer, dataset, 'middle', new Date().toISOString(), 'finding');
    await importPaths(context, { paths: [folder], dataset, target: 'finding' });
    label(context, dataset, images);
  }
}

function label({ library }: ServiceContext, dataset: string, images: number): void {
  const db = library.writer;
  const id = datasetByName(library.db, dataset)?.id ?? 0;
  const asked = dataset === together ? [...findingNames] : [dataset];
  const now = new Date().toISOString();
  const numbers = new Map(
    db
      .all<{ instance: number; patient: string }>(
        `SELECT i.id AS instance, p.patient_key AS patient FROM instances i JOIN series s ON s.id = i.series_id
         JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id`,
      )
      .map(({ instance, patient }) => [instance, Number(/(\d+)$/.exec(patient)?.[1])]),
  );
  db.transaction(() => {
    for (const { instanceId, patientId } of labelledInstances(library.db, id)) {
      const n = numbers.get(instanceId) ?? 0;
      saveSplit(db, id, { patientId, split: splitOf(n, images), origin: 'given' }, now);
      const { marks } = findingTruth(n);
      findingNames.forEach((name, k) => {
        const mark = marks[k];
        if (asked.includes(name) && mark != null)
          addLabel(db, id, { kind: 'instance', id: instanceId }, mark, 'made', now, name);
      });
    }
  });
}

interface Trained {
  readonly macro: number | null;
  readonly each: readonly (number | null)[];
}

async function trained(context: ServiceContext, dataset: string): Promise<Trained> {
  const { epochs, batch, lr, weightDecay } = recipe;
  const model = `bench ${dataset}, ${epochs} epochs`;
  await trainModel(context, {
    ...{ dataset, method: 'linear', name: model, seed, inputSize, epochs, batch, lr, weightDecay },
  });
  const { image } = await evaluateModel(context, { model });
  // By name: a data set has its findings in the order in which they were first said.
  const aucs = new Map(image.perClass.map(({ name, auc }) => [name, auc]));
  return { macro: image.auc, each: findingNames.map((name) => aucs.get(name) ?? null) };
}

/** What the model of all findings learned from, as the peer reads it. */
async function featuresOfModel(context: ServiceContext): Promise<string> {
  const { record, config, rule } = requireModel(context, `bench ${together}, ${recipe.epochs} epochs`);
  const { db } = context.library;
  const version = versionById(db, 1);
  if (version === undefined) throw new Error('the data set was not frozen');
  const lpm = openModelLpm(context, record);
  try {
    const { preprocessing } = record;
    const features = await prepareFeatures(context, {
      ...{ version, lpm, rule, ...preprocessing, features: featuresOf(record.method) },
      images: versionImages(db, version.id),
      statistics: { mean: preprocessing.mean, std: preprocessing.std },
    });
    try {
      const { images, statistics } = features;
      const reading = { uncertain: record.uncertain, scale: null };
      const source = exampleSource(features, config, images, {
        ...{ inputSize, statistics, reading, target: targets[record.target] },
      });
      const everyone = images.map((_, i) => i);
      const loaded = await source.load(
        everyone,
        everyone.map(() => null),
      );
      const { class_token: tokens } = tensorsOf(loaded);
      const width = config.lpm.width;
      return JSON.stringify({
        recipe,
        split: images.map(({ split }) => split),
        marks: images.map(({ values: own }) => findingNames.map((name) => own[version.classes.indexOf(name)] ?? null)),
        features: images.map((_, i) => Array.from(tokens?.data.slice(i * width, (i + 1) * width) ?? [], Number)),
      });
    } finally {
      await features.close();
    }
  } finally {
    lpm.close();
  }
}

/** PyTorch's figures, or why there are none. */
function peer(file: string): { readonly torch: string; readonly auc: readonly (number | null)[] } | string {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  const run = spawnSync(python, [join(import.meta.dirname, 'peers', 'findings.py'), file], { encoding: 'utf8' });
  if (run.status === 0) return JSON.parse(run.stdout);
  return run.error?.message ?? run.stderr.trim().split('\n').at(-1) ?? 'no reason was given';
}

const meanOf = (figures: readonly (number | null)[]): number | null => {
  const known = figures.filter((figure) => figure !== null);
  return known.length === 0 ? null : known.reduce((sum, figure) => sum + figure, 0) / known.length;
};

const shown = (figure: number | null | undefined): string => figure?.toFixed(4) ?? '–';

/** Runs the comparison and prints it. */
export async function benchFindings(): Promise<void> {
  if (values.help) {
    console.log(help);
    return;
  }
  const folder = resolve(values.out, 'findings');
  const { context, close } = await openServices({
    library: join(folder, 'library'),
    mode: 'write',
    engine: 'auto',
    device: 'auto',
    ownProcess: true,
    progress: () => {},
    log: { log: () => undefined },
    signal: new AbortController().signal,
  });
  try {
    await prepare(context, join(folder, 'files'), Number(values.images));
    const all = await trained(context, together);
    const alone: (number | null)[] = [];
    for (const name of findingNames) alone.push((await trained(context, name)).macro);
    const file = join(folder, 'features.json');
    writeFileSync(file, await featuresOfModel(context));
    const torch = peer(file);
    if (values.json) {
      console.log(JSON.stringify({ recipe, findings: findingNames, together: all, alone, torch }, null, 1));
      return;
    }
    const theirs = typeof torch === 'string' ? null : torch.auc;
    console.log(`AUC on the test patients, ${recipe.epochs} epochs, one layer on the LPM in the box`);
    console.log(`${''.padEnd(16)}${'together'.padEnd(12)}${'each alone'.padEnd(12)}PyTorch, together`);
    findingNames.forEach((name, k) => {
      console.log(
        `${name.padEnd(16)}${shown(all.each[k]).padEnd(12)}${shown(alone[k]).padEnd(12)}${shown(theirs?.[k])}`,
      );
    });
    console.log(
      `${'macro mean'.padEnd(16)}${shown(all.macro).padEnd(12)}${shown(meanOf(alone)).padEnd(12)}${shown(theirs && meanOf(theirs))}`,
    );
    if (typeof torch === 'string') console.log(`No comparison with PyTorch: ${torch}.`);
  } finally {
    await close();
  }
}
