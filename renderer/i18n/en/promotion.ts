import {
  type ComparedFigure,
  fewestToTell,
  type PromotionVerdict,
  type UntoldReason,
} from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

export const promotion = {
  isInUse: (dataset: string, day: string, by: string) => `In use for “${dataset}” since ${day} (${by}).`,
  otherInUse: (model: string, dataset: string) => `In use for “${dataset}”: ${model}.`,
  noneInUse: (dataset: string) => `No model is in use for “${dataset}” yet.`,
  put: 'Put in use …',
  title: (model: string, dataset: string) => `Put “${model}” in use for “${dataset}”?`,
  help: 'The model is compared with the one in use on the test patients that both were asked about, patient by patient. This look at the test patients is recorded.',
  lacking: (models: string) => `Not evaluated on the test patients yet: ${models}.`,
  evaluate: 'Evaluate on the test patients',
  cases: {
    study: (count: number) => n(count, 'study', 'studies'),
    image: (count: number) => n(count, 'image', 'images'),
  },
  about: (patients: number, cases: string) => `${n(patients, 'test patient', 'test patients')}, ${cases}.`,
  leftOut: (count: number) =>
    `${n(count, 'more does', 'more do')} not count: the model in use was not asked, or one of the two learned from the patient.`,
  figures: { auc: 'AUC', absoluteError: 'Mean absolute error' } satisfies Record<ComparedFigure, string>,
  model: 'Model',
  value: 'Figure',
  gains: {
    auc: 'Difference, paired',
    absoluteError: 'Smaller by, paired',
  } satisfies Record<ComparedFigure, string>,
  overGuessing: 'Better than guessing by',
  groups: 'In subgroups with patients enough',
  groupPatients: (patients: number) => n(patients, 'patient', 'patients'),
  isWorse: 'worse',
  verdicts: {
    notWorse: (_model, other, loss) => `It is not worse than “${other}”: a loss of more than ${loss} is ruled out.`,
    betterThanGuessing: () => 'It is better than guessing, and no model is in use yet.',
    worse: (_model, other) => `It is worse than “${other}”.`,
    worseInSubgroup: (_model, other, loss) =>
      `It is not worse than “${other}” overall, but by more than ${loss} in a subgroup below.`,
    notBetterThanGuessing: () => 'It is not shown to be better than guessing.',
    cannotTell: (_model, other) =>
      other === null
        ? 'Whether it is better than guessing cannot be told.'
        : `Whether it is as good as “${other}” cannot be told.`,
  } satisfies Record<PromotionVerdict, (model: string, other: string | null, loss: string) => string>,
  untold: {
    fewPatients: (patients: number) =>
      patients < fewestToTell.patients
        ? `${n(patients, 'test patient is', 'test patients are')} too few.`
        : `Too few of ${n(patients, 'test patient', 'test patients')} have another answer than the commonest one: it takes ${fewestToTell.rarer}.`,
    wideInterval: () => 'The interval holds both no loss and too large a one.',
    otherNames: () => 'The two do not answer the same names.',
  } satisfies Record<UntoldReason, (patients: number) => string>,
  because: 'Why it is put in use all the same',
  becauseHelp: 'The reason is kept with the comparison. Name no patient.',
  recordedAs: (name: string) => `The decision is kept under the name “${name}”.`,
  putNow: 'Put in use',
  done: (model: string, dataset: string) => `“${model}” is in use for “${dataset}”.`,
  takenInClassify: (dataset: string) => `In use for “${dataset}”.`,
  notInUse: (model: string, dataset: string) => `Not in use: for “${dataset}” it is “${model}”.`,
  optionInUse: (model: string) => `${model} (in use)`,
} as const;
