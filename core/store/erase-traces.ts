/** What rows of others say of a patient who is erased: the ID in their studies and its issuer, the name handed on to them, and counts of versions. */
import type { InstanceId, PatientId, SplitName, SplitOrigin } from '../contract/index.ts';
import type { WriteDb } from './database.ts';
import { tablesWith } from './tables.ts';

/**
 * Takes the ID of an erased patient out of studies that were given to others, and with it name, sex and birth date where those were handed
 * on: the studies stay with whom they were given to, and nobody can say any more whom their headers named.
 */
export function forgetHeaderIds(db: WriteDb, { patientKeys }: { readonly patientKeys: readonly string[] }): void {
  if (patientKeys.length === 0 || !tablesWith(db, ['own_patient_key']).includes('studies')) return;
  const keys = JSON.stringify(patientKeys);
  const named = 'SELECT value FROM json_each(:keys)';
  if (tablesWith(db, ['patient_key', 'patient_name']).includes('patients')) {
    db.run(
      `UPDATE patients SET patient_name = NULL, search_name = NULL, patient_sex = NULL, patient_birth_date = NULL
       WHERE patient_key NOT IN (${named})
         AND patient_name IN (SELECT patient_name FROM patients WHERE patient_key IN (${named}) AND patient_name IS NOT NULL)
         AND EXISTS (SELECT 1 FROM studies WHERE patient_id = patients.id AND own_patient_key IN (${named}))`,
      { keys },
    );
  }
  if (tablesWith(db, ['issuer_of_patient_id']).includes('studies')) {
    db.run(`UPDATE studies SET issuer_of_patient_id = NULL WHERE own_patient_key IN (${named})`, { keys });
  }
  // A key of ours that names nobody: the study still counts as given, and could be taken back to stand for itself.
  db.run(`UPDATE studies SET own_patient_key = 'study:' || study_instance_uid WHERE own_patient_key IN (${named})`, {
    keys,
  });
  db.run(
    `UPDATE instances SET header_patient_key = 'study:' || (SELECT st.study_instance_uid FROM series s
       JOIN studies st ON st.id = s.study_id WHERE s.id = instances.series_id) WHERE header_patient_key IN (${named})`,
    { keys },
  );
}

interface Count {
  readonly versionId: number;
  readonly split: SplitName;
  readonly patients: number;
}

/** The patients of frozen versions by part, to be compared before and after. Versions without a word on how they came to it are left out. */
export class VersionCounts {
  readonly #db: WriteDb;
  readonly #versions: string;
  readonly #before: readonly Count[];
  readonly #origins: readonly { readonly versionId: number; readonly split: SplitName; readonly origin: SplitOrigin }[];

  constructor(
    db: WriteDb,
    { patients, instances }: { readonly patients: readonly PatientId[]; readonly instances: readonly InstanceId[] },
  ) {
    this.#db = db;
    const isCounted = tablesWith(db, ['version_id', 'split', 'origin', 'patients']).includes('version_splits');
    const rows = !isCounted
      ? []
      : db.all<{ id: number }>(
          `SELECT DISTINCT version_id AS id FROM version_images WHERE instance_id IN (SELECT value FROM json_each(:instances))
             OR patient_id IN (SELECT value FROM json_each(:patients))`,
          { instances: JSON.stringify(instances), patients: JSON.stringify(patients) },
        );
    this.#versions = JSON.stringify(rows.map(({ id }) => id));
    this.#before = this.#count();
    this.#origins = !isCounted
      ? []
      : db.all(
          `SELECT v.id AS versionId, sp.split, sp.origin FROM dataset_versions v JOIN dataset_splits sp ON sp.dataset_id = v.dataset_id
           WHERE v.id IN (SELECT value FROM json_each(:versions)) AND sp.patient_id IN (SELECT value FROM json_each(:patients))`,
          { versions: this.#versions, patients: JSON.stringify(patients) },
        );
  }

  #count(): Count[] {
    return this.#db.all(
      `SELECT version_id AS versionId, split, count(DISTINCT patient_id) AS patients FROM version_images
       WHERE version_id IN (SELECT value FROM json_each(:versions)) GROUP BY version_id, split`,
      { versions: this.#versions },
    );
  }

  /** Takes those who are gone off the counts: from the way in which the data set has them, else from the most frequent one. */
  subtractGone(): void {
    const left = new Map(this.#count().map(({ versionId, split, patients }) => [`${versionId} ${split}`, patients]));
    for (const { versionId, split, patients } of this.#before) {
      const gone = patients - (left.get(`${versionId} ${split}`) ?? 0);
      const own = this.#origins.find((row) => row.versionId === versionId && row.split === split)?.origin ?? null;
      for (let n = 0; n < gone; n++) {
        this.#db.run(
          `UPDATE version_splits SET patients = patients - 1 WHERE (version_id, split, origin) IN
             (SELECT version_id, split, origin FROM version_splits WHERE version_id = :versionId AND split = :split AND patients > 0
              ORDER BY origin = :own DESC, patients DESC LIMIT 1)`,
          { versionId, split, own: own ?? '' },
        );
      }
    }
    this.#db.run(
      'DELETE FROM version_splits WHERE patients = 0 AND version_id IN (SELECT value FROM json_each(:versions))',
      { versions: this.#versions },
    );
  }
}
