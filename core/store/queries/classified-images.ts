/** What an unfinished classification has done so far: probabilities by file content, so that the same command goes on after a kill. */
import type { ReadDb, WriteDb } from '../database.ts';

export interface ClassifiedImage {
  /** SHA-256 of the file's bytes. */
  readonly contentHash: string;
  readonly frame: number;
  readonly probabilities: readonly number[];
  /** The answers of each network of a model of folds; empty of one network. */
  readonly foldAnswers: readonly (readonly number[])[];
}

/** What was answered to an image. */
export type ClassifiedAnswer = Pick<ClassifiedImage, 'probabilities' | 'foldAnswers'>;

/** Everything a model has classified with this engine in batches that did not end, by `<contentHash>/<frame>`. */
export function classifiedImages(db: ReadDb, modelId: number, engine: string): Map<string, ClassifiedAnswer> {
  const rows = db.all<{
    contentHash: string;
    frame: number;
    probabilities: Uint8Array;
    foldAnswers: Uint8Array | null;
  }>(
    `SELECT content_hash AS contentHash, frame, probabilities, fold_answers AS foldAnswers FROM classified_images
     WHERE model_id = :modelId AND engine = :engine`,
    { modelId, engine },
  );
  return new Map(
    rows.map((row) => {
      const probabilities = numbersOf(row.probabilities);
      const answers = row.foldAnswers === null ? [] : numbersOf(row.foldAnswers);
      const width = probabilities.length;
      const foldAnswers = Array.from({ length: answers.length / width }, (_, k) =>
        answers.slice(k * width, (k + 1) * width),
      );
      return [`${row.contentHash}/${row.frame}`, { probabilities, foldAnswers }];
    }),
  );
}

/** A copy: SQLite's buffer need not begin at a multiple of eight bytes. */
const numbersOf = (bytes: Uint8Array): number[] => [...new Float64Array(bytes.slice().buffer)];

const bytesOf = (numbers: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(numbers).buffer);

/** Keeps results of one model in one transaction. */
export function saveClassifiedImages(
  db: WriteDb,
  modelId: number,
  engine: string,
  images: readonly ClassifiedImage[],
): void {
  db.transaction(() => {
    for (const { contentHash, frame, probabilities, foldAnswers } of images) {
      db.run(
        `INSERT OR REPLACE INTO classified_images (model_id, content_hash, frame, engine, probabilities, fold_answers)
         VALUES (:modelId, :contentHash, :frame, :engine, :probabilities, :foldAnswers)`,
        {
          modelId,
          contentHash,
          frame,
          engine,
          probabilities: bytesOf(probabilities),
          foldAnswers: foldAnswers.length === 0 ? null : bytesOf(foldAnswers.flat()),
        },
      );
    }
  });
}

/** Forgets results that have become a batch; call it in the transaction that writes the batch. */
export function dropClassifiedImages(
  db: WriteDb,
  modelId: number,
  images: readonly Omit<ClassifiedImage, keyof ClassifiedAnswer>[],
): void {
  for (const { contentHash, frame } of images) {
    db.run(
      'DELETE FROM classified_images WHERE model_id = :modelId AND content_hash = :contentHash AND frame = :frame',
      { modelId, contentHash, frame },
    );
  }
}
