/**
 * `npm run demo`: the whole job on made-up studies, from DICOM files on disk to a results file and a report.
 *
 * It goes through the same services as the command line. Everything lies in demo-output/, which a new run replaces.
 */

import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { serialiseError } from '../core/base/errors.ts';
import { formatBytes, formatCount, formatDuration, formatInterval, formatTable } from '../core/cli/format.ts';
import { createInterrupts } from '../core/cli/interrupt.ts';
import { Terminal } from '../core/cli/terminal.ts';
import { type EvaluateReport, type Method, researchUseOnly, type TrainReport } from '../core/contract/index.ts';
import { writeWholeFile } from '../core/disk/index.ts';
import type { OpenEngineOptions } from '../core/engine/index.ts';
import { renderReport } from '../core/report/report.ts';
import { classifyPaths } from '../core/services/classification/classify.ts';
import { generateStudies } from '../core/services/demo/generate.ts';
import { planStudies } from '../core/services/demo/plan.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { describeEngine, reportMethod } from '../core/services/evaluation/report-write.ts';
import { encodeDataset } from '../core/services/features/encode.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { addLpm } from '../core/services/lpm/add.ts';
import { embeddedLpmFile } from '../core/services/lpm/bundled-file.ts';
import { writeRandomLpm } from '../core/services/lpm/random-lpm.ts';
import type { ServiceContext } from '../core/services/session/context.ts';
import { openServices } from '../core/services/session/open.ts';
import { commandLine } from './command-line.ts';
import { demoExamples } from './demo/examples.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '..', 'demo-output') },
    studies: { type: 'string', default: '480' },
    unseen: { type: 'string', default: '24' },
    epochs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'auto' },
  },
});
const seed = Number(values.seed);
const engineName = oneEngine(values.engine);
const imageSize = 768;
const lpmSize = 512;
const methods: readonly Method[] = ['fpt+', 'side-only', 'linear'];
/**
 * Few images and a network that starts from nothing: at the published 20 epochs and 1e-4 (for thousands of images) the side network
 * has hardly moved. These were chosen on studies of seed 1, which is why the demo's own seed is another.
 */
const recipe = { epochs: Number(values.epochs), lr: 1e-3, batch: 16, seed: 0, inputSize: lpmSize };
/**
 * The baselines must not lose for want of training: after as many epochs as FPT+ the side network by itself had not yet learned the
 * mass, which its image shows; and one layer on fixed numbers takes a higher rate.
 */
const fairer: Partial<Record<Method, { readonly epochs?: number; readonly lr?: number }>> = {
  'side-only': { epochs: 2 * recipe.epochs },
  linear: { lr: 1e-2 },
};

const out = resolve(values.out);
const place = (...parts: string[]): string => join(out, ...parts);
const terminal = new Terminal({ stream: process.stderr, clock: () => performance.now() });
const interrupts = createInterrupts(
  () => performance.now(),
  () => terminal.line('Stopping after the current step. Press Ctrl-C again to stop at once.'),
  () => process.exit(1),
);
process.on('SIGINT', interrupts.press);
process.on('SIGTERM', interrupts.press);

/** The engine's name as typed, checked. */
function oneEngine(typed: string): OpenEngineOptions['engine'] {
  if (typed === 'auto' || typed === 'onnxruntime' || typed === 'tensorflow') return typed;
  console.error(`--engine ${typed}: choose auto, onnxruntime or tensorflow.`);
  process.exit(2);
}

const timings: { name: string; seconds: number; peakMb: number | null }[] = [];

/** Runs one part, says what it is about and how long it took. */
async function part<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  terminal.line(`\n== ${title}`);
  const result = await work();
  terminal.finish();
  const seconds = (performance.now() - started) / 1000;
  terminal.line(`   done in ${formatDuration(seconds)}`);
  timings.push({ name: title, seconds, peakMb: null });
  return result;
}

/** Opens the demo's library for one piece of work, with a fresh engine process, so that its peak memory is its own. */
async function withServices<T>(work: (context: ServiceContext) => Promise<T>): Promise<T> {
  const services = await openServices({
    library: place('library'),
    mode: 'write',
    engine: engineName,
    device: 'auto',
    ownProcess: true,
    progress: terminal.progress,
    log: { log: (level, text, fields) => (level === 'info' ? undefined : terminal.logger.log(level, text, fields)) },
    signal: interrupts.signal,
  });
  try {
    return await work(services.context);
  } finally {
    await services.close();
  }
}

async function demo(): Promise<void> {
  const started = performance.now();
  rmSync(out, { recursive: true, force: true });
  const known = planStudies(seed, Number(values.studies));
  const lastPatient = known.at(-1)?.patient ?? 0;
  const unseen = planStudies(seed + 1, Number(values.unseen), lastPatient + 1);
  const making = { seed, size: imageSize, progress: terminal.progress, signal: interrupts.signal };

  await part(
    `Making ${known.length} studies to learn from and ${unseen.length} to classify (DICOM, 12 bits, ${imageSize} px)`,
    async () => {
      const labelsFile = place('studies', 'labels.csv');
      await generateStudies({
        ...making,
        folder: place('studies'),
        studies: known,
        labelsFile,
        stage: 'makingStudies',
      });
      await generateStudies({ ...making, folder: place('unseen'), studies: unseen, stage: 'makingUnseen' });
    },
  );

  const imported = await part('Importing the studies and their labels', () =>
    withServices((context) =>
      importPaths(context, { paths: [place('studies')], dataset: 'demo', labels: place('studies', 'labels.csv') }),
    ),
  );

  const isEmbedded = existsSync(embeddedLpmFile());
  const lpm = await part(
    isEmbedded ? 'Adding the LPM in the box' : 'Making a stand-in LPM: ViT-Tiny with random weights',
    () =>
      withServices(async (context) => {
        const folder = isEmbedded ? resolve(embeddedLpmFile(), '..') : place('stand-in-lpm');
        if (!isEmbedded) writeRandomLpm(folder, 0);
        return await addLpm(context, { path: folder, name: isEmbedded ? 'embedded' : 'stand-in' });
      }),
  );
  const warnings = isEmbedded
    ? []
    : [
        'The LPM of this run is a stand-in: a ViT-Tiny with random weights that has learned nothing. It is not expected to see fine ' +
          'specks. A lead of FPT+ over side-only comes from the coarse class (mass), which even random features make quicker to ' +
          'learn. Add a pre-trained LPM for real work.',
      ];

  const encoded = await part(`Encoding every image once with the LPM at ${lpmSize} px`, () =>
    withServices((context) =>
      encodeDataset(context, {
        dataset: 'demo',
        lpm: lpm.name,
        inputSize: lpmSize,
        keysValues: true,
        classToken: true,
      }),
    ),
  );
  terminal.line(`   ${encoded.encoded} images, ${formatBytes(encoded.sizeBytes)} of features`);

  const trained: { training: TrainReport; evaluation: EvaluateReport }[] = [];
  for (const method of methods) {
    const training = await part(`Training ${method}`, () =>
      withServices((context) =>
        trainModel(context, {
          dataset: 'demo',
          lpm: lpm.name,
          method,
          name: `demo ${method}`,
          ...recipe,
          ...fairer[method],
        }),
      ),
    );
    const evaluation = await part(`Evaluating ${method} on the locked test patients`, () =>
      withServices((context) => evaluateModel(context, { model: training.model, split: 'test' })),
    );
    terminal.line(`   AUC ${formatInterval(evaluation.image.auc, evaluation.image.aucInterval)}`);
    trained.push({ training, evaluation });
  }

  const results = await part(`Classifying ${unseen.length} unseen studies`, async () => {
    const written: { method: string; file: string }[] = [];
    for (const { training } of trained) {
      // The main method's file is the one to look at; the others serve the report.
      const file = written.length === 0 ? place('results.csv') : place('results', `${training.method}.csv`);
      await withServices((context) =>
        classifyPaths(context, { paths: [place('unseen')], model: training.model, out: file }),
      );
      written.push({ method: training.method, file });
    }
    return written;
  });

  const engine = await withServices(describeEngine);
  await part('Writing the report', async () => {
    const examples = demoExamples({
      seed,
      size: imageSize,
      studies: unseen,
      results,
      perClass: 3,
      lpmSize,
      sideSize: 128,
    });
    const classes = trained[0]?.evaluation.classes ?? [];
    const html = renderReport({
      title: 'Sidelight demo: specks, masses, or neither',
      createdAt: new Date(),
      dataset: {
        name: 'demo',
        patients: imported.patients,
        studies: imported.studies,
        images: imported.instances,
        classes: classes.map((name) => ({
          name,
          images: known.reduce((sum, plan) => sum + (plan.label === name ? plan.images : 0), 0),
        })),
      },
      lpm: { name: lpm.name, hash: lpm.hash },
      engine,
      warnings,
      methods: trained.map(({ training, evaluation }) => reportMethod(training, evaluation)),
      examples,
      timings: timings.map((t) => (t.name.startsWith('Encoding') ? { ...t, peakMb: encoded.peakMb } : t)),
    });
    writeWholeFile(place('report.html'), html);
    writeWholeFile(
      place('summary.json'),
      `${JSON.stringify(summaryOf(trained, lpm.name, engine, warnings, started), null, 2)}\n`,
    );
  });
  announce(trained, warnings, started);
}

function summaryOf(
  trained: readonly { training: TrainReport; evaluation: EvaluateReport }[],
  lpm: string,
  engine: string,
  warnings: readonly string[],
  started: number,
): object {
  const entry = ({ training, evaluation }: (typeof trained)[number]): [string, object] => [
    training.method,
    {
      auc: evaluation.image.auc,
      aucInterval: evaluation.image.aucInterval,
      learnable: training.learnable,
      peakMb: training.peakMb,
      seconds: training.seconds,
      perClassAuc: Object.fromEntries(evaluation.image.perClass.map((c) => [c.name, c.auc])),
      studyAuc: evaluation.study.auc,
    },
  ];
  return {
    methods: Object.fromEntries(trained.map(entry)),
    lpm,
    engine,
    warnings,
    seed,
    recipe,
    fairer,
    timings,
    totalSeconds: (performance.now() - started) / 1000,
    notice: researchUseOnly,
  };
}

function announce(
  trained: readonly { training: TrainReport; evaluation: EvaluateReport }[],
  warnings: readonly string[],
  started: number,
): void {
  const shown = (...parts: string[]): string => relative(process.cwd(), place(...parts)) || '.';
  const classes = trained[0]?.evaluation.classes ?? [];
  const lines = [
    '',
    ...formatTable(
      [
        'method',
        'AUC on test patients (95 %)',
        ...classes.map((c) => `AUC ${c}`),
        'learnable',
        'peak memory',
        'training',
      ],
      trained.map(({ training, evaluation }) => [
        training.method,
        formatInterval(evaluation.image.auc, evaluation.image.aucInterval),
        ...evaluation.image.perClass.map((c) => (c.auc === null ? '–' : c.auc.toFixed(3))),
        formatCount(training.learnable),
        training.peakMb === null ? '–' : `${Math.round(training.peakMb)} MB`,
        formatDuration(training.seconds),
      ]),
    ),
    '',
    ...warnings.flatMap((warning) => [warning, '']),
    `All of it took ${formatDuration((performance.now() - started) / 1000)}.`,
    `Report:  ${shown('report.html')}   (open it in a browser)`,
    `Results: ${shown('results.csv')}`,
    `Summary: ${shown('summary.json')}`,
    '',
    `Try next: npm run -s sidelight -- models --library ${shown('library')}`,
    'Your own studies: npm run -s sidelight -- import FOLDER --dataset NAME --labels labels.csv',
    '',
    researchUseOnly,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

try {
  await demo();
} catch (error) {
  terminal.finish();
  const { code, message, action } = serialiseError(error);
  process.stderr.write(`error: ${message} [${code}]\n${action}\n`);
  process.exitCode = 1;
}
process.off('SIGINT', interrupts.press);
process.off('SIGTERM', interrupts.press);
