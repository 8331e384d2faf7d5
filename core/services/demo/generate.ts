/** Writes planned studies to disk as a department's export would look: patient folders, study folders, files, a label list. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AbortSignalLike,
  type ProgressStage,
  type ReportProgress,
  throwIfCancelled,
} from '../../base/progress.ts';
import { patientIdOf, studyUidOf, writeDemoFile } from './dicom-file.ts';
import { type DemoPicture, paintPicture } from './picture.ts';
import type { DemoStudy, StudyPlan } from './plan.ts';

export interface WriteOptions<S extends DemoStudy> {
  readonly seed: number;
  readonly folder: string;
  readonly studies: readonly S[];
  /** Pixels of an image's side. */
  readonly size: number;
  readonly stage: ProgressStage;
  readonly progress: ReportProgress;
  readonly signal: AbortSignalLike;
}

export interface GenerateOptions extends WriteOptions<StudyPlan> {
  /** Where to write `studyInstanceUID,label`; no file when absent. */
  readonly labelsFile?: string;
}

/** Writes every image of every study, then the labels. Returns the number of images. */
export async function generateStudies(options: GenerateOptions): Promise<number> {
  const { seed, studies, labelsFile } = options;
  const done = await writeImages(options, paintPicture);
  if (labelsFile !== undefined) {
    const rows = studies.map((plan) => `${studyUidOf(seed, plan)},${plan.label}`);
    writeFileSync(labelsFile, `${['studyInstanceUID,label', ...rows].join('\n')}\n`);
  }
  return done;
}

/** Writes every image of every study as `paint` paints it. Returns the number of images. */
export async function writeImages<S extends DemoStudy>(
  options: WriteOptions<S>,
  paint: (seed: number, plan: S, index: number, size: number) => DemoPicture,
): Promise<number> {
  const { seed, folder, studies, size, stage } = options;
  const total = studies.reduce((sum, plan) => sum + plan.images, 0);
  let done = 0;
  for (const plan of studies) {
    const studyFolder = join(folder, patientIdOf(plan), `S${String(plan.study).padStart(2, '0')}`);
    mkdirSync(studyFolder, { recursive: true });
    for (let index = 0; index < plan.images; index++) {
      throwIfCancelled(options.signal, 'Making the demo studies');
      const bytes = writeDemoFile(seed, plan, index, paint(seed, plan, index, size));
      writeFileSync(join(studyFolder, `IM${String(index + 1).padStart(4, '0')}`), bytes);
      options.progress({ stage, done: ++done, total, unit: 'images' });
    }
    // Let Ctrl-C and the progress line be served between studies; painting never yields by itself.
    await new Promise(setImmediate);
  }
  return done;
}
