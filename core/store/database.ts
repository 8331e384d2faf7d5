/**
 * The one place that talks to better-sqlite3.
 *
 * Queries see `ReadDb` (no way to write) or `WriteDb`; both cache prepared statements and turn SQLite's result codes into
 * errors a user can act on. Statements are plain SQL with bound values.
 */
import Sqlite from 'better-sqlite3';
import { translateSqliteError } from './sqlite-errors.ts';

/** What SQLite can bind and give back. Booleans are 0 and 1. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** Named (`{ id }` for `:id`) values of a statement. */
export type SqlParameters = Readonly<Record<string, SqlValue>>;

/** A connection that can only ask. */
export interface ReadDb {
  /** Every row. The caller states the row's type; columns and type are checked together by the query's own test. */
  all<Row>(sql: string, parameters?: SqlParameters): Row[];
  /** The first row, or undefined. */
  get<Row>(sql: string, parameters?: SqlParameters): Row | undefined;
}

/** A connection that can also change things. */
export interface WriteDb extends ReadDb {
  /** Changes rows; gives the number of changed rows and the row id of the last insert. */
  run(sql: string, parameters?: SqlParameters): { changes: number; id: number };
  /** Runs `work` in one transaction: all of it is kept, or (when it throws) nothing. Nests. */
  transaction<T>(work: () => T): T;
}

/** An open database file. */
export class Database implements WriteDb {
  readonly #sqlite: Sqlite.Database;
  readonly #path: string;
  readonly #statements = new Map<string, Sqlite.Statement>();

  private constructor(sqlite: Sqlite.Database, path: string) {
    this.#sqlite = sqlite;
    this.#path = path;
  }

  /**
   * The database at `source`: a file, or the bytes of one (then in memory; what is changed there is gone when it is closed).
   * @throws LIBRARY_READ_ONLY, LIBRARY_BUSY, DB_DAMAGED, DISK_FULL, FILE_UNREADABLE
   */
  static open(source: string | Buffer, options: { readonly: boolean; timeoutMs?: number; path?: string }): Database {
    const path = typeof source === 'string' ? source : (options.path ?? 'memory');
    try {
      const sqlite = new Sqlite(source, { readonly: options.readonly, timeout: options.timeoutMs ?? 5000 });
      return new Database(sqlite, path);
    } catch (error) {
      throw translateSqliteError(error, path);
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translateSqliteError(error, this.#path);
    }
  }

  #statement(sql: string): Sqlite.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  all<Row>(sql: string, parameters: SqlParameters = {}): Row[] {
    return this.#guard(() => this.#statement(sql).all(parameters) as Row[]);
  }

  get<Row>(sql: string, parameters: SqlParameters = {}): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(parameters) as Row | undefined);
  }

  run(sql: string, parameters: SqlParameters = {}): { changes: number; id: number } {
    return this.#guard(() => {
      const result = this.#statement(sql).run(parameters);
      return { changes: result.changes, id: Number(result.lastInsertRowid) };
    });
  }

  /** Begins with the write lock (IMMEDIATE), so that a transaction never fails half-way for want of it. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => this.#sqlite.transaction(work).immediate());
  }

  /** Several statements without values: migrations and pragmas. */
  execute(sql: string): void {
    this.#guard(() => this.#sqlite.exec(sql));
  }

  /** The single value of a pragma. */
  pragma(name: string): unknown {
    return this.#guard(() => this.#sqlite.pragma(name, { simple: true }));
  }

  /** The whole database as the bytes of a file, what its log holds included. */
  serialize(): Buffer {
    return this.#guard(() => this.#sqlite.serialize());
  }

  close(): void {
    this.#statements.clear();
    this.#guard(() => this.#sqlite.close());
  }
}
