/** Frozen data-set versions. */
import {
  type ChannelStatistics,
  type DatasetVersion,
  type InstanceId,
  type PatientId,
  type SampleRanges,
  type SplitName,
  type SplitOrigin,
  type SplitOriginCount,
  type StudyId,
  sampleRangesSchema,
  type VersionImage,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';
import { readTarget, targetOfDataset } from '../stored-target.ts';

interface VersionRow {
  id: number;
  datasetId: number;
  dataset: string;
  number: number;
  contentHash: string;
  target: string;
  seed: number;
  createdAt: string;
  ranges: string | null;
}

const columns = `
  SELECT v.id, v.dataset_id AS datasetId, d.name AS dataset, v.number, v.content_hash AS contentHash,
    ${targetOfDataset} AS target, v.seed,
    v.created_at AS createdAt, v.ranges
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id`;

function withClasses(db: ReadDb, row: VersionRow): DatasetVersion {
  const classes = db.all<{ name: string }>(
    'SELECT name FROM version_classes WHERE version_id = :id ORDER BY position',
    {
      id: row.id,
    },
  );
  const target = readTarget(row.target, `version ${row.number} of data set "${row.dataset}"`);
  const ranges = row.ranges === null ? null : readJson(sampleRangesSchema, row.ranges, 'the ranges of a version');
  return { ...row, target, ranges, classes: classes.map(({ name }) => name), splits: versionSplits(db, row.id) };
}

/** Patients of a version by part and by how they came to it, when it was frozen; empty for one of before that was noted. */
export function versionSplits(db: ReadDb, versionId: number): SplitOriginCount[] {
  return db.all(
    'SELECT split, origin, patients FROM version_splits WHERE version_id = :versionId ORDER BY split, origin',
    { versionId },
  );
}

/** The version with this row id, or undefined. */
export function versionById(db: ReadDb, id: number): DatasetVersion | undefined {
  const row = db.get<VersionRow>(`${columns} WHERE v.id = :id`, { id });
  return row === undefined ? undefined : withClasses(db, row);
}

/** Whether images of a version were deleted with their patient since it was frozen. */
export function isVersionReduced(db: ReadDb, id: number): boolean {
  return db.get('SELECT 1 FROM dataset_versions WHERE id = :id AND reduced_at IS NOT NULL', { id }) !== undefined;
}

/** The version of a data set with exactly this content, or undefined. */
export function versionByHash(db: ReadDb, datasetId: number, contentHash: string): DatasetVersion | undefined {
  const row = db.get<VersionRow>(`${columns} WHERE v.dataset_id = :datasetId AND v.content_hash = :contentHash`, {
    datasetId,
    contentHash,
  });
  return row === undefined ? undefined : withClasses(db, row);
}

/** The version of a data set that was frozen last, or undefined. */
export function newestVersion(db: ReadDb, datasetId: number): DatasetVersion | undefined {
  const row = db.get<VersionRow>(`${columns} WHERE v.dataset_id = :datasetId ORDER BY v.id DESC LIMIT 1`, {
    datasetId,
  });
  return row === undefined ? undefined : withClasses(db, row);
}

export interface NewVersion {
  readonly datasetId: number;
  readonly contentHash: string;
  readonly seed: number;
  readonly classes: readonly string[];
  /** None where its format says of every picture what is black and white. */
  readonly ranges?: SampleRanges;
  readonly images: readonly {
    readonly instanceId: InstanceId;
    readonly frame: number;
    readonly patientId: PatientId;
    readonly studyId: StudyId;
    /** Null where each name is a question; then `values` has an answer for each name, null where it is not known. */
    readonly classIndex: number | null;
    readonly values?: readonly (number | null)[];
    readonly split: SplitName;
    /** How the patient came to it. */
    readonly splitOrigin?: SplitOrigin;
  }[];
}

/** Writes a version with its classes and images; call it inside a transaction. Gives its row id. */
export function addVersion(db: WriteDb, version: NewVersion, now: string): number {
  const { id } = db.run(
    `INSERT INTO dataset_versions (dataset_id, number, content_hash, seed, created_at, ranges)
     VALUES (:datasetId, 1 + (SELECT count(*) FROM dataset_versions WHERE dataset_id = :datasetId), :contentHash, :seed, :now,
       :ranges)`,
    {
      datasetId: version.datasetId,
      contentHash: version.contentHash,
      seed: version.seed,
      now,
      ranges: JSON.stringify(version.ranges ?? {}),
    },
  );
  version.classes.forEach((name, position) => {
    db.run('INSERT INTO version_classes (version_id, position, name) VALUES (:id, :position, :name)', {
      id,
      position,
      name,
    });
  });
  version.images.forEach(({ splitOrigin: _, values = [], ...place }, position) => {
    db.run(
      `INSERT INTO version_images (version_id, position, instance_id, frame, patient_id, study_id, class_position, split)
       VALUES (:id, :position, :instanceId, :frame, :patientId, :studyId, :classIndex, :split)`,
      { id, position, ...place },
    );
    values.forEach((value, name) => {
      if (value === null) return;
      db.run(
        'INSERT INTO version_values (version_id, position, name_position, value) VALUES (:id, :position, :name, :value)',
        { id, position, name, value },
      );
    });
  });
  const origins = Map.groupBy(version.images, ({ split, splitOrigin }) => `${split} ${splitOrigin}`);
  for (const images of origins.values()) {
    const { split, splitOrigin } = images[0] ?? {};
    if (split === undefined || splitOrigin === undefined) continue;
    db.run(
      'INSERT INTO version_splits (version_id, split, origin, patients) VALUES (:id, :split, :splitOrigin, :patients)',
      { id, split, splitOrigin, patients: new Set(images.map(({ patientId }) => patientId)).size },
    );
  }
  return id;
}

/** The images of a version in their order; `split` gives one part. */
export function versionImages(db: ReadDb, versionId: number, split?: SplitName): VersionImage[] {
  const values = versionValues(db, versionId);
  const rows = db.all<Omit<VersionImage, 'values'>>(
    `SELECT v.position AS "index", v.instance_id AS instanceId, v.frame, v.patient_id AS patientId, v.study_id AS studyId,
       st.study_instance_uid AS studyInstanceUID, i.sop_instance_uid AS sopInstanceUID, v.class_position AS classIndex, v.split
     FROM version_images v JOIN studies st ON st.id = v.study_id JOIN instances i ON i.id = v.instance_id
     WHERE v.version_id = :versionId AND (:split IS NULL OR v.split = :split) ORDER BY v.position`,
    { versionId, split: split ?? null },
  );
  return rows.map((row) => ({ ...row, values: values(row.index) }));
}

/** Gives the answers of an image by its place in a version, [names]; none where a label is one of the names. */
export function versionValues(db: ReadDb, versionId: number): (position: number) => (number | null)[] {
  const rows = db.all<{ position: number; name: number; value: number }>(
    'SELECT position, name_position AS name, value FROM version_values WHERE version_id = :versionId',
    { versionId },
  );
  if (rows.length === 0) return () => [];
  const { n = 0 } =
    db.get<{ n: number }>('SELECT count(*) AS n FROM version_classes WHERE version_id = :versionId', { versionId }) ??
    {};
  const known = new Map<number, (number | null)[]>();
  for (const { position, name, value } of rows) {
    const own = known.get(position) ?? new Array<number | null>(n).fill(null);
    own[name] = value;
    known.set(position, own);
  }
  return (position) => known.get(position) ?? new Array<number | null>(n).fill(null);
}

/**
 * What became of a version's patients since it was frozen: images that belong to another patient now, patients of the present with images in
 * more than one part, and those whose images it counts as of several patients. The version itself keeps the patients that it was made of.
 */
export function patientsSince(
  db: ReadDb,
  versionId: number,
): { readonly movedImages: number; readonly patientsInSeveralSplits: number; readonly patientsCountedApart: number } {
  const filed = `FROM version_images v JOIN instances i ON i.id = v.instance_id JOIN series s ON s.id = i.series_id
    JOIN studies st ON st.id = s.study_id WHERE v.version_id = :versionId`;
  const moved = db.get<{ n: number }>(`SELECT count(*) AS n ${filed} AND st.patient_id <> v.patient_id`, { versionId });
  if ((moved?.n ?? 0) === 0) return { movedImages: 0, patientsInSeveralSplits: 0, patientsCountedApart: 0 };
  const found = db.get<{ several: number; apart: number }>(
    `SELECT coalesce(sum(splits > 1), 0) AS several, coalesce(sum(patients > 1), 0) AS apart FROM
       (SELECT count(DISTINCT v.split) AS splits, count(DISTINCT v.patient_id) AS patients ${filed} GROUP BY st.patient_id)`,
    { versionId },
  );
  return {
    movedImages: moved?.n ?? 0,
    patientsInSeveralSplits: found?.several ?? 0,
    patientsCountedApart: found?.apart ?? 0,
  };
}

/** Whose the images of some versions are now, by image; the versions themselves keep the patients that they were made of. */
export function filedNow(db: ReadDb, versionIds: readonly number[]): ReadonlyMap<InstanceId, PatientId> {
  const rows = db.all<{ image: InstanceId; patient: PatientId }>(
    `SELECT DISTINCT v.instance_id AS image, st.patient_id AS patient FROM version_images v
     JOIN instances i ON i.id = v.instance_id JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     WHERE v.version_id IN (SELECT value FROM json_each(:versionIds))`,
    { versionIds: JSON.stringify(versionIds) },
  );
  return new Map(rows.map(({ image, patient }) => [image, patient]));
}

/** Whether images of a version belong to other patients or studies than when it was frozen. */
export function hasMovedImages(db: ReadDb, versionId: number): boolean {
  const moved = db.get(
    `SELECT 1 FROM version_images v JOIN instances i ON i.id = v.instance_id JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id
     WHERE v.version_id = :versionId AND (st.patient_id <> v.patient_id OR st.id <> v.study_id) LIMIT 1`,
    { versionId },
  );
  return moved !== undefined;
}

/** How many frozen versions hold images of other patients than those images have now. */
export function versionsOfEarlierPatients(db: ReadDb): number {
  const row = db.get<{ n: number }>(
    `SELECT count(DISTINCT v.version_id) AS n FROM version_images v JOIN instances i ON i.id = v.instance_id
     JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id WHERE st.patient_id <> v.patient_id`,
  );
  return row?.n ?? 0;
}

/** The frozen mean and standard deviation of a version at one input size, or undefined before they were computed. */
export function versionStatistics(db: ReadDb, versionId: number, inputSize: number): ChannelStatistics | undefined {
  const rows = db.all<{ mean: number; std: number }>(
    `SELECT mean, std FROM version_statistics WHERE version_id = :versionId AND input_size = :inputSize ORDER BY channel`,
    { versionId, inputSize },
  );
  if (rows.length !== 3) return undefined;
  return { mean: rows.map((row) => row.mean), std: rows.map((row) => row.std) };
}

/** Freezes the statistics of a version at one input size; they are never changed afterwards. */
export function saveVersionStatistics(
  db: WriteDb,
  versionId: number,
  inputSize: number,
  statistics: ChannelStatistics,
): void {
  db.transaction(() => {
    statistics.mean.forEach((mean, channel) => {
      db.run(
        `INSERT INTO version_statistics (version_id, input_size, channel, mean, std)
         VALUES (:versionId, :inputSize, :channel, :mean, :std)`,
        { versionId, inputSize, channel, mean, std: statistics.std[channel] ?? 1 },
      );
    });
  });
}
