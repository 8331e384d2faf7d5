import type { CheckState } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

/** Labels that a model doubts: the list in Judge, and the case in Read. */
export const suspects = {
  tab: 'Labels to check',
  help: 'The label of these cases is contradicted by a network that did not learn from it. Many are errors of the model or hard cases, some are errors of the labels: look at them, from the top. No label is changed by itself.',
  none: 'This model was trained without folds: it learned from its labels, so its answers can contradict none of them. Train with folds (Train, expert settings) for the list.',
  noneDoubted: (labels: number) => `No label is contradicted, of ${n(labels, 'label', 'labels')}.`,
  counts: (labels: number, open: string, kept: string, changed: string) =>
    `Of ${n(labels, 'label', 'labels')}: ${open} to check, ${kept} kept, ${changed} changed.`,
  effect: (changed: number, agrees: string, model: string) =>
    `Of ${n(changed, 'label', 'labels')} changed after the list of “${model}”, the answer of this model’s cross-validation agrees with ${agrees}.`,
  show: 'Show',
  filters: { open: 'to check', all: 'all' },
  states: { open: 'to check', kept: 'kept', changed: 'changed' } satisfies Record<CheckState, string>,
  decided: (state: string, reader: string, day: string) => `${state} by ${reader}, ${day}`,
  nothingOpen: 'Nothing is left to check on this list.',
  label: 'Label',
  answer: 'Answer',
  share: (name: string, p: string) => `${name} (${p})`,
  caseLabel: (n: number, label: string, answer: string) => `Label to check ${n}: ${label}, answer ${answer}`,
  openRead: 'Look at it',
  inRead: 'Label to check',
  said: (label: string, answer: string, p: string | null) =>
    `Labelled “${label}”. A network that did not learn from it answers “${answer}”${p === null ? '' : ` (${p})`}.`,
  keep: (label: string) => `Keep “${label}”`,
  orChange: 'Or give another label below.',
  keepBlinded: 'This data set is read blinded: give your own label below.',
  withoutEffect:
    'Your label is not the one that counts: labels of this data set were given to images. Choose “image” under “How this data set is read” and label there.',
  changedTo: (label: string) => `Now: “${label}”.`,
  kept: 'The label is kept.',
  next: 'Next label to check',
  back: 'Back to the list',
} as const;
