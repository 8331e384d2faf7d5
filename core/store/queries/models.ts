/** Models: everything needed to classify. */
import { z } from 'zod';
import {
  deliverySchema,
  type EvaluationPart,
  type ModelRecord,
  methodSchema,
  modelRecordSchema,
  networksAnswering,
  type PositiveClass,
  type PositiveClassSource,
  type Preprocessing,
  preprocessingSchema,
  type ReferPromise,
  referPromiseSchema,
  type TargetKind,
  targetFacts,
  uncertainPolicySchema,
  type WeightLayout,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type LayoutColumns, readJson, readLayout } from '../stored-json.ts';
import { readTarget, targetOfDataset } from '../stored-target.ts';
import { readVector, saveVector, type VectorOwner } from './vectors.ts';

const { config: configSchema, classes: classesSchema } = modelRecordSchema.shape;
/** One name alone cannot be one out of several. */
const severalClassesSchema = classesSchema.min(2);
/** Unknown keys are refused: they would be a choice that this version does not honour. */
const storedPreprocessingSchema = z.strictObject(preprocessingSchema.shape);
/** All that a model takes from its run's settings, which are read whole where the run is. */
const methodOfRunSchema = z.object({
  method: methodSchema,
  uncertain: uncertainPolicySchema.default('unknown'),
  folds: z.int().positive().default(1),
  repeats: z.int().positive().default(1),
  deliver: deliverySchema.default('folds'),
});

interface ModelRow {
  id: number;
  name: string;
  run_id: number;
  dataset: string;
  settings: string;
  lpm_hash: string;
  lpm: string | null;
  config: string;
  preprocessing: string;
  target: string;
  classes: string;
  threshold: number | null;
  threshold_class: string | null;
  threshold_split: EvaluationPart;
  positive_class: string | null;
  positive_class_source: PositiveClassSource | null;
  refer_class: string | null;
  refer_low: number | null;
  refer_high: number | null;
  refer_promise: string | null;
  label_mean: number | null;
  label_deviation: number | null;
  temperature: number;
  learnable: number;
  best_epoch: number | null;
  best_val_auc: number | null;
  weights_hash: string;
  created_at: string;
}

const columns = `
  SELECT m.id, m.name, m.run_id, d.name AS dataset, r.settings, r.lpm_hash, l.name AS lpm, m.config, m.preprocessing, ${targetOfDataset} AS target,
    m.classes,
    m.threshold, m.threshold_class, m.threshold_split, m.positive_class, m.positive_class_source, m.refer_class, m.refer_low, m.refer_high, m.refer_promise,
    m.label_mean, m.label_deviation, m.temperature, m.learnable, r.best_epoch, r.best_val_auc, m.weights_hash, m.created_at
  FROM models m JOIN runs r ON r.id = m.run_id JOIN dataset_versions v ON v.id = r.version_id
  JOIN datasets d ON d.id = v.dataset_id LEFT JOIN lpms l ON l.hash = r.lpm_hash`;

function toModel(db: ReadDb, row: ModelRow): ModelRecord {
  const of = (part: string): string => `the ${part} of model "${row.name}"`;
  const target = readTarget(row.target, `model "${row.name}"`);
  const classes = readJson(
    targetFacts[target].isPerName ? classesSchema : severalClassesSchema,
    row.classes,
    of('classes'),
  );
  const positive = positiveOf(row, target, classes);
  const { method, uncertain, folds, repeats, deliver } = readJson(methodOfRunSchema, row.settings, of('settings'));
  const { label_mean: mean, label_deviation: deviation } = row;
  return {
    id: row.id,
    name: row.name,
    run: `run-${row.run_id}`,
    dataset: row.dataset,
    method,
    lpmHash: row.lpm_hash,
    lpm: row.lpm,
    config: readJson(configSchema, row.config, of('configuration')),
    preprocessing: readJson(storedPreprocessingSchema, row.preprocessing, of('preprocessing')),
    target,
    classes,
    positiveClass: positive?.name ?? null,
    positiveClassSource: positive?.source ?? null,
    threshold: row.threshold,
    thresholdClass: row.threshold_class,
    thresholdSplit: row.threshold_split,
    referBand:
      row.refer_low === null || row.refer_high === null
        ? null
        : {
            className: row.refer_class,
            low: row.refer_low,
            high: row.refer_high,
            ...promiseOf(row.refer_promise, of('rule of referral')),
          },
    findings: findingsOfModel(db, row.id, of('rule of referral')),
    labelScale: mean === null || deviation === null ? null : { mean, deviation },
    uncertain,
    temperature: row.temperature,
    learnable: row.learnable,
    folds,
    repeats,
    networks: networksAnswering({ folds, repeats, deliver }),
    bestEpoch: row.best_epoch,
    valAuc: row.best_val_auc,
    weightsHash: row.weights_hash,
    createdAt: row.created_at,
  };
}

/** The operating points of a model's findings, in the order of its names. */
function findingsOfModel(db: ReadDb, modelId: number, what: string): ModelRecord['findings'] {
  return db
    .all<{ threshold: number; low: number | null; high: number | null; promise: string | null }>(
      `SELECT threshold, refer_low AS low, refer_high AS high, refer_promise AS promise FROM model_findings WHERE model_id = :modelId ORDER BY position`,
      { modelId },
    )
    .map(({ threshold, low, high, promise }) => ({
      threshold,
      referBand: low === null || high === null ? null : { low, high, ...promiseOf(promise, what) },
    }));
}

function promiseOf(stored: string | null, what: string): { promise?: ReferPromise } {
  return stored === null ? {} : { promise: readJson(referPromiseSchema, stored, what) };
}

const storedPromise = (band: { readonly promise?: ReferPromise | undefined } | null): string | null =>
  band?.promise === undefined ? null : JSON.stringify(band.promise);

/** As it was found when the model was trained, or said since; of a model that is older, as its names tell. */
function positiveOf(
  row: ModelRow,
  target: TargetKind,
  classes: readonly string[],
): Pick<PositiveClass, 'name' | 'source'> | null {
  const { positive_class: name, positive_class_source: source } = row;
  return name === null || source === null ? targetFacts[target].positiveOf(classes, null) : { name, source };
}

/** Neither deleted itself nor with its data set. */
const isThere = 'm.deleted_at IS NULL AND d.deleted_at IS NULL';

/** Every model, oldest first. */
export function listModels(db: ReadDb): ModelRecord[] {
  return db.all<ModelRow>(`${columns} WHERE ${isThere} ORDER BY m.id`).map((row) => toModel(db, row));
}

export function modelByName(db: ReadDb, name: string): ModelRecord | undefined {
  const row = db.get<ModelRow>(`${columns} WHERE m.name = :name AND ${isThere}`, { name });
  return row === undefined ? undefined : toModel(db, row);
}

/** The model of a classification, which may be deleted by now; its results stay readable. */
export function modelOfBatch(db: ReadDb, batchId: number): ModelRecord | undefined {
  const row = db.get<ModelRow>(`${columns} WHERE m.id = (SELECT model_id FROM batches WHERE id = :batchId)`, {
    batchId,
  });
  return row === undefined ? undefined : toModel(db, row);
}

export interface NewModel {
  readonly name: string;
  readonly runId: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  readonly threshold: number | null;
  /** The class that the threshold is about. */
  readonly thresholdClass: string | null;
  /** The part whose cases it was chosen on, and so were those of findings; validation where left out. */
  readonly thresholdSplit?: EvaluationPart;
  /** The positive one of two classes and how it was found. */
  readonly positive: Pick<PositiveClass, 'name' | 'source'> | null;
  /** From which probability each finding is called present, in the order of `classes`; none for other targets. */
  readonly findingThresholds?: readonly number[];
  readonly labelScale?: ModelRecord['labelScale'];
  readonly temperature: number;
  readonly learnable: number;
  /** SHA-256 of `bestWeights` (little-endian float32). */
  readonly weightsHash: string;
  /** What both vectors consist of, in their order. */
  readonly layout: WeightLayout;
  readonly bestWeights: Float32Array;
  readonly finalWeights: Float32Array;
}

/** Adds a model with both sets of weights and what they consist of; gives its row id. Call it inside a transaction. */
export function addModel(
  db: WriteDb,
  {
    layout,
    bestWeights,
    finalWeights,
    positive,
    findingThresholds = [],
    labelScale = null,
    thresholdSplit = 'val',
    ...model
  }: NewModel,
  now: string,
): number {
  const { id } = db.run(
    `INSERT INTO models (name, run_id, config, preprocessing, classes, threshold, threshold_class, threshold_split, positive_class, positive_class_source,
       label_mean, label_deviation, temperature, learnable, weights_hash, created_at)
     VALUES (:name, :runId, :config, :preprocessing, :classes, :threshold, :thresholdClass, :thresholdSplit, :positiveClass, :positiveSource,
       :labelMean, :labelDeviation, :temperature, :learnable, :weightsHash, :now)`,
    {
      ...model,
      thresholdSplit,
      config: JSON.stringify(model.config),
      preprocessing: JSON.stringify(model.preprocessing),
      classes: JSON.stringify(model.classes),
      positiveClass: positive?.name ?? null,
      positiveSource: positive?.source ?? null,
      labelMean: labelScale?.mean ?? null,
      labelDeviation: labelScale?.deviation ?? null,
      now,
    },
  );
  findingThresholds.forEach((threshold, position) => {
    db.run('INSERT INTO model_findings (model_id, position, threshold) VALUES (:id, :position, :threshold)', {
      id,
      position,
      threshold,
    });
  });
  saveVector(db, vectorsOf(id), 'best', bestWeights);
  saveVector(db, vectorsOf(id), 'final', finalWeights);
  db.run('INSERT INTO model_layouts (model_id, version, entries) VALUES (:id, :version, :entries)', {
    id,
    version: layout.version,
    entries: JSON.stringify(layout.entries),
  });
  return id;
}

/**
 * What a model's weights consist of, in their order.
 * @throws WEIGHTS_INVALID when that was never known or is of another version; DB_DAMAGED when it cannot be read
 */
export function modelLayout(db: ReadDb, model: Pick<ModelRecord, 'id' | 'name'>): WeightLayout {
  const row = db.get<LayoutColumns>('SELECT version, entries FROM model_layouts WHERE model_id = :id', {
    id: model.id,
  });
  return readLayout(row ?? { version: null, entries: null }, `model "${model.name}"`);
}

/** The weights of a model: of its best validation AUC (what it classifies with) or after its last epoch. */
export function modelWeights(db: ReadDb, modelId: number, kind: 'best' | 'final' = 'best'): Float32Array | undefined {
  const row = db.get('SELECT 1 FROM models WHERE id = :modelId', { modelId });
  return row === undefined ? undefined : readVector(db, vectorsOf(modelId), kind);
}

const vectorsOf = (modelId: number): VectorOwner => ({ table: 'model_vectors', key: { model_id: modelId } });

/** Sets the decision threshold, the class that it is about and the split on whose cases it was chosen. */
export function setModelThreshold(
  db: WriteDb,
  modelId: number,
  { threshold, thresholdClass }: { readonly threshold: number; readonly thresholdClass: string },
  split: EvaluationPart,
): void {
  // What a rule promises is about the decisions of then.
  db.run(
    `UPDATE models SET threshold = :threshold, threshold_class = :thresholdClass, threshold_split = :split, refer_promise = NULL
     WHERE id = :modelId`,
    { modelId, threshold, thresholdClass, split },
  );
}

/** Sets from which probability a finding of a model is called present, and the split on whose cases that was chosen for all of them. */
export function setFindingThreshold(
  db: WriteDb,
  modelId: number,
  { position, threshold }: { readonly position: number; readonly threshold: number },
  split: EvaluationPart,
): void {
  db.run(
    'UPDATE model_findings SET threshold = :threshold, refer_promise = NULL WHERE model_id = :modelId AND position = :position',
    { modelId, position, threshold },
  );
  db.run('UPDATE models SET threshold_split = :split WHERE id = :modelId', { modelId, split });
}

/** Sets the band of probabilities of a finding that go to a reader; null takes it away. */
export function setFindingReferBand(
  db: WriteDb,
  modelId: number,
  position: number,
  band: ModelRecord['findings'][number]['referBand'],
): void {
  db.run(
    `UPDATE model_findings SET refer_low = :low, refer_high = :high, refer_promise = :promise
     WHERE model_id = :modelId AND position = :position`,
    { modelId, position, low: band?.low ?? null, high: band?.high ?? null, promise: storedPromise(band) },
  );
}

/** Sets the class that figures of a model are about, as its user says. The threshold keeps its own class. */
export function setModelPositiveClass(db: WriteDb, modelId: number, name: string): void {
  db.run(`UPDATE models SET positive_class = :name, positive_class_source = 'chosen' WHERE id = :modelId`, {
    modelId,
    name,
  });
}

/** Sets the temperature together with the threshold of the same class that makes the same decisions; the refer band is then no longer valid. */
export function setModelTemperature(
  db: WriteDb,
  modelId: number,
  {
    temperature,
    threshold,
    findingThresholds,
  }: {
    readonly temperature: number;
    readonly threshold: number | null;
    /** Of each finding in the order of the model's names; none for other targets. */
    readonly findingThresholds: readonly number[];
  },
): void {
  findingThresholds.forEach((own, position) => {
    db.run(
      `UPDATE model_findings SET threshold = :own, refer_low = NULL, refer_high = NULL, refer_promise = NULL
       WHERE model_id = :modelId AND position = :position`,
      { modelId, position, own },
    );
  });
  db.run(
    `UPDATE models SET temperature = :temperature, threshold = :threshold, refer_class = NULL, refer_low = NULL,
       refer_high = NULL, refer_promise = NULL
     WHERE id = :modelId`,
    { modelId, temperature, threshold },
  );
}

/** Sets the band of answers that a reader should see; null for none. */
export function setModelReferBand(db: WriteDb, modelId: number, band: ModelRecord['referBand']): void {
  db.run(
    `UPDATE models SET refer_class = :className, refer_low = :low, refer_high = :high, refer_promise = :promise
     WHERE id = :modelId`,
    {
      modelId,
      className: band?.className ?? null,
      low: band?.low ?? null,
      high: band?.high ?? null,
      promise: storedPromise(band),
    },
  );
}
