/** How the cases of a data set are ordered for labelling. */
import type { InstanceId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

export interface StoredOrder {
  readonly isOn: boolean;
  /** After so many new labels it is made again. */
  readonly every: number;
  /** Null where none was made yet. */
  readonly madeAt: string | null;
  /** Cases with a label that it was learned from. */
  readonly labelled: number;
  /** Cases that were put in order. */
  readonly cases: number;
  /** The newest label at the time. */
  readonly seenLabelId: number;
}

/** How a data set is ordered; undefined where nobody asked for it. */
export function storedOrder(db: ReadDb, datasetId: number): StoredOrder | undefined {
  const row = db.get<Omit<StoredOrder, 'isOn'> & { isOn: number }>(
    `SELECT is_on AS isOn, every_labels AS every, made_at AS madeAt, labelled, cases, seen_label_id AS seenLabelId
     FROM reading_orders WHERE dataset_id = :datasetId`,
    { datasetId },
  );
  return row && { ...row, isOn: row.isOn === 1 };
}

/** Turns the order on or off; one that was made stays. */
export function saveOrderChoice(
  db: WriteDb,
  datasetId: number,
  { isOn, every }: Pick<StoredOrder, 'isOn' | 'every'>,
): void {
  db.run(
    `INSERT INTO reading_orders (dataset_id, is_on, every_labels, labelled, cases, seen_label_id) VALUES (:datasetId, :isOn, :every, 0, 0, 0)
     ON CONFLICT (dataset_id) DO UPDATE SET is_on = excluded.is_on, every_labels = excluded.every_labels`,
    { datasetId, isOn: isOn ? 1 : 0, every },
  );
}

/** Keeps an order in place of the one before; whether it is on stays as it is. `places` are in order. Use it within a transaction. */
export function saveOrder(
  db: WriteDb,
  datasetId: number,
  order: Omit<StoredOrder, 'isOn' | 'madeAt'> & { readonly madeAt: string },
  places: readonly { readonly instanceId: InstanceId; readonly place: number }[],
): void {
  db.run(
    `INSERT INTO reading_orders (dataset_id, is_on, every_labels, made_at, labelled, cases, seen_label_id)
     VALUES (:datasetId, 0, :every, :madeAt, :labelled, :cases, :seenLabelId)
     ON CONFLICT (dataset_id) DO UPDATE
       SET made_at = excluded.made_at, labelled = excluded.labelled, cases = excluded.cases,
         seen_label_id = excluded.seen_label_id`,
    { datasetId, ...order },
  );
  db.run('DELETE FROM reading_order_places WHERE dataset_id = :datasetId', { datasetId });
  // An image that was deleted while its place was found has none.
  for (const { instanceId, place } of places) {
    db.run(
      `INSERT INTO reading_order_places (dataset_id, instance_id, place)
       SELECT :datasetId, id, :place FROM instances WHERE id = :instanceId`,
      { datasetId, instanceId, place },
    );
  }
}

/** The place of each instance in the order of a data set. */
export function orderPlaces(db: ReadDb, datasetId: number): ReadonlyMap<InstanceId, number> {
  const rows = db.all<{ instanceId: InstanceId; place: number }>(
    'SELECT instance_id AS instanceId, place FROM reading_order_places WHERE dataset_id = :datasetId',
    { datasetId },
  );
  return new Map(rows.map(({ instanceId, place }) => [instanceId, place]));
}

/** The number of the newest label of the library; 0 where there is none. */
export function newestLabelId(db: ReadDb): number {
  return db.get<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM labels')?.id ?? 0;
}

/** Labels of a data set beyond one of that number that were not taken back. */
export function labelsSince(db: ReadDb, datasetId: number, labelId: number): number {
  return (
    db.get<{ n: number }>(
      `SELECT count(*) AS n FROM labels l JOIN label_schemas s ON s.id = l.schema_id
       LEFT JOIN label_withdrawals w ON w.label_id = l.id
       WHERE l.id > :labelId AND s.dataset_id = :datasetId AND w.label_id IS NULL`,
      { datasetId, labelId },
    )?.n ?? 0
  );
}
