/** What a person says about the classes of a data set: which there may be and in which order, and which of two is positive. */
import { AppError } from '../../base/errors.ts';
import {
  classNameKey,
  type Mark,
  noClassOf,
  type TargetKind,
  targetFacts,
  tidyClassName,
} from '../../contract/index.ts';
import {
  addAuditEvent,
  classListOf,
  countingLabels,
  type DatasetRow,
  type LabelClass,
  labelClasses,
  marksOfNames,
  type ReadDb,
  setClassesFixed,
  setLabelClasses,
  setPositiveClass,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** A data set's classes as `classes` and the window show them. */
export interface ShownClasses {
  readonly dataset: string;
  readonly target: TargetKind;
  /** In order, with how many labels that count name or answer each, and how many ever did; of findings, instances by mark. */
  readonly classes: readonly {
    readonly name: string;
    readonly labels: number;
    readonly stored: number;
    readonly marks?: Readonly<Record<Mark, number>>;
  }[];
  readonly hasFixedClasses: boolean;
  readonly positiveClass: string | null;
  readonly positiveClassSource: 'chosen' | 'recognised' | 'alphabet' | null;
}

/** The classes of a data set, and the positive one of two that have labels. */
export function shownClasses({ library }: Pick<ServiceContext, 'library'>, dataset: DatasetRow): ShownClasses {
  const list = classListOf(library.db, dataset.id);
  const classes = countedClasses(library.db, dataset);
  const positive = targetFacts[dataset.target].positiveOf(inUse(classes), list.positive);
  const marks = new Map(marksOfNames(library.db, dataset));
  return {
    dataset: dataset.name,
    target: dataset.target,
    classes: classes.map(({ name, labels, stored }) => {
      const own = marks.get(name);
      return { name, labels, stored, ...(own === undefined ? {} : { marks: own }) };
    }),
    hasFixedClasses: list.isFixed,
    positiveClass: positive?.name ?? null,
    positiveClassSource: positive?.source ?? null,
  };
}

/** The classes of a data set in their order, each with how many of its labels count, and how many ever were. */
export function countedClasses(db: ReadDb, dataset: DatasetRow): (LabelClass & { readonly labels: number })[] {
  const counting = countingLabels(db, dataset);
  return labelClasses(db, dataset.id).map((row) => ({ ...row, labels: counting.get(row.name) ?? 0 }));
}

/** The classes between which the positive one is chosen: those with labels that count, or all before there are labels of two. */
function inUse(rows: readonly { readonly name: string; readonly labels: number }[]): string[] {
  const labelled = rows.filter(({ labels }) => labels > 0);
  return (labelled.length < 2 ? rows : labelled).map(({ name }) => name);
}

/**
 * Makes a class of a data set its positive one; null leaves it to the names again. Models that are trained already keep theirs.
 * @throws BAD_INPUT where there is no such class, or where there are more than two
 */
export function choosePositiveClass(context: ServiceContext, dataset: DatasetRow, given: string | null): void {
  const none = given === null ? null : noChoiceOfPositive(dataset);
  if (none !== null) throw none;
  const { db, writer } = context.library;
  const names = inUse(countedClasses(db, dataset));
  const name = given === null ? null : requireClass(given, names, `Data set "${dataset.name}"`);
  const before = classListOf(db, dataset.id).positive;
  if (before === name) return;
  writer.transaction(() => {
    setPositiveClass(writer, dataset.id, name);
    note(context, 'dataset.positiveClassChosen', dataset, { from: before, to: name });
  });
}

/** Why nobody chooses the positive class of a data set that asks this; null where somebody may. */
export function noChoiceOfPositive({ name, target }: Pick<DatasetRow, 'name' | 'target'>): AppError | null {
  const { hasMarks, isPerName, isListed } = targetFacts[target];
  const action = 'Leave the positive class out.';
  if (isPerName) {
    const why = hasMarks
      ? `Data set "${name}" asks for findings; of each of them it is the presence that is positive.`
      : `Data set "${name}" asks for a number, of which nothing is positive.`;
    return new AppError('BAD_INPUT', why, { action });
  }
  if (!isListed) return null;
  const why = `Data set "${name}" asks for grades in an order; of two the higher one is positive.`;
  return new AppError('BAD_INPUT', why, { action });
}

/**
 * The one of two classes that a person means.
 * @param who has these classes, as the beginning of a sentence
 * @throws BAD_INPUT naming the classes that there are
 */
export function requireClass(given: string, names: readonly string[], who: string): string {
  const list = names.map((name) => `"${name}"`).join(', ');
  if (names.length > 2) {
    throw new AppError(
      'BAD_INPUT',
      `${who} has ${names.length} classes (${list}), each judged against the rest; none is the positive one.`,
      {
        action: 'Leave the positive class out: every report has the figures of each class.',
      },
    );
  }
  const found = names.find((name) => tidyClassName(name) === tidyClassName(given));
  if (found !== undefined) return found;
  const [nearly, another] = names.filter((name) => classNameKey(name) === classNameKey(given));
  throw new AppError(
    'BAD_INPUT',
    names.length === 0
      ? `${who} has no classes yet, so "${given}" cannot be the positive one.`
      : `${who} has no class "${given}" that could be the positive one; it has ${list}.`,
    {
      action:
        nearly !== undefined && another === undefined
          ? `Write it as it is written there: "${nearly}".`
          : names.length === 0
            ? 'Import the labels first, or together with it.'
            : 'Name one of these.',
    },
  );
}

/**
 * Fixes the classes of a data set in this order: labels of other classes are refused from now on. A list that is fixed may be made longer at
 * its end and is otherwise kept.
 * @throws BAD_INPUT for a list that leaves out a class with labels, that changes a fixed one, or that names what is no class
 */
export function fixClasses(context: ServiceContext, dataset: DatasetRow, given: readonly string[]): void {
  const names = checkedList(given);
  refuseSecondQuantity(dataset.target, names);
  const { db, writer } = context.library;
  const before = classListOf(db, dataset.id);
  const quoted = (list: readonly string[]): string => list.map((name) => `"${name}"`).join(', ');
  const isLonger = before.names.every((name, i) => name === names[i]);
  if (before.isFixed && !isLonger) {
    throw new AppError(
      'BAD_INPUT',
      `The classes of data set "${dataset.name}" are fixed: ${quoted(before.names)}; found ${quoted(names)}.`,
      {
        action:
          'Give the same list, or one with more classes at its end; a data set of another name can have other classes.',
      },
    );
  }
  const rows = labelClasses(db, dataset.id);
  const missing = rows.filter(({ name, stored }) => stored > 0 && !names.includes(name));
  if (missing.length > 0) {
    throw new AppError(
      'BAD_INPUT',
      `Data set "${dataset.name}" has or had labels of ${missing.map(({ name, stored }) => `"${name}" (${stored})`).join(', ')}, which the list ${quoted(names)} leaves out.`,
      {
        action: 'Put them into the list, or rename the class in the window (Library, the data set, its classes) first.',
      },
    );
  }
  if (before.isFixed && before.names.length === names.length) return;
  writer.transaction(() => {
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    setLabelClasses(
      writer,
      dataset.id,
      names.map((name) => ({ id: ids.get(name), name })),
    );
    setClassesFixed(writer, dataset.id, true);
    note(context, 'dataset.classesFixed', dataset, { classes: names });
  });
}

/** A list of classes as it is written down. @throws BAD_INPUT */
export function checkedList(given: readonly string[]): string[] {
  const names = given.map(tidyClassName);
  for (const name of names) requireClassName(name);
  const twice = names.find((name, i) => names.findIndex((other) => classNameKey(other) === classNameKey(name)) !== i);
  if (twice !== undefined) {
    throw new AppError(
      'BAD_INPUT',
      `The list of classes names "${twice}" twice (small and capital letters count as the same).`,
      {
        action: 'Name each class once.',
      },
    );
  }
  return names;
}

/** A name as a new class is called. @throws BAD_INPUT for what is no name of a class */
export function requireClassName(given: string): string {
  const why = noClassOf(given);
  if (why !== null) throw new AppError('BAD_INPUT', `"${given}" ${why.message}.`, { action: why.action });
  return tidyClassName(given);
}

/**
 * The class that a name typed by a person means: one that is there, or a new one.
 * @throws BAD_INPUT for what is no name of a class, for one that differs from another only in case, and for a new one where the list is fixed
 */
export function typedClass({ library }: Pick<ServiceContext, 'library'>, dataset: DatasetRow, given: string): string {
  const { names, isFixed } = classListOf(library.db, dataset.id);
  const found =
    names.find((name) => name === given) ?? names.find((name) => tidyClassName(name) === tidyClassName(given));
  if (found !== undefined) return found;
  const name = requireClassName(given);
  refuseSameButCase(name, names);
  refuseSecondQuantity(dataset.target, [...names, name]);
  // Grades are an order that somebody gave: one typed in passing would become the highest.
  if (isFixed || targetFacts[dataset.target].isListed) {
    throw new AppError(
      'BAD_INPUT',
      `"${name}" is none of the classes of data set "${dataset.name}", whose list is fixed: ${names.map((one) => `"${one}"`).join(', ')}.`,
      { action: 'Choose one of these, or add the class to the list on the data set’s page first.' },
    );
  }
  return name;
}

/** @throws BAD_INPUT for two quantities: a number is asked for by itself */
export function refuseSecondQuantity(target: TargetKind, names: readonly string[]): void {
  const { isPerName, hasMarks } = targetFacts[target];
  if (!isPerName || hasMarks || names.length < 2) return;
  throw new AppError(
    'BAD_INPUT',
    `A data set of numbers asks for one quantity, and these are ${names.length}: ${names.map((name) => `"${name}"`).join(', ')}.`,
    { action: 'Make a data set for each; they can hold the same studies.' },
  );
}

/** @throws BAD_INPUT where one of `names` is `name` but for its case */
export function refuseSameButCase(name: string, names: readonly string[]): void {
  const other = names.find((one) => one !== name && classNameKey(one) === classNameKey(name));
  if (other === undefined) return;
  throw new AppError('BAD_INPUT', `"${name}" differs from the class "${other}" only in small and capital letters.`, {
    action: `Use "${other}", or give the new class a name that tells it apart.`,
  });
}

function note(
  context: ServiceContext,
  action: string,
  dataset: DatasetRow,
  details: Readonly<Record<string, unknown>>,
): void {
  addAuditEvent(context.library.writer, { happenedAt: timeOf(context), action, subject: dataset.name, details });
}
