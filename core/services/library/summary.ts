/** Lists of what was trained. */
import type { ModelRecord, RunView } from '../../contract/index.ts';
import { listModels as modelRows, listRuns as runRows } from '../../store/index.ts';
import { asSeen } from '../session/as-seen.ts';
import type { ServiceContext } from '../session/context.ts';

/** `models`: every model of the library. */
export function listModels(context: ServiceContext): ModelRecord[] {
  return modelRows(context.library.db);
}

/** `runs`: every training run of the library. */
export function listRuns({ library }: Pick<ServiceContext, 'library'>): RunView[] {
  return asSeen(library, () => runRows(library.db));
}
