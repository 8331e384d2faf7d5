/** What reading in 8 bits did to a data set: the result of the newest job that tried it. */
import { type TryInt8Report, tryInt8ReportSchema } from '../../contract/index.ts';
import type { ReadDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

/** Of a data set as it is called now, of an LPM by its weights and of an input size in pixels; undefined where nothing was tried. @throws DB_DAMAGED */
export function newestTryInt8(
  db: ReadDb,
  dataset: string,
  lpmHash: string,
  inputSize: number,
): TryInt8Report | undefined {
  const row = db.get<{ result: string }>(
    `SELECT j.result FROM jobs j JOIN dataset_versions v ON v.id = json_extract(j.result, '$.datasetVersionId')
       JOIN datasets d ON d.id = v.dataset_id
     WHERE j.kind = 'try-int8' AND j.state = 'succeeded' AND d.name = :dataset AND json_extract(j.result, '$.lpmHash') = :lpmHash
       AND json_extract(j.result, '$.inputSize') = :inputSize
     ORDER BY j.id DESC LIMIT 1`,
    { dataset, lpmHash, inputSize },
  );
  return row && readJson(tryInt8ReportSchema, row.result, `what 8 bits did to "${dataset}"`);
}
