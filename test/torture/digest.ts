/** Everything a library holds that must be equal after an interruption, as text that can be compared; times and row ids are left out. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLibrary, type ReadDb } from '../../core/store/index.ts';

/** One line a fact, in a fixed order. `folder` is the library; results.csv lies beside it. */
export function libraryDigest(folder: string): string[] {
  return [...databaseDigest(folder), ...filesBeside(folder)];
}

/** The same without results.csv. */
export function databaseDigest(folder: string): string[] {
  const library = openLibrary(folder, { mode: 'read' });
  try {
    return factsOf(library.db);
  } finally {
    library.close();
  }
}

const target = `CASE l.level WHEN 'instance' THEN (SELECT sop_instance_uid FROM instances WHERE id = l.target_id)
  WHEN 'patient' THEN (SELECT patient_key FROM patients WHERE id = l.target_id) ELSE l.target_id END`;

/** Questions whose rows are the facts. */
const questions: Readonly<Record<string, string>> = {
  patient: 'SELECT patient_key FROM patients ORDER BY 1',
  instance: `SELECT p.patient_key, st.study_instance_uid, i.sop_instance_uid, i.content_hash FROM instances i
     JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id ORDER BY 3`,
  file: `SELECT f.path, i.sop_instance_uid FROM files f JOIN instances i ON i.id = f.instance_id ORDER BY 1, 2`,
  member: `SELECT d.name, i.sop_instance_uid FROM dataset_instances di JOIN datasets d ON d.id = di.dataset_id
     JOIN instances i ON i.id = di.instance_id ORDER BY 1, 2`,
  label: `SELECT ${target} AS target, c.name, l.reader FROM labels l JOIN label_classes c ON c.id = l.class_id ORDER BY l.id`,
  split: `SELECT p.patient_key, s.split FROM dataset_splits s JOIN patients p ON p.id = s.patient_id ORDER BY 1`,
  record: `SELECT s.folder, i.sop_instance_uid, r.frame, r.kind, r.length, r.checksum FROM records r
     JOIN record_stores s ON s.id = r.store_id JOIN instances i ON i.id = r.instance_id ORDER BY 1, 2, 3, 4`,
  epoch: `SELECT r.model_name, e.epoch, e.train_loss, e.val_loss, e.val_auc FROM run_epochs e JOIN runs r ON r.id = e.run_id ORDER BY 1, 2`,
  model: 'SELECT name, weights_hash, threshold FROM models ORDER BY 1',
  prediction: `SELECT p.level, p.study_instance_uid, p.sop_instance_uid, p.frame, p.decision, q.class_position, q.probability
     FROM predictions p JOIN prediction_probabilities q ON q.prediction_id = p.id
     WHERE p.batch_id = (SELECT max(id) FROM batches) ORDER BY 1, 2, 3, 4, 6`,
  lpm: 'SELECT name, hash FROM lpms ORDER BY 1',
  kept: 'SELECT count(*) AS n FROM classified_images',
};

function factsOf(db: ReadDb): string[] {
  return Object.entries(questions).flatMap(([name, sql]) =>
    db.all<Record<string, unknown>>(sql).map((row) => `${name} ${Object.values(row).join(' ')}`),
  );
}

function filesBeside(folder: string): string[] {
  const results = join(folder, '..', 'results.csv');
  if (!existsSync(results)) return [];
  return [`results.csv ${createHash('sha256').update(readFileSync(results)).digest('hex')}`];
}

/** The first differences of two digests, for a report. */
export function digestDifference(found: readonly string[], wanted: readonly string[]): string | null {
  const missing = wanted.filter((line) => !found.includes(line));
  const surplus = found.filter((line) => !wanted.includes(line));
  if (missing.length === 0 && surplus.length === 0) {
    return found.length === wanted.length ? null : `${found.length} facts, wanted ${wanted.length} (duplicates)`;
  }
  return `missing ${missing.length} (${missing[0] ?? ''}), surplus ${surplus.length} (${surplus[0] ?? ''})`;
}
