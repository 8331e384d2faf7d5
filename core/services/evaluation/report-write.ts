/** Gathers what a report shows from the library and writes it. */
import { invariant } from '../../base/errors.ts';
import type { EvaluateReport, Method, TrainReport } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { trainingMethods } from '../../models/index.ts';
import { renderReport } from '../../report/report.ts';
import type { ReportData, ReportMethod } from '../../report/report-data.ts';
import { epochsOf, lpmByHash, modelByName, runByName, versionImages } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { describeEngine } from '../session/describe-engine.ts';

/** Writes the report of one evaluated model. */
export async function writeEvaluationReport(
  context: ServiceContext,
  evaluation: EvaluateReport,
  path: string,
): Promise<void> {
  const { db } = context.library;
  const model = modelByName(db, evaluation.model);
  invariant(model !== undefined, 'an evaluated model is in the library');
  const run = runByName(db, model.run);
  const method: ReportMethod = {
    method: model.method,
    trainsLpm: trainsLpm(model.method),
    model: model.name,
    evaluation,
    learnable: model.learnable,
    lpmParameters: null,
    peakMb: run?.peakMb ?? null,
    seconds: run?.seconds ?? 0,
    bestEpoch: model.bestEpoch,
    epochs: run === undefined ? [] : epochsOf(db, run.id),
  };
  const data: ReportData = {
    title: `${model.name}: ${evaluation.split} patients of ${evaluation.dataset}`,
    createdAt: context.now(),
    dataset: datasetOf(context, evaluation, run?.datasetVersionId),
    lpm: {
      name: `${lpmByHash(db, model.lpmHash)?.name ?? 'not in this library'}${model.preprocessing.precision === 'int8' ? ', read in 8 bits' : ''}${model.preprocessing.keptAs === 'int8' ? ', features kept in 8 bits' : ''}`,
      hash: model.lpmHash,
    },
    engine: await describeEngine(context),
    warnings: evaluation.warnings,
    methods: [method],
    examples: [],
    timings: [],
  };
  writeWholeFile(path, renderReport(data));
}

/** The report of several methods on one data set, from what training and evaluating each gave back. */
export async function renderMethodsReport(
  context: ServiceContext,
  results: readonly { readonly training: TrainReport; readonly evaluation: EvaluateReport }[],
): Promise<string> {
  const { db } = context.library;
  const first = results[0];
  invariant(first !== undefined, 'a report of methods has one at least');
  const { training, evaluation } = first;
  return renderReport({
    title: `Methods compared on ${evaluation.dataset}`,
    createdAt: context.now(),
    dataset: datasetOf(context, evaluation, runByName(db, training.run)?.datasetVersionId),
    lpm: { name: training.lpm, hash: training.lpmHash },
    engine: await describeEngine(context),
    warnings: evaluation.warnings,
    methods: results.map((r) => reportMethod(r.training, r.evaluation)),
    examples: [],
    timings: [],
  });
}

/** A method's part of a report, from what training and evaluation gave back. */
export function reportMethod(training: TrainReport, evaluation: EvaluateReport): ReportMethod {
  const { method, model, learnable, lpmParameters, peakMb, seconds, bestEpoch, epochs } = training;
  return {
    method,
    trainsLpm: trainsLpm(method),
    model,
    evaluation,
    learnable,
    lpmParameters,
    peakMb,
    seconds,
    bestEpoch,
    epochs,
  };
}

function trainsLpm(method: Method): boolean {
  return trainingMethods[method].runsLpm === 'trained';
}

/** Counts of the frozen version that was evaluated. */
function datasetOf(
  context: ServiceContext,
  evaluation: EvaluateReport,
  versionId: number | undefined,
): ReportData['dataset'] {
  const images = versionId === undefined ? [] : versionImages(context.library.db, versionId);
  return {
    name: evaluation.dataset,
    patients: new Set(images.map((image) => image.patientId)).size,
    studies: new Set(images.map((image) => image.studyId)).size,
    images: images.length,
    classes: evaluation.classes.map((name, index) => ({
      name,
      // Where each name is a question, those that answer it.
      images: images.filter(({ classIndex, values }) => classIndex === index || (values[index] ?? null) !== null)
        .length,
    })),
  };
}
