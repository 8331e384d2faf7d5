/** What a model card tells, from the library alone. */
import type { ModelCard } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { decide } from '../../statistics/curves.ts';
import { classCounts, confusionMatrix } from '../../statistics/metrics.ts';
import { type Counts, proportion } from '../../statistics/proportions.ts';
import { evaluationsOf, labellersOf, lpmByHash, testViews, versionById, versionCounts } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf } from '../training/operating-point.ts';
import { estimateOf, type JudgedLevel, type JudgedSet, judgedSet, requireRecord, runOf } from './judge.ts';
import { levelReport } from './judge-report.ts';

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
  const set = judgedSet(context, { model: name, split, pooling: 'mean' });
  if (set === null) return [];
  return (['study', 'image'] as const).map((level) => {
    const report = levelReport(set, set[level]);
    const counts = ownCounts(set, set[level]);
    const share = (hits: number, n: number) => estimateOf(proportion(hits, n));
    return {
      split,
      level,
      n: report.n,
      patients: report.patients,
      auc: report.auc,
      accuracy: report.accuracy,
      sensitivity: counts && share(counts.truePositive, counts.truePositive + counts.falseNegative),
      specificity: counts && share(counts.trueNegative, counts.trueNegative + counts.falsePositive),
    };
  });
}

/** How the model's own decisions count for its positive class; null where it has none. */
function ownCounts({ record }: JudgedSet, { scores }: JudgedLevel): Counts | null {
  if (scores.positive === null) return null;
  const decisions = decide(scores.probabilities, scores.classes, cutOf(record));
  return classCounts(confusionMatrix(scores, decisions), scores.positive);
}

/** Writes the text of a card; the file appears whole or not at all. */
export function saveCard(path: string, text: string): void {
  writeWholeFile(path, text);
}
