/** Folders whose model or data set was deleted are watched again once it is back. */
import type { Database } from '../database.ts';

/**
 * Both may be noted: a folder goes on when neither is. Folders that were stopped by a deletion of before stay stopped: nothing tells them from those that
 * their user stopped.
 */
export function noteWhatWatchesWaitFor(database: Database): void {
  database.execute(`
    ALTER TABLE watches ADD COLUMN waits_for_model INTEGER REFERENCES models (id);
    ALTER TABLE watches ADD COLUMN waits_for_dataset INTEGER REFERENCES datasets (id);
  `);
}
