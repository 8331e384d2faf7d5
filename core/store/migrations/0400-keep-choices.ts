/** What the window was at, what is kept out of sight, what a training came from, and classes that became one. */
import type { Database } from '../database.ts';

/**
 * `window_choices` has one row: where the window was. Its references are foreign keys, so it follows names that change, and a patient who is
 * deleted takes it along.
 *
 * A data set that classifying made is kept apart: nothing chooses it by itself. Those of before are told by the name that the window gave
 * them, where nobody has labelled in them or trained on them.
 *
 * What is deleted by name (a data set, a model) is taken out of sight and can be brought back: its row has another name, so that its own is
 * free, and `deleted_name` is the one that it had.
 *
 * A job that its user took out of every list is `is_removed`; its row stays, because results name it.
 *
 * `test_evaluations` counts how often a model was asked about its test cases; it was counted by name in the audit trail until now, which a
 * new name would lose.
 *
 * Labels are only ever added to, so classes become one by labels that are added; `class_merges` knows which, so that they can be taken back.
 */
export function keepChoices(database: Database): void {
  database.execute(`
    ALTER TABLE datasets ADD COLUMN is_kept_apart INTEGER NOT NULL DEFAULT 0 CHECK (is_kept_apart IN (0, 1));
    ALTER TABLE datasets ADD COLUMN deleted_at TEXT;
    ALTER TABLE datasets ADD COLUMN deleted_name TEXT;
    UPDATE datasets SET is_kept_apart = 1 WHERE name IN ('Classified', 'Klassifiziert')
      AND id NOT IN (SELECT dataset_id FROM dataset_versions)
      AND id NOT IN (SELECT s.dataset_id FROM label_schemas s JOIN labels l ON l.schema_id = s.id);

    ALTER TABLE models ADD COLUMN deleted_at TEXT;
    ALTER TABLE models ADD COLUMN deleted_name TEXT;
    ALTER TABLE models ADD COLUMN test_evaluations INTEGER NOT NULL DEFAULT 0 CHECK (test_evaluations >= 0);
    UPDATE models SET test_evaluations = (SELECT count(*) FROM audit_events a WHERE a.action = 'model.evaluated'
      AND a.subject = models.name AND json_extract(a.details, '$.split') = 'test');

    ALTER TABLE runs ADD COLUMN parent_id INTEGER REFERENCES models (id) ON DELETE SET NULL;
    ALTER TABLE runs ADD COLUMN parent_how TEXT CHECK (parent_how IN ('again', 'on'));
    CREATE INDEX runs_by_parent ON runs (parent_id);
    ALTER TABLE jobs ADD COLUMN is_removed INTEGER NOT NULL DEFAULT 0 CHECK (is_removed IN (0, 1));

    ALTER TABLE label_classes ADD COLUMN merged_into_id INTEGER REFERENCES label_classes (id) ON DELETE SET NULL;
    CREATE TABLE class_merges (
      id INTEGER PRIMARY KEY,
      class_id INTEGER NOT NULL REFERENCES label_classes (id) ON DELETE CASCADE,
      into_id INTEGER NOT NULL REFERENCES label_classes (id) ON DELETE CASCADE,
      merged_at TEXT NOT NULL,
      taken_back_at TEXT
    ) STRICT;
    CREATE INDEX class_merges_by_class ON class_merges (class_id);
    CREATE INDEX class_merges_by_other ON class_merges (into_id);
    CREATE TABLE class_merge_labels (
      merge_id INTEGER NOT NULL REFERENCES class_merges (id) ON DELETE CASCADE,
      label_id INTEGER NOT NULL REFERENCES labels (id),
      PRIMARY KEY (merge_id, label_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX class_merge_labels_by_label ON class_merge_labels (label_id);

    CREATE TABLE window_choices (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      screen TEXT,
      dataset_id INTEGER REFERENCES datasets (id) ON DELETE SET NULL,
      model_id INTEGER REFERENCES models (id) ON DELETE SET NULL,
      study_id INTEGER REFERENCES studies (id) ON DELETE SET NULL,
      instance_id INTEGER REFERENCES instances (id) ON DELETE SET NULL,
      frame INTEGER NOT NULL DEFAULT 0 CHECK (frame >= 0)
    ) STRICT;
  `);
}
