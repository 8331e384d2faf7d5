/** What a comparison says in words, for its report and for the command line. */
import { counted } from '../base/counted.ts';
import { roughDuration } from '../base/duration.ts';
import type { ComparedMethod, ComparisonReport } from '../contract/index.ts';

/** Why a row has no AUC. */
export function untrainedWords({ state, untrained, failure, trainingMb, promisedSeconds }: ComparedMethod): string {
  if (state === 'failed') return `not trained: ${failure ?? 'it failed'}`;
  if (untrained === 'memory') {
    return `not trained: memory${trainingMb === null ? '' : ` (takes ${Math.round(trainingMb)} MB)`}`;
  }
  if (untrained === 'time') {
    return `not trained: time${promisedSeconds === null ? '' : ` (about ${roughDuration(promisedSeconds)})`}`;
  }
  return '';
}

/** A share as percent: two decimals below ten. */
export function lpmShare(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`;
}

/** What is to be known about the table, sentence by sentence. */
export function comparisonNotes(report: ComparisonReport): string[] {
  const { plan, seeds, images, patients, evaluateOn, methods } = report;
  const isTrained = methods.some(({ state }) => state === 'trained');
  const part = evaluateOn === 'test' ? 'test' : 'validation';
  const estimated = methods.some(({ isMemoryEstimated }) => isMemoryEstimated) || plan.isFullMemoryEstimated;
  return [
    ...(isTrained
      ? [
          evaluateOn === 'test'
            ? `Each model answered ${counted('en', patients, 'test patient', 'test patients')} (${counted('en', images, 'image', 'images')}) once, after all trainings had ended; nothing was chosen by them.`
            : `Judged on ${counted('en', patients, 'validation patient', 'validation patients')} (${counted('en', images, 'image', 'images')}), by whom epochs and thresholds were chosen: these AUCs flatter.`,
          seeds === 1
            ? `AUC: one training, with the 95 % interval over ${part} patients alone.`
            : `AUC: the mean of ${seeds} trainings, with its 95 % interval over trainings and ${part} patients, drawn together. Few trainings make it a little too narrow.`,
        ]
      : ['Nothing was trained: memory and time are measured alone.']),
    `Memory: what one training step with ${counted('en', report.batch, 'image', 'images')} at once adds to an idle engine, in a process of its own, on the processor.${estimated ? ' With ~ it is carried on from one image or two.' : ''}`,
    plan.fullMemoryMb === null
      ? 'The memory of full fine-tuning could not be measured here, so there are no shares of it and no PME.'
      : `Full fine-tuning takes ${plan.isFullMemoryEstimated ? 'about ' : ''}${Math.round(plan.fullMemoryMb)} MB: what shares of memory are of.`,
    'PPE and PME: the AUC in percent times exp(-log10(share + 1)), with the share of the LPM’s parameters that is learnable, and the share of the memory of full fine-tuning.',
    `An epoch: the median over all trainings, with validation; with ~ its steps times the one that was measured. Features are read from the LPM once beforehand and not counted. Engine: ${plan.engine}.`,
  ];
}
