/**
 * The demo set in a library: made-up studies with labels, an LPM to train with, and a folder of further studies to classify.
 * The same seed gives the same files, so a demo that was stopped is simply made again.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobSchemas, parseOptions } from '../../contract/index.ts';
import { type DemoOptions, type DemoReport, demoOptionsSchema } from '../../contract/ipc/demo.ts';
import { defineJob, type JobTools } from '../../jobs/index.ts';
import { labelClasses } from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { setClasses } from '../datasets/editing.ts';
import { importJob } from '../import/import.ts';
import { takeLpm } from '../lpm/add.ts';
import { takeEmbeddedLpm } from '../lpm/bundled.ts';
import { writeRandomLpm } from '../lpm/random-lpm.ts';
import type { ServiceContext } from '../session/context.ts';
import { studyUidOf } from './dicom-file.ts';
import { generateStudies } from './generate.ts';
import { demoClasses, planStudies, type StudyPlan } from './plan.ts';

/** The seed of `npm run demo`, whose recipe it shares. */
export const demoSeed = 2;

/** The job kind. */
export const demoJob = defineJob({
  kind: 'demo',
  ...jobSchemas.demo,
  run: async (options, { deps, progress, jobId }: JobTools<ServiceContext>) =>
    await makeDemo({ ...deps, progress }, options, jobId),
});

/**
 * Makes the demo set in the library.
 * @throws CANCELLED, DISK_FULL; what is in the library by then stays and is recognised the next time
 */
export async function makeDemo(context: ServiceContext, given: DemoOptions, jobId: number): Promise<DemoReport> {
  const options = parseOptions(demoOptionsSchema, given);
  const started = performance.now();
  const known = planStudies(demoSeed, options.studies);
  const unseen = planStudies(demoSeed + 1, options.unseen, (known.at(-1)?.patient ?? 0) + 1);
  const folder = context.library.path('demo', 'making');
  const unseenFolder = context.library.path('demo', 'to-classify');
  const making = { seed: demoSeed, size: options.size, progress: context.progress, signal: context.signal };
  rmSync(folder, { recursive: true, force: true });
  try {
    mkdirSync(folder, { recursive: true });
    await generateStudies({ ...making, folder, studies: known, stage: 'makingStudies' });
    await generateStudies({ ...making, folder: unseenFolder, studies: unseen, stage: 'makingUnseen' });
    const labelled = known.slice(0, Math.max(0, known.length - options.unlabelled));
    const labels = join(folder, 'labels.csv');
    writeFileSync(labels, labelsFile(labelled));
    // The import is a part of this job, not one of its own: it tells its progress and can be stopped as the rest.
    const report = await importJob.run(
      {
        paths: [folder],
        dataset: options.dataset,
        labels,
        rowRule: 'matching',
        classNames: [],
        copy: true,
        pseudonymise: false,
        frames: 'middle',
        reader: 'demo',
      },
      { deps: context, signal: context.signal, progress: context.progress, jobId },
    );
    setClasses(context, options.dataset, orderedClasses(context, options.dataset));
    const { name: lpm, isStandIn } = await addDemoLpm(context, folder);
    return {
      dataset: options.dataset,
      studies: known.length,
      instances: report.instances,
      labelled: labelled.length,
      unlabelled: known.length - labelled.length,
      lpm,
      isStandIn,
      unseenFolder,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function labelsFile(studies: readonly StudyPlan[]): string {
  const rows = studies.map((plan) => `${studyUidOf(demoSeed, plan)},${plan.label}`);
  return `${['studyInstanceUID,label', ...rows].join('\n')}\n`;
}

/** The demo's own order for the digits; a class that somebody added to the data set keeps its place behind. */
function orderedClasses(context: ServiceContext, dataset: string): { id?: number; name: string }[] {
  const there = labelClasses(context.library.db, requireDataset(context, dataset).id);
  const known = demoClasses.map((name) => there.find((entry) => entry.name === name) ?? { name });
  const others = there.filter(({ name }) => !demoClasses.some((own) => own === name));
  return [...known, ...others].map((entry) =>
    'id' in entry ? { id: entry.id, name: entry.name } : { name: entry.name },
  );
}

/** The LPM in the box, or a ViT-Tiny of random weights where none is. */
async function addDemoLpm(context: ServiceContext, folder: string): Promise<{ name: string; isStandIn: boolean }> {
  const embedded = await takeEmbeddedLpm(context);
  if (embedded !== null) return { name: embedded.name, isStandIn: false };
  const path = join(folder, 'stand-in-lpm');
  writeRandomLpm(path, 0);
  const { name } = await takeLpm(context, { path, name: 'stand-in' });
  return { name, isStandIn: true };
}
