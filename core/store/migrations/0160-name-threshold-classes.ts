/** Whose probability a threshold and a band of answers for a reader are about, by name. */
import type { Database } from '../database.ts';

/**
 * Until now both were about the second class of a model's list, and nothing said so. They stay with that class, whichever of the two
 * counts as positive: a threshold that is read as another class's turns decisions round.
 */
export function nameThresholdClasses(database: Database): void {
  database.execute(`
    ALTER TABLE models ADD COLUMN threshold_class TEXT;
    ALTER TABLE models ADD COLUMN refer_class TEXT;
    ALTER TABLE predictions ADD COLUMN threshold_class TEXT;
    UPDATE models SET threshold_class = json_extract(classes, '$[1]') WHERE threshold IS NOT NULL;
    UPDATE models SET refer_class = json_extract(classes, '$[1]') WHERE refer_low IS NOT NULL AND json_array_length(classes) = 2;
    UPDATE predictions SET threshold_class = (SELECT json_extract(m.classes, '$[1]') FROM batches b JOIN models m ON m.id = b.model_id
      WHERE b.id = predictions.batch_id) WHERE threshold IS NOT NULL;
  `);
}
