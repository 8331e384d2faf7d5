/**
 * What to know about a data set before training on it: what makes training impossible, what would make the figures of the
 * model mislead, and what is only good to know. Nothing is changed: patients without a split are dealt as the training that is
 * asked about would deal them, by the same function and with its seed, and forgotten again.
 */
import { AppError } from '../../base/errors.ts';
import { type DataCheck, type PatientId, targetFacts } from '../../contract/index.ts';
import {
  classListOf,
  type DatasetRow,
  datasetInstanceFacts,
  labelledInstances,
  newestVersion,
  type RecordRow,
} from '../../store/index.ts';
import { alikePatients } from '../patients/alike.ts';
import { sharedPatient } from '../patients/shared-patient.ts';
import { imageKey, previewFolder, storedRecords } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { type CheckedImage, checkedCounts, findingsOf } from './data-check-rules.ts';
import { assignedSplits, framesOf, orderNames, planSplits, requireDataset } from './dataset.ts';
import type { AssignedSplit } from './split.ts';

export interface DataCheckRequest {
  readonly dataset: string;
  readonly inputSize: number;
  readonly flip: boolean;
  /** The seed of the training, which deals the patients who have no split yet. */
  readonly seed: number;
}

/** @throws DATASET_NOT_FOUND */
export function checkDataset(context: ServiceContext, request: DataCheckRequest): DataCheck {
  const { library } = context;
  const dataset = requireDataset(context, request.dataset);
  const facts = new Map(datasetInstanceFacts(library.db, dataset.id).map((fact) => [fact.instanceId, fact]));
  // Pixels that were decoded before are compared too: a copied file may differ in its header only.
  const pixels = storedRecords(
    library,
    previewFolder(request.inputSize, newestVersion(library.db, dataset.id)?.ranges ?? 'format'),
  );
  // What a reader set aside is in no version, so it is not looked at either.
  const all = labelledInstances(library.db, dataset.id).filter(({ isExcluded }) => !isExcluded);
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
  const list = classListOf(library.db, dataset.id);
  const classes = orderNames(
    library.db,
    dataset,
    images.flatMap(({ label }) => (label === null ? [] : [label])),
  );
  const positive = targetFacts[dataset.target].positiveOf(classes, list.positive);
  return {
    dataset: dataset.name,
    ...checkedCounts(images, classes),
    positiveClass: positive?.name ?? null,
    positiveClassSource: positive?.source ?? null,
    findings: findingsOf(images, classes, {
      ...request,
      target: dataset.target,
      positive: list.positive,
      shared: sharedPatient(library.db, dataset.id),
      alike: alikePatients(library.db, dataset.id),
      gone: all.filter(({ isGone }) => isGone),
    }),
  };
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
  rows: readonly { readonly patientId: PatientId; readonly label: string | null }[],
  seed: number,
): ReadonlyMap<PatientId, AssignedSplit> {
  const labelled = rows.flatMap(({ patientId, label }) => (label === null ? [] : [{ patientId, strata: [label] }]));
  try {
    return planSplits(context, dataset, labelled, seed).splits;
  } catch (error) {
    // A class with too few patients: a finding says so in its own words.
    if (error instanceof AppError && error.code === 'SPLIT_IMPOSSIBLE')
      return assignedSplits(context.library.db, dataset);
    throw error;
  }
}
