/** Models in use: decisions that are only ever added to. */
import { type Promotion, promotionComparisonSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

const columns = `
  SELECT d.name AS dataset, m.name AS model, r.name AS replaced, p.comparison, p.reason, p.decided_by AS "by", p.decided_at AS at
  FROM promotions p JOIN datasets d ON d.id = p.dataset_id JOIN models m ON m.id = p.model_id LEFT JOIN models r ON r.id = p.replaced_id`;

function toPromotion({ comparison, ...row }: Omit<Promotion, 'comparison'> & { comparison: string }): Promotion {
  return {
    ...row,
    comparison: readJson(promotionComparisonSchema, comparison, `the comparison of model "${row.model}" in use`),
  };
}

/** The model in use of every data set that has one, by the data set's name. @throws DB_DAMAGED */
export function modelsInUse(db: ReadDb): Promotion[] {
  return db
    .all<Parameters<typeof toPromotion>[0]>(
      `${columns} WHERE p.id IN (SELECT max(id) FROM promotions GROUP BY dataset_id)
         AND m.deleted_at IS NULL AND d.deleted_at IS NULL ORDER BY d.name`,
    )
    .map(toPromotion);
}

/** Every decision about a data set, newest first. @throws DB_DAMAGED */
export function promotionsOf(db: ReadDb, dataset: string): Promotion[] {
  return db
    .all<Parameters<typeof toPromotion>[0]>(`${columns} WHERE d.name = :dataset ORDER BY p.id DESC`, { dataset })
    .map(toPromotion);
}

/** Puts a model in use for the data set that it was trained on; what was in use before is noted with it. */
export function addPromotion(
  db: WriteDb,
  row: {
    readonly model: string;
    readonly replaced: string | null;
    readonly comparison: string;
    readonly reason: string | null;
    readonly by: string;
  },
  now: string,
): void {
  db.run(
    `INSERT INTO promotions (dataset_id, model_id, replaced_id, comparison, reason, decided_by, decided_at)
     SELECT v.dataset_id, m.id, (SELECT id FROM models WHERE name = :replaced), :comparison, :reason, :by, :now
     FROM models m JOIN runs r ON r.id = m.run_id JOIN dataset_versions v ON v.id = r.version_id WHERE m.name = :model`,
    { ...row, now },
  );
}
