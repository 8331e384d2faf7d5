/** A model trained again: its settings on the data set as it is now, and what became different there since. */

import { AppError, invariant } from '../../base/errors.ts';
import type { DatasetVersion, JobOptions, RunRecord, TrainingChanges } from '../../contract/index.ts';
import type { NetworkConfig } from '../../models/index.ts';
import {
  lpmByHash,
  modelByName,
  modelLayout,
  modelWeights,
  runByName,
  splitsOf,
  trainedOnFrom,
  versionById,
  versionImages,
} from '../../store/index.ts';
import { planVersion } from '../datasets/dataset.ts';
import { addLostLpm } from '../lpm/lost.ts';
import type { ServiceContext } from '../session/context.ts';
import { weightsFor } from './stored-network.ts';

/** The run that a model came from. @throws MODEL_NOT_FOUND */
export function runOfModel({ library: { db } }: Pick<ServiceContext, 'library'>, name: string): RunRecord {
  const model = modelByName(db, name);
  const run = model === undefined ? undefined : runByName(db, model.run);
  if (run === undefined) throw new AppError('MODEL_NOT_FOUND', `There is no model "${name}".`);
  return run;
}

/**
 * What trains a model again: its own settings, on the data set as it is now, under a name that is free. A recipe that a search found is not
 * searched for again.
 * @throws MODEL_NOT_FOUND; LPM_NOT_FOUND where its large model is not in the library
 */
export function optionsAgain(
  context: Pick<ServiceContext, 'library'>,
  model: string,
  taken: ReadonlySet<string> = new Set(),
): JobOptions<'train'> {
  const { db } = context.library;
  const run = runOfModel(context, model);
  const lpm = lpmByHash(db, run.lpmHash);
  if (lpm === undefined) {
    throw new AppError(
      'LPM_NOT_FOUND',
      `Model "${model}" uses the LPM ${run.lpmHash.slice(0, 12)}…, which is not there.`,
      { action: addLostLpm },
    );
  }
  // Which class is positive is the data set's to say.
  const { learningRate, earlyStop, positive: _, ...same } = run.settings;
  return {
    ...same,
    lr: learningRate,
    ...(earlyStop === null ? {} : { earlyStop }),
    recipe: 'published',
    dataset: run.dataset,
    lpm: lpm.name,
    name: nameAfter(model, (name) => taken.has(name) || modelByName(db, name) !== undefined),
    again: model,
  };
}

/**
 * What trains a model on: its own settings, `epochs` more of them, from the weights that it ended with. The optimiser begins anew, because what it
 * had gathered is not kept once a training has ended, and so does the learning rate.
 * @throws as `optionsAgain`; BAD_INPUT for a model of several networks
 */
export function optionsOn(
  context: Pick<ServiceContext, 'library'>,
  model: string,
  epochs: number,
  taken: ReadonlySet<string> = new Set(),
): JobOptions<'train'> {
  const { again: _, ...options } = optionsAgain(context, model, taken);
  if ((options.folds ?? 1) > 1) {
    throw new AppError(
      'BAD_INPUT',
      `Model "${model}" ${options.deliver === 'refit' ? 'was trained beside the networks of a cross-validation, which say how good it is; more epochs have no such figures' : `is the mean of ${options.folds} networks, which cannot be trained on`}.`,
      {
        action: 'Train it again with more epochs instead.',
      },
    );
  }
  return { ...options, epochs, on: model };
}

/**
 * The weights that a run begins with where it trains another model on, in the order of `config`; undefined where it begins anew.
 * @throws WEIGHTS_INVALID where they are of another network or gone
 */
export function startOf(
  { library: { db } }: Pick<ServiceContext, 'library'>,
  runId: number,
  config: NetworkConfig,
): Float32Array | undefined {
  const parent = trainedOnFrom(db, runId);
  if (parent === undefined) return undefined;
  const final = modelWeights(db, parent.id, 'final');
  if (final === undefined) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `The weights of "${parent.name}", which this run trains on, are not in the library any more.`,
      {
        action: 'Bring them back from a backup, or train a model that begins anew.',
      },
    );
  }
  const [params] = weightsFor(config, modelLayout(db, parent), [final], parent.name);
  return params;
}

/** `mammo` → `mammo-2`, `mammo-2` → `mammo-3`, past those that are taken. */
export function nameAfter(model: string, isTaken: (name: string) => boolean): string {
  const [, base = model, number = '1'] = /^(.*?)(?:-(\d{1,4}))?$/s.exec(model) ?? [];
  for (let n = Number(number) + 1; ; n++) if (!isTaken(`${base}-${n}`)) return `${base}-${n}`;
}

/**
 * What of a model's data set is different from what it was trained on; nothing is written.
 * @throws MODEL_NOT_FOUND, DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE
 */
export function changesSince(context: ServiceContext, model: string): TrainingChanges {
  const { db } = context.library;
  const run = runOfModel(context, model);
  const before = versionById(db, run.datasetVersionId);
  invariant(before !== undefined, 'a run names a version that exists');
  const { version, existing } = planVersion(context, { dataset: run.dataset, seed: run.settings.seed });
  const isSame = existing?.id === before.id;
  const imagesBefore = versionImages(db, before.id);
  const [then, now] = [truths(before, imagesBefore), truths(version, version.images)];
  const filed = new Map(imagesBefore.map((image) => [image.instanceId, image]));
  const moved = version.images.filter(({ instanceId, patientId, studyId }) => {
    const was = filed.get(instanceId);
    return was !== undefined && (was.patientId !== patientId || was.studyId !== studyId);
  });
  const newLabels = [...now].filter(([image, truth]) => then.has(image) && then.get(image) !== truth).length;
  return {
    dataset: run.dataset,
    version: before.number,
    isChanged: !isSame,
    labels: newLabels,
    added: [...now.keys()].filter((image) => !then.has(image)).length,
    removed: [...then.keys()].filter((image) => !now.has(image)).length,
    moved: new Set(moved.map(({ instanceId }) => instanceId)).size,
    testPatients: splitsOf(db, before.datasetId).filter(({ split }) => split === 'test').length,
  };
}

interface TruthRow {
  readonly instanceId: number;
  readonly frame: number;
  readonly classIndex: number | null;
  readonly values?: readonly (number | null)[] | undefined;
}

/** What is true of each image, in words that do not depend on the order of the names. */
function truths(
  { classes }: Pick<DatasetVersion, 'classes'> | { readonly classes: readonly string[] },
  images: readonly TruthRow[],
) {
  return new Map(
    images.map(({ instanceId, frame, classIndex, values }) => [
      `${instanceId}/${frame}`,
      classIndex === null
        ? JSON.stringify(classes.map((name, k) => [name, values?.[k] ?? null]).sort())
        : (classes[classIndex] as string),
    ]),
  );
}
