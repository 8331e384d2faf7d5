/**
 * What the core says of a failure, in words of the window. The core speaks to a terminal too and names options (`--folds`) and commands
 * (`sidelight models`), of which a window has none: an option that has a field here is called by the field's name, and a sentence about anything
 * else of the command line is left out. Where nothing is left, the code says what can be done here.
 */
import type { ErrorCode } from '../../core/base/error-codes.ts';
import { train } from './en/train.ts';

/** What can be done in the window, where the core names only commands. */
const steps: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_INPUT: 'Correct the value and try again.',
  DATASET_NOT_FOUND: 'Choose another data set from the list, or import one under Library.',
  DATASET_NOT_READY: 'Label studies of at least two classes under Read and label, or import labels under Library.',
  LABELS_INVALID: 'Correct the labels file and look at it again.',
  LPM_NOT_FOUND: 'Add it under Settings, Large models (LPM).',
  LPM_UNSUPPORTED: 'Use a ViT, DeiT, DINO, DINOv2, DINOv3, SigLIP or CLIP model saved as safetensors.',
  LPM_PICKLE_REFUSED: 'Convert it to .safetensors on a machine with Python and torch, then add what that writes.',
  MODEL_NOT_FOUND: 'Choose another model from the list, or train one.',
  MODEL_NOT_AS_GOOD: 'Keep the model in use, or say why this one takes its place; the reason is kept.',
  MODEL_IN_USE_UNCLEAR: 'Choose a model.',
  RUN_NOT_FOUND: 'Choose another training from the list.',
  TRAINING_DIVERGED: 'Lower the learning rate under Expert settings, and train again.',
  ENGINE_UNAVAILABLE: 'Settings, Computing says what is missing.',
  LIBRARY_READ_ONLY: 'Choose another library, or open this one as a reader only.',
  DB_FROM_NEWER_APP: 'Update Sidelight, or choose another library.',
  DB_DAMAGED: 'Choose another library, or have a backup restored by whoever looks after this machine.',
  BACKUP_NOT_FOUND: 'Choose another backup from the list.',
  PATIENT_NOT_FOUND: 'Give the patient ID exactly as in the images.',
  FILE_NOT_FOUND: 'Check that the disk or network share is connected, then try again.',
  NAME_TAKEN: 'Choose another name.',
};

/** Fields of the window by the option that does the same. */
const fields: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(train.expert).map(([key, { name }]) => [asOption(key), name])),
  method: 'Method',
  'class-weights': train.expert.classWeights.name,
  positive: 'Positive class',
  device: 'Device',
  engine: 'Engine',
};

// At a word's start alone: names and paths may hold two dashes.
const option = /(?<=^|[\s(“"`])--([a-z][a-z-]*)/g;
const ofTerminal = /(?:^|[\s(“"])--[a-z]|`|\bsidelight [a-z]|\brun the (?:same )?command\b/;

function asOption(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What to do now, in the window; '' where the core named nothing either. */
export function stepInWindow(action: string, code: string): string {
  if (!ofTerminal.test(action)) return action;
  const inBrackets = /\s*\([^()]*(?:--[a-z]|`)[^()]*\)/g;
  const sentences = action
    .replace(/, then run the same command again(?:;[^.]*)?\./g, ', then try again.')
    .replace(/\b[Rr]un the (?:same )?command again\b/g, 'try again')
    .replace(inBrackets, '')
    .split(/(?<=[.!?;])\s+/)
    .map(withFields)
    .filter((sentence) => !ofTerminal.test(sentence));
  const left = sentences.join(' ').replace(/;$/, '.').trim();
  if (left !== '') return left.charAt(0).toUpperCase() + left.slice(1);
  return (steps as Readonly<Partial<Record<string, string>>>)[code] ?? '';
}

/** What happened, without the dashes of an option and the ticks of a command. */
export function factInWindow(message: string): string {
  return withFields(message)
    .replace(option, (_, name: string) => `“${name}”`)
    .replaceAll('`', '');
}

function withFields(text: string): string {
  return text.replace(option, (whole, name: string) => (fields[name] === undefined ? whole : `“${fields[name]}”`));
}
