/** Comparisons of methods: what was decided, what failed, and the table. */
import { z } from 'zod';
import { invariant } from '../../base/errors.ts';
import {
  type ComparisonPlan,
  type ComparisonReport,
  comparisonPlanSchema,
  comparisonReportSchema,
  type FailedTraining,
  failedTrainingSchema,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

interface ComparisonRow {
  readonly id: number;
  readonly plan: string | null;
  readonly failures: string;
  readonly report: string | null;
  readonly createdAt: string;
}

export interface StoredComparison {
  readonly id: number;
  /** Null until everything is measured. */
  readonly plan: ComparisonPlan | null;
  readonly failures: readonly FailedTraining[];
  /** Null until all trainings have ended and were evaluated. */
  readonly report: ComparisonReport | null;
  readonly createdAt: string;
}

const columns = 'SELECT c.id, c.plan, c.failures, c.report, c.created_at AS createdAt FROM comparisons c';

function toComparison({ id, plan, failures, report, createdAt }: ComparisonRow): StoredComparison {
  const what = (part: string): string => `the ${part} of comparison ${id}`;
  return {
    id,
    plan: plan === null ? null : readJson(comparisonPlanSchema, plan, what('plan')),
    failures: readJson(z.array(failedTrainingSchema), failures, what('failed trainings')),
    report: report === null ? null : readJson(comparisonReportSchema, report, what('table')),
    createdAt,
  };
}

/** The comparison of this key, begun where there is none: what the same command, given again after a stop, goes on with. */
export function beginComparison(
  db: WriteDb,
  key: string,
  { versionId, now }: { readonly versionId: number; readonly now: string },
): StoredComparison {
  db.run(
    `INSERT INTO comparisons (key, version_id, created_at) VALUES (:key, :versionId, :now) ON CONFLICT (key) DO NOTHING`,
    { key, versionId, now },
  );
  const row = db.get<ComparisonRow>(`${columns} WHERE c.key = :key`, { key });
  invariant(row !== undefined, 'a comparison that was begun can be read');
  return toComparison(row);
}

/** A comparison by its number, or undefined. @throws DB_DAMAGED */
export function comparisonById(db: ReadDb, id: number): StoredComparison | undefined {
  const row = db.get<ComparisonRow>(`${columns} WHERE c.id = :id`, { id });
  return row && toComparison(row);
}

/** The tables of a data set that are finished, newest first. @throws DB_DAMAGED */
export function comparisonsOf(db: ReadDb, dataset: string): ComparisonReport[] {
  return db
    .all<ComparisonRow>(
      `${columns} JOIN dataset_versions v ON v.id = c.version_id JOIN datasets d ON d.id = v.dataset_id
       WHERE d.name = :dataset AND c.report IS NOT NULL ORDER BY c.id DESC`,
      { dataset },
    )
    .flatMap((row) => toComparison(row).report ?? []);
}

/** Keeps what was measured and decided. */
export function planComparison(db: WriteDb, id: number, plan: ComparisonPlan): void {
  db.run('UPDATE comparisons SET plan = :plan WHERE id = :id', { id, plan: JSON.stringify(plan) });
}

/** Keeps a training that failed. */
export function addFailedTraining(db: WriteDb, id: number, failed: FailedTraining): void {
  db.run(`UPDATE comparisons SET failures = json_insert(failures, '$[#]', json(:failed)) WHERE id = :id`, {
    id,
    failed: JSON.stringify(failed),
  });
}

/** Keeps the table. */
export function endComparison(db: WriteDb, id: number, report: ComparisonReport): void {
  db.run('UPDATE comparisons SET report = :report WHERE id = :id', { id, report: JSON.stringify(report) });
}
