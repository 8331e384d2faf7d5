/** Images of a model's data set beside what it answers, from the answers that an evaluation kept: the wrong ones first, for the list of Evidence. */
import {
  type AnsweredImage,
  type AnsweredImages,
  answerStates,
  type CallInput,
  type ModelRecord,
  markValues,
  type Said,
  targetFacts,
  type VersionImage,
} from '../../contract/index.ts';
import { evaluationsOf, versionImages } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { operatingPointOf } from '../training/operating-point.ts';
import { readAnswers } from './evaluated-answers.ts';
import { requireRecord, runOf } from './evaluated-set.ts';

/** An image with how bad its answer is; within a state the highest comes first. */
type Ranked = AnsweredImage & { readonly rank: number };

const nothing: Said = { classIndex: null, present: [], number: null };

/**
 * The images of one part with label, answer and how they compare: the wrong ones first (of findings those with most wrong decisions, of grades
 * those most steps off, of classes the surest), of numbers those furthest off, then right ones, the least sure first.
 * @throws MODEL_NOT_FOUND
 */
export function answeredImages(context: ServiceContext, asked: CallInput<'evidence.images'>): AnsweredImages {
  const { db } = context.library;
  const record = requireRecord(context, asked.model);
  const all = versionImages(db, runOf(context, record).datasetVersionId);
  const isOwn = (image: Pick<VersionImage, 'instanceId' | 'frame'>): boolean =>
    image.instanceId === asked.own?.instanceId && image.frame === asked.own.frame;
  const split = all.find(isOwn)?.split ?? asked.split;
  const evaluation = evaluationsOf(db, record.id).find((one) => one.split === split);
  const rowOf = evaluation === undefined ? () => null : answersOf(context, record, evaluation.id);
  const images = all
    .filter((image) => image.split === split)
    .map((image) => compared(record, image, rowOf(image)))
    .sort((a, b) => answerStates.indexOf(a.state) - answerStates.indexOf(b.state) || b.rank - a.rank)
    .map(({ rank: _, ...image }): AnsweredImage => image);
  const count = (state: AnsweredImage['state']): number => images.filter((image) => image.state === state).length;
  return {
    split,
    isEvaluated: evaluation !== undefined,
    counts: {
      wrong: count('wrong'),
      off: count('off'),
      right: count('right'),
      unlabelled: count('unlabelled'),
      unanswered: count('unanswered'),
    },
    images: images.slice(0, asked.limit),
    own: images.find(isOwn) ?? null,
  };
}

/** Gives the probabilities (of numbers, the numbers) that an evaluation kept of an image; null where it has none. */
function answersOf(context: ServiceContext, record: ModelRecord, evaluationId: number) {
  const { images, probabilities, columns } = readAnswers(context, record, evaluationId, 'mean');
  const rows = new Map(images.map(({ instanceId, frame }, i) => [`${instanceId}/${frame}`, i]));
  return ({ instanceId, frame }: Pick<VersionImage, 'instanceId' | 'frame'>): Float64Array | null => {
    const row = rows.get(`${instanceId}/${frame}`);
    return row === undefined ? null : probabilities.subarray(row * columns, (row + 1) * columns);
  };
}

function compared(record: ModelRecord, image: VersionImage, probabilities: Float64Array | null): Ranked {
  const { isPerName, hasMarks } = targetFacts[record.target];
  const { instanceId, frame, studyId } = image;
  const compare = !isPerName ? compareNames : hasMarks ? compareFindings : compareNumbers;
  return { instanceId, frame, studyId, wrongFindings: [], off: null, ...compare(record, image, probabilities) };
}

type Comparison = Pick<Ranked, 'label' | 'answer' | 'state' | 'rank'> & Partial<Pick<Ranked, 'wrongFindings' | 'off'>>;

/** One name out of several, with or without an order. */
function compareNames(record: ModelRecord, image: VersionImage, probabilities: Float64Array | null): Comparison {
  const target = targets[record.target];
  const { isListed } = targetFacts[record.target];
  const truth = image.classIndex;
  const label = { ...nothing, classIndex: truth };
  if (probabilities === null) return { label, answer: null, state: 'unanswered', rank: 0 };
  const { cut } = operatingPointOf(record);
  const decision = target.decide(probabilities, probabilities.length, cut)[0] as number;
  const answer = { ...nothing, classIndex: decision };
  if (truth === null) return { label, answer, state: 'unlabelled', rank: 0 };
  const sureness = probabilities[decision] ?? 0;
  const off = isListed ? decision - truth : null;
  if (decision === truth) return { label, answer, off, state: 'right', rank: -sureness };
  return { label, answer, off, state: 'wrong', rank: Math.abs(off ?? 0) + sureness };
}

/** Findings, each present or absent at its own threshold; what is not known of an image is neither right nor wrong. */
function compareFindings(record: ModelRecord, image: VersionImage, probabilities: Float64Array | null): Comparison {
  const { uncertain, classes } = record;
  const truths = targets[record.target].labelsOf([image], { uncertain, scale: null });
  const label = { ...nothing, present: classes.filter((_, k) => image.values[k] === markValues.present) };
  const known = [...classes.keys()].filter((k) => !Number.isNaN(truths[k]));
  if (probabilities === null) {
    return { label: known.length === 0 ? null : label, answer: null, state: 'unanswered', rank: 0 };
  }
  const { thresholds } = operatingPointOf(record);
  const isCalled = (k: number): boolean => (probabilities[k] as number) >= (thresholds[k] ?? 0.5);
  const answer = { ...nothing, present: classes.filter((_, k) => isCalled(k)) };
  // How far beyond its threshold an answer lies.
  const sureness = (k: number): number => Math.abs((probabilities[k] as number) - (thresholds[k] ?? 0.5));
  if (known.length === 0) return { label: null, answer, state: 'unlabelled', rank: 0 };
  const wrong = known.filter((k) => isCalled(k) !== (truths[k] === markValues.present));
  if (wrong.length === 0) return { label, answer, state: 'right', rank: -Math.min(...known.map((k) => sureness(k))) };
  return {
    ...{ label, answer, state: 'wrong' },
    wrongFindings: wrong.map((k) => ({ name: classes[k] as string, isPresent: truths[k] === markValues.present })),
    rank: wrong.length + Math.max(...wrong.map(sureness)),
  };
}

/** A number has no right and wrong: it is off by something. */
function compareNumbers(record: ModelRecord, image: VersionImage, answers: Float64Array | null): Comparison {
  const truth = targets[record.target].labelsOf([image], { uncertain: record.uncertain, scale: null })[0] ?? Number.NaN;
  const isKnown = !Number.isNaN(truth);
  const label = { ...nothing, number: isKnown ? truth : null };
  if (answers === null) return { label, answer: null, state: 'unanswered', rank: 0 };
  const number = answers[0] as number;
  const answer = { ...nothing, number };
  if (!isKnown) return { label, answer, state: 'unlabelled', rank: 0 };
  return { label, answer, off: number - truth, state: 'off', rank: Math.abs(number - truth) };
}
