/**
 * The rules of the data check where each name of a data set is a question: of findings, whether each can be learned and judged; of a quantity,
 * its range.
 */
import { type DataCheck, type DataFinding, splitNames, targetFacts } from '../../contract/index.ts';
import {
  alikeIds,
  assumedAuc,
  type CheckedImage,
  type CheckSettings,
  checkedCounts,
  classNames,
  distinct,
  expectedHalfWidth,
  finding,
  givenSplits,
  gravestFirst,
  idsShared,
  imagesGone,
  modalities,
  patientsIn,
  picturesAlone,
  sameImages,
  sharedPatients,
  sizes,
  unlabelled,
  usefulHalfWidth,
} from './data-check-rules.ts';

/** What the data set holds; of each name the patients by split of whom it is known, in whom a finding is present and absent, a quantity's range. */
export function answeredCounts(
  images: readonly CheckedImage[],
  names: readonly string[],
  { target }: Pick<CheckSettings, 'target'>,
): Omit<DataCheck, 'dataset' | 'findings' | 'positiveClass' | 'positiveClassSource'> {
  const { hasMarks } = targetFacts[target];
  return {
    ...checkedCounts(images, []),
    classes: names.map((name) => {
      const known = knownOf(images, name);
      return {
        name,
        images: known.length,
        patients: patientsIn(known),
        ...(hasMarks
          ? {
              marks: {
                present: patientsIn(saying(known, name, 'present')),
                absent: patientsIn(saying(known, name, 'absent')),
              },
            }
          : known.length === 0
            ? {}
            : { range: rangeOf(known, name) }),
      };
    }),
  };
}

/** Every finding, the gravest first. */
export function answerFindingsOf(
  images: readonly CheckedImage[],
  names: readonly string[],
  settings: Omit<CheckSettings, 'positive'>,
): DataFinding[] {
  const labelled = images.filter(({ label }) => label !== null);
  const asked = names.filter((name) => labelled.some(({ answers }) => answers?.has(name) === true));
  const { hasMarks } = targetFacts[settings.target];
  return gravestFirst([
    ...sharedPatients(settings.shared),
    ...alikeIds(settings.alike ?? null),
    ...idsShared(settings.issuers ?? null),
    ...imagesGone(settings.gone ?? []),
    ...(asked.length === 0 ? [finding('nothingKnown', 'blocks', { images: images.length })] : emptyParts(labelled)),
    ...asked.flatMap((name) => notTaught(labelled, name)),
    ...givenSplits(labelled),
    ...picturesAlone(images),
    ...sameImages(labelled),
    ...(hasMarks
      ? asked.flatMap((name) => kindsOf(labelled, name))
      : asked.flatMap((name) => rangeNote(labelled, name))),
    ...(hasMarks ? fewTestPatients(labelled, asked) : []),
    ...classNames(names),
    ...neverSaid(names, asked),
    ...(hasMarks ? unknownMarks(labelled, asked) : []),
    ...unlabelled(images),
    ...sizes(labelled, settings.inputSize),
    ...modalities(labelled),
    ...(settings.flip && labelled.length > 0 ? [finding('laterality', 'note', {})] : []),
  ]);
}

/** Images of which something is known; nobody knows what a reader was not sure of. */
function knownOf(images: readonly CheckedImage[], name: string): CheckedImage[] {
  return images.filter(({ answers }) => {
    const word = answers?.get(name);
    return word !== undefined && word !== 'uncertain';
  });
}

function saying(images: readonly CheckedImage[], name: string, word: string): CheckedImage[] {
  return images.filter(({ answers }) => answers?.get(name) === word);
}

/** A part without patients: with fewer than three there is nothing to deal. */
function emptyParts(labelled: readonly CheckedImage[]): DataFinding[] {
  const missing = splitNames.filter((split) => !labelled.some((image) => image.split === split));
  if (missing.length === 0) return [];
  return [
    finding('emptyPart', 'blocks', { splits: missing.join(','), patients: distinct(labelled, 'patientId').size }),
  ];
}

/** What is known of no training patient cannot be learned. */
function notTaught(labelled: readonly CheckedImage[], name: string): DataFinding[] {
  const training = knownOf(labelled, name).some(({ split }) => split === 'train');
  return training ? [] : [finding('notTaught', 'blocks', { name }, knownOf(labelled, name))];
}

/** A finding of which a part has one kind alone: in training there is nothing to tell apart, in the others no AUC. */
function kindsOf(labelled: readonly CheckedImage[], name: string): DataFinding[] {
  const known = knownOf(labelled, name);
  const lacking = splitNames.filter((split) => {
    const own = known.filter((image) => image.split === split);
    return saying(own, name, 'present').length === 0 || saying(own, name, 'absent').length === 0;
  });
  const isTaught = known.some(({ split }) => split === 'train');
  const judged = lacking.filter((split) => split !== 'train');
  return [
    ...(isTaught && lacking.includes('train') ? [finding('oneKindTaught', 'serious', { name })] : []),
    ...(judged.length === 0 ? [] : [finding('notJudged', 'serious', { name, splits: judged.join(',') })]),
  ];
}

/** Patients count, not images. The finding that would be known worst decides. */
function fewTestPatients(labelled: readonly CheckedImage[], names: readonly string[]): DataFinding[] {
  const widths = names.flatMap((name) => {
    const test = knownOf(labelled, name).filter(({ split }) => split === 'test');
    const patients = distinct(test, 'patientId').size;
    const positives = distinct(saying(test, name, 'present'), 'patientId').size;
    // What has one kind alone is said in other words.
    if (positives === 0 || saying(test, name, 'absent').length === 0) return [];
    const negatives = Math.max(1, patients - positives);
    return [{ name, patients, positives, halfWidth: expectedHalfWidth(assumedAuc, positives, negatives) }];
  });
  const [worst] = widths.sort((a, b) => b.halfWidth - a.halfWidth);
  if (worst === undefined || worst.halfWidth <= usefulHalfWidth) return [];
  const { name, patients, positives, halfWidth } = worst;
  const wide = Math.min(0.5, halfWidth);
  return [finding('fewTestPatients', 'serious', { patients, name, positives, halfWidth: wide, auc: assumedAuc })];
}

/** Names that nothing is said of are left out of a version. */
function neverSaid(names: readonly string[], asked: readonly string[]): DataFinding[] {
  const missing = names.filter((name) => !asked.includes(name));
  if (missing.length === 0 || asked.length === 0) return [];
  return [finding('neverSaid', 'note', { names: missing.map((name) => `“${name}”`).join(', ') })];
}

/** How much nobody has said, and how much somebody was not sure of. */
function unknownMarks(labelled: readonly CheckedImage[], names: readonly string[]): DataFinding[] {
  const all = labelled.length * names.length;
  const uncertain = names.reduce((sum, name) => sum + saying(labelled, name, 'uncertain').length, 0);
  const known = names.reduce((sum, name) => sum + knownOf(labelled, name).length, 0);
  return [
    ...(known + uncertain === all ? [] : [finding('unknownMarks', 'note', { unknown: all - known - uncertain, all })]),
    ...(uncertain === 0 ? [] : [finding('uncertainMarks', 'note', { uncertain, all })]),
  ];
}

function rangeOf(known: readonly CheckedImage[], name: string): { least: number; most: number; mean: number } {
  const numbers = known.map(({ answers }) => Number(answers?.get(name)));
  return {
    least: numbers.reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY),
    most: numbers.reduce((most, number) => Math.max(most, number), Number.NEGATIVE_INFINITY),
    mean: numbers.reduce((sum, number) => sum + number, 0) / numbers.length,
  };
}

/** The range, which shows a slipped point or another unit; numbers that are all the same teach nothing. */
function rangeNote(labelled: readonly CheckedImage[], name: string): DataFinding[] {
  const known = knownOf(labelled, name);
  const range = rangeOf(known, name);
  return [
    finding(range.least === range.most ? 'oneNumber' : 'numberRange', range.least === range.most ? 'serious' : 'note', {
      name,
      ...range,
    }),
  ];
}
