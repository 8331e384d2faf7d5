/** Vectors of weights lie in rows of 16 MiB, not in one value beside others. */
import type { Database } from '../database.ts';

/** What a row holds of a vector. */
const partBytes = 16 * 1024 * 1024;
/** Enough for the largest row there can be: a row of this SQLite has at most 536,870,888 bytes, all its columns together. */
const parts = 32;

/**
 * Until now a model's row held two vectors and a checkpoint's three, so training all 86 million weights of a ViT-B (343 MB each)
 * failed at the end of its first epoch. Which vectors an optimiser keeps is its own affair, so a checkpoint's are not listed here.
 */
export function storeVectorsInParts(database: Database): void {
  database.execute(`
    CREATE TABLE model_vectors (
      model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
      vector TEXT NOT NULL CHECK (vector IN ('best', 'final')),
      part INTEGER NOT NULL CHECK (part >= 0),
      bytes BLOB NOT NULL,
      PRIMARY KEY (model_id, vector, part)
    ) STRICT;

    CREATE TABLE checkpoint_vectors (
      run_id INTEGER NOT NULL,
      kind TEXT NOT NULL,
      vector TEXT NOT NULL,
      part INTEGER NOT NULL CHECK (part >= 0),
      bytes BLOB NOT NULL,
      PRIMARY KEY (run_id, kind, vector, part),
      FOREIGN KEY (run_id, kind) REFERENCES checkpoints (run_id, kind) ON DELETE CASCADE
    ) STRICT;
  `);
  move(database, 'models', 'model_vectors', { model_id: 'id' }, { best: 'best_weights', final: 'final_weights' });
  move(
    database,
    'checkpoints',
    'checkpoint_vectors',
    { run_id: 'run_id', kind: 'kind' },
    { parameters: 'parameters', firstMoment: 'first_moment', secondMoment: 'second_moment' },
  );
}

function move(
  database: Database,
  from: string,
  to: string,
  key: Readonly<Record<string, string>>,
  vectors: Readonly<Record<string, string>>,
): void {
  for (const [vector, column] of Object.entries(vectors)) {
    database.execute(`
      WITH RECURSIVE part (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n + 1 < ${parts})
      INSERT INTO ${to} (${Object.keys(key).join(', ')}, vector, part, bytes)
        SELECT ${Object.values(key).join(', ')}, '${vector}', n, substr(${column}, 1 + n * ${partBytes}, ${partBytes})
        FROM ${from} JOIN part ON n * ${partBytes} < length(${column});
      ALTER TABLE ${from} DROP COLUMN ${column};
    `);
  }
}
