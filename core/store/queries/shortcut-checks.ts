/** What checks for shortcuts found, by model and split. */
import { type ShortcutReport, type SplitName, shortcutReportSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

/** The newest check of a model on a split, or undefined. @throws DB_DAMAGED */
export function shortcutCheckOf(db: ReadDb, model: string, split: SplitName): ShortcutReport | undefined {
  const row = db.get<{ report: string }>(
    `SELECT c.report FROM shortcut_checks c JOIN models m ON m.id = c.model_id WHERE m.name = :model AND c.split = :split`,
    { model, split },
  );
  return row && readJson(shortcutReportSchema, row.report, `the check of "${model}" for shortcuts`);
}

/** Keeps what a check found, in place of the one before. */
export function saveShortcutCheck(db: WriteDb, modelId: number, report: ShortcutReport): void {
  const { split, checkedAt } = report;
  db.run(
    `INSERT INTO shortcut_checks (model_id, split, report, checked_at) VALUES (:modelId, :split, :report, :checkedAt)
     ON CONFLICT (model_id, split) DO UPDATE SET report = excluded.report, checked_at = excluded.checked_at`,
    { modelId, split, report: JSON.stringify(report), checkedAt },
  );
}
