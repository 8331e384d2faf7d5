/** How fast this machine was: what a promise of time is computed from. */
import type { ReadDb, WriteDb } from '../database.ts';

/** What a rate was measured with. */
export interface RateKey {
  readonly machine: string;
  readonly lpmHash: string;
  readonly inputSize: number;
}

/** Seconds by what was timed. */
export function ratesOf(db: ReadDb, key: RateKey): Map<string, number> {
  const rows = db.all<{ what: string; seconds: number }>(
    `SELECT what, seconds FROM measured_rates
     WHERE machine = :machine AND lpm_hash = :lpmHash AND input_size = :inputSize`,
    { ...key },
  );
  return new Map(rows.map(({ what, seconds }) => [what, seconds]));
}

/** Keeps rates; a newer one replaces the older. */
export function saveRates(db: WriteDb, key: RateKey, rates: ReadonlyMap<string, number>, now: string): void {
  db.transaction(() => {
    for (const [what, seconds] of rates) {
      db.run(
        `INSERT OR REPLACE INTO measured_rates (machine, lpm_hash, input_size, what, seconds, measured_at)
         VALUES (:machine, :lpmHash, :inputSize, :what, :seconds, :now)`,
        { ...key, what, seconds, now },
      );
    }
  });
}
