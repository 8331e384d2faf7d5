/** What a model says of an image and of a study, as results keep it, and how many answers are of which kind. */
import {
  type ClassifyReport,
  type ModelRecord,
  type Prediction,
  type StudyPooling,
  targetFacts,
} from '../../contract/index.ts';
import type { ClassifiedAnswer } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { Scanned } from '../files/scan.ts';
import { operatingPointOf } from '../training/operating-point.ts';
import { answersOf } from './csv.ts';
import { foldAgreement, referredNames } from './fold-agreement.ts';

/** How many were decided for each class, or called present for each finding; nothing of numbers. */
export function countDecisions(
  { target, classes }: ModelRecord,
  images: readonly Prediction[],
  studies: readonly Prediction[],
): ClassifyReport['decisions'] {
  const { isPerName, hasMarks } = targetFacts[target];
  if (isPerName && !hasMarks) return [];
  const isDecided = (p: Prediction, name: string, k: number): boolean =>
    hasMarks ? (p.probabilities[k] as number) >= (p.findingThresholds[k] as number) : p.decision === name;
  return classes.map((name, k) => ({
    name,
    images: images.filter((p) => isDecided(p, name, k)).length,
    studies: studies.filter((p) => isDecided(p, name, k)).length,
  }));
}

export function countReferred(
  images: readonly Prediction[],
  studies: readonly Prediction[],
): ClassifyReport['referred'] {
  if (images.every(({ referred }) => referred === null)) return null;
  const count = (rows: readonly Prediction[]): number =>
    rows.filter(({ referred }) => referred !== null && referred.length > 0).length;
  return { images: count(images), studies: count(studies) };
}

/** About how many the networks of a model of folds do not all answer the same; null of one network. */
export function countDisagreement(
  model: ModelRecord,
  images: readonly Prediction[],
  studies: readonly Prediction[],
): ClassifyReport['disagreement'] {
  if (model.networks === 1) return null;
  const count = (rows: readonly Prediction[]): number | null => {
    const all = rows.map((row) => foldAgreement(model, row));
    if (all.some((own) => own.some(({ agreeing }) => agreeing === null))) return null;
    return all.filter((own) => own.some(({ agreeing, folds }) => agreeing !== folds)).length;
  };
  return { folds: model.networks, images: count(images), studies: count(studies) };
}

/** What a model says of an image or a study, from its answers: probabilities of classes or findings, or a number. */
function answerOf(
  model: ModelRecord,
  answers: readonly number[],
  foldAnswers: Prediction['foldAnswers'],
): Pick<
  Prediction,
  | 'probabilities'
  | 'value'
  | 'decision'
  | 'threshold'
  | 'thresholdClass'
  | 'findingThresholds'
  | 'referred'
  | 'foldAnswers'
> {
  const point = operatingPointOf(model);
  const { isPerName, hasMarks } = targetFacts[model.target];
  const isNumber = isPerName && !hasMarks;
  const decision = targets[model.target].answer(answers, model.classes, point);
  return {
    probabilities: isNumber ? [] : [...answers],
    value: isNumber ? (answers[0] as number) : null,
    decision,
    threshold: model.threshold,
    thresholdClass: model.thresholdClass,
    findingThresholds: [...point.thresholds],
    referred: isNumber ? null : referredNames(model, { decision, probabilities: answers }),
    foldAnswers,
  };
}

export function imagePrediction(
  model: ModelRecord,
  { found, place }: Scanned,
  frame: number,
  { probabilities, foldAnswers }: ClassifiedAnswer,
): Prediction {
  return {
    level: 'image',
    path: place.member === '' ? place.path : `${place.path}/${place.member}`,
    patientID: found?.patientID ?? '',
    studyInstanceUID: found?.instance.studyInstanceUID ?? '',
    sopInstanceUID: found?.instance.sopInstanceUID ?? '',
    frame,
    images: 1,
    ...answerOf(
      model,
      probabilities,
      foldAnswers.map((own) => [...own]),
    ),
    contentHash: found?.instance.contentHash ?? null,
  };
}

/** One prediction a study, in the order of the studies' first images. */
export function studyPredictions(
  model: ModelRecord,
  images: readonly Prediction[],
  pooling: StudyPooling,
): Prediction[] {
  const target = targets[model.target];
  const classes = target.logits(model.classes.length);
  const studies = images.map((image) => image.studyInstanceUID);
  const pool = (rows: readonly (readonly number[])[]) =>
    target.poolStudies(Float64Array.from(rows.flat()), classes, studies, pooling);
  const pooled = pool(images.map(answersOf));
  const rowAt = (values: Float64Array, s: number): number[] => [...values.subarray(s * classes, (s + 1) * classes)];
  // Each network's answer to a study, as if it were the model.
  const folds = Array.from({ length: images[0]?.foldAnswers.length ?? 0 }, (_, k) =>
    pool(images.map(({ foldAnswers }) => foldAnswers[k] ?? [])),
  );
  return pooled.studies.map((studyInstanceUID, s) => {
    const members = pooled.members[s] as readonly number[];
    return {
      level: 'study',
      path: null,
      patientID: images[members[0] as number]?.patientID ?? '',
      studyInstanceUID,
      sopInstanceUID: null,
      frame: null,
      images: members.length,
      ...answerOf(
        model,
        rowAt(pooled.probabilities, s),
        folds.map(({ probabilities }) => rowAt(probabilities, s)),
      ),
      contentHash: null,
    };
  });
}
