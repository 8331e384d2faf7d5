/** What was found when a device was checked, so that it is not checked anew at every start. */
import type { Database } from '../database.ts';

/** `device` names engine, device, driver, processor and program with their versions: where one of them changes, it is another device. */
export function keepDeviceChecks(database: Database): void {
  database.execute(`
    CREATE TABLE device_checks (
      device TEXT NOT NULL PRIMARY KEY,
      result TEXT NOT NULL,
      checked_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
}
