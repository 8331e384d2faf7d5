/** What an unfinished classification has done so far: probabilities by file content, so that the same command goes on after a kill. */
import type { ReadDb, WriteDb } from '../database.ts';

export interface ClassifiedImage {
  /** SHA-256 of the file's bytes. */
  readonly contentHash: string;
  readonly frame: number;
  readonly probabilities: readonly number[];
}

/** Everything a model has classified with this engine in batches that did not end, by `<contentHash>/<frame>`. */
export function classifiedImages(db: ReadDb, modelId: number, engine: string): Map<string, readonly number[]> {
  const rows = db.all<{ contentHash: string; frame: number; probabilities: Uint8Array }>(
    `SELECT content_hash AS contentHash, frame, probabilities FROM classified_images
     WHERE model_id = :modelId AND engine = :engine`,
    { modelId, engine },
  );
  return new Map(
    rows.map((row) => [
      `${row.contentHash}/${row.frame}`,
      // A copy: SQLite's buffer need not begin at a multiple of eight bytes.
      [...new Float64Array(row.probabilities.slice().buffer)],
    ]),
  );
}

/** Keeps results of one model in one transaction. */
export function saveClassifiedImages(
  db: WriteDb,
  modelId: number,
  engine: string,
  images: readonly ClassifiedImage[],
): void {
  db.transaction(() => {
    for (const { contentHash, frame, probabilities } of images) {
      db.run(
        `INSERT OR REPLACE INTO classified_images (model_id, content_hash, frame, engine, probabilities)
         VALUES (:modelId, :contentHash, :frame, :engine, :probabilities)`,
        { modelId, contentHash, frame, engine, probabilities: new Uint8Array(Float64Array.from(probabilities).buffer) },
      );
    }
  });
}

/** Forgets results that have become a batch; call it in the transaction that writes the batch. */
export function dropClassifiedImages(
  db: WriteDb,
  modelId: number,
  images: readonly Omit<ClassifiedImage, 'probabilities'>[],
): void {
  for (const { contentHash, frame } of images) {
    db.run(
      'DELETE FROM classified_images WHERE model_id = :modelId AND content_hash = :contentHash AND frame = :frame',
      { modelId, contentHash, frame },
    );
  }
}
