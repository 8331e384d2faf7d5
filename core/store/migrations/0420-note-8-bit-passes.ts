/** A run's features may come of an LPM's pass in 8 bits, and the place where it was computed says so. */
import type { Database } from '../database.ts';

/** SQLite changes no CHECK of a table that is there: the table is made anew with its rows. */
export function noteEightBitPasses(database: Database): void {
  database.execute(`
    ALTER TABLE run_places RENAME TO run_places_before;
    CREATE TABLE run_places (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      engine TEXT NOT NULL,
      engine_version TEXT NOT NULL,
      device TEXT NOT NULL,
      threads INTEGER NOT NULL CHECK (threads > 0),
      precision TEXT NOT NULL CHECK (precision IN ('f32', 'f16', 'int8')),
      program TEXT NOT NULL,
      system TEXT NOT NULL,
      noted_at TEXT NOT NULL,
      PRIMARY KEY (run_id, engine, engine_version, device, threads, precision, program, system)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO run_places SELECT run_id, engine, engine_version, device, threads, precision, program, system, noted_at FROM run_places_before;
    DROP TABLE run_places_before;
  `);
}
