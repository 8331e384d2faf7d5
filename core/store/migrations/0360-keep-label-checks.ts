/** What readers decided about labels that a model doubted, what a rule of referral promises, and what each fold of a model answered. */
import type { Database } from '../database.ts';

/**
 * A row of `label_checks` is one decision about one label: that it stays or what it is now, by whom, and from the list of which model. Words, as labels
 * have them, so that a row says the same whatever becomes of the names. The newest row of a label counts; triggers forbid changing one.
 *
 * `refer_promise` is JSON that is read as a whole: with which allowed error a band was found, and on what. `referred` has the names whose answer
 * is to go to a reader (`[]` for none), null where nobody asked; `fold_answers` the answers of each network of a model of folds, by network.
 */
export function keepLabelChecks(database: Database): void {
  database.execute(`
    CREATE TABLE label_checks (
      id INTEGER PRIMARY KEY,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      model_id INTEGER NOT NULL REFERENCES models (id),
      level TEXT NOT NULL CHECK (level IN ('instance', 'series', 'study')),
      target_id INTEGER NOT NULL,
      question TEXT CHECK (question <> ''),
      decision TEXT NOT NULL CHECK (decision IN ('kept', 'changed')),
      label_before TEXT NOT NULL,
      label_after TEXT NOT NULL,
      reader TEXT NOT NULL CHECK (reader <> ''),
      decided_at TEXT NOT NULL,
      CHECK ((decision = 'kept') = (label_before = label_after))
    ) STRICT;
    CREATE INDEX label_checks_by_dataset ON label_checks (dataset_id, id);
    CREATE TRIGGER label_checks_are_not_updated BEFORE UPDATE ON label_checks
      BEGIN SELECT RAISE(ABORT, 'label checks are append-only'); END;
    CREATE TRIGGER label_checks_are_not_deleted BEFORE DELETE ON label_checks
      BEGIN SELECT RAISE(ABORT, 'label checks are append-only'); END;

    ALTER TABLE models ADD COLUMN refer_promise TEXT CHECK (refer_promise IS NULL OR json_valid(refer_promise));
    ALTER TABLE model_findings ADD COLUMN refer_promise TEXT CHECK (refer_promise IS NULL OR json_valid(refer_promise));
    ALTER TABLE predictions ADD COLUMN referred TEXT CHECK (referred IS NULL OR json_valid(referred));
    ALTER TABLE predictions ADD COLUMN fold_answers TEXT CHECK (fold_answers IS NULL OR json_valid(fold_answers));
    ALTER TABLE classified_images ADD COLUMN fold_answers BLOB;
  `);
}
