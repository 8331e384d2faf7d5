/** The data set that an import adds to: what it asks of an image, and the names that its labels may be. */
import { AppError } from '../../base/errors.ts';
import { defaultTarget, targetFacts } from '../../contract/index.ts';
import {
  classNames,
  type DatasetRow,
  datasetByName,
  ensureDataset,
  type ReadDb,
  setLabelClasses,
} from '../../store/index.ts';
import { checkedList } from '../datasets/classes.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import type { ReadLabels } from './read-labels.ts';
import type { ParsedImport } from './ticket.ts';

type Asked = Pick<ParsedImport, 'dataset' | 'frames' | 'target' | 'classes'>;

/**
 * The data set of an import, made where there is none. Nothing is written where it is refused.
 * @throws BAD_INPUT where it is there and asks something else or has other names; where its target needs names in order and none are given
 */
export function datasetForImport(context: ServiceContext, asked: Asked): DatasetRow {
  const db = context.library.writer;
  return db.transaction(() => {
    const found = datasetByName(db, asked.dataset);
    if (found !== undefined) {
      refuseOther(found, classNames(db, found.id), asked);
      return found;
    }
    const target = asked.target ?? defaultTarget;
    const classes = asked.classes === undefined ? [] : checkedList(asked.classes);
    refuseUnlisted(target, classes);
    const dataset = ensureDataset(db, asked.dataset, asked.frames, timeOf(context), target);
    setLabelClasses(
      db,
      dataset.id,
      classes.map((name) => ({ name })),
    );
    return dataset;
  });
}

/** The options of an import with what its labels file says of a data set that is not there yet: what it asks, and grades in their order. */
export function asLabelsSay<Options extends Pick<Asked, 'dataset' | 'target' | 'classes'>>(
  db: ReadDb,
  options: Options,
  { reading }: ReadLabels,
): Options {
  const target = reading?.plan.target ?? null;
  if (reading === null || target === null || datasetByName(db, options.dataset) !== undefined) return options;
  const { labels } = reading.plan;
  const classes =
    options.classes ?? (labels.from === 'column' && targetFacts[target].isListed ? labels.order : undefined);
  return { ...options, target, ...(classes === undefined ? {} : { classes: [...classes] }) };
}

/** @throws BAD_INPUT where a target needs its names before there is a label, and there are none */
function refuseUnlisted(target: DatasetRow['target'], classes: readonly string[]): void {
  const { isListed, noun } = targetFacts[target];
  if (!isListed || classes.length > 0) return;
  throw new AppError('BAD_INPUT', `A data set of ${noun[1]} needs them in their order, and none were named.`, {
    action: 'Name them, lowest first: --classes A,B,C,D.',
  });
}

/**
 * @throws BAD_INPUT where a target is asked for that is not the data set's. Asked before a labels file is read: read as the data set asks, columns of
 *   findings are refused with advice to give the very `--target finding` that was given.
 */
export function refuseAnotherTarget(found: Pick<DatasetRow, 'name' | 'target'>, target: Asked['target']): void {
  if (target !== undefined && target !== found.target) {
    const [own, other] = [found.target, target].map((kind) => `"${kind}" (${targetFacts[kind].meaning})`);
    throw new AppError('BAD_INPUT', `Data set "${found.name}" asks for ${own}; the import asks for ${other}.`, {
      action: 'Import into another data set, or leave --target out.',
    });
  }
}

function refuseOther(found: DatasetRow, names: readonly string[], { target, classes }: Asked): void {
  refuseAnotherTarget(found, target);
  // Classes without an order of their own may be listed later: see `fixClasses`, which says what may change.
  if (classes === undefined || !targetFacts[found.target].isListed) return;
  if (JSON.stringify(classes) === JSON.stringify(names)) return;
  const listed = (list: readonly string[]): string => list.map((name) => `"${name}"`).join(', ') || 'none';
  const several = targetFacts[found.target].noun[1];
  throw new AppError(
    'BAD_INPUT',
    `Data set "${found.name}" has the ${several} ${listed(names)}; the import names ${listed(classes)}.`,
    { action: 'Leave --classes out, or change the list of the data set in the window first.' },
  );
}
