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
import { paintPicture } from './picture.ts';
import type { StudyPlan } from './plan.ts';

export interface GenerateOptions {
  readonly seed: number;
  readonly folder: string;
  readonly studies: readonly StudyPlan[];
  /** Pixels of an image's side. */
  readonly size: number;
  /** Where to write `studyInstanceUID,label`; no file when absent. */
  readonly labelsFile?: string;
  readonly stage: ProgressStage;
  readonly progress: ReportProgress;
  readonly signal: AbortSignalLike;
}

/** Writes every image of every study, then the labels. Returns the number of images. */
export async function generateStudies(options: GenerateOptions): Promise<number> {
  const { seed, folder, studies, size, stage } = options;
  const total = studies.reduce((sum, plan) => sum + plan.images, 0);
  let done = 0;
  for (const plan of studies) {
    const studyFolder = join(folder, patientIdOf(plan), `S${String(plan.study).padStart(2, '0')}`);
    mkdirSync(studyFolder, { recursive: true });
    for (let index = 0; index < plan.images; index++) {
      throwIfCancelled(options.signal, 'Making the demo studies');
      const bytes = writeDemoFile(seed, plan, index, paintPicture(seed, plan, index, size));
      writeFileSync(join(studyFolder, `IM${String(index + 1).padStart(4, '0')}`), bytes);
      options.progress({ stage, done: ++done, total, unit: 'images' });
    }
    // Let Ctrl-C and the progress line be served between studies; painting never yields by itself.
    await new Promise(setImmediate);
  }
  if (options.labelsFile !== undefined) {
    const rows = studies.map((plan) => `${studyUidOf(seed, plan)},${plan.label}`);
    writeFileSync(options.labelsFile, `${['studyInstanceUID,label', ...rows].join('\n')}\n`);
  }
  return done;
}
