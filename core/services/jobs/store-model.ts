/** Stores a trained model with all that classifying needs, and what it said of patients that it did not learn from, in one transaction. */
import { invariant } from '../../base/errors.ts';
import type { Preprocessing } from '../../contract/index.ts';
import { parameterLayout, readsImage } from '../../models/index.ts';
import {
  addAuditEvent,
  addModel,
  datasetByName,
  dropCheckpoints,
  modelByName,
  noteLeftOut,
  rangeRuleOfVersion,
  settleMembers,
} from '../../store/index.ts';
import { keepEvaluation } from '../evaluation/evaluate.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { chooseOperatingPoint } from '../training/choose-operating-point.ts';
import type { ComputedWeights } from '../training/compute-weights.ts';
import { hashWeights } from '../training/model.ts';
import type { PlannedRun } from '../training/plan.ts';
import { layoutToStore } from '../training/stored-network.ts';

/** Chooses how the model of a run decides and writes it; the checkpoints of the run go. */
export function storeModel(context: ServiceContext, { run, version }: PlannedRun, computed: ComputedWeights): void {
  const { config, layers, reading, statistics, params, finalParams, unseen, members, leftOut } = computed;
  const { settings } = run;
  const { temperature, positive, cut, findingThresholds } = chooseOperatingPoint(computed, version, settings);
  const rule = rangeRuleOfVersion(context.library.db, version);
  const preprocessing: Preprocessing = {
    inputSize: settings.inputSize,
    sideSize: readsImage(config) && config.encoder === undefined ? config.sideSize : null,
    normalisation: settings.normalisation,
    ...statistics,
    tokens: settings.tokens,
    tokenRatio: settings.tokenRatio,
    layers: [...layers],
    frames: datasetByName(context.library.db, version.dataset)?.frames ?? 'middle',
    // Drawn by their format, as a run that began before there were ranges: the model says nothing, as models of that time.
    ...(rule === 'format' ? {} : { ranges: rule }),
    ...(settings.precision === undefined ? {} : { precision: settings.precision }),
    ...(settings.keptAs === undefined ? {} : { keptAs: settings.keptAs }),
  };
  const db = context.library.writer;
  const now = timeOf(context);
  const learnable = parameterLayout(config).total;
  db.transaction(() => {
    addModel(
      db,
      {
        name: run.modelName,
        runId: run.id,
        config: { ...config },
        preprocessing,
        classes: version.classes,
        threshold: cut?.threshold ?? null,
        thresholdClass: cut === null ? null : (version.classes[cut.classIndex] as string),
        thresholdSplit: unseen.part,
        positive,
        findingThresholds,
        labelScale: reading.scale,
        temperature,
        learnable,
        weightsHash: hashWeights(params),
        layout: layoutToStore(config),
        bestWeights: params,
        finalWeights: finalParams,
      },
      now,
    );
    dropCheckpoints(db, run.id);
    settleMembers(db, run.id, members);
    noteLeftOut(db, run.id, leftOut);
    addAuditEvent(db, {
      happenedAt: now,
      action: 'model.trained',
      subject: run.modelName,
      details: { run: run.name, method: settings.method, learnable },
    });
    // What it says of patients it did not learn from is known here: whoever uses the model is told at once how good it is.
    if (unseen.images.length === 0) return;
    const record = modelByName(db, run.modelName);
    invariant(record !== undefined, 'a model that was written can be read');
    keepEvaluation(context, record, unseen.part, unseen);
  });
}
