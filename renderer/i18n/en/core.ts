/** Stages and units of jobs, by the keys under which the core tells them. */
import type { ProgressStage, ProgressUnit } from '../../../core/base/progress.ts';

export const core = {
  stages: {
    checking: 'Checking',
    classifying: 'Classifying',
    comparing: 'Comparing methods',
    copyingLpm: 'Copying the model',
    curve: 'Learning curve',
    decoding: 'Decoding',
    deletionCheck: 'Deletion check',
    encoding: 'Encoding',
    evaluating: 'Evaluating',
    evidence: 'Looking for evidence',
    exporting: 'Exporting',
    importing: 'Importing',
    makingStudies: 'Painting studies',
    makingUnseen: 'Painting studies to classify',
    measuring: 'Measuring',
    ordering: 'Ordering cases',
    readingImage: 'Reading the image',
    readingWeights: 'Reading the weights',
    searching: 'Searching for a recipe',
    shortcuts: 'Checking for shortcuts',
    statistics: 'Mean and deviation',
    training: 'Training',
  },
  units: {
    MB: 'MB',
    files: 'files',
    images: 'images',
    records: 'records',
    parts: 'parts',
    runs: 'runs',
    seconds: 'promised seconds',
    steps: 'steps',
  },
} as const satisfies { stages: Record<ProgressStage, string>; units: Record<ProgressUnit, string> };
