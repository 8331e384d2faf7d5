/** What a model card tells, from the library alone. */
import type { ModelCard } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { classCounts } from '../../statistics/metrics.ts';
import { proportion } from '../../statistics/proportions.ts';
import { evaluationsOf, labellersOf, lpmByHash, testViews, versionById, versionCounts } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { evaluatedSet, requireRecord, runOf } from './evaluated-set.ts';
import { levelFigures } from './figures.ts';
import { estimateOf, pairOf, targetFiguresOf } from './judge.ts';

/** @throws MODEL_NOT_FOUND */
export function modelCard(context: ServiceContext, name: string): ModelCard {
  const { db } = context.library;
  const model = requireRecord(context, name);
  const run = runOf(context, model);
  const version = versionById(db, run.datasetVersionId);
  return {
    model,
    lpmFamily: lpmByHash(db, model.lpmHash)?.family ?? null,
    dataset: run.dataset,
    version: run.datasetVersion,
    trainedAt: model.createdAt,
    epochs: run.epochsDone,
    seconds: run.seconds,
    peakMb: run.peakMb,
    labellers: version === undefined ? [] : labellersOf(db, version.datasetId),
    splits: run.splits,
    counts: versionCounts(db, run.datasetVersionId),
    results: evaluationsOf(db, model.id).flatMap(({ split }) => resultsOf(context, name, split)),
    testViews: testViews(db, name),
  };
}

function resultsOf(
  context: ServiceContext,
  name: string,
  split: ModelCard['results'][number]['split'],
): ModelCard['results'] {
  const set = evaluatedSet(context, { model: name, split, pooling: 'mean' });
  if (set === null) return [];
  return (['study', 'image'] as const).map((level) => {
    const figures = levelFigures(context, set, level);
    const { positive } = set[level].scores;
    const counts = positive === null ? null : classCounts(figures.confusion, positive);
    const share = (hits: number, n: number) => estimateOf(proportion(hits, n));
    return {
      split,
      level,
      n: figures.n,
      patients: figures.patients,
      auc: { value: figures.auc, interval: pairOf(figures.aucInterval) },
      accuracy: { value: figures.accuracy, interval: pairOf(figures.accuracyInterval) },
      figures: targetFiguresOf(figures),
      sensitivity: counts && share(counts.truePositive, counts.truePositive + counts.falseNegative),
      specificity: counts && share(counts.trueNegative, counts.trueNegative + counts.falsePositive),
    };
  });
}

/** Writes the text of a card; the file appears whole or not at all. */
export function saveCard(path: string, text: string): void {
  writeWholeFile(path, text);
}
