/**
 * The studies that recipes learn from and are judged on: those of the made tasks, and of the demo. Each seed has patients of its own to learn from; all are
 * judged on the same fresh ones.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportProgress } from '../core/base/progress.ts';
import { writeDemoFile } from '../core/services/demo/dicom-file.ts';
import { paintPicture } from '../core/services/demo/picture.ts';
import { planStudies } from '../core/services/demo/plan.ts';
import { tasks } from './tasks/index.ts';
import { taskFile } from './tasks/write.ts';

/** The tasks of bench/tasks, and the demo; three tasks and the demo first, which a table begins with. */
export const recipeSets: readonly string[] = ['specks', 'nodules', 'grades', 'demo', 'mixed'];

/** A data set: so many studies of a set to learn from, of a seed of their own. */
export interface Cell {
  readonly task: string;
  readonly studies: number;
  readonly seed: number;
}

export const nameOf = ({ studies, seed }: Cell): string => `${studies} studies, seed ${seed}`;

interface CellFile {
  /** Within the folder of its set. */
  readonly name: string;
  readonly label: string;
  readonly split: 'train' | 'val' | 'test';
  write(): Uint8Array;
}

/** Patients of a seed begin at a thousand times its number; no seed learns from those from here on. */
const freshFrom = 100_000;
const demoSeed = 20_261;
/** Studies that are planned of the demo for a seed, of which a cell takes the first: their plan depends on how many are planned. */
const demoPlanned = 999;
/** Side of the demo's images in pixels, as `sidelight demo` makes them. */
const demoSize = 512;

/** The files of a cell: four fifths of the studies that it learns from are training, the rest validation; `fresh` more are test. */
export function filesOf({ task, studies, seed }: Cell, fresh: number): CellFile[] {
  const files = task === 'demo' ? demoFiles : taskFiles(task);
  const isTraining = (i: number): boolean => i < 0.8 * studies;
  return [
    ...files(1000 * seed, studies, (i) => (isTraining(i) ? 'train' : 'val')),
    ...files(freshFrom, fresh, () => 'test'),
  ];
}

/** @returns the files of `count` studies from patient `first` on; `splitOf` is asked with the place of the patient's first study */
type FilesFrom = (first: number, count: number, splitOf: (i: number) => CellFile['split']) => CellFile[];

const taskFiles =
  (name: string): FilesFrom =>
  (first, count, splitOf) => {
    const task = tasks[name];
    if (task === undefined) throw new Error(`There is no task ${name}.`);
    return Array.from({ length: count }, (_, i) => ({
      name: `${first + i}.dcm`,
      label: task.classes[(first + i) % task.classes.length] ?? '',
      split: splitOf(i),
      write: () => taskFile(name, task, first + i),
    }));
  };

/** A patient of the demo has up to three studies, which stay together, and a study up to two images. */
const demoFiles: FilesFrom = (first, count, splitOf) => {
  if (count > demoPlanned) throw new Error(`The demo has ${demoPlanned} studies a seed at most; found ${count}.`);
  const plans = planStudies(demoSeed + first, demoPlanned, first + 1).slice(0, count);
  return plans.flatMap((plan) => {
    const split = splitOf(plans.findIndex(({ patient }) => patient === plan.patient));
    return Array.from({ length: plan.images }, (_, image) => ({
      name: `${plan.patient}-${plan.study}-${image}.dcm`,
      label: plan.label,
      split,
      write: () => writeDemoFile(demoSeed + first, plan, image, paintPicture(demoSeed + first, plan, image, demoSize)),
    }));
  });
};

/** Paints what is not there yet; gives the paths of a cell's files and that of their list of labels. */
export async function writeCell(
  cell: Cell,
  fresh: number,
  folder: string,
  progress: ReportProgress,
): Promise<{ readonly paths: string[]; readonly labels: string }> {
  mkdirSync(folder, { recursive: true });
  const rows = ['path,label,split'];
  const paths: string[] = [];
  const files = filesOf(cell, fresh);
  for (const [i, { name, label, split, write }] of files.entries()) {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileSync(path, write());
    rows.push(`${path},${label},${split}`);
    paths.push(path);
    progress({ stage: 'makingStudies', done: i + 1, total: files.length, unit: 'images', note: cell.task });
    await new Promise(setImmediate);
  }
  const labels = join(folder, `${cell.studies}-${cell.seed}.csv`);
  writeFileSync(labels, `${rows.join('\n')}\n`);
  return { paths, labels };
}
