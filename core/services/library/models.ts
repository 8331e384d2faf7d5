/** Models under another name, out of sight, and back. */
import { AppError } from '../../base/errors.ts';
import type { DeletedThing, ModelBack, ModelDeletion } from '../../contract/index.ts';
import {
  addAuditEvent,
  comparisonsAbout,
  deletedModels,
  hideModel,
  isNameTaken,
  jobsAbout,
  listModels,
  modelByName,
  modelDependants,
  modelsInUse,
  renameModelRow,
  showModel,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

function note(context: ServiceContext, action: string, subject: string, details: Record<string, unknown> = {}): void {
  addAuditEvent(context.library.writer, { happenedAt: timeOf(context), action, subject, details });
}

function requireModelRow({ library: { db } }: ServiceContext, name: string) {
  const found = modelByName(db, name);
  if (found !== undefined) return found;
  const names = listModels(db).map((model) => `"${model.name}"`);
  throw new AppError(
    'MODEL_NOT_FOUND',
    `There is no model "${name}" (${names.length === 0 ? 'the library has none' : `found: ${names.join(', ')}`}).`,
  );
}

function refuseTaken({ library: { db } }: ServiceContext, name: string): void {
  if (!isNameTaken(db, 'models', name)) return;
  throw new AppError('NAME_TAKEN', `There is a model "${name}" already.`, { action: 'Choose another name.' });
}

/** @throws BAD_INPUT while a job is about it */
function refuseBusy({ library: { db } }: ServiceContext, name: string, states: Parameters<typeof jobsAbout>[2]): void {
  const busy = jobsAbout(db, { kind: 'model', name }, states) + comparisonsAbout(db, name, states);
  if (busy === 0) return;
  throw new AppError('BAD_INPUT', `${busy === 1 ? 'A job is' : `${busy} jobs are`} under way with model "${name}".`, {
    action: 'Wait for the end, or stop it; then do this again.',
  });
}

/**
 * Gives a model another name; what it answered, decided and was counted for stays its own, and jobs that wait for their turn follow.
 * @throws MODEL_NOT_FOUND, NAME_TAKEN; BAD_INPUT while a job runs with it
 */
export function renameModel(context: ServiceContext, from: string, to: string): void {
  const { id } = requireModelRow(context, from);
  if (from === to) return;
  refuseTaken(context, to);
  refuseBusy(context, from, ['running']);
  const db = context.library.writer;
  db.transaction(() => {
    renameModelRow(db, { id, from, to });
    note(context, 'model.renamed', to, { from });
  });
  context.caches.libraryChanged();
}

/** What goes out of sight with a model, and what stays. @throws MODEL_NOT_FOUND */
export function planModelDeletion(context: ServiceContext, name: string): ModelDeletion {
  const { db } = context.library;
  const { id, dataset } = requireModelRow(context, name);
  const inUse = modelsInUse(db).find((row) => row.model === name);
  return { model: name, dataset, isInUse: inUse !== undefined, ...modelDependants(db, { id, name }) };
}

/**
 * Takes a model out of sight; `restoreModel` brings it back. Results that it gave stay. Data sets for which it was in use have none then.
 * @throws MODEL_NOT_FOUND; BAD_INPUT while a job is about it, and for a model in use without `evenInUse`
 */
export function deleteModel(
  context: ServiceContext,
  name: string,
  { evenInUse }: { readonly evenInUse: boolean },
): ModelDeletion {
  const plan = planModelDeletion(context, name);
  if (plan.isInUse && !evenInUse) {
    throw new AppError('BAD_INPUT', `Model "${name}" is in use for data set "${plan.dataset}".`, {
      action: `Put another model in its place first (\`sidelight promote MODEL\`), or say that it is to go all the same (\`--in-use\`): the data set then has no model in use.`,
    });
  }
  refuseBusy(context, name, ['queued', 'running']);
  const db = context.library.writer;
  const { id } = requireModelRow(context, name);
  db.transaction(() => {
    hideModel(db, { id, name }, timeOf(context));
    note(context, 'model.deleted', name, { wasInUse: plan.isInUse });
  });
  context.caches.libraryChanged();
  return plan;
}

/** Models that can be brought back, newest first. */
export function listDeletedModels({ library: { db } }: Pick<ServiceContext, 'library'>): DeletedThing[] {
  return deletedModels(db).map((row) => ({ ...row }));
}

/**
 * Brings the model back that was deleted under this name last, with the folders that were watched with it.
 * @throws MODEL_NOT_FOUND, NAME_TAKEN
 */
export function restoreModel(context: ServiceContext, name: string, as: string = name): ModelBack {
  const found = deletedModels(context.library.db).find((row) => row.name === name);
  if (found === undefined) {
    throw new AppError('MODEL_NOT_FOUND', `No model "${name}" was deleted that could be brought back.`);
  }
  refuseTaken(context, as);
  const db = context.library.writer;
  const { watches, stopped } = db.transaction(() => {
    note(context, 'model.restored', as, as === name ? {} : { from: name });
    return showModel(db, found.id, as);
  });
  context.caches.libraryChanged();
  return { watches, stopped: [...stopped] };
}
