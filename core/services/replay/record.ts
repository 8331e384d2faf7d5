/** The record of a stored model: its run, the frozen version that it learned from and its LPM, as a plan that can be carried out again. */
import { AppError } from '../../base/errors.ts';
import type { RunPlace } from '../../contract/index.ts';
import { isVersionReduced, leftOutOfRun, lpmByHash, runByName, runPlaces, versionById } from '../../store/index.ts';
import { planVersion } from '../datasets/dataset.ts';
import { addLostLpm } from '../lpm/lost.ts';
import type { ServiceContext } from '../session/context.ts';
import { type LoadedModel, requireModel } from '../training/model.ts';
import type { PlannedRun } from '../training/plan.ts';

export interface ModelRecordOfRun {
  readonly model: LoadedModel;
  readonly plan: PlannedRun;
  /** Where it was made; none where that was not noted. */
  readonly madeOn: readonly RunPlace[];
}

/**
 * The record of a model.
 * @throws MODEL_NOT_FOUND, WEIGHTS_INVALID; RUN_NOT_FOUND, LPM_NOT_FOUND, DATASET_NOT_READY, each with what is gone and what to do
 */
export function recordOfModel(context: ServiceContext, name: string): ModelRecordOfRun {
  const { db } = context.library;
  const model = requireModel(context, name);
  const { record } = model;
  const cannot = `Model "${name}" cannot be trained again from its record:`;
  const run = runByName(db, record.run);
  const version = run === undefined ? undefined : versionById(db, run.datasetVersionId);
  if (run === undefined || version === undefined) {
    throw new AppError('RUN_NOT_FOUND', `${cannot} its run (${record.run}) is not in this library.`, {
      action: 'Do it in the library that it was trained in.',
    });
  }
  const lpm = lpmByHash(db, run.lpmHash);
  if (lpm === undefined) {
    throw new AppError(
      'LPM_NOT_FOUND',
      `${cannot} it was trained with the LPM ${run.lpmHash.slice(0, 12)}…, which this library does not have.`,
      { action: addLostLpm },
    );
  }
  if (isVersionReduced(db, version.id)) {
    throw new AppError(
      'DATASET_NOT_READY',
      `${cannot} images of version ${version.number} of "${version.dataset}" that it learned from were deleted with their patient.`,
      { action: `Train anew: \`sidelight train "${version.dataset}"\` freezes the data set as it is now.` },
    );
  }
  const madeOn = runPlaces(db, run.id);
  const leftOut = new Set(leftOutOfRun(db, run.id));
  const plan: PlannedRun = { run, version, lpm, resumed: false, finished: true };
  // What an older run could not read was not noted: it is tried with what can be read now.
  if (madeOn.length === 0) return { model, plan, madeOn };
  return { model, plan: { ...plan, readable: ({ index }) => !leftOut.has(index) }, madeOn };
}

/** Whether a data set is no longer what it was when a version of it was frozen. */
export function isDatasetChanged(context: ServiceContext, { version }: Pick<PlannedRun, 'version'>): boolean {
  try {
    const { existing } = planVersion(context, { dataset: version.dataset, seed: version.seed });
    return existing?.id !== version.id;
  } catch (error) {
    // What cannot be frozen any more is not what was frozen.
    if (error instanceof AppError) return true;
    throw error;
  }
}
