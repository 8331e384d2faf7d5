/** The order of a data set as a reader may see it: whether it is on, when the next one is due, what is missing. */
import { defaultEvery, type ReadingOrder, targetFacts } from '../../contract/index.ts';
import {
  classNames,
  type DatasetRow,
  labelsSince,
  orderPlaces,
  type StoredOrder,
  saveOrderChoice,
  storedOrder,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { settingsOf, unitsOf } from '../reading/reading.ts';
import type { ServiceContext } from '../session/context.ts';
import { readinessOf } from './readiness.ts';

/** Numbers have no probabilities, so nothing to be unsure by. */
function isOrderable({ target }: DatasetRow): boolean {
  const { isPerName, hasMarks } = targetFacts[target];
  return !isPerName || hasMarks;
}

/**
 * How a data set is ordered now.
 * @param known when the order was made whose cases the caller has
 * @throws DATASET_NOT_FOUND
 */
export function readingOrder(context: ServiceContext, name: string, known: string | null = null): ReadingOrder {
  const dataset = requireDataset(context, name);
  const { db } = context.library;
  const stored = storedOrder(db, dataset.id);
  const isPossible = isOrderable(dataset);
  return {
    isOn: stored?.isOn ?? false,
    every: stored?.every ?? defaultEvery,
    newLabels: stored === undefined ? 0 : labelsSince(db, dataset.id, stored.seenLabelId),
    // Once there is an order it is no longer looked at with every label: a job that finds too little says so.
    missing: isPossible && stored?.madeAt == null ? [...readinessOf(db, dataset).missing] : [],
    hasNames: classNames(db, dataset.id).length >= targets[dataset.target].fewestNames,
    isPossible,
    order: madeOrder(context, dataset, stored, known),
  };
}

/** Turns the order on or off. @throws DATASET_NOT_FOUND */
export function chooseOrder(
  context: ServiceContext,
  name: string,
  choice: Pick<ReadingOrder, 'isOn' | 'every'>,
  known: string | null = null,
): ReadingOrder {
  const dataset = requireDataset(context, name);
  const db = context.library.writer;
  db.transaction(() => saveOrderChoice(db, dataset.id, choice));
  return readingOrder(context, name, known);
}

/** Whether a new order is to be made: it is on, enough is labelled, and there is none yet or enough is new since. */
export function isOrderDue(context: ServiceContext, name: string): boolean {
  const dataset = requireDataset(context, name);
  const { db } = context.library;
  const stored = storedOrder(db, dataset.id);
  if (stored === undefined || !stored.isOn || !isOrderable(dataset)) return false;
  if (stored.madeAt !== null && labelsSince(db, dataset.id, stored.seenLabelId) < stored.every) return false;
  return isReady(context, dataset);
}

function isReady(context: ServiceContext, dataset: DatasetRow): boolean {
  const { names, missing } = readinessOf(context.library.db, dataset);
  return missing.length === 0 && names.length >= targets[dataset.target].fewestNames;
}

/** The cases by place; their kind is what a label is about now. */
function madeOrder(
  context: ServiceContext,
  dataset: DatasetRow,
  stored: StoredOrder | undefined,
  known: string | null,
): ReadingOrder['order'] {
  if (stored?.madeAt == null) return null;
  const { madeAt, labelled, cases } = stored;
  if (known === madeAt) return { madeAt, labelled, cases, targets: [] };
  const places = orderPlaces(context.library.db, dataset.id);
  const { unit } = settingsOf(context, dataset);
  const placed = unitsOf(context, dataset, unit).flatMap(({ target, instances }) => {
    const own = instances.flatMap(({ instanceId }) => places.get(instanceId) ?? []);
    return own.length === 0 ? [] : [{ target, place: Math.min(...own) }];
  });
  const ordered = placed.sort((a, b) => a.place - b.place).map(({ target }) => target);
  return { madeAt, labelled, cases, targets: ordered };
}
