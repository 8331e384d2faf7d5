/** What a data set asks of its images. */
import type { Database } from '../database.ts';

/**
 * Until now every data set asked for one class out of several. The list of targets grows, so no CHECK closes it: what is read is checked
 * against the list of the program that reads. A data set asks one thing all its life, so versions, runs and models ask what it asks.
 */
export function nameTargets(database: Database): void {
  database.execute(`
    ALTER TABLE label_schemas ADD COLUMN target TEXT NOT NULL DEFAULT 'class';
  `);
}
