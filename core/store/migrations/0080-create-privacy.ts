/** Paths of jobs apart from their settings, results of an unfinished classification, and the mark of a version that lost images. */
import type { Database } from '../database.ts';

/**
 * Folders and files are often named after patients. Where a job reads and writes is kept in `job_places`, never in the job's payload,
 * result or error; an import or a classification that succeeded forgets what it read.
 *
 * `classified_images` holds the probabilities (float64, little-endian) of images that a classification has done, until its batch is
 * written: a killed one goes on from there. `engine` says what computed them, because another engine may differ in the last digits.
 *
 * `reduced_at`: images of this frozen version were deleted with their patient. It no longer is what its runs were trained on, so no
 * run on it is resumed.
 */
export function createPrivacy(database: Database): void {
  database.execute(`
    CREATE TABLE job_places (
      job_id INTEGER NOT NULL REFERENCES jobs (id),
      field TEXT NOT NULL,
      position INTEGER NOT NULL CHECK (position >= 0),
      path TEXT NOT NULL,
      PRIMARY KEY (job_id, field, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE classified_images (
      model_id INTEGER NOT NULL REFERENCES models (id),
      content_hash TEXT NOT NULL,
      frame INTEGER NOT NULL CHECK (frame >= 0),
      engine TEXT NOT NULL,
      probabilities BLOB NOT NULL,
      PRIMARY KEY (model_id, content_hash, frame, engine)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE dataset_versions ADD COLUMN reduced_at TEXT;
  `);
}
