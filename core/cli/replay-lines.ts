/** What came of training a model again, in sentences, for the command line. */
import { placeChanges, type ReplayReport, type RunPlace, replayVerdict, targetFacts } from '../contract/index.ts';
import { formatCount, formatDuration, plural } from './format.ts';

const placeWords: Readonly<Record<keyof RunPlace, (place: RunPlace) => string>> = {
  engine: ({ engine }) => engine,
  engineVersion: ({ engine, engineVersion }) => `${engine} ${engineVersion}`,
  device: ({ device }) => device,
  threads: ({ threads }) => plural(threads, 'thread'),
  precision: ({ precision }) => precision,
  program: ({ program }) => `Sidelight ${program}`,
  system: ({ system }) => system,
};

/** `onnxruntime 1.23.0 on CPU, 2 threads, f32, Sidelight 0.1.0, Xeon, linux x64`. */
export function placeLine(place: RunPlace): string {
  const { engine, engineVersion, device, threads, precision, program, system } = place;
  return `${engine} ${engineVersion} on ${device}, ${plural(threads, 'thread')}, ${precision}, Sidelight ${program}, ${system}`;
}

/** The report as lines; the first says what it comes to. */
export function replayLines(report: ReplayReport, target: keyof typeof targetFacts): string[] {
  const { model, run, dataset, version, isEqual, weights, weightsHash, replayedHash, madeOn, replayedOn } = report;
  return [
    isEqual
      ? `"${model}" was trained again from its record and is the same: all ${formatCount(weights)} weights are equal, bit for bit.`
      : `"${model}" was trained again from its record and is not the same. ${reasonOf(report)}`,
    `Record: ${run}, version ${version} of "${dataset}". Weights: ${weightsHash}${isEqual ? '' : `; made now: ${replayedHash}`}.`,
    ...(isEqual ? [] : differenceLines(report, target)),
    ...madeOn.map((place) => `Made with: ${placeLine(place)}.`),
    ...(madeOn.length === 0 ? ['Made with: not noted, because the model is older than that note.'] : []),
    `Made again with: ${placeLine(replayedOn)}, in ${formatDuration(report.seconds)}. The new weights were not kept.`,
    ...(report.encodedAgain === 0
      ? []
      : [`Features of ${plural(report.encodedAgain, 'image')} were gone: the LPM read those images again.`]),
    ...(report.isDatasetChanged
      ? [
          `"${dataset}" is no longer as version ${version} froze it (images, labels or parts); the frozen version was used.`,
        ]
      : []),
  ];
}

function reasonOf(report: ReplayReport): string {
  const { madeOn, replayedOn } = report;
  switch (replayVerdict(report)) {
    case 'elsewhere': {
      const keys = new Set(madeOn.flatMap((place) => placeChanges(place, replayedOn)));
      const [before, now] = [madeOn.at(-1) ?? replayedOn, replayedOn].map((place) =>
        [...keys].map((key) => placeWords[key](place)).join(', '),
      );
      return madeOn.length > 1
        ? `It was made in ${madeOn.length} places, of which only one can be had at a time.`
        : `It was made with ${before} and made again with ${now}, which add up in another order.`;
    }
    case 'notNoted':
      return 'With what it was made was not noted, so that may be the reason.';
    case 'unsteady':
      return `${replayedOn.device} adds up in no fixed order, so two trainings on it differ.`;
    default:
      return 'It was made with the same as now and should be equal: please report it with the log.';
  }
}

function differenceLines(report: ReplayReport, target: keyof typeof targetFacts): string[] {
  const { largestWeightDifference, largestAnswerDifference, images, part } = report;
  const { isPerName, hasMarks } = targetFacts[target];
  const parts = { train: 'training', val: 'validation', test: 'test', 'cross-validation': 'cross-validation' };
  return [
    `Largest difference of a weight: ${largestWeightDifference.toExponential(2)}.`,
    largestAnswerDifference === null
      ? 'No answers were kept that could be compared.'
      : `Largest difference of a ${isPerName && !hasMarks ? 'number' : 'probability'} over ${plural(images, 'image')} (${parts[part]}): ${largestAnswerDifference.toExponential(2)}.`,
  ];
}
