/** What came of training a model again from its record, in the reader's language: for the screen and for the model card. */
import {
  type ReplayReport,
  type RunPlace,
  replayVerdict,
  type TargetKind,
  targetFacts,
} from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** Sentences, the first of which says what it comes to. */
export function replayText(report: ReplayReport, target: TargetKind): string[] {
  const { isEqual, replayedAt, weights, madeOn, replayedOn, encodedAgain, isDatasetChanged } = report;
  const words = i18n.words.replay;
  const day = i18n.date(replayedAt);
  return [
    isEqual ? words.equal(day, weights) : `${words.differs(day)} ${words.reasons[replayVerdict(report)]}`,
    ...(isEqual ? [] : differences(report, target)),
    ...madeOn.map((place) => words.madeWith(placeText(place))),
    words.madeAgainWith(placeText(replayedOn)),
    ...(encodedAgain === 0 ? [] : [words.encodedAgain(encodedAgain)]),
    ...(isDatasetChanged ? [words.datasetChanged(report.dataset, report.version)] : []),
  ];
}

function differences(report: ReplayReport, target: TargetKind): string[] {
  const { largestWeightDifference, largestAnswerDifference, images, part } = report;
  const words = i18n.words.replay;
  const { isPerName, hasMarks } = targetFacts[target];
  const off = isPerName && !hasMarks ? words.numbersOff : words.answersOff;
  return [
    words.weightsOff(small(largestWeightDifference)),
    ...(largestAnswerDifference === null
      ? []
      : [off(small(largestAnswerDifference), images, i18n.words.judge.splits[part])]),
  ];
}

/** Two digits of a number that may be very small. */
function small(value: number): string {
  return value.toLocaleString(i18n.language, { maximumSignificantDigits: 2 });
}

function placeText({ engine, engineVersion, device, threads, precision, program, system }: RunPlace): string {
  const words = i18n.words.replay;
  return `${engine} ${engineVersion}, ${device}, ${words.threads(threads)}, ${words.precisions[precision]}, ${i18n.words.shell.appName} ${program}, ${system}`;
}
