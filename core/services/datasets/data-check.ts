/**
 * What to know about a data set before training on it: what makes training impossible, what would make the figures of the
 * model mislead, and what is only good to know. Nothing is changed: patients without a split are dealt here as freezing
 * would deal them, and forgotten again.
 */
import { AppError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { type DataCheck, orderClasses, type PatientId, type SplitName } from '../../contract/index.ts';
import { datasetByName, datasetInstanceFacts, labelledInstances, splitsOf } from '../../store/index.ts';
import { imageKey, previewFolder, storedRecords } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { type CheckedImage, checkedCounts, findingsOf } from './data-check-rules.ts';
import { drawSplits } from './split.ts';

export interface DataCheckRequest {
  readonly dataset: string;
  readonly inputSize: number;
  readonly flip: boolean;
}

/** @throws DATASET_NOT_FOUND */
export function checkDataset(context: ServiceContext, request: DataCheckRequest): DataCheck {
  const { library } = context;
  const dataset = datasetByName(library.db, request.dataset);
  if (dataset === undefined) throw new AppError('DATASET_NOT_FOUND', `There is no data set "${request.dataset}".`);
  const facts = new Map(datasetInstanceFacts(library.db, dataset.id).map((fact) => [fact.instanceId, fact]));
  // Pixels that were decoded before are compared too: a copied file may differ in its header only.
  const pixels = storedRecords(library, previewFolder(request.inputSize));
  // What a reader set aside is in no version, so it is not looked at either.
  const rows = labelledInstances(library.db, dataset.id).filter(({ isExcluded }) => !isExcluded);
  const splits = plannedSplits(
    rows,
    new Map(splitsOf(library.db, dataset.id).map(({ patientId, split }) => [patientId, split])),
  );
  const images = rows.map((row): CheckedImage => {
    const fact = facts.get(row.instanceId);
    const record = pixels.get(imageKey(row.instanceId, Math.floor((row.numberOfFrames - 1) / 2)));
    return {
      instanceId: row.instanceId,
      studyId: row.studyId,
      patientId: row.patientId,
      label: row.label,
      split: splits.get(row.patientId) ?? null,
      contentHash: fact?.contentHash ?? '',
      pixelKey: record === undefined ? null : `${record.length}-${record.checksum}`,
      modality: fact?.modality ?? null,
      rows: fact?.rows ?? null,
      columns: fact?.columns ?? null,
    };
  });
  const classes = orderClasses(images.flatMap(({ label }) => (label === null ? [] : [label])));
  return {
    dataset: dataset.name,
    ...checkedCounts(images, classes),
    findings: findingsOf(images, classes, request),
  };
}

/** The split that each labelled patient has or, where that is possible, would be dealt. */
function plannedSplits(
  rows: readonly { readonly patientId: PatientId; readonly label: string | null }[],
  given: ReadonlyMap<PatientId, SplitName>,
): ReadonlyMap<PatientId, SplitName> {
  const patients = new Map<PatientId, Set<string>>();
  for (const { patientId, label } of rows) {
    if (label !== null) patients.set(patientId, (patients.get(patientId) ?? new Set<string>()).add(label));
  }
  try {
    const list = [...patients].map(([patientId, classes]) => ({ patientId, classes }));
    return drawSplits(list, given, Random.seeded(0).fork('split'));
  } catch (error) {
    // A class with too few patients: a finding says so in its own words.
    if (error instanceof AppError && error.code === 'SPLIT_IMPOSSIBLE') return given;
    throw error;
  }
}
