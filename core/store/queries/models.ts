/** Models: everything needed to classify. */
import { z } from 'zod';
import {
  type ModelRecord,
  methodSchema,
  modelRecordSchema,
  type Preprocessing,
  preprocessingSchema,
  type SplitName,
  targetFacts,
  type WeightLayout,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type LayoutColumns, readJson, readLayout } from '../stored-json.ts';
import { readTarget, targetOfDataset } from '../stored-target.ts';
import { readVector, saveVector, type VectorOwner } from './vectors.ts';

const { config: configSchema, classes: classesSchema } = modelRecordSchema.shape;
/** Unknown keys are refused: they would be a choice that this version does not honour. */
const storedPreprocessingSchema = z.strictObject(preprocessingSchema.shape);
/** All that a model takes from its run's settings, which are read whole where the run is. */
const methodOfRunSchema = z.object({ method: methodSchema });

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
  threshold_split: SplitName;
  refer_class: string | null;
  refer_low: number | null;
  refer_high: number | null;
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
    m.threshold, m.threshold_class, m.threshold_split, m.refer_class, m.refer_low, m.refer_high, m.temperature, m.learnable, r.best_epoch, r.best_val_auc, m.weights_hash, m.created_at
  FROM models m JOIN runs r ON r.id = m.run_id JOIN dataset_versions v ON v.id = r.version_id
  JOIN datasets d ON d.id = v.dataset_id LEFT JOIN lpms l ON l.hash = r.lpm_hash`;

function toModel(row: ModelRow): ModelRecord {
  const of = (part: string): string => `the ${part} of model "${row.name}"`;
  const classes = readJson(classesSchema, row.classes, of('classes'));
  const target = readTarget(row.target, `model "${row.name}"`);
  const positive = targetFacts[target].positiveOf(classes);
  return {
    id: row.id,
    name: row.name,
    run: `run-${row.run_id}`,
    dataset: row.dataset,
    method: readJson(methodOfRunSchema, row.settings, of('settings')).method,
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
        : { className: row.refer_class, low: row.refer_low, high: row.refer_high },
    temperature: row.temperature,
    learnable: row.learnable,
    bestEpoch: row.best_epoch,
    valAuc: row.best_val_auc,
    weightsHash: row.weights_hash,
    createdAt: row.created_at,
  };
}

/** Every model, oldest first. */
export function listModels(db: ReadDb): ModelRecord[] {
  return db.all<ModelRow>(`${columns} ORDER BY m.id`).map(toModel);
}

export function modelByName(db: ReadDb, name: string): ModelRecord | undefined {
  const row = db.get<ModelRow>(`${columns} WHERE m.name = :name`, { name });
  return row === undefined ? undefined : toModel(row);
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
export function addModel(db: WriteDb, { layout, bestWeights, finalWeights, ...model }: NewModel, now: string): number {
  const { id } = db.run(
    `INSERT INTO models (name, run_id, config, preprocessing, classes, threshold, threshold_class, temperature, learnable, weights_hash,
       created_at)
     VALUES (:name, :runId, :config, :preprocessing, :classes, :threshold, :thresholdClass, :temperature, :learnable, :weightsHash,
       :now)`,
    {
      ...model,
      config: JSON.stringify(model.config),
      preprocessing: JSON.stringify(model.preprocessing),
      classes: JSON.stringify(model.classes),
      now,
    },
  );
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
  split: SplitName,
): void {
  db.run(
    `UPDATE models SET threshold = :threshold, threshold_class = :thresholdClass, threshold_split = :split
     WHERE id = :modelId`,
    { modelId, threshold, thresholdClass, split },
  );
}

/** Sets the temperature together with the threshold of the same class that makes the same decisions; the refer band is then no longer valid. */
export function setModelTemperature(db: WriteDb, modelId: number, temperature: number, threshold: number | null): void {
  db.run(
    `UPDATE models SET temperature = :temperature, threshold = :threshold, refer_class = NULL, refer_low = NULL,
       refer_high = NULL
     WHERE id = :modelId`,
    { modelId, temperature, threshold },
  );
}

/** Sets the band of answers that a reader should see; null for none. */
export function setModelReferBand(db: WriteDb, modelId: number, band: ModelRecord['referBand']): void {
  db.run('UPDATE models SET refer_class = :className, refer_low = :low, refer_high = :high WHERE id = :modelId', {
    modelId,
    className: band?.className ?? null,
    low: band?.low ?? null,
    high: band?.high ?? null,
  });
}
