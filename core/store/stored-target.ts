/** Columns that name a target: a library may have been written by a program that knows more of them. */
import { AppError } from '../base/errors.ts';
import { type TargetKind, targetKindSchema, targetKinds } from '../contract/index.ts';

/** SQL of the column: what the data set `d` asks of its images. */
export const targetOfDataset =
  '(SELECT ls.target FROM label_schemas ls WHERE ls.dataset_id = d.id AND ls.about_id IS NULL ORDER BY ls.id LIMIT 1)';

/**
 * The target that a column names.
 * @param what whose it is, for the error: `data set "x"`
 * @throws DB_FROM_NEWER_APP for one that this version does not know
 */
export function readTarget(stored: string, what: string): TargetKind {
  const parsed = targetKindSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'DB_FROM_NEWER_APP',
    `What ${what} asks of its images is "${stored}"; this Sidelight knows ${targetKinds.join(', ')}.`,
    { details: { found: stored, allowed: targetKinds } },
  );
}
