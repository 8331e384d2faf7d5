/** What was found when devices were checked. */
import { type DeviceCheck, deviceCheckSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

/** A check by a version whose words are not understood counts as none. */
const knownCheckSchema = deviceCheckSchema.optional().catch(undefined);

/** The check of a device, or undefined where it has not been checked. @throws DB_DAMAGED */
export function deviceCheckOf(db: ReadDb, device: string): DeviceCheck | undefined {
  const row = db.get<{ result: string }>('SELECT result FROM device_checks WHERE device = :device', { device });
  return row === undefined ? undefined : readJson(knownCheckSchema, row.result, `the check of ${device}`);
}

/** Keeps a check; a newer one replaces the older. */
export function saveDeviceCheck(db: WriteDb, device: string, check: DeviceCheck): void {
  db.run(`INSERT OR REPLACE INTO device_checks (device, result, checked_at) VALUES (:device, :result, :checkedAt)`, {
    device,
    result: JSON.stringify(check),
    checkedAt: check.checkedAt,
  });
}
