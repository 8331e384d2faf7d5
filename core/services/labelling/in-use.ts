/** What the model in use of a data set says of how to train quickly. */
import { type ModelRecord, type QuickMethod, quickMethodSchema, quickMethods } from '../../contract/index.ts';
import { modelByName, modelsInUse, type ReadDb } from '../../store/index.ts';

/** The method of the model in use where it is quick, else the first of those that are. */
export function methodInUse(db: ReadDb, dataset: string): QuickMethod {
  return quickMethodSchema.safeParse(modelInUse(db, dataset)?.method).data ?? quickMethods[0];
}

/** The LPM of the model in use, by its name; undefined where there is none. */
export function lpmInUse(db: ReadDb, dataset: string): string | undefined {
  return modelInUse(db, dataset)?.lpm ?? undefined;
}

function modelInUse(db: ReadDb, dataset: string): ModelRecord | undefined {
  const name = modelsInUse(db).find((row) => row.dataset === dataset)?.model;
  return name === undefined ? undefined : modelByName(db, name);
}
