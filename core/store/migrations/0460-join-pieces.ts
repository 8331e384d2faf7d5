/**
 * What results that come in pieces need of each other: by which temperature a batch's probabilities were computed, since answers are pooled only as of
 * one; and the content of a file that was gone when its turn came, so that it is known when it is there again. It is found by a hash of the path that the
 * file was handed over with, which files of before do not have.
 */
import type { Database } from '../database.ts';

/**
 * The temperature is null where nothing tells it: of batches of before that a calibration of any model came after, since the audit trail has only the
 * names that models had then. A fit ends at exactly 1 for nobody, so a model that stands at 1 was never calibrated.
 */
export function joinPieces(database: Database): void {
  database.execute(`
    ALTER TABLE batch_failures ADD COLUMN content_hash TEXT;
    ALTER TABLE watched_files ADD COLUMN path_hash TEXT;
    CREATE INDEX watched_files_by_path ON watched_files (watch_id, path_hash);
    ALTER TABLE batches ADD COLUMN temperature REAL CHECK (temperature > 0);
    UPDATE batches SET temperature = (SELECT m.temperature FROM models m WHERE m.id = batches.model_id)
    WHERE (SELECT m.temperature FROM models m WHERE m.id = batches.model_id) = 1
      OR COALESCE((SELECT max(happened_at) FROM audit_events WHERE action = 'model.calibrated')
        < COALESCE((SELECT j.created_at FROM jobs j WHERE j.id = batches.job_id), batches.created_at), 1);
  `);
}
