import type { Int8Support, TryInt8Report } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

type NoAuc = Extract<TryInt8Report['auc'], { readonly why: string }>['why'];

/** How the large model reads (Train): exactly, or in 8 bits, and what that does to the user's images. */
export const int8 = {
  name: 'How the large model reads',
  exact: 'Exactly (float32)',
  quick: 'Quicker (8 bits)',
  text: 'In 8 bits it multiplies with whole numbers: reading can take less time on a processor that has instructions for it, and what it sees changes a little. Try it below. The model keeps the choice and reads new images in the same way.',
  checking: 'Whether this machine can is being looked at …',
  unknown: 'Whether this machine can could not be found out.',
  askAgain: 'Look again',
  impossible: {
    engine: (engine: string, device: string) =>
      `Not here: ${engine} on ${device} computes. 8 bits need ONNX Runtime on the processor (Settings › Computing); on a graphics card the exact way is quicker.`,
    processor: () =>
      'Not here: this processor adds up 8-bit products wrongly, because it has no instructions for them, and would be no quicker.',
  } satisfies Record<NonNullable<Int8Support['why']>, (engine: string, device: string) => string>,
  unreadAll: 'The chosen methods read images anew in every epoch, or not at all; this choice is not theirs.',
  unread: (methods: string) => `${methods}: computed exactly, because nothing is read beforehand for it.`,
  try: 'What would it do to these images?',
  start: 'Try it on these images',
  again: 'Try it again',
  tryHelp:
    'Some training and validation images are read both ways, and a quick method is trained on either. Test patients are not touched.',
  stop: 'Stop',
  running: 'Being tried on these images.',
  waits: 'It waits for another job.',
  failed: 'The last try failed; its job says why.',
  takes: (time: string) => `${time} on this machine.`,
  measuring: 'How long it takes is being measured …',
  tried: (time: string | null, kept: string, usual: string, quick: string) =>
    `In 8 bits ${time === null ? '' : `an image takes ${time} of the exact time, `}${kept} of the important places stay the same, and the AUC is ${quick} instead of ${usual}.`,
  triedWithoutAuc: (time: string | null, kept: string) =>
    `In 8 bits ${time === null ? '' : `an image takes ${time} of the exact time, and `}${kept} of the important places stay the same; no AUC was compared.`,
  elsewhere: (machine: string) =>
    `It was tried where other times hold (${machine}). Try it again for those of this machine.`,
  changed: 'Labels, images or parts of the data set have changed since.',
  notQuicker: 'Here that saves next to nothing: read exactly.',
  scattered:
    'The time is not certain: at least one image took as long as when it is read exactly. Try it again when the machine has nothing else to do.',
  same: (low: string, high: string) =>
    `A difference cannot be told from none: with 95 % certainty it lies between ${low} and ${high}.`,
  worse: (low: string, high: string) =>
    `Answers become worse: the AUC changes by ${low} to ${high} (95 %). Read exactly.`,
  better: (low: string, high: string) =>
    `The AUC is no worse: it changes by ${low} to ${high} (95 %). Do not count on a rise with other images; choose by the time.`,
  tooFew: (patients: number) =>
    `${n(patients, 'patient is', 'patients are')} too few to tell a difference of the AUC from none: these figures say nothing about your answers. Label more, or read exactly.`,
  noAuc: {
    numbers: 'The data set asks for numbers, which have no AUC. Whether they become less exact only a training tells.',
    folds:
      'Too few labelled patients to compare an AUC. Without one nobody can say what 8 bits do to the answers: label more, or read exactly.',
    oneKind: 'No class has both images that show it and images that do not, so there is no AUC. Label more.',
  } satisfies Record<NoAuc, string>,
  figure: 'Figure',
  value: 'Value',
  spread: 'Range',
  time: 'Time for an image, of the exact way’s',
  kept: 'Important places in common',
  aucUsual: 'AUC, exactly',
  aucInt8: 'AUC, in 8 bits',
  difference: 'Difference of the AUC',
  range: (least: string, most: string) => `${least} to ${most}`,
  least: (share: string) => `at least ${share}`,
  interval: (low: string, high: string) => `${low} to ${high} (95 %)`,
  noInterval: 'too few patients',
  made: (day: string, images: number, timed: number, inputSize: number, version: number) =>
    `Tried on ${day} at ${inputSize} pixels: ${n(images, 'image', 'images')} learned from and answered, ${timed} timed, version ${version} of the data set.`,
  madeWithoutAuc: (day: string, timed: number, inputSize: number, version: number) =>
    `Tried on ${day} at ${inputSize} pixels: ${n(timed, 'image', 'images')} timed, version ${version} of the data set.`,
} as const;
