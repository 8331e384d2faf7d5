/** What the demo may ask of its studies: one class out of three, or three findings that occur together. */
import { join } from 'node:path';
import { type DemoTaskName, type ImportReport, targetFacts, targetKinds } from '../../contract/index.ts';
import type { ReportExample } from '../../report/examples.ts';
import { demoFindings, giveMarks, paintFindings, planFindings } from '../demo/findings-plan.ts';
import { generateStudies, type WriteOptions, writeImages } from '../demo/generate.ts';
import { type DemoStudy, demoClasses, planStudies } from '../demo/plan.ts';
import { importPaths } from '../import/import.ts';
import type { ServiceContext } from '../session/context.ts';
import { demoExamples, type MethodResults } from './examples.ts';

/** The data set of every demo. */
const dataset = 'demo';

type Making = Omit<WriteOptions<DemoStudy>, 'folder' | 'studies' | 'stage'>;

/** The demo's studies and what is special about them. */
export interface DemoTask {
  readonly title: string;
  readonly known: number;
  readonly unseen: number;
  /** Writes the studies to learn from into `studies`, and those to classify into `unseen`, both below `out`. */
  make(making: Making, out: string): Promise<void>;
  /** Takes the studies to learn from into the library, with what is known of them. */
  bring(context: ServiceContext, out: string): Promise<ImportReport>;
  /** Images of each class, or images in which each finding is known. */
  counts(): { readonly name: string; readonly images: number }[];
  examples(sizes: {
    readonly size: number;
    readonly lpmSize: number;
    readonly sideSize: number;
    readonly results: readonly MethodResults[];
  }): ReportExample[];
}

interface Asked {
  readonly seed: number;
  readonly studies: number;
  readonly unseen: number;
}

export const demoTasks: Readonly<Record<DemoTaskName, (asked: Asked) => DemoTask>> = {
  classes: ({ seed, ...counts }) => {
    const known = planStudies(seed, counts.studies);
    const unseen = planStudies(seed + 1, counts.unseen, (known.at(-1)?.patient ?? 0) + 1);
    return {
      title: 'Sidelight demo: specks, masses, or neither',
      known: known.length,
      unseen: unseen.length,
      make: async (making, out) => {
        const folder = join(out, 'studies');
        const labelsFile = join(folder, 'labels.csv');
        await generateStudies({ ...making, folder, studies: known, labelsFile, stage: 'makingStudies' });
        await generateStudies({ ...making, folder: join(out, 'unseen'), studies: unseen, stage: 'makingUnseen' });
      },
      bring: async (context, out) => {
        const folder = join(out, 'studies');
        return await importPaths(context, { paths: [folder], dataset, labels: join(folder, 'labels.csv') });
      },
      counts: () =>
        demoClasses.map((name) => ({
          name,
          images: known.reduce((sum, plan) => sum + (plan.label === name ? plan.images : 0), 0),
        })),
      examples: (sizes) => demoExamples({ ...sizes, seed, studies: unseen, perClass: 3 }),
    };
  },
  findings: ({ seed, ...counts }) => {
    const known = planFindings(seed, counts.studies);
    const unseen = planFindings(seed + 1, counts.unseen, (known.at(-1)?.patient ?? 0) + 1);
    return {
      title: 'Sidelight demo: masses, specks and clips, several at once',
      known: known.length,
      unseen: unseen.length,
      make: async (making, out) => {
        const [learned, left] = [join(out, 'studies'), join(out, 'unseen')];
        await writeImages({ ...making, folder: learned, studies: known, stage: 'makingStudies' }, paintFindings);
        await writeImages({ ...making, folder: left, studies: unseen, stage: 'makingUnseen' }, paintFindings);
      },
      bring: async (context, out) => {
        const report = await importPaths(context, {
          ...{ paths: [join(out, 'studies')], dataset, target: targetKinds.find((kind) => targetFacts[kind].hasMarks) },
          classes: [...demoFindings],
        });
        giveMarks(context, dataset, seed, known);
        return report;
      },
      counts: () =>
        demoFindings.map((name) => ({
          name,
          images: known.reduce((sum, plan) => sum + (plan.marks[name] === null ? 0 : plan.images), 0),
        })),
      examples: () => [],
    };
  },
};
