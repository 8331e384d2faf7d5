/** Where the window was: one row, whose references follow names that change and go with what is deleted. */
import type { InstanceId, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

/** What was chosen; null where nothing was, or what was chosen is gone. */
export interface WindowChoices {
  readonly screen: string | null;
  readonly dataset: string | null;
  readonly model: string | null;
  readonly at: { readonly studyId: StudyId; readonly instanceId: InstanceId | null; readonly frame: number } | null;
}

/** What the window was at when it was last told. */
export function windowChoices(db: ReadDb): WindowChoices {
  const row = db.get<{
    screen: string | null;
    dataset: string | null;
    model: string | null;
    studyId: StudyId | null;
    instanceId: InstanceId | null;
    frame: number;
  }>(
    `SELECT w.screen, d.name AS dataset, m.name AS model, w.study_id AS studyId, w.instance_id AS instanceId, w.frame
     FROM window_choices w LEFT JOIN datasets d ON d.id = w.dataset_id AND d.deleted_at IS NULL
     LEFT JOIN models m ON m.id = w.model_id AND m.deleted_at IS NULL`,
  );
  if (row === undefined) return { screen: null, dataset: null, model: null, at: null };
  const { studyId, instanceId, frame, ...names } = row;
  return { ...names, at: studyId === null ? null : { studyId, instanceId, frame } };
}

/** Keeps where the window is. What names nothing that is there is kept as nothing. */
export function saveWindowChoices(db: WriteDb, { screen, dataset, model, at }: WindowChoices): void {
  db.run(
    `INSERT INTO window_choices (id, screen, dataset_id, model_id, study_id, instance_id, frame)
     VALUES (1, :screen, (SELECT id FROM datasets WHERE name = :dataset AND deleted_at IS NULL),
       (SELECT id FROM models WHERE name = :model AND deleted_at IS NULL),
       (SELECT id FROM studies WHERE id = :studyId), (SELECT id FROM instances WHERE id = :instanceId), :frame)
     ON CONFLICT (id) DO UPDATE SET screen = excluded.screen, dataset_id = excluded.dataset_id, model_id = excluded.model_id,
       study_id = excluded.study_id, instance_id = excluded.instance_id, frame = excluded.frame`,
    {
      screen,
      dataset,
      model,
      studyId: at?.studyId ?? null,
      instanceId: at?.instanceId ?? null,
      frame: at?.frame ?? 0,
    },
  );
}
