/**
 * Vectors of weights, in rows of 16 MiB at most: a row of SQLite holds half a gigabyte at most, and no copy of a whole vector is made
 * to bind it.
 */
import { AppError } from '../../base/errors.ts';
import type { ReadDb, SqlParameters, WriteDb } from '../database.ts';

const partBytes = 16 * 1024 * 1024;

/** Whose vectors: a table with the columns of `key`, `vector`, `part` and `bytes`. */
export interface VectorOwner {
  readonly table: 'model_vectors' | 'checkpoint_vectors' | 'member_vectors';
  readonly key: SqlParameters;
}

/**
 * Keeps a vector in place of the one of that name. Call it inside a transaction.
 * @param values its numbers; of several arrays one behind the other, which are not copied together for it
 */
export function saveVector(
  db: WriteDb,
  { table, key }: VectorOwner,
  vector: string,
  ...values: readonly Float32Array[]
): void {
  const columns = [...Object.keys(key), 'vector', 'part', 'bytes'];
  const insert = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})`;
  // Written over where they lie: SQLite does that to bytes of one length. Deleted and added anew they took a third more time.
  const update = `UPDATE ${table} SET bytes = :bytes WHERE ${isOf(key)} AND part = :part`;
  let part = 0;
  for (const whole of values.map(toBytes)) {
    for (let start = 0; start < whole.length; start += partBytes, part++) {
      const row = { ...key, vector, part, bytes: whole.subarray(start, start + partBytes) };
      if (db.run(update, row).changes === 0) db.run(insert, row);
    }
  }
  db.run(`DELETE FROM ${table} WHERE ${isOf(key)} AND part >= :part`, { ...key, vector, part });
}

/**
 * The vector of that name; empty where there is none, which is how one of no numbers is kept.
 * @throws DB_DAMAGED when a part is missing or the bytes are no whole numbers
 */
export function readVector(db: ReadDb, { table, key }: VectorOwner, vector: string): Float32Array {
  const { parts, bytes } = db.get<{ parts: number; bytes: number }>(
    `SELECT count(*) AS parts, coalesce(sum(length(bytes)), 0) AS bytes FROM ${table} WHERE ${isOf(key)}`,
    { ...key, vector },
  ) as { parts: number; bytes: number };
  const whole = new Uint8Array(bytes);
  let end = 0;
  for (let part = 0; part < parts; part++) {
    const row = db.get<{ bytes: Uint8Array }>(`SELECT bytes FROM ${table} WHERE ${isOf(key)} AND part = :part`, {
      ...key,
      vector,
      part,
    });
    if (row === undefined) {
      throw new AppError(
        'DB_DAMAGED',
        `In the library part ${part + 1} of ${parts} of a vector of numbers is missing.`,
      );
    }
    whole.set(row.bytes, end);
    end += row.bytes.length;
  }
  return fromBytes(whole);
}

/** The bytes of numbers as they are stored: little-endian float32, which is every supported machine's own order. */
export function toBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * The numbers of stored bytes; copied where they do not begin at a multiple of four, as those of a blob may.
 * @throws DB_DAMAGED when they are no whole numbers
 */
export function fromBytes(bytes: Uint8Array): Float32Array {
  const size = Float32Array.BYTES_PER_ELEMENT;
  if (bytes.byteLength % size !== 0) {
    throw new AppError(
      'DB_DAMAGED',
      `In the library a vector of numbers has ${bytes.byteLength} bytes, no multiple of ${size}.`,
    );
  }
  const { buffer, byteOffset, length } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(buffer, byteOffset, length / size);
}

function isOf(key: SqlParameters): string {
  return [...Object.keys(key), 'vector'].map((name) => `${name} = :${name}`).join(' AND ');
}
