/** Where runs were computed, which images they left out, and what came of training a model again. */
import { type ReplayReport, type RunPlace, replayReportSchema, runPlaceSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

/** Notes where a run is computed; once, however often it is noted. */
export function noteRunPlace(db: WriteDb, runId: number, place: RunPlace, now: string): void {
  db.run(
    `INSERT INTO run_places (run_id, engine, engine_version, device, threads, precision, program, system, noted_at)
     VALUES (:runId, :engine, :engineVersion, :device, :threads, :precision, :program, :system, :now)
     ON CONFLICT DO NOTHING`,
    { runId, now, ...place },
  );
}

/** Where a run was computed, in the order of time; none for a run of before that was noted. */
export function runPlaces(db: ReadDb, runId: number): RunPlace[] {
  const rows = db.all(
    `SELECT engine, engine_version AS engineVersion, device, threads, precision, program, system FROM run_places
     WHERE run_id = :runId ORDER BY noted_at`,
    { runId },
  );
  return rows.map((row) => runPlaceSchema.parse(row));
}

/** Notes the images of a run's version, by place, that it could not learn from; in place of those noted before. */
export function noteLeftOut(db: WriteDb, runId: number, positions: readonly number[]): void {
  db.run('DELETE FROM run_left_out WHERE run_id = :runId', { runId });
  for (const position of positions) {
    db.run('INSERT INTO run_left_out (run_id, position) VALUES (:runId, :position)', { runId, position });
  }
}

/** The images of a run's version, by place, that it could not learn from. */
export function leftOutOfRun(db: ReadDb, runId: number): number[] {
  return db
    .all<{ position: number }>('SELECT position FROM run_left_out WHERE run_id = :runId ORDER BY position', { runId })
    .map(({ position }) => position);
}

/** What came of the newest replay of a model, or undefined. @throws DB_DAMAGED */
export function replayOf(db: ReadDb, modelId: number): ReplayReport | undefined {
  const row = db.get<{ report: string }>('SELECT report FROM replays WHERE model_id = :modelId', { modelId });
  return row && readJson(replayReportSchema, row.report, 'the replay of a model');
}

/** Keeps what came of a replay, in place of the one before. */
export function saveReplay(db: WriteDb, modelId: number, report: ReplayReport): void {
  db.run(
    `INSERT INTO replays (model_id, report, replayed_at) VALUES (:modelId, :report, :replayedAt)
     ON CONFLICT (model_id) DO UPDATE SET report = excluded.report, replayed_at = excluded.replayed_at`,
    { modelId, report: JSON.stringify(report), replayedAt: report.replayedAt },
  );
}
