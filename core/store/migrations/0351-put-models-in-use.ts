/** Which model of a data set is in use, since when, by whose decision, and what was known when it was made. */
import type { Database } from '../database.ts';

/**
 * The newest row of a data set counts, older ones stay as history, and triggers forbid any change. A model that was ever in use is named
 * by a foreign key, so its row cannot go. `comparison` is what was known of it then, as JSON: it is read as a whole and asked nothing.
 */
export function putModelsInUse(database: Database): void {
  database.execute(`
    CREATE TABLE promotions (
      id INTEGER PRIMARY KEY,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      model_id INTEGER NOT NULL REFERENCES models (id),
      replaced_id INTEGER REFERENCES models (id),
      comparison TEXT NOT NULL,
      reason TEXT CHECK (reason <> ''),
      decided_by TEXT NOT NULL CHECK (decided_by <> ''),
      decided_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX promotions_by_dataset ON promotions (dataset_id, id);
    CREATE TRIGGER promotions_are_not_updated BEFORE UPDATE ON promotions
      BEGIN SELECT RAISE(ABORT, 'promotions are append-only'); END;
    CREATE TRIGGER promotions_are_not_deleted BEFORE DELETE ON promotions
      BEGIN SELECT RAISE(ABORT, 'promotions are append-only'); END;
  `);
}
