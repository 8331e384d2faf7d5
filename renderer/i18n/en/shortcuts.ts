import type { AcquisitionResult, CoveredRegion, RegionResult } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

export const shortcuts = {
  tab: 'Shortcuts',
  help: 'A model may answer by what is no finding: a letter in a corner, a frame, the device. Some of its images are answered once more with parts covered. Where the truth becomes markedly less probable, the model reads what stood there.',
  otherPart: 'The check answers images again, which the whole model must not have learned from: choose the test cases.',
  check: 'Check for shortcuts',
  again: 'Check again',
  checking: 'Checking …',
  none: 'These cases were not checked yet.',
  about: (images: number, patients: number, day: string) =>
    `${n(images, 'image', 'images')} of ${n(patients, 'patient', 'patients')}, checked on ${day}.`,
  failed: (images: number) => `${n(images, 'image', 'images')} could not be read.`,
  alarm: (what: string) => `The answers hang on: ${what}. Look at the images there before you trust the figures.`,
  calm: 'Nothing that was covered explains the answers.',
  calmAsFar: 'Nothing that was covered explains the answers, as far as it could be told.',
  covered: 'Covered',
  regions: {
    topLeft: 'top left corner',
    topRight: 'top right corner',
    bottomLeft: 'bottom left corner',
    bottomRight: 'bottom right corner',
    corners: 'all four corners',
    outside: 'everything outside the body',
  } satisfies Record<CoveredRegion, string>,
  images: 'Images',
  fall: 'The truth is less probable by',
  fallOfNumbers: 'The error grows by (deviations of the labels)',
  auc: 'AUC, before and after',
  changed: 'Decided otherwise',
  verdict: 'Verdict',
  verdicts: {
    hangsOnIt: 'the answers hang on it',
    free: 'free',
    untold: 'too few images or patients to tell',
  } satisfies Record<RegionResult['verdict'], string>,
  acquisition: 'Device and site',
  acquisitionHelp:
    'How often the class of a training patient is right when one knows nothing but this, and how good the model is among cases of one value, where it cannot help.',
  values: 'Values',
  guessed: 'Right by it alone',
  commonest: 'Commonest class',
  within: 'AUC overall, and within a value',
  noPairs: 'no value has cases of both kinds',
  acquisitionVerdicts: {
    free: 'free',
    givesAway: 'gives the class away; the model is as good without',
    separates: 'the answers hang on it',
  } satisfies Record<AcquisitionResult['verdict'], string>,
} as const;
