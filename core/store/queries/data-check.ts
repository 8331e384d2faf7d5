/** What a data check looks at besides the labels. */
import type { InstanceId } from '../../contract/index.ts';
import type { ReadDb } from '../database.ts';

export interface DatasetInstanceFacts {
  readonly instanceId: InstanceId;
  readonly patientKey: string;
  readonly contentHash: string;
  readonly modality: string | null;
  readonly rows: number | null;
  readonly columns: number | null;
}

/** Content, kind and size of every instance of a data set. */
export function datasetInstanceFacts(db: ReadDb, datasetId: number): DatasetInstanceFacts[] {
  return db.all(
    `SELECT i.id AS instanceId, p.patient_key AS patientKey, i.content_hash AS contentHash, s.modality, i.pixel_rows AS "rows", i.pixel_columns AS "columns"
     FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id
     WHERE d.dataset_id = :datasetId`,
    { datasetId },
  );
}
