/** What trying 8 bits on a data set gave, found later: perhaps on another machine, and of a data set that has changed since. */
import { AppError } from '../../base/errors.ts';
import type { TriedInt8 } from '../../contract/index.ts';
import { lpmByName, newestTryInt8 } from '../../store/index.ts';
import { planVersion } from '../datasets/dataset.ts';
import { rateKey } from '../estimate/rates.ts';
import type { ServiceContext } from '../session/context.ts';

/** The newest of an input size in pixels; null where there is none. @throws DB_DAMAGED, and what opening the engine throws */
export async function triedInt8(
  context: ServiceContext,
  { dataset, lpm, inputSize }: { readonly dataset: string; readonly lpm: string; readonly inputSize: number },
): Promise<TriedInt8 | null> {
  const { db } = context.library;
  const hash = lpmByName(db, lpm)?.hash;
  const report = hash === undefined ? undefined : newestTryInt8(db, dataset, hash, inputSize);
  if (report === undefined) return null;
  const { machine } = await rateKey(context, report.lpmHash, inputSize);
  return {
    report,
    isOfHere: report.machine === machine,
    isOfNow: isUnchanged(context, dataset, report.datasetVersionId),
  };
}

function isUnchanged(context: ServiceContext, dataset: string, versionId: number): boolean {
  try {
    return planVersion(context, { dataset }).existing?.id === versionId;
  } catch (error) {
    // What can be made no version of today had other labels then.
    if (error instanceof AppError && ['DATASET_NOT_READY', 'SPLIT_IMPOSSIBLE'].includes(error.code)) return false;
    throw error;
  }
}
