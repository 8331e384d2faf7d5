/** What a data set needs to know of its pictures before it is frozen. */
import { datasetByName, datasetInstanceFacts } from '../../store/index.ts';
import { lookIntoInstances } from '../pixels/looks.ts';
import type { ServiceContext } from '../session/context.ts';

/** Looks into the images of a data set that were imported before images were looked into; the range of its pictures depends on it. */
export async function lookIntoDataset(context: ServiceContext, dataset: string): Promise<void> {
  const { db } = context.library;
  const row = datasetByName(db, dataset);
  if (row === undefined) return;
  await lookIntoInstances(
    context,
    datasetInstanceFacts(db, row.id).map(({ instanceId }) => instanceId),
  );
}
