/** The networks of a cross-validation that ended: what each came to and, until its model is stored, its weights. */
import type { RunMember, WeightLayout } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type LayoutColumns, readLayout } from '../stored-json.ts';
import { readVector, saveVector, type VectorOwner } from './vectors.ts';

interface MemberRow extends Omit<RunMember, 'isStuck' | 'isKept'> {
  readonly isStuck: number;
  readonly isKept: number;
}

const vectorsOf = (runId: number, { fold, attempt }: Pick<RunMember, 'fold' | 'attempt'>): VectorOwner => ({
  table: 'member_vectors',
  key: { run_id: runId, fold, attempt },
});

/** The trainings of the networks of a run that ended, in the order of `epochsOf`. */
export function membersOf(db: ReadDb, runId: number): RunMember[] {
  return db
    .all<MemberRow>(
      `SELECT fold, attempt, seed, images, patients, train_loss AS trainLoss, guess_loss AS guessLoss, is_stuck AS isStuck, is_kept AS isKept
       FROM run_members WHERE run_id = :runId ORDER BY attempt > 1, fold, attempt`,
      { runId },
    )
    .map((row) => ({ ...row, isStuck: row.isStuck === 1, isKept: row.isKept === 1 }));
}

/** Keeps a training that ended with its weights; in one transaction. */
export function saveMember(
  db: WriteDb,
  runId: number,
  { isStuck: _, isKept: __, ...member }: RunMember,
  weights: { readonly parameters: Float32Array; readonly layout: WeightLayout },
): void {
  db.transaction(() => {
    db.run(
      `INSERT INTO run_members (run_id, fold, attempt, seed, images, patients, train_loss, guess_loss, version, entries)
       VALUES (:runId, :fold, :attempt, :seed, :images, :patients, :trainLoss, :guessLoss, :version, :entries)`,
      { runId, ...member, version: weights.layout.version, entries: JSON.stringify(weights.layout.entries) },
    );
    saveVector(db, vectorsOf(runId, member), 'parameters', weights.parameters);
  });
}

/** The weights of a training that ended. @throws WEIGHTS_INVALID, DB_DAMAGED as `lastCheckpoint` */
export function memberWeights(
  db: ReadDb,
  runId: number,
  member: Pick<RunMember, 'fold' | 'attempt'>,
): { readonly parameters: Float32Array; readonly layout: WeightLayout } {
  const { fold, attempt } = member;
  const row = db.get<LayoutColumns>(
    'SELECT version, entries FROM run_members WHERE run_id = :runId AND fold = :fold AND attempt = :attempt',
    { runId, fold, attempt },
  );
  const layout = readLayout(row ?? { version: null, entries: null }, `run-${runId}, fold ${fold}`);
  return { parameters: readVector(db, vectorsOf(runId, member), 'parameters'), layout };
}

/** Notes which trainings were stuck and which are part of the model, and drops their weights, which the model has. Call it inside a transaction. */
export function settleMembers(db: WriteDb, runId: number, members: readonly RunMember[]): void {
  for (const { fold, attempt, isStuck, isKept } of members) {
    db.run(
      `UPDATE run_members SET is_stuck = :isStuck, is_kept = :isKept, version = NULL, entries = NULL
       WHERE run_id = :runId AND fold = :fold AND attempt = :attempt`,
      { runId, fold, attempt, isStuck: Number(isStuck), isKept: Number(isKept) },
    );
  }
  db.run('DELETE FROM member_vectors WHERE run_id = :runId', { runId });
}
