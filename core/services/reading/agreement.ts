/** How far the readers of a data set agree, and on which cases they do not. */
import { type Agreement, targetKey } from '../../contract/index.ts';
import { cohenKappa, fleissKappa } from '../../statistics/agreement.ts';
import { bootstrapInterval } from '../../statistics/bootstrap.ts';
import { classNames, type ReaderRow, type StandingLabel, standingLabels } from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import type { ServiceContext } from '../session/context.ts';
import { readersOf } from './readers.ts';
import { settingsOf, unitsOf } from './reading.ts';

/** Cases that every reader labelled: `readings[case][reader]` is a class. */
interface Common {
  readonly readings: readonly (readonly number[])[];
  readonly patients: readonly number[];
}

/** Agreement over the cases that every reader with labels has labelled. @throws DATASET_NOT_FOUND */
export function agreementOf(context: ServiceContext, name: string): Agreement {
  const dataset = requireDataset(context, name);
  const { unit } = settingsOf(context, dataset);
  const { db } = context.library;
  const classes = classNames(db, dataset.id);
  const labels = standingLabels(db, dataset.id, unit);
  const byTarget = Map.groupBy(labels, ({ target }) => targetKey(target));
  const readers = readersOf(context).readers.filter((reader) =>
    labels.some((row) => row.reader === reader.key && !row.isAdjudicated),
  );
  const units = unitsOf(context, dataset, unit).map((row) => {
    const own = byTarget.get(targetKey(row.target)) ?? [];
    return { ...row, said: readers.map((reader) => newestOf(own, reader)), decision: decisionOf(own) };
  });
  const shared = units.filter(({ said }) => said.every((label) => label !== null));
  const common: Common = {
    readings: shared.map(({ said }) => said.map((label) => classes.indexOf(label as string))),
    patients: shared.map(({ patientId }) => patientId),
  };
  const differing = units.filter(({ said }) => new Set(said.filter((label) => label !== null)).size > 1);
  const unanimous = common.readings.filter((row) => new Set(row).size === 1).length;
  return {
    readers: readers.map(({ id, name: readerName }, r) => ({
      id,
      name: readerName,
      cases: units.filter(({ said }) => said[r] !== null).length,
    })),
    cases: readers.length > 1 ? shared.length : 0,
    agreement: readers.length > 1 && shared.length > 0 ? unanimous / shared.length : null,
    ...figures(common, readers.length, classes),
    toAdjudicate: differing.filter(({ decision }) => decision === null).length,
    disagreements: differing.map(({ target, patientNumber, studyId, said, decision }) => ({
      target,
      patientNumber,
      studyId,
      labels: said.flatMap((label, r) => (label === null ? [] : [{ readerId: (readers[r] as ReaderRow).id, label }])),
      decision,
    })),
  };
}

function newestOf(labels: readonly StandingLabel[], reader: ReaderRow): string | null {
  return labels.findLast((row) => row.reader === reader.key && !row.isAdjudicated)?.label ?? null;
}

function decisionOf(labels: readonly StandingLabel[]): string | null {
  return labels.findLast((row) => row.isAdjudicated)?.label ?? null;
}

type Figures = Pick<Agreement, 'method' | 'kappa' | 'byClass'>;

function figures({ readings, patients }: Common, readers: number, classes: readonly string[]): Figures {
  const none = { value: null, interval: null };
  if (readers < 2) return { method: null, kappa: none, byClass: [] };
  const used = classes.flatMap((name, index) => (readings.some((row) => row.includes(index)) ? [{ name, index }] : []));
  const all = Float64Array.from(patients, () => 1);
  const withInterval = (figure: (weights: Float64Array) => number | null): Figures['kappa'] => ({
    value: figure(all),
    interval: mutable(bootstrapInterval(patients, figure)),
  });
  if (readers === 2) {
    const [a, b] = [0, 1].map((r) => readings.map((row) => row[r] as number)) as [number[], number[]];
    return {
      method: 'cohen',
      kappa: withInterval((weights) => cohenKappa(a, b, classes.length, weights)),
      byClass: used.map(({ name, index }) => {
        const [x, y] = [a, b].map((list) => list.map((c) => (c === index ? 1 : 0))) as [number[], number[]];
        return { name, ...withInterval((weights) => cohenKappa(x, y, 2, weights)) };
      }),
    };
  }
  const table = readings.map((row) => classes.map((_, c) => row.filter((value) => value === c).length));
  return {
    method: 'fleiss',
    kappa: withInterval((weights) => fleissKappa(table, weights).overall),
    byClass: used.map(({ name, index }) => ({
      name,
      ...withInterval((weights) => fleissKappa(table, weights).byClass[index] ?? null),
    })),
  };
}

function mutable(interval: readonly [number, number] | null): [number, number] | null {
  return interval === null ? null : [interval[0], interval[1]];
}
