/** Training runs, their epochs and their checkpoints. */
import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import {
  type EpochRecord,
  isSameRun,
  type JobState,
  type NamedShape,
  optimiserLayoutSchema,
  type RunRecord,
  type RunSettings,
  storedRunSettingsSchema,
  type WeightLayout,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type LayoutColumns, readJson, readLayout } from '../stored-json.ts';
import { readVector, saveVector, type VectorOwner } from './vectors.ts';
import { versionSplits } from './versions.ts';

const checkpointStateSchema = z.record(z.string(), z.unknown());

/** What an optimiser keeps from step to step: vectors by name, stored as one, with what it consists of. */
export interface OptimiserState {
  readonly optimiser: string;
  /** The vectors' names and shapes, in their order. */
  readonly entries: readonly NamedShape[];
  /** Their numbers, flat, in the same order. */
  readonly vectors: readonly Float32Array[];
}

/** Where a run goes on after an epoch. `state` is the caller's own (early stop, ...). */
export interface Checkpoint {
  readonly epoch: number;
  readonly step: number;
  readonly parameters: Float32Array;
  readonly optimiser: OptimiserState;
  /** What the parameters consist of, in their order; so does every vector of the optimiser that has as many numbers. */
  readonly layout: WeightLayout;
  readonly state: Readonly<Record<string, unknown>>;
}

export interface NewRun {
  readonly modelName: string;
  readonly datasetVersionId: number;
  readonly lpmHash: string;
  readonly settings: RunSettings;
}

/** An epoch that ended, of a network of a cross-validation or of the only one. */
export type NewEpoch = Omit<EpochRecord, 'fold' | 'attempt'> & Partial<Pick<EpochRecord, 'fold' | 'attempt'>>;

type RunRow = Omit<RunRecord, 'settings' | 'name' | 'splits'> & { settings: string };

const columns = `
  SELECT r.id, r.model_name AS modelName, d.name AS dataset, r.version_id AS datasetVersionId, v.number AS datasetVersion,
    r.lpm_hash AS lpmHash, r.settings, r.state, r.best_epoch AS bestEpoch, r.best_val_auc AS bestValAuc, r.seconds,
    r.peak_mb AS peakMb, r.error, r.created_at AS createdAt, r.ended_at AS endedAt,
    (SELECT count(*) FROM run_epochs e WHERE e.run_id = r.id) AS epochsDone
  FROM runs r JOIN dataset_versions v ON v.id = r.version_id JOIN datasets d ON d.id = v.dataset_id`;

function toRun(db: ReadDb, row: RunRow): RunRecord {
  const name = `run-${row.id}`;
  const settings: RunSettings = readJson(storedRunSettingsSchema, row.settings, `the settings of ${name}`);
  return { ...row, name, settings, splits: versionSplits(db, row.datasetVersionId) };
}

/** Every run, oldest first. */
export function listRuns(db: ReadDb): RunRecord[] {
  return db.all<RunRow>(`${columns} WHERE d.deleted_at IS NULL ORDER BY r.id`).map((row) => toRun(db, row));
}

export function runById(db: ReadDb, id: number): RunRecord | undefined {
  const row = db.get<RunRow>(`${columns} WHERE r.id = :id`, { id });
  return row === undefined ? undefined : toRun(db, row);
}

/** The run called `run-<id>`, or undefined. */
export function runByName(db: ReadDb, name: string): RunRecord | undefined {
  const id = /^run-(\d+)$/.exec(name)?.[1];
  return id === undefined ? undefined : runById(db, Number(id));
}

/** The newest unfinished run of exactly these settings: what the same command, given again after a kill, goes on with. */
export function resumableRun(db: ReadDb, run: NewRun): RunRecord | undefined {
  return db
    .all<RunRow>(
      `${columns} WHERE r.version_id = :version AND r.lpm_hash = :lpmHash AND r.model_name = :modelName
         AND r.state IN ('running', 'cancelled', 'interrupted', 'failed') ORDER BY r.id DESC`,
      { version: run.datasetVersionId, lpmHash: run.lpmHash, modelName: run.modelName },
    )
    .map((row) => toRun(db, row))
    .find((found) => isSameRun(found.settings, run.settings));
}

/** Adds a run in state `running` and gives its row id. */
export function addRun(db: WriteDb, run: NewRun, now: string): number {
  return db.run(
    `INSERT INTO runs (model_name, version_id, lpm_hash, settings, state, created_at)
     VALUES (:modelName, :version, :lpmHash, :settings, 'running', :now)`,
    {
      modelName: run.modelName,
      version: run.datasetVersionId,
      lpmHash: run.lpmHash,
      settings: JSON.stringify(run.settings),
      now,
    },
  ).id;
}

/** Notes from which model a run came: trained again, or on from where it ended. */
export function setRunParent(db: WriteDb, id: number, modelId: number, how: 'again' | 'on'): void {
  db.run('UPDATE runs SET parent_id = :modelId, parent_how = :how WHERE id = :id', { id, modelId, how });
}

/** The model whose weights a run begins with, deleted or not; undefined where it begins anew. */
export function trainedOnFrom(db: ReadDb, runId: number): { readonly id: number; readonly name: string } | undefined {
  return db.get(
    `SELECT p.id, coalesce(p.deleted_name, p.name) AS name FROM runs r JOIN models p ON p.id = r.parent_id
     WHERE r.id = :runId AND r.parent_how = 'on'`,
    { runId },
  );
}

/** The versions of the runs whose weights this one goes on from, the nearest first: that of the model it trains on, of the one before it, and so on. */
export function versionsBehind(db: ReadDb, runId: number): number[] {
  return db
    .all<{ version: number }>(
      `WITH RECURSIVE behind (depth, version, parent_id, parent_how) AS (
         SELECT 0, version_id, parent_id, parent_how FROM runs WHERE id = :runId
         UNION ALL
         SELECT b.depth + 1, r.version_id, r.parent_id, r.parent_how FROM behind b
           JOIN models m ON m.id = b.parent_id AND b.parent_how = 'on' JOIN runs r ON r.id = m.run_id)
       SELECT version FROM behind WHERE depth > 0 GROUP BY version ORDER BY min(depth)`,
      { runId },
    )
    .map(({ version }) => version);
}

/** The model that the one of this run came from; undefined where there is none, or it is deleted. */
export function parentOfModel(
  db: ReadDb,
  model: string,
): { readonly model: string; readonly how: 'again' | 'on' } | undefined {
  return db.get(
    `SELECT p.name AS model, r.parent_how AS how FROM models m JOIN runs r ON r.id = m.run_id JOIN models p ON p.id = r.parent_id
     WHERE m.name = :model AND p.deleted_at IS NULL`,
    { model },
  );
}

/** Sets a run's state, with the error that ended it or the memory it took. `seconds` adds to what it already ran. */
export function setRunState(
  db: WriteDb,
  id: number,
  state: JobState,
  ended: {
    readonly at: string;
    readonly seconds?: number;
    readonly peakMb?: number | null;
    readonly error?: string;
  } | null,
): void {
  db.run(
    `UPDATE runs SET state = :state, ended_at = :at, error = :error, seconds = seconds + :seconds,
       peak_mb = CASE WHEN :peakMb IS NULL THEN peak_mb ELSE max(coalesce(peak_mb, 0), :peakMb) END WHERE id = :id`,
    {
      id,
      state,
      at: ended?.at ?? null,
      error: ended?.error ?? null,
      seconds: ended?.seconds ?? 0,
      peakMb: ended?.peakMb ?? null,
    },
  );
}

/** Runs that a killed process left `running` become `interrupted`. Call it with the writer's lock held. */
export function interruptRuns(db: WriteDb, now: string): number {
  return db.run(`UPDATE runs SET state = 'interrupted', ended_at = :now WHERE state = 'running'`, { now }).changes;
}

/** The epochs of a run in order; of a cross-validation those of each network, trained again ones last. */
export function epochsOf(db: ReadDb, runId: number): EpochRecord[] {
  return db.all(
    `SELECT epoch, nullif(fold, 0) AS fold, attempt, train_loss AS trainLoss, val_loss AS valLoss, val_auc AS valAuc, val_accuracy AS valAccuracy,
       learning_rate AS learningRate, gradient_norm AS gradientNorm, seconds FROM run_epochs WHERE run_id = :runId
     ORDER BY attempt > 1, fold, attempt, epoch`,
    { runId },
  );
}

/**
 * Keeps the end of an epoch: its figures, the checkpoint to go on from and, when `isBest`, the same parameters as the best so far.
 * One transaction: a kill leaves the run at the end of this epoch or of the one before.
 */
export function saveEpoch(
  db: WriteDb,
  runId: number,
  { fold = null, attempt = 1, ...epoch }: NewEpoch,
  checkpoint: Checkpoint,
  options: { readonly isBest: boolean },
): void {
  db.transaction(() => {
    db.run(
      `INSERT INTO run_epochs (run_id, fold, attempt, epoch, train_loss, val_loss, val_auc, val_accuracy, learning_rate, gradient_norm, seconds)
       VALUES (:runId, :fold, :attempt, :epoch, :trainLoss, :valLoss, :valAuc, :valAccuracy, :learningRate, :gradientNorm, :seconds)`,
      { runId, fold: fold ?? 0, attempt, ...epoch },
    );
    saveCheckpoint(db, runId, 'last', checkpoint);
    if (!options.isBest) return;
    saveCheckpoint(db, runId, 'best', checkpoint);
    db.run('UPDATE runs SET best_epoch = :epoch, best_val_auc = :valAuc WHERE id = :runId', {
      runId,
      epoch: epoch.epoch,
      valAuc: epoch.valAuc,
    });
  });
}

function saveCheckpoint(db: WriteDb, runId: number, kind: 'last' | 'best', checkpoint: Checkpoint): void {
  db.run(
    // Not replaced: with the row its vectors would go, which are written over instead.
    `INSERT INTO checkpoints (run_id, kind, epoch, step, state) VALUES (:runId, :kind, :epoch, :step, :state)
     ON CONFLICT DO UPDATE SET epoch = excluded.epoch, step = excluded.step, state = excluded.state`,
    { runId, kind, epoch: checkpoint.epoch, step: checkpoint.step, state: JSON.stringify(checkpoint.state) },
  );
  const owner = vectorsOf(runId, kind);
  saveVector(db, owner, 'parameters', checkpoint.parameters);
  if (kind === 'last') {
    const { optimiser, entries, vectors } = checkpoint.optimiser;
    saveVector(db, owner, 'optimiser', ...vectors);
    db.run(
      `INSERT OR REPLACE INTO checkpoint_optimisers (run_id, kind, optimiser, entries) VALUES (:runId, :kind, :optimiser, :entries)`,
      { runId, kind, optimiser, entries: JSON.stringify(entries) },
    );
  }
  db.run(
    `INSERT OR REPLACE INTO checkpoint_layouts (run_id, kind, version, entries) VALUES (:runId, :kind, :version, :entries)`,
    {
      runId,
      kind,
      version: checkpoint.layout.version,
      entries: JSON.stringify(checkpoint.layout.entries),
    },
  );
}

interface CheckpointRow extends LayoutColumns {
  epoch: number;
  step: number;
  state: string;
}

const vectorsOf = (runId: number, kind: 'last' | 'best'): VectorOwner => ({
  table: 'checkpoint_vectors',
  key: { run_id: runId, kind },
});

function checkpointOf(db: ReadDb, runId: number, kind: 'last' | 'best'): CheckpointRow | undefined {
  return db.get<CheckpointRow>(
    `SELECT c.*, l.version, l.entries FROM checkpoints c
     LEFT JOIN checkpoint_layouts l ON l.run_id = c.run_id AND l.kind = c.kind
     WHERE c.run_id = :runId AND c.kind = :kind`,
    { runId, kind },
  );
}

/**
 * Where a run goes on, or undefined before its first epoch ended.
 * @throws WEIGHTS_INVALID when it is not known what the vectors consist of, DB_DAMAGED when the row cannot be read
 */
export function lastCheckpoint(db: ReadDb, runId: number): Checkpoint | undefined {
  const row = checkpointOf(db, runId, 'last');
  if (row === undefined) return undefined;
  const owner = vectorsOf(runId, 'last');
  return {
    epoch: row.epoch,
    step: row.step,
    parameters: readVector(db, owner, 'parameters'),
    optimiser: readOptimiser(db, runId, owner),
    layout: readLayout(row, `run-${runId}`),
    state: readJson(checkpointStateSchema, row.state, `the state of run-${runId}`),
  };
}

function readOptimiser(db: ReadDb, runId: number, owner: VectorOwner): OptimiserState {
  const what = `the optimiser's state of run-${runId}`;
  const row = db.get<{ optimiser: string; entries: string }>(
    'SELECT optimiser, entries FROM checkpoint_optimisers WHERE run_id = :run_id AND kind = :kind',
    owner.key,
  );
  if (row === undefined) {
    throw new AppError('WEIGHTS_INVALID', `Nothing says which number of ${what} is which.`, {
      action: 'Train again under another name.',
    });
  }
  const entries = readJson(optimiserLayoutSchema, row.entries, `the layout of ${what}`);
  const whole = readVector(db, owner, 'optimiser');
  const sizes = entries.map(({ shape }) => shape.reduce((size, n) => size * n, 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (whole.length !== total) {
    throw new AppError(
      'DB_DAMAGED',
      `In the library ${what} has ${whole.length.toLocaleString('en')} numbers; its vectors have ${total.toLocaleString('en')}.`,
    );
  }
  let end = 0;
  const vectors = sizes.map((size) => {
    end += size;
    return whole.subarray(end - size, end);
  });
  return { optimiser: row.optimiser, entries, vectors };
}

/** The parameters of the best validation AUC so far, or undefined. @throws as lastCheckpoint */
export function bestParameters(
  db: ReadDb,
  runId: number,
): Pick<Checkpoint, 'epoch' | 'parameters' | 'layout'> | undefined {
  const row = checkpointOf(db, runId, 'best');
  if (row === undefined) return undefined;
  const parameters = readVector(db, vectorsOf(runId, 'best'), 'parameters');
  return { epoch: row.epoch, parameters, layout: readLayout(row, `run-${runId}`) };
}

/** Drops a finished run's checkpoints; its model keeps the best and the final weights. */
export function dropCheckpoints(db: WriteDb, runId: number): void {
  db.run('DELETE FROM checkpoints WHERE run_id = :runId', { runId });
}
