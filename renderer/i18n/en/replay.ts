import type { ReplayVerdict, RunPlace } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

export const replay = {
  title: 'Train again from its record',
  help: 'The model is trained once more from its kept settings, images, labels and seed, and compared. The new weights are not kept.',
  start: 'Train again from its record',
  running: 'Training again …',
  waits: 'It waits for another job.',
  unknownTime: 'How long it takes is not known yet on this machine.',
  measureTime: 'Measure it',
  never: 'It was not trained again from its record yet.',
  equal: (day: string, weights: number) =>
    `Trained again from its record on ${day}: all ${n(weights, 'weight is', 'weights are')} equal, bit for bit.`,
  differs: (day: string) => `Trained again from its record on ${day}: not the same.`,
  reasons: {
    equal: '',
    elsewhere: 'It was made with something else than it was made again with, and sums were added up in another order.',
    notNoted: 'With what it was made was not noted, so that may be the reason.',
    unsteady: 'The device adds up in no fixed order, so two trainings on it differ.',
    unexplained: 'It was made with the same and should be equal. Please report it with the log.',
  } satisfies Record<ReplayVerdict, string>,
  weightsOff: (most: string) => `Farthest weight: off by ${most}.`,
  answersOff: (most: string, images: number, part: string) =>
    `Farthest probability over ${n(images, 'image', 'images')} (${part.toLowerCase()}): off by ${most}.`,
  numbersOff: (most: string, images: number, part: string) =>
    `Farthest answer over ${n(images, 'image', 'images')} (${part.toLowerCase()}): off by ${most}.`,
  madeWith: (place: string) => `Made with ${place}.`,
  madeAgainWith: (place: string) => `Made again with ${place}.`,
  threads: (count: number) => n(count, 'thread', 'threads'),
  precisions: {
    f32: '32-bit numbers',
    f16: '16-bit numbers in the pre-trained model',
    int8: '8-bit numbers in the pre-trained model',
  } satisfies Record<RunPlace['precision'], string>,
  encodedAgain: (images: number) => `Features of ${n(images, 'image', 'images')} had gone; they were computed again.`,
  datasetChanged: (dataset: string, version: number) =>
    `“${dataset}” is no longer as version ${version} froze it; the frozen version was used.`,
} as const;
