/** Whether a model hangs on what is no finding: the newest check of each split is kept. */
import type { Database } from '../database.ts';

/** `report` is JSON that is read as a whole; it holds counts and figures, and names no image, patient or site. */
export function keepShortcutChecks(database: Database): void {
  database.execute(`
    CREATE TABLE shortcut_checks (
      model_id INTEGER NOT NULL REFERENCES models (id),
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      report TEXT NOT NULL,
      checked_at TEXT NOT NULL,
      PRIMARY KEY (model_id, split)
    ) STRICT, WITHOUT ROWID;
  `);
}
