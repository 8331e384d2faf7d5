/** Data sets that ask several questions of an image (findings), or for a number. */
import type { Database } from '../database.ts';

/**
 * Each name of such a data set is a question with a label schema of its own, whose classes are the words of its labels (present, absent,
 * uncertain; numbers): so readers, disputes, adjudication and history hold for each of them as they always did. `about_id` is the name in the
 * data set's first schema.
 *
 * A frozen image has a value for each question that is answered. `class_position` of an image with values is null, for which the table is
 * made anew: SQLite cannot take NOT NULL back.
 *
 * A model has a threshold and a band for each finding; `label_mean` and `label_deviation` bring the logits of numbers back to their unit. What
 * was decided of each finding is kept with the answer, and so is a number.
 */
export function askSeveralQuestions(database: Database): void {
  const indexes = database.all<{ sql: string }>(
    `SELECT sql FROM sqlite_schema WHERE type <> 'table' AND tbl_name = 'version_images' AND sql IS NOT NULL`,
  );
  database.execute(`
    ALTER TABLE label_schemas ADD COLUMN about_id INTEGER REFERENCES label_classes (id) ON DELETE CASCADE;
    CREATE UNIQUE INDEX label_schemas_by_name_asked ON label_schemas (about_id) WHERE about_id IS NOT NULL;

    PRAGMA defer_foreign_keys = ON;
    CREATE TEMP TABLE kept_images AS SELECT * FROM main.version_images;
    DROP TABLE main.version_images;
    CREATE TABLE main.version_images (
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      instance_id INTEGER NOT NULL REFERENCES instances (id),
      frame INTEGER NOT NULL CHECK (frame >= 0),
      patient_id INTEGER NOT NULL REFERENCES patients (id),
      study_id INTEGER NOT NULL REFERENCES studies (id),
      class_position INTEGER,
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      PRIMARY KEY (version_id, position),
      FOREIGN KEY (version_id, class_position) REFERENCES version_classes (version_id, position)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO main.version_images (version_id, position, instance_id, frame, patient_id, study_id, class_position, split)
      SELECT version_id, position, instance_id, frame, patient_id, study_id, class_position, split FROM kept_images;
    DROP TABLE kept_images;
    ${indexes.map(({ sql }) => `${sql};`).join('\n')}

    CREATE TABLE version_values (
      version_id INTEGER NOT NULL,
      position INTEGER NOT NULL,
      name_position INTEGER NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (version_id, position, name_position),
      FOREIGN KEY (version_id, position) REFERENCES version_images (version_id, position),
      FOREIGN KEY (version_id, name_position) REFERENCES version_classes (version_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE model_findings (
      model_id INTEGER NOT NULL REFERENCES models (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      threshold REAL NOT NULL CHECK (threshold BETWEEN 0 AND 1),
      refer_low REAL,
      refer_high REAL,
      PRIMARY KEY (model_id, position)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE models ADD COLUMN label_mean REAL;
    ALTER TABLE models ADD COLUMN label_deviation REAL CHECK (label_deviation > 0);
    ALTER TABLE prediction_probabilities ADD COLUMN threshold REAL;
    ALTER TABLE predictions ADD COLUMN value REAL;
  `);
}
