/** What a model card tells, from the library alone. */
import {
  type ModelCard,
  type ModelRecord,
  type RunRecord,
  targetFacts,
  type WarningCode,
} from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import {
  evaluationsOf,
  labellersOf,
  lpmByHash,
  replayOf,
  searchOfRun,
  testEvaluations,
  versionById,
  versionCounts,
  warningsOfRun,
} from '../../store/index.ts';
import { summaryOf } from '../recipe/summary.ts';
import type { ServiceContext } from '../session/context.ts';
import type { EvaluatedAnswers } from './evaluated-answers.ts';
import {
  type EvaluatedSet,
  evaluatedAnswers,
  evaluatedSet,
  requireRecord,
  requireSet,
  runOf,
} from './evaluated-set.ts';
import { type LevelFigures, levelFigures } from './figures.ts';
import { findingsFigures } from './findings-figures.ts';
import { classDecisions, estimateOf, pairOf, targetFiguresOf } from './judge.ts';
import { peopleWarnings } from './patient-warnings.ts';
import { quantityFigures } from './quantity-figures.ts';
import { verdictOnAnswers, verdictOnSet } from './verdict-figures.ts';

/** @throws MODEL_NOT_FOUND */
export function modelCard(context: ServiceContext, name: string): ModelCard {
  const { db } = context.library;
  const model = requireRecord(context, name);
  const run = runOf(context, model);
  const version = versionById(db, run.datasetVersionId);
  const search = searchOfRun(db, run.id);
  return {
    model,
    lpmFamily: lpmByHash(db, model.lpmHash)?.family ?? null,
    dataset: run.dataset,
    version: run.datasetVersion,
    trainedAt: model.createdAt,
    epochs: run.epochsDone,
    seconds: run.seconds,
    peakMb: run.peakMb,
    search: search === undefined ? null : summaryOf(search),
    labellers: version === undefined ? [] : labellersOf(db, version.datasetId),
    splits: run.splits,
    counts: versionCounts(db, run.datasetVersionId),
    results: evaluationsOf(db, model.id).flatMap(({ split }) => resultsOf(context, model, split)),
    testEvaluations: testEvaluations(db, model.id),
    warnings: warningsOf(context, run),
    replay: replayOf(db, model.id) ?? null,
  };
}

/**
 * What is not said of a model as it was said when it was trained: of the people whom it learned from stands what is so now, because patients may have become
 * one since; and what the machine had of free memory then says nothing of the model.
 */
const notOfModel: readonly WarningCode[] = ['startKnowsPatients', 'littleMemory'];

function warningsOf({ library: { db } }: ServiceContext, run: RunRecord): ModelCard['warnings'] {
  const said = warningsOfRun(db, run.id).filter(({ code }) => !notOfModel.includes(code));
  return [...said, ...peopleWarnings(db, run)];
}

type Result = ModelCard['results'][number];

function resultsOf(context: ServiceContext, model: ModelRecord, split: Result['split']): Result[] {
  const { isPerName, hasMarks } = targetFacts[model.target];
  const request = { model: model.name, split, pooling: 'mean' } as const;
  if (!isPerName) {
    const set = evaluatedSet(context, request);
    return set === null ? [] : levels.map((level) => setResult(context, set, level));
  }
  const answers = evaluatedAnswers(context, request);
  if (answers === null) return [];
  if (!hasMarks) return levels.map((level) => numbersResult(context, answers, level));
  return levels.flatMap((level) => [
    findingsResult(context, answers, level),
    ...model.classes.map((finding) => setResult(context, requireSet(context, { ...request, finding }), level)),
  ]);
}

const levels = ['study', 'image'] as const;
const none = { value: null, interval: null };

/** The figures of a model of classes, or of one finding. */
function setResult(context: ServiceContext, set: EvaluatedSet, level: Result['level']): Result {
  const figures = levelFigures(context, set, level);
  const { positive } = set[level].scores;
  const ofPositive =
    positive === null ? null : classDecisions(set[level], positive, (i) => figures.decisions[i] === positive);
  return {
    ...rowOf(set, level, figures),
    verdict: set.finding === null ? verdictOnSet(context, set, level) : null,
    ...aucAndAccuracy(figures),
    figures: targetFiguresOf(figures),
    sensitivity: ofPositive && estimateOf(ofPositive.sensitivity),
    specificity: ofPositive && estimateOf(ofPositive.specificity),
    finding: set.finding,
    bias: null,
  };
}

/** What every row says of itself. */
function rowOf(
  set: Pick<EvaluatedAnswers, 'split'>,
  level: Result['level'],
  { n, patients }: Pick<Result, 'n' | 'patients'>,
) {
  return { split: set.split, level, n, patients };
}

const aucAndAccuracy = (figures: Pick<LevelFigures, 'auc' | 'aucInterval' | 'accuracy' | 'accuracyInterval'>) => ({
  auc: { value: figures.auc, interval: pairOf(figures.aucInterval) },
  accuracy: { value: figures.accuracy, interval: pairOf(figures.accuracyInterval) },
});

/** All findings together. */
function findingsResult(context: ServiceContext, set: EvaluatedAnswers, level: Result['level']): Result {
  const figures = findingsFigures(context, set, level);
  return {
    ...rowOf(set, level, figures),
    verdict: verdictOnAnswers(context, set, level),
    ...aucAndAccuracy(figures),
    figures: [],
    sensitivity: { value: figures.sensitivity, interval: null },
    specificity: { value: figures.specificity, interval: null },
    finding: null,
    bias: null,
  };
}

function numbersResult(context: ServiceContext, set: EvaluatedAnswers, level: Result['level']): Result {
  const figures = quantityFigures(context, set, level);
  return {
    ...rowOf(set, level, figures),
    verdict: verdictOnAnswers(context, set, level),
    auc: none,
    accuracy: none,
    figures: targetFiguresOf(figures),
    sensitivity: null,
    specificity: null,
    finding: null,
    bias: figures.agreement?.bias ?? none,
  };
}

/** Writes the text of a card; the file appears whole or not at all. */
export function saveCard(path: string, text: string): void {
  writeWholeFile(path, text);
}
