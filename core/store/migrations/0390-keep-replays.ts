/** Where a run was computed and what it could not read, so that it can be computed again; and what came of the newest try. */
import type { Database } from '../database.ts';

/**
 * A run that goes on elsewhere has several places. `run_left_out` holds places in the run's version: of a run with a row in `run_places` all, of an
 * older one none. `report` is JSON that is read as a whole; it holds hashes and figures, and names no image or patient.
 */
export function keepReplays(database: Database): void {
  database.execute(`
    CREATE TABLE run_places (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      engine TEXT NOT NULL,
      engine_version TEXT NOT NULL,
      device TEXT NOT NULL,
      threads INTEGER NOT NULL CHECK (threads > 0),
      precision TEXT NOT NULL CHECK (precision IN ('f32', 'f16')),
      program TEXT NOT NULL,
      system TEXT NOT NULL,
      noted_at TEXT NOT NULL,
      PRIMARY KEY (run_id, engine, engine_version, device, threads, precision, program, system)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE run_left_out (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      position INTEGER NOT NULL,
      PRIMARY KEY (run_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE replays (
      model_id INTEGER NOT NULL PRIMARY KEY REFERENCES models (id),
      report TEXT NOT NULL,
      replayed_at TEXT NOT NULL
    ) STRICT;
  `);
}
