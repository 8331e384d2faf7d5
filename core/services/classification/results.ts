/** Results of batches, read back from the library: for the window and for results files. */
import { AppError } from '../../base/errors.ts';
import { type ModelRecord, type Prediction, targetFacts } from '../../contract/index.ts';
import type { BatchResults, StudyResult } from '../../contract/ipc/classify.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { type KnownWorth, renderClassification } from '../../report/classification.ts';
import {
  type BatchChoice,
  type BatchRow,
  type BatchStudy,
  batchFailures,
  batchIds,
  batchStudies,
  listBatches as listRows,
  modelOfBatch,
  placesOfInstances,
  predictionsOf,
} from '../../store/index.ts';
import { shownPatient } from '../patients/patients.ts';
import type { ServiceContext } from '../session/context.ts';
import { predictionsCsv } from './csv.ts';
import { foldAgreement, referredNames } from './fold-agreement.ts';
import { withoutSuperseded } from './superseded.ts';

/** `batches`: everything that was classified, newest first. */
export function listBatches({ library: { db } }: Pick<ServiceContext, 'library'>): BatchRow[] {
  return listRows(db);
}

/** What the chosen batches found. @throws BAD_INPUT when there is no such batch */
export function batchResults({ library: { db } }: Pick<ServiceContext, 'library'>, choice: BatchChoice): BatchResults {
  const { model, createdAt } = newest(db, choice);
  const studies = batchStudies(db, choice);
  return {
    model: model.name,
    lpm: model.lpm,
    lpmHash: model.lpmHash,
    target: model.target,
    thresholds: thresholdsOf(model, studies),
    classes: model.classes,
    positiveClass: model.positiveClass,
    createdAt,
    studies: studies.map((study) => studyResult(model, study)),
    failures: batchFailures(db, choice),
  };
}

/**
 * Writes the results as CSV (the rows of `classify --out`) or as a page.
 * @param worthOf what is known of how good a model is, said first on the page; undefined where it is not there any more
 * @throws DISK_FULL, FILE_UNREADABLE, BAD_INPUT
 */
export function exportResults(
  context: Pick<ServiceContext, 'library' | 'now'>,
  choice: BatchChoice,
  format: 'csv' | 'html',
  path: string,
  worthOf: (model: string) => KnownWorth | undefined = () => undefined,
): void {
  const { db } = context.library;
  const text =
    format === 'csv'
      ? predictionsCsv(
          newest(db, choice).model,
          withoutSuperseded(batchIds(db, choice).map((id) => completePredictions(context, id))),
          batchFailures(db, choice),
        )
      : pageOf(batchResults(context, choice), context.now(), worthOf);
  writeWholeFile(path, text);
}

function pageOf(results: BatchResults, now: Date, worthOf: (model: string) => KnownWorth | undefined): string {
  return renderClassification(results, now, worthOf(results.model));
}

function newest(db: ServiceContext['library']['db'], choice: BatchChoice): { model: ModelRecord; createdAt: string } {
  const id = batchIds(db, choice).at(-1);
  const batch = listRows(db).find((row) => row.id === id);
  const model = batch === undefined ? undefined : modelOfBatch(db, batch.id);
  if (batch === undefined || model === undefined) {
    throw new AppError('BAD_INPUT', 'There are no such results in this library.', {
      action: 'Choose others from the list.',
    });
  }
  return { model, createdAt: batch.createdAt };
}

/** The thresholds that these studies were decided with: the model's own may have been moved since. */
function thresholdsOf({ classes }: ModelRecord, studies: readonly BatchStudy[]): BatchResults['thresholds'] {
  const found = new Map<string, BatchResults['thresholds'][number]>();
  const note = (className: string | null, threshold: number | null): void => {
    if (threshold === null || className === null) return;
    found.set(JSON.stringify([className, threshold]), { className, threshold });
  };
  for (const study of [...studies].sort((a, b) => a.predictionId - b.predictionId)) {
    note(study.thresholdClass, study.threshold);
    study.findingThresholds.forEach((threshold, k) => {
      note(classes[k] ?? null, threshold);
    });
  }
  return [...found.values()];
}

function studyResult(model: ModelRecord, study: BatchStudy): StudyResult {
  const {
    predictionId: _,
    batchId: __,
    threshold: ___,
    thresholdClass: ____,
    findingThresholds,
    referred: kept,
    foldAnswers,
    ...shown
  } = study;
  const { probabilities } = study;
  const { isPerName } = targetFacts[model.target];
  const folded = { ...study, probabilities: [...probabilities], findingThresholds: [...findingThresholds] };
  // What the rule of then referred; results of before that was kept are told by the rule of now.
  const referred = kept ?? (shown.value === null ? referredNames(model, study) : null);
  return {
    ...shown,
    patientKey: shownPatient(study.patientKey ?? ''),
    probabilities: [...probabilities],
    isPresent: findingThresholds.map((threshold, k) => (probabilities[k] as number) >= threshold),
    confidence: isPerName ? null : (probabilities[model.classes.indexOf(study.decision)] ?? 0),
    isReferred: referred === null ? null : referred.length > 0,
    referred: [...(referred ?? [])],
    folds: foldAgreement(model, { ...folded, foldAnswers: foldAnswers.map((own) => [...own]) }),
  };
}

/** Predictions with path and patient where the library has the image. */
function completePredictions({ library: { db } }: Pick<ServiceContext, 'library'>, batch: number): Prediction[] {
  const places = placesOfInstances(db, batch);
  const predictions = predictionsOf(db, batch);
  const patients = new Map(
    predictions.flatMap(({ studyInstanceUID, sopInstanceUID, contentHash }) => {
      const place = places.get(contentHash ?? sopInstanceUID ?? '');
      return place === undefined ? [] : [[studyInstanceUID, shownPatient(place.patientKey) ?? ''] as const];
    }),
  );
  return predictions.map((prediction) => {
    const place = places.get(prediction.contentHash ?? prediction.sopInstanceUID ?? '');
    return {
      ...prediction,
      path: place === undefined ? null : place.member === '' ? place.path : `${place.path}/${place.member}`,
      patientID: patients.get(prediction.studyInstanceUID) ?? '',
    };
  });
}
