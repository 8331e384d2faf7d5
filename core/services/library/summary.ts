/** Lists of what was trained. */
import type { ModelRecord, RunRecord } from '../../contract/index.ts';
import { listModels as modelRows, listRuns as runRows } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';

/** `models`: every model of the library. */
export function listModels(context: ServiceContext): ModelRecord[] {
  return modelRows(context.library.db);
}

/** `runs`: every training run of the library. */
export function listRuns(context: ServiceContext): RunRecord[] {
  return runRows(context.library.db);
}
