/**
 * The search that a command goes on with: labels that were given while it ran, or while it stood still, do not make it another one. It keeps the version that
 * it began with, as a run does that is resumed, as long as what that version says is still held to be true.
 */
import { AppError } from '../../base/errors.ts';
import type { DatasetVersion } from '../../contract/index.ts';
import {
  type DatasetRow,
  isVersionReduced,
  runsOfSearch,
  type StoredSearch,
  searchesOfDataset,
  versionById,
  versionImages,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { assignedSplits, framesOf, planVersion } from '../datasets/dataset.ts';
import { labelledExamples } from '../datasets/examples.ts';
import type { ServiceContext } from '../session/context.ts';
import { warn } from '../session/warn.ts';
import { standings } from './halving.ts';
import { isSearchOf, type SearchSubject } from './identity.ts';

/**
 * The version of the newest search of this request, where a training of it has ended and no model has come of it yet, or another one than that of this
 * name, which was begun; undefined where a search begins with the data set as it is now. Says what is not in that version.
 */
export function unfinishedSearch(
  context: ServiceContext,
  dataset: DatasetRow,
  subject: Omit<SearchSubject, 'version'>,
  modelName: string,
): DatasetVersion | undefined {
  const { db } = context.library;
  for (const search of searchesOfDataset(db, dataset.id)) {
    const version = versionById(db, search.versionId);
    if (version === undefined || isVersionReduced(db, version.id)) continue;
    if (!isSearchOf(context, search, { ...subject, version })) continue;
    if (search.trials.length === 0 || hasDiverged(search) || hasModel(context, search, modelName)) return undefined;
    if (isAsNow(context, version, subject.request.seed)) return version;
    const found = { dataset: version.dataset, version: version.number };
    const isTrue = isStillTrue(context, dataset, version);
    warn(context, { code: isTrue ? 'searchGoesOn' : 'searchBeginsAnew', ...found });
    return isTrue ? version : undefined;
  }
  return undefined;
}

/** Whether every recipe was tried in vain: going on would only say so again. */
function hasDiverged({ plan, trials }: StoredSearch): boolean {
  const [best] = standings(trials, plan.rounds.at(-1)?.folds ?? 0);
  return best?.skill === Number.NEGATIVE_INFINITY;
}

/** Whether a model has come of it, and none of this name is on its way. */
function hasModel({ library: { db } }: ServiceContext, { id }: StoredSearch, name: string): boolean {
  const runs = runsOfSearch(db, id);
  const isOnItsWay = runs.some(({ state, modelName }) => state !== 'succeeded' && modelName === name);
  return !isOnItsWay && runs.some(({ state }) => state === 'succeeded');
}

/** Whether the data set would be frozen as this version. */
export function isAsNow(context: ServiceContext, version: DatasetVersion, seed: number): boolean {
  try {
    return planVersion(context, { dataset: version.dataset, seed }).existing?.id === version.id;
  } catch (error) {
    // The first label of a class leaves no way to split it: that is other than this version.
    if (error instanceof AppError && ['SPLIT_IMPOSSIBLE', 'DATASET_NOT_READY'].includes(error.code)) return false;
    throw error;
  }
}

/** Whether each image of the version still has its patient, part and label: others may have come. */
function isStillTrue({ library: { db } }: ServiceContext, dataset: DatasetRow, version: DatasetVersion): boolean {
  const examples = new Map(labelledExamples(db, dataset).map((example) => [example.instanceId, example]));
  const splits = assignedSplits(db, dataset);
  const { labelWord } = targets[dataset.target];
  return versionImages(db, version.id).every(({ instanceId, frame, patientId, split, classIndex, values }) => {
    const example = examples.get(instanceId);
    if (example === undefined || example.patientId !== patientId) return false;
    if (splits.get(patientId)?.split !== split) return false;
    if (!framesOf(dataset.frames, example.numberOfFrames).includes(frame)) return false;
    if (classIndex !== null) return example.label === labelWord(classIndex, version.classes);
    // An answer to a question that had none is news; one that became another is a correction.
    return version.classes.every((name, k) => {
      const [then, now] = [values[k] ?? null, example.answers.get(name)];
      return then === null || (now !== undefined && targets[dataset.target].labelValue(now, version.classes) === then);
    });
  });
}
