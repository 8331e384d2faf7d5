/**
 * What to know about a data set before training on it: what makes training impossible, what would make the figures of the
 * model mislead, and what is only good to know. Nothing is changed: patients without a split are dealt as the training that is
 * asked about would deal them, by the same function and with its seed, and forgotten again.
 */
import { AppError } from '../../base/errors.ts';
import { type DataCheck, type PatientId, targetFacts } from '../../contract/index.ts';
import {
  answeredInstances,
  classListOf,
  type DatasetRow,
  datasetInstanceFacts,
  type LabelledInstance,
  labelledInstances,
  newestVersion,
  type ReadDb,
  type RecordRow,
} from '../../store/index.ts';
import { alikePatients } from '../patients/alike.ts';
import { sharedIssuers } from '../patients/issuers.ts';
import { sharedPatient } from '../patients/shared-patient.ts';
import { imageKey, previewFolder, storedRecords } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { answeredCounts, answerFindingsOf } from './data-check-answers.ts';
import { type CheckedImage, checkedCounts, findingsOf, gravestFirst } from './data-check-rules.ts';
import { assignedSplits, framesOf, orderNames, planSplits, requireDataset } from './dataset.ts';
import { answersByName, type LabelledExample, strataOf } from './examples.ts';
import { filesAway } from './files-away.ts';
import type { AssignedSplit } from './split.ts';

export interface DataCheckRequest {
  readonly dataset: string;
  readonly inputSize: number;
  readonly flip: boolean;
  /** The seed of the training, which deals the patients who have no split yet. */
  readonly seed: number;
}

/** What the library knows; no file is looked for. @throws DATASET_NOT_FOUND */
export function checkDataset(context: ServiceContext, request: DataCheckRequest): DataCheck {
  return checkedDataset(context, request).check;
}

/** As `checkDataset`, and whether the files that a training would have to read are there. @throws DATASET_NOT_FOUND */
export async function checkDatasetAndFiles(context: ServiceContext, request: DataCheckRequest): Promise<DataCheck> {
  const { check, images } = checkedDataset(context, request);
  // Images of the test part are read when a model is judged.
  const unread = images.filter(({ label, pixelKey, split }) => label !== null && pixelKey === null && split !== 'test');
  return { ...check, findings: gravestFirst([...check.findings, ...(await filesAway(context, unread))]) };
}

function checkedDataset(
  context: ServiceContext,
  request: DataCheckRequest,
): { readonly check: DataCheck; readonly images: readonly CheckedImage[] } {
  const { library } = context;
  const dataset = requireDataset(context, request.dataset);
  const facts = new Map(datasetInstanceFacts(library.db, dataset.id).map((fact) => [fact.instanceId, fact]));
  // Pixels that were decoded before are compared too: a copied file may differ in its header only.
  const pixels = storedRecords(
    library,
    previewFolder(request.inputSize, newestVersion(library.db, dataset.id)?.ranges ?? 'format'),
  );
  // What a reader set aside is in no version, so it is not looked at either.
  const list = classListOf(library.db, dataset.id);
  const all = checkedRows(library.db, dataset, list.names);
  const rows = all.filter(({ isGone }) => !isGone);
  const splits = splitsIfPossible(context, dataset, rows, request.seed);
  const images = rows.map((row): CheckedImage => {
    const fact = facts.get(row.instanceId);
    const frames = framesOf(dataset.frames, row.numberOfFrames);
    return {
      instanceId: row.instanceId,
      studyId: row.studyId,
      patientId: row.patientId,
      label: row.label,
      answers: row.answers,
      split: splits.get(row.patientId)?.split ?? null,
      splitOrigin: splits.get(row.patientId)?.origin ?? null,
      contentHash: fact?.contentHash ?? '',
      pixelKey: pixelKey(frames.map((frame) => pixels.get(imageKey(row.instanceId, frame)))),
      isOwnPatient: fact?.patientKey.startsWith('picture:') ?? false,
      modality: fact?.modality ?? null,
      rows: fact?.rows ?? null,
      columns: fact?.columns ?? null,
    };
  });
  const { target } = dataset;
  const asked = {
    ...request,
    target,
    shared: sharedPatient(library.db, dataset.id),
    issuers: sharedIssuers(library.db, dataset.id),
    alike: alikePatients(library.db, dataset.id),
    gone: all.filter(({ isGone }) => isGone),
  };
  if (targetFacts[target].isPerName) {
    const check = {
      dataset: dataset.name,
      ...answeredCounts(images, list.names, asked),
      positiveClass: null,
      positiveClassSource: null,
      findings: answerFindingsOf(images, list.names, asked),
    };
    return { check, images };
  }
  const classes = orderNames(
    library.db,
    dataset,
    images.flatMap(({ label }) => (label === null ? [] : [label])),
  );
  const positive = targetFacts[dataset.target].positiveOf(classes, list.positive);
  const check = {
    dataset: dataset.name,
    ...checkedCounts(images, classes),
    positiveClass: positive?.name ?? null,
    positiveClassSource: positive?.source ?? null,
    findings: findingsOf(images, classes, { ...asked, positive: list.positive }),
  };
  return { check, images };
}

/** An instance with its label; where each name is a question, with its answers, and a label that says that there are some. */
type CheckedRow = LabelledInstance & Pick<LabelledExample, 'answers' | 'strata'>;

function checkedRows(db: ReadDb, { id, target }: DatasetRow, names: readonly string[]): CheckedRow[] {
  if (!targetFacts[target].isPerName) {
    return labelledInstances(db, id)
      .filter(({ isExcluded }) => !isExcluded)
      .map((row) => ({ ...row, answers: new Map(), strata: row.label === null ? [] : [row.label] }));
  }
  return answeredInstances(db, id, names).flatMap(({ answers: words, isDisputed, ...row }) => {
    if (row.isExcluded) return [];
    const answers = answersByName(names, words);
    const label = answers.size === 0 ? null : [...answers.keys()].join(', ');
    return [{ ...row, label, answers, strata: strataOf(answers), isDisputed: isDisputed.includes(true) }];
  });
}

/** Equal for equal pixels of all the frames that would be trained on; null where one of them was not decoded yet. */
function pixelKey(records: readonly (RecordRow | undefined)[]): string | null {
  if (records.includes(undefined)) return null;
  return records.map((record) => `${record?.length}-${record?.checksum}`).join(' ');
}

/** The split that each labelled patient has or, where that is possible, would be dealt. */
function splitsIfPossible(
  context: ServiceContext,
  dataset: DatasetRow,
  rows: readonly Pick<CheckedRow, 'patientId' | 'label' | 'strata'>[],
  seed: number,
): ReadonlyMap<PatientId, AssignedSplit> {
  const labelled = rows.filter(({ label }) => label !== null);
  try {
    return planSplits(context, dataset, labelled, seed).splits;
  } catch (error) {
    // A class with too few patients: a finding says so in its own words.
    if (error instanceof AppError && error.code === 'SPLIT_IMPOSSIBLE')
      return assignedSplits(context.library.db, dataset);
    throw error;
  }
}
