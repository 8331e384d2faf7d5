import type { CurveRow, MissingLabels } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

/** Whether more labels would help (Train), and which cases to label next (Read). */
export const labelling = {
  curve: {
    title: 'Enough labels?',
    help: 'A quick method is trained on growing parts of the training and validation patients and judged on those it did not learn from. From the curve follows what more patients would bring. Test patients are not touched.',
    draw: 'Draw the learning curve',
    again: 'Draw it again',
    stop: 'Stop',
    running: 'The learning curve is being drawn.',
    waits: 'It waits for another job.',
    failed: 'The last learning curve could not be drawn; its job says why.',
    takes: (time: string) => `${time} on this machine.`,
    measuring: 'How long it takes is being measured …',
    made: (day: string, method: string, version: number) =>
      `Drawn on ${day} by ${method}, version ${version} of the data set.`,
    gain: (more: number, low: string, high: string) =>
      `${n(more, 'more patient', 'more patients')}: AUC ${low} to ${high}.`,
    now: (auc: string, patients: string) => `With ${patients} to learn from it is ${auc}.`,
    most: (name: string, low: string, high: string) => `They would help “${name}” most: ${low} to ${high}.`,
    noneMost: 'Of no single class or finding can a gain be told from none.',
    nearer: (asked: string, more: string) =>
      `A forecast goes no further than twice the patients there are: ${more} more, not ${asked}.`,
    supposes:
      'This supposes more patients like these, from the same places and with the same shares; it is of the quick method.',
    none: (why: string) => `No forecast: ${why}`,
    unfitted: {
      fewSizes: 'there are too few patients for three sizes of training sets. Label more, and draw it again.',
      guessing: 'with all patients the AUC may still be that of guessing, and nothing says when it will grow.',
      scattered: 'repeats differ so much that every gain is possible. Label more, and draw it again.',
    } satisfies Record<NonNullable<CurveRow['unfitted']>, string>,
    patients: 'Patients learned from',
    auc: 'AUC',
    mean: 'Mean',
    shown: 'Curve of',
    more: (n: string) => `${n} more`,
    description: (name: string, first: string, last: string) => `${name}: from ${first} to ${last}.`,
    failedImages: (images: number) => `${n(images, 'image', 'images')} could not be read.`,
  },
  order: {
    byUncertainty: 'Order by uncertainty',
    help: 'A quick model learns from what is labelled, and the cases of which it is least sure come first. What it answers is shown nowhere here. Another click brings the usual order back.',
    every: 'New labels until the order is made again',
    about: (cases: number, time: string, labelled: string) =>
      `The least certain first: ${n(cases, 'case', 'cases')}, ordered on ${time} from the labels of ${labelled}.`,
    next: (labels: number) => `Again after ${n(labels, 'more label', 'more labels')}.`,
    making: 'A new order is being made; images that the large model has never read are read for it, once.',
    waits: 'A new order waits for another job.',
    failed: 'The last order could not be made; its job says why.',
    missing: (what: string) => `Not possible yet; still missing: ${what}.`,
    missingOne: (name: string, mark: MissingLabels['mark'], patients: number, needed: number) =>
      `${name}${mark === null ? '' : mark === 'present' ? ' (present)' : ' (absent)'} ${patients} of ${n(needed, 'patient', 'patients')}`,
    fewNames: 'Not possible yet; there must be two classes.',
  },
} as const;
