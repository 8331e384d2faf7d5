/**
 * What an optimiser keeps is stored as one vector, with its name and the names and shapes of the vectors it consists of.
 *
 * Until now every checkpoint had the two moments of AdamW, each a vector of its own. They become that one as they lie: the parts of the second
 * come behind those of the first. A checkpoint that lacks either gets no list, and is refused when its run is to go on.
 */
import type { Database } from '../database.ts';

export function nameOptimiserVectors(database: Database): void {
  database.execute(`
    CREATE TABLE checkpoint_optimisers (
      run_id INTEGER NOT NULL,
      kind TEXT NOT NULL,
      optimiser TEXT NOT NULL,
      entries TEXT NOT NULL CHECK (json_valid(entries)),
      PRIMARY KEY (run_id, kind),
      FOREIGN KEY (run_id, kind) REFERENCES checkpoints (run_id, kind) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    INSERT INTO checkpoint_optimisers (run_id, kind, optimiser, entries)
      WITH sizes AS (
        SELECT run_id, kind, vector, sum(length(bytes)) / 4 AS numbers FROM checkpoint_vectors GROUP BY run_id, kind, vector
      )
      SELECT m.run_id, m.kind, 'adamw', json_array(
          json_object('name', 'm', 'shape', json_array(m.numbers)), json_object('name', 'v', 'shape', json_array(v.numbers))
        )
      FROM sizes m JOIN sizes v ON v.run_id = m.run_id AND v.kind = m.kind AND v.vector = 'secondMoment'
      WHERE m.vector = 'firstMoment';

    UPDATE checkpoint_vectors SET vector = 'optimiser', part = part + (
        SELECT count(*) FROM checkpoint_vectors m
        WHERE m.run_id = checkpoint_vectors.run_id AND m.kind = checkpoint_vectors.kind AND m.vector = 'firstMoment'
      )
      WHERE vector = 'secondMoment';
    UPDATE checkpoint_vectors SET vector = 'optimiser' WHERE vector = 'firstMoment';
  `);
}
