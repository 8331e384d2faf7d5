/** The data set that classifying fills: kept apart, so that nobody labels or trains on it without having chosen it. */
import { addAuditEvent, datasetByName, ensureDataset, keepDatasetApart } from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** Makes the data set of this name, kept apart, unless there is one: what somebody made themselves stays as it is. */
export function ensureDatasetApart(context: ServiceContext, name: string): void {
  const db = context.library.writer;
  if (datasetByName(db, name) !== undefined) return;
  const now = timeOf(context);
  db.transaction(() => {
    keepDatasetApart(db, ensureDataset(db, name, 'middle', now).id);
    addAuditEvent(db, { happenedAt: now, action: 'dataset.created', subject: name, details: { isKeptApart: true } });
  });
}
