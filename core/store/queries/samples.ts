/** What is known of the samples of images: see migration 0240. */
import type { InstanceId, SampleKind, SampleRanges } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

/** What was seen of an image's samples. */
export interface SampleLook {
  /** Null where the format says what is black and white; the other numbers are then shares of 0 to 1. */
  readonly kind: SampleKind | null;
  readonly low: number;
  readonly high: number;
  readonly dark: number;
  readonly bright: number;
}

/** Notes what was seen of an instance, in place of what was noted before. */
export function saveSampleLook(db: WriteDb, instanceId: InstanceId, contentHash: string, look: SampleLook): void {
  db.run(
    `INSERT INTO instance_samples (instance_id, content_hash, kind, low, high, dark, bright)
     VALUES (:instanceId, :contentHash, :kind, :low, :high, :dark, :bright)
     ON CONFLICT (instance_id) DO UPDATE SET content_hash = :contentHash, kind = :kind, low = :low, high = :high, dark = :dark,
       bright = :bright`,
    { instanceId, contentHash, ...look },
  );
}

/** What was seen of an instance's present content, or undefined. */
export function sampleLookOf(db: ReadDb, instanceId: InstanceId): SampleLook | undefined {
  return db.get<SampleLook>(
    `SELECT l.kind, l.low, l.high, l.dark, l.bright FROM instance_samples l JOIN instances i ON i.id = l.instance_id
     WHERE l.instance_id = :instanceId AND l.content_hash = i.content_hash`,
    { instanceId },
  );
}

/** Those of `instanceIds` into whose present content nobody has looked. */
export function notLookedInto(db: ReadDb, instanceIds: readonly InstanceId[]): InstanceId[] {
  return db
    .all<{ id: InstanceId }>(
      `SELECT i.id FROM json_each(:ids) e JOIN instances i ON i.id = e.value
       LEFT JOIN instance_samples l ON l.instance_id = i.id AND l.content_hash = i.content_hash
       WHERE l.instance_id IS NULL ORDER BY i.id`,
      { ids: JSON.stringify(instanceIds) },
    )
    .map(({ id }) => id);
}

/** Open samples of instances: their kind and the values they have or are said to have. */
export function openSamplesOf(
  db: ReadDb,
  instanceIds: readonly InstanceId[],
): { readonly instanceId: InstanceId; readonly kind: SampleKind; readonly low: number; readonly high: number }[] {
  return db.all(
    `SELECT l.instance_id AS instanceId, l.kind, l.low, l.high
     FROM json_each(:ids) e JOIN instances i ON i.id = e.value
     JOIN instance_samples l ON l.instance_id = i.id AND l.content_hash = i.content_hash
     WHERE l.kind IS NOT NULL ORDER BY i.sop_instance_uid`,
    { ids: JSON.stringify(instanceIds) },
  );
}

/** Instances of a data set with open samples, for example to draw them in one range. */
export function openInstancesOfDataset(db: ReadDb, datasetId: number): InstanceId[] {
  return db
    .all<{ id: InstanceId }>(
      `SELECT i.id FROM dataset_instances d JOIN instances i ON i.id = d.instance_id
       JOIN instance_samples l ON l.instance_id = i.id AND l.content_hash = i.content_hash
       WHERE d.dataset_id = :datasetId AND l.kind IS NOT NULL`,
      { datasetId },
    )
    .map(({ id }) => id);
}

/**
 * How pictures with open samples are drawn for a version: by its ranges; by their format where it was frozen before there were ranges and
 * has such pictures, or pictures that nobody has looked into, because so its runs began. Without such pictures there is nothing to keep to.
 */
export function rangeRuleOfVersion(
  db: ReadDb,
  version: { readonly id: number; readonly ranges: SampleRanges | null },
): SampleRanges | 'format' {
  return version.ranges ?? (mayHaveOpenSamples(db, version.id) ? 'format' : {});
}

/** As `rangeRuleOfVersion`, for a model: by the ranges that it carries, or as the version was drawn that it learned from. */
export function rangeRuleOfModel(
  db: ReadDb,
  model: { readonly id: number; readonly preprocessing: { readonly ranges?: SampleRanges | undefined } },
): SampleRanges | 'format' {
  const { ranges } = model.preprocessing;
  if (ranges !== undefined) return ranges;
  const version = db.get<{ id: number }>(
    'SELECT r.version_id AS id FROM models m JOIN runs r ON r.id = m.run_id WHERE m.id = :id',
    { id: model.id },
  );
  return version !== undefined && mayHaveOpenSamples(db, version.id) ? 'format' : {};
}

function mayHaveOpenSamples(db: ReadDb, versionId: number): boolean {
  return (
    db.get(
      `SELECT 1 FROM version_images v JOIN instances i ON i.id = v.instance_id
       LEFT JOIN instance_samples l ON l.instance_id = i.id AND l.content_hash = i.content_hash
       WHERE v.version_id = :versionId AND i.kind = 'picture' AND (l.instance_id IS NULL OR l.kind IS NOT NULL) LIMIT 1`,
      { versionId },
    ) !== undefined
  );
}
