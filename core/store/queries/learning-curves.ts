/** Learning curves: every one that was made, by the version of its data set. */
import { type CurveReport, curveReportSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

/** The newest learning curve of a data set, or undefined. @throws DB_DAMAGED */
export function newestCurve(db: ReadDb, dataset: string): CurveReport | undefined {
  const row = db.get<{ report: string }>(
    `SELECT c.report FROM learning_curves c JOIN dataset_versions v ON v.id = c.version_id JOIN datasets d ON d.id = v.dataset_id
     WHERE d.name = :dataset ORDER BY c.id DESC LIMIT 1`,
    { dataset },
  );
  return row && readJson(curveReportSchema, row.report, `the learning curve of "${dataset}"`);
}

export function saveCurve(db: WriteDb, versionId: number, report: CurveReport): void {
  db.run('INSERT INTO learning_curves (version_id, report, made_at) VALUES (:versionId, :report, :madeAt)', {
    versionId,
    report: JSON.stringify(report),
    madeAt: report.madeAt,
  });
}
