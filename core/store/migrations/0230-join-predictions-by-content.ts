/** Which file a prediction is about, by its content. */
import type { Database } from '../database.ts';

/**
 * A SOP instance UID was taken for the identity of an image. Faulty anonymisers give one UID to every image of a study: results of all of
 * them were then shown over the one image that the library has. Predictions of before have no hash and are joined by the UID as they were.
 */
export function joinPredictionsByContent(database: Database): void {
  database.execute(`
    ALTER TABLE predictions ADD COLUMN content_hash TEXT;
  `);
}
