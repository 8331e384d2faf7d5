import { relative } from 'node:path';
import { demoTaskNames, researchUseOnly } from '../../contract/index.ts';
import type { DemoResult } from '../../services/walkthrough/demo.ts';
import { defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatBytes, formatCount, formatDuration, formatInterval, formatTable, plural } from '../format.ts';
import { countOf, integer, oneOf, text } from '../options.ts';
import { sessionPrecision } from '../precision.ts';

const defaultFolder = 'demo-output';

export const command = defineCommand({
  name: 'demo',
  summary: 'go through the whole job with made-up studies',
  description:
    'Makes synthetic studies as real DICOM files, imports them, reads each once with the LPM that comes with Sidelight, trains FPT+ and ' +
    'two baselines, judges them on patients they never saw, classifies unseen studies and writes a report: everything your own studies ' +
    'go through, in a folder and a library of its own. Your library is not touched. Takes some minutes and 1.1 GB; fewer studies take less.',
  arguments: [],
  options: {
    out: text(
      '--out <folder>',
      `folder for everything (default: ${defaultFolder}); one of an earlier demo is replaced`,
    ),
    task: oneOf(
      '--task <what>',
      'classes: specks, a mass, or neither; findings: masses, specks and clips that occur together, 30 % of the marks not known',
      demoTaskNames,
      'classes',
    ),
    studies: countOf('--studies <n>', 'studies to learn from (default: 480)'),
    unseen: countOf('--unseen <n>', 'studies to classify (default: 24)'),
    epochs: countOf('--epochs <n>', 'epochs of FPT+ (default: 40)'),
    seed: integer('--seed <n>', 'another seed makes other studies (default: 2)', undefined),
  },
  examples: [
    { line: 'sidelight demo', why: 'the whole of it, with a report to look at' },
    { line: 'sidelight demo --task findings', why: 'several findings an image, each judged by itself' },
    { line: 'sidelight demo --studies 60 --out small', why: 'a quick look' },
  ],
  run: async (context, _, options) => {
    const { demoDefaults, runDemo } = await import('../../services/walkthrough/demo.ts');
    const { terminal, signal } = context;
    const result = await runDemo(
      {
        out: options.out ?? defaultFolder,
        studies: options.studies ?? demoDefaults.studies,
        unseen: options.unseen ?? demoDefaults.unseen,
        epochs: options.epochs ?? demoDefaults.epochs,
        seed: options.seed ?? demoDefaults.seed,
        task: options.task ?? demoDefaults.task,
      },
      {
        withServices: (library, work) => withServices(context, library, work),
        progress: terminal.progress,
        signal,
        begins: (title) => terminal.line(`\n== ${title}`),
        encoded: ({ encoded, sizeBytes }) =>
          terminal.line(`   ${plural(encoded, 'image')}, ${formatBytes(sizeBytes)} of features`),
        judged: ({ image }) => terminal.line(`   AUC ${formatInterval(image.auc, image.aucInterval)}`),
        ended: (seconds) => {
          terminal.finish();
          terminal.line(`   done in ${formatDuration(seconds)}`);
        },
      },
    );
    return { json: result.summary, lines: demoLines(result) };
  },
});

/** A session of its own for one piece of work, with a fresh engine process. */
async function withServices<T>(
  { globals, terminal, signal }: CliContext,
  library: string,
  work: (context: import('../../services/session/context.ts').ServiceContext) => Promise<T>,
): Promise<T> {
  const { openServices } = await import('../../services/session/open.ts');
  const services = await openServices({
    library,
    mode: 'write',
    engine: globals.engine,
    device: globals.device,
    precision: sessionPrecision(globals),
    ...(globals.threads === undefined ? {} : { threads: globals.threads }),
    ownProcess: true,
    progress: terminal.progress,
    log: { log: (level, line, fields) => (level === 'info' ? undefined : terminal.logger.log(level, line, fields)) },
    signal,
  });
  try {
    return await work(services.context);
  } finally {
    await services.close();
  }
}

/** The table of methods and where to look next, one string a line. */
function demoLines({ folder, trained, warnings, seconds }: DemoResult): string[] {
  const shown = (name: string): string => relative(process.cwd(), `${folder}/${name}`) || '.';
  const classes = trained[0]?.evaluation.classes ?? [];
  return [
    '',
    ...formatTable(
      [
        'method',
        'AUC on test patients (95 %)',
        ...classes.map((name) => `AUC ${name}`),
        'learnable',
        'peak memory',
        'training',
      ],
      trained.map(({ training, evaluation }) => [
        training.method,
        formatInterval(evaluation.image.auc, evaluation.image.aucInterval),
        ...evaluation.image.perClass.map(({ auc }) => (auc === null ? '–' : auc.toFixed(3))),
        formatCount(training.learnable),
        training.peakMb === null ? '–' : `${Math.round(training.peakMb)} MB`,
        formatDuration(training.seconds),
      ]),
    ),
    '',
    ...warnings.flatMap((warning) => [warning, '']),
    `All of it took ${formatDuration(seconds)}.`,
    `Report:  ${shown('report.html')}   (open it in a browser)`,
    `Results: ${shown('results.csv')}`,
    `Summary: ${shown('summary.json')}`,
    '',
    `Try next: sidelight models --library ${shown('library')}`,
    'Your own studies: sidelight import FOLDER --dataset NAME --labels labels.csv',
    'In a checkout `npm run -s sidelight --` stands for `sidelight`.',
    '',
    researchUseOnly,
  ];
}
