/** The intervals of an evaluation, kept so that no screen has to draw its patients 2,000 times again. */
import type { Database } from '../database.ts';

/**
 * `part` says of which level and pooling the intervals are; `inputs_hash` is the SHA-256 of all that they were computed from. Where it is
 * not that of the present (a patient was deleted, the model was calibrated), the row says nothing and is written anew.
 */
export function keepIntervals(database: Database): void {
  database.execute(`
    CREATE TABLE evaluation_intervals (
      evaluation_id INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
      part TEXT NOT NULL,
      inputs_hash TEXT NOT NULL,
      intervals TEXT NOT NULL,
      PRIMARY KEY (evaluation_id, part)
    ) STRICT, WITHOUT ROWID;
  `);
}
