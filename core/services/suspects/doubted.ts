/** The labels of a model's version beside its out-of-fold answers: how far each is contradicted. */
import {
  type ModelRecord,
  type ReadingTarget,
  type ReadingUnit,
  targetFacts,
  targetKey,
  targetOfImage,
} from '../../contract/index.ts';
import { type EvaluatedImage, evaluatedImages, evaluationsOf, type Question } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { probabilitiesOf } from '../training/model.ts';

/** A label with what a network answers that did not learn from it. */
export interface DoubtedLabel {
  readonly target: ReadingTarget;
  readonly question: Question;
  readonly images: readonly EvaluatedImage[];
  readonly label: string;
  readonly answer: string;
  readonly labelProbability: number | null;
  readonly answerProbability: number | null;
  /** Above 0 where the answer contradicts the label. */
  readonly doubt: number;
}

/** A case as it is compared: what a label was given to, or an image of it, with all its frames, where its images carry different ones. */
interface Row {
  readonly target: ReadingTarget;
  readonly images: readonly EvaluatedImage[];
  readonly answers: readonly number[];
  /** Of each question, as networks learn it; NaN where it is not known or another row has it. */
  readonly labels: readonly number[];
}

/** The key under which two models speak of the same label. */
export const labelKey = ({ target, question }: Pick<DoubtedLabel, 'target' | 'question'>): string =>
  JSON.stringify([targetKey(target), question]);

/**
 * Every label of training and validation that has an out-of-fold answer, the strongest contradiction first; null of a model that has no such
 * answers. Images of one `unit` are answered together, by the mean of their answers, where they carry the same label.
 */
export function doubtedLabels(context: ServiceContext, record: ModelRecord, unit: ReadingUnit): DoubtedLabel[] | null {
  const { db } = context.library;
  const evaluation = evaluationsOf(db, record.id).find(({ split }) => split === 'cross-validation');
  const images = evaluation === undefined ? [] : evaluatedImages(db, evaluation.id);
  if (images.length === 0) return null;
  const target = targets[record.target];
  const logits = target.logits(record.classes.length);
  const width = target.labelWidth(logits);
  const rows = rowsOf(record, images, unit);
  const doubts = target.doubts(
    Float64Array.from(rows.flatMap(({ answers }) => answers)),
    // Whole numbers where a label is the place of a name.
    Float64Array.from(rows.flatMap(({ labels }) => labels)) as unknown as Float32Array,
    logits,
  );
  const found = rows.flatMap((row, r) =>
    row.labels.flatMap((label, k) =>
      Number.isNaN(label) ? [] : [{ ...said(record, row, k), doubt: doubts[r * width + k] as number }],
    ),
  );
  return found.sort((a, b) => b.doubt - a.doubt);
}

function rowsOf(record: ModelRecord, images: readonly EvaluatedImage[], unit: ReadingUnit): Row[] {
  const target = targets[record.target];
  const logits = target.logits(record.classes.length);
  const width = target.labelWidth(logits);
  const probabilities = probabilitiesOf(record, Float32Array.from(images.flatMap((image) => [...image.logits])));
  // In the unit of the labels; what a reader was not sure of is no label that could be wrong.
  const labels = target.labelsOf(images, { uncertain: 'unknown', scale: null });
  const labelOf = (i: number, k: number): number => labels[i * width + k] as number;
  const answersAt = (values: Float64Array, at: number): number[] => [
    ...values.subarray(at * logits, (at + 1) * logits),
  ];
  const targetOf = images.map((image) => targetOfImage(image, unit));
  const pooled = target.poolStudies(probabilities, logits, targetOf.map(targetKey), 'mean');
  // A label is an instance's, not a frame's: the frames of one are a row, found here by the first of them.
  const frames = target.poolStudies(
    probabilities,
    logits,
    images.map(({ instanceId }) => String(instanceId)),
    'mean',
  );
  const instances = new Map(
    frames.members.map((own, g) => [own[0] as number, { members: own, answers: answersAt(frames.probabilities, g) }]),
  );
  const questions = Array.from({ length: width }, (_, k) => k);
  return pooled.members.flatMap((members, g) => {
    const isMixed = questions.map((k) => new Set(members.map((i) => labelOf(i, k))).size > 1);
    const first = members[0] as number;
    const whole: Row = {
      target: targetOf[first] as ReadingTarget,
      images: members.map((i) => images[i] as EvaluatedImage),
      answers: answersAt(pooled.probabilities, g),
      labels: questions.map((k) => (isMixed[k] ? Number.NaN : labelOf(first, k))),
    };
    const apart = members.flatMap((i): Row[] => {
      const own = instances.get(i);
      if (own === undefined) return [];
      return [
        {
          target: targetOfImage(images[i] as EvaluatedImage, 'instance'),
          images: own.members.map((frame) => images[frame] as EvaluatedImage),
          answers: own.answers,
          labels: questions.map((k) => (isMixed[k] ? labelOf(i, k) : Number.NaN)),
        },
      ];
    });
    return [whole, ...apart].filter((row) => row.labels.some((label) => !Number.isNaN(label)));
  });
}

/** Label and answer to the k-th question of a row, in words. */
function said(record: ModelRecord, { target: about, images, answers, labels }: Row, k: number) {
  const target = targets[record.target];
  const { isPerName, hasMarks } = targetFacts[record.target];
  const question = isPerName ? (record.classes[k] as string) : null;
  const of = { target: about, question, images };
  // A number as it was written, not as a network learns it.
  const value = isPerName ? (images[0]?.values[k] as number) : (labels[k] as number);
  const label = target.labelWord(value, record.classes);
  if (isPerName && !hasMarks) {
    const answer = target.answer(answers, record.classes, { cut: null, thresholds: [] });
    return { ...of, label, answer, labelProbability: null, answerProbability: null };
  }
  // Of a finding, as of two classes: absent and present.
  const probabilities = hasMarks ? [1 - (answers[k] as number), answers[k] as number] : answers;
  const top = probabilities.indexOf(Math.max(...probabilities));
  return {
    ...of,
    label,
    answer: target.labelWord(top, record.classes),
    labelProbability: probabilities[value] ?? null,
    answerProbability: probabilities[top] ?? null,
  };
}
