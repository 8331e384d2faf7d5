/** `batch delete`: results of a classification leave the library, with the names of the files that could not be used. */
import { AppError } from '../../base/errors.ts';
import type { DeleteBatchReport } from '../../contract/results/maintenance.ts';
import { addAuditEvent, type BatchChoice, batchIds, eraseBatches } from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/**
 * Removes the chosen batches: predictions, failures with their paths, and what their jobs still knew of places. Files, results files
 * and images of the library stay, and what a watched folder gave is not classified again.
 * @throws BAD_INPUT when there is no such batch; LIBRARY_READ_ONLY
 */
export function deleteBatches(
  context: Pick<ServiceContext, 'library' | 'now'>,
  choice: BatchChoice,
): DeleteBatchReport {
  const { library } = context;
  const db = library.writer;
  const ids = batchIds(db, choice);
  if (ids.length === 0) {
    throw new AppError('BAD_INPUT', 'There are no such results in this library.', {
      action: 'Choose others from the list (sidelight batches).',
    });
  }
  const rows = db.transaction(() => {
    const erased = eraseBatches(db, ids);
    addAuditEvent(db, {
      happenedAt: timeOf(context),
      action: 'batch.deleted',
      subject: 'batch',
      details: { ids, rows: erased },
    });
    return erased;
  });
  library.emptyLog();
  return { batches: ids.length, predictions: rows['predictions'] ?? 0, failures: rows['batch_failures'] ?? 0 };
}
