import type { ComparisonRecipe, UntrainedReason } from '../../../core/contract/index.ts';
import { counted } from '../count.ts';

const n = (count: number, one: string, other: string): string => counted('en', count, one, other);

export const comparison = {
  tab: 'Fine-tuning methods',
  help: 'The table of the papers on your own data: what each fine-tuning method trains, what memory and time it takes, and how good it is on patients that nobody learned from. Memory and time are measured first; methods that do not fit stand in the table without having been trained.',
  start: 'New comparison',
  methods: 'Methods',
  seeds: 'Trainings of each',
  recipe: 'Recipe',
  recipes: {
    'by-method': 'each method at its own rate',
    published: 'as published, the same for all',
  } satisfies Record<ComparisonRecipe, string>,
  epochs: 'Epochs',
  lpmEpochs: 'Epochs of methods that run the LPM',
  ofRecipe: 'the recipe’s',
  hours: 'Hours at most',
  hoursHelp: 'With 0 hours memory and time are measured, and nothing is trained.',
  lpm: 'LPM',
  inputSize: 'Image size (px)',
  go: 'Compare',
  goes: 'Comparing …',
  unpromised: 'Time is measured first; the tray then says how long it takes.',
  promised: (time: string, low: string, high: string) => `About ${time} (${low} to ${high}).`,
  keeps: 'The models stay in the library.',
  none: 'No methods were compared on this data set yet.',
  shown: 'Comparison',
  named: (id: number, day: string, lpm: string, px: number) => `${id}: ${day}, ${lpm}, ${px} px`,
  about: (version: number, recipe: string) => `Version ${version} of the data set; ${recipe}.`,
  testOnce: (patients: number, images: number) =>
    `Each model answered ${n(patients, 'test patient', 'test patients')} (${n(images, 'image', 'images')}) once, after all trainings had ended; nothing was chosen by them.`,
  validation: (patients: number, images: number) =>
    `Judged on ${n(patients, 'validation patient', 'validation patients')} (${n(images, 'image', 'images')}), by whom epochs were chosen: these AUCs flatter.`,
  untrained: 'Nothing was trained: memory and time alone.',
  columns: {
    method: 'Method',
    learnable: 'Learnable',
    memory: 'Memory of training',
    epoch: 'An epoch',
    auc: 'AUC (95 %)',
    ppe: 'PPE',
    pme: 'PME',
  },
  ofLpm: (share: string) => `${share} of the LPM`,
  ofFull: (share: string) => `${share} of full`,
  roughly: (value: string) => `about ${value}`,
  reasons: {
    time: (time: string) => `not trained: it takes ${time}`,
    memory: (size: string) => `not trained: it takes ${size} of memory`,
  } satisfies Record<UntrainedReason, (value: string) => string>,
  failed: (why: string) => `not trained: ${why}`,
  unknown: 'more than there is',
  againstMemory: 'AUC against memory',
  againstParameters: 'AUC against parameters',
  memoryAxis: 'memory of training (MB)',
  parametersAxis: 'learnable parameters',
  meaning:
    'AUC: the mean of the trainings, its interval over trainings and patients together. Memory: what one training step with the whole batch at once adds to an idle engine, in a process of its own on the processor; “about” is carried on from one and two images. PPE and PME: the AUC in percent, discounted by the share of parameters and by the share of full fine-tuning’s memory.',
  saveCsv: 'Save as CSV',
  saveReport: 'Save the report',
  saveTitle: 'Save the comparison',
  saved: 'The comparison was saved.',
} as const;
