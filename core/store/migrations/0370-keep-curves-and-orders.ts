/** Whether more labels would help: learning curves. Which cases to label next: how a data set is ordered, and the newest order. */
import type { Database } from '../database.ts';

/**
 * `report` is JSON that is read as a whole; it holds counts and figures, and names no image, patient or site.
 * An order is kept by instance, so that deleting a patient takes its places with it, and so that it holds for studies, series and images alike.
 * `seen_label_id` is the newest label when it was made: those beyond it are new. `made_at` is null where the order is on and there is none yet.
 */
export function keepCurvesAndOrders(database: Database): void {
  database.execute(`
    CREATE TABLE learning_curves (
      id INTEGER PRIMARY KEY,
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id) ON DELETE CASCADE,
      report TEXT NOT NULL CHECK (json_valid(report)),
      made_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX learning_curves_by_version ON learning_curves (version_id);

    CREATE TABLE reading_orders (
      dataset_id INTEGER PRIMARY KEY REFERENCES datasets (id) ON DELETE CASCADE,
      is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
      every_labels INTEGER NOT NULL CHECK (every_labels > 0),
      made_at TEXT,
      labelled INTEGER NOT NULL,
      cases INTEGER NOT NULL,
      seen_label_id INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE reading_order_places (
      dataset_id INTEGER NOT NULL REFERENCES reading_orders (dataset_id) ON DELETE CASCADE,
      instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
      place INTEGER NOT NULL,
      PRIMARY KEY (dataset_id, instance_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX reading_order_places_by_instance ON reading_order_places (instance_id);
  `);
}
