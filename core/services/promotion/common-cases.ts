/**
 * The test cases that two models were both asked about, with what each answered.
 *
 * The two may have been trained on different versions of a data set. Test patients stay test patients when studies are added, so a case of both
 * test splits is one that neither learned from; where patients were filed under others since, a person may be a test patient of the one and have
 * taught the other, or one that it was trained on from, under another name, and is left out: people are told by whose the images are now, as on the model card. Cases are matched by
 * their images, names by what they are called; what is true, and who counts as one patient, is taken from the newer version, where labels and patients may
 * have been corrected.
 */
import { type InstanceId, type ModelRecord, type PatientId, targetFacts } from '../../contract/index.ts';
import { type EvaluatedImage, filedNow, versionImages } from '../../store/index.ts';
import {
  type EvaluationRequest,
  evaluatedAnswers,
  evaluatedSet,
  requireRecord,
  runOf,
} from '../evaluation/evaluated-set.ts';
import type { ServiceContext } from '../session/context.ts';
import { peopleOf, taughtBefore } from '../training/taught.ts';

/** Cases with what is true of them and what one model or two answered. */
export interface AnsweredCases {
  readonly record: ModelRecord;
  /** Answers a case, [columns] each: probabilities of classes or of findings, or numbers. */
  readonly columns: number;
  /** Row by row: [n] class indices, or where each name is a question [n, columns], NaN where it is not known. */
  readonly truths: Float64Array;
  readonly answers: Float64Array;
  readonly patients: readonly number[];
  readonly members: readonly (readonly EvaluatedImage[])[];
}

/** Two models on the same cases; `before` has the answers of the model in use in the columns of the new one. */
export interface PairedCases extends AnsweredCases {
  readonly before: Float64Array;
}

/** What a model answered on its test split, by study and by image; null where it was not evaluated there. */
export interface TestAnswers {
  readonly version: number;
  /** Whose the images of that version are in it. */
  readonly filed: ReadonlyMap<InstanceId, PatientId>;
  /** Whose they are now, and those that taught the models that it was trained on from. */
  readonly filedNow: ReadonlyMap<InstanceId, PatientId>;
  /** Those of training and validation, also of the models that it was trained on from. */
  readonly taught: readonly InstanceId[];
  readonly mixedStudies: number;
  readonly study: AnsweredCases;
  readonly image: AnsweredCases;
}

/** @throws MODEL_NOT_FOUND */
export function testAnswers(context: ServiceContext, model: string): TestAnswers | null {
  const request: EvaluationRequest = { model, split: 'test', pooling: 'mean' };
  const record = requireRecord(context, model);
  const { id, datasetVersion: version, datasetVersionId } = runOf(context, record);
  const { db } = context.library;
  const images = versionImages(db, datasetVersionId);
  const before = taughtBefore(db, id);
  const known = {
    version,
    filed: new Map(images.map(({ instanceId, patientId }) => [instanceId, patientId] as const)),
    filedNow: new Map([...before, ...filedNow(db, [datasetVersionId])]),
    taught: [...before.keys(), ...images.filter(({ split }) => split !== 'test').map(({ instanceId }) => instanceId)],
  };
  if (targetFacts[record.target].isPerName) {
    const set = evaluatedAnswers(context, request);
    if (set === null) return null;
    const of = ({ names: columns, ...level }: typeof set.image): AnsweredCases => ({ ...level, record, columns });
    return { ...known, mixedStudies: set.mixedStudies.length, study: of(set.study), image: of(set.image) };
  }
  const set = evaluatedSet(context, request);
  if (set === null) return null;
  const of = ({ scores, patients, members }: typeof set.image): AnsweredCases => ({
    ...{ record, patients, members, columns: scores.classes },
    truths: Float64Array.from(scores.targets),
    answers: scores.probabilities,
  });
  return { ...known, mixedStudies: set.mixedStudies.length, study: of(set.study), image: of(set.image) };
}

/** Truths a case: one where a label is one of the names, else one a name. */
export const truthsPerCase = ({ record, columns }: Pick<AnsweredCases, 'record' | 'columns'>): number =>
  targetFacts[record.target].isPerName ? columns : 1;

const caseOf = (images: readonly EvaluatedImage[]): string =>
  images
    .map(({ instanceId, frame }) => `${instanceId}/${frame}`)
    .sort()
    .join();

/** The place of each name of `model` among those of `other`; null where they are not the same names. */
function namesIn(model: ModelRecord, other: ModelRecord): number[] | null {
  const places = model.classes.map((name) => other.classes.indexOf(name));
  return model.target === other.target && model.classes.length === other.classes.length && !places.includes(-1)
    ? places
    : null;
}

/**
 * The cases that both were asked about. Studies are compared, or images where either has studies whose images are labelled differently.
 * @returns null where the models do not answer the same names
 */
export function commonCases(
  own: TestAnswers,
  inUse: TestAnswers,
): { readonly level: 'study' | 'image'; readonly cases: PairedCases; readonly leftOut: number } | null {
  const level = levelOf(own, inUse);
  const [a, b] = [own[level], inUse[level]];
  const places = namesIn(a.record, b.record);
  if (places === null) return null;
  const rowInUse = new Map(b.members.map((images, row) => [caseOf(images), row]));
  const isNewer = own.version >= inUse.version;
  const [newer, older] = isNewer ? [own, inUse] : [inUse, own];
  const patientOf = (id: InstanceId) => newer.filed.get(id) ?? older.filed.get(id);
  const personOf = (id: InstanceId) => own.filedNow.get(id) ?? inUse.filedNow.get(id);
  const taught = peopleOf([...own.taught, ...inUse.taught], personOf);
  const pairs = a.members.flatMap((images, row) => {
    const other = rowInUse.get(caseOf(images));
    const hasTaught = [
      ...peopleOf(
        images.map(({ instanceId }) => instanceId),
        personOf,
      ),
    ].some((id) => taught.has(id));
    return other === undefined || hasTaught ? [] : [[row, other] as const];
  });
  const { columns } = a;
  const perCase = truthsPerCase(a);
  const before = pairs.flatMap(([, row]) => places.map((place) => b.answers[row * columns + place] as number));
  const truthsInUse = (row: number): number[] =>
    perCase === 1 && !targetFacts[a.record.target].isPerName
      ? [places.indexOf(b.truths[row] as number)]
      : places.map((place) => b.truths[row * perCase + place] as number);
  const cases = casesOf(
    a,
    pairs.map(([row]) => row),
  );
  const patients = cases.members.map(([first]) => patientOf((first as EvaluatedImage).instanceId) as PatientId);
  return {
    level,
    leftOut: a.members.length - pairs.length,
    cases: {
      ...cases,
      patients,
      truths: isNewer ? cases.truths : Float64Array.from(pairs.flatMap(([, row]) => truthsInUse(row))),
      before: Float64Array.from(before),
    },
  };
}

/** Studies, unless images of a study are labelled differently for one of them. */
export function levelOf(...all: readonly TestAnswers[]): 'study' | 'image' {
  return all.every(({ mixedStudies }) => mixedStudies === 0) ? 'study' : 'image';
}

/** Some of the cases. */
export function casesOf<T extends AnsweredCases & { readonly before?: Float64Array }>(
  cases: T,
  rows: readonly number[],
): T {
  const { columns, members, patients } = cases;
  const take = (values: Float64Array, width: number): Float64Array =>
    Float64Array.from(rows.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
  return {
    ...cases,
    truths: take(cases.truths, truthsPerCase(cases)),
    answers: take(cases.answers, columns),
    ...(cases.before === undefined ? {} : { before: take(cases.before, columns) }),
    patients: rows.map((row) => patients[row] as number),
    members: rows.map((row) => members[row] as readonly EvaluatedImage[]),
  };
}
