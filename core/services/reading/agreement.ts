/** How far the readers of a data set agree, and on which cases they do not. */
import { type Agreement, markNames, type ReadingUnit, targetFacts, targetKey } from '../../contract/index.ts';
import { cohenKappa, fleissKappa, limitsOfAgreement } from '../../statistics/agreement.ts';
import { bootstrapInterval } from '../../statistics/bootstrap.ts';
import {
  classNames,
  type DatasetRow,
  type Question,
  questionsOf,
  type ReadDb,
  type ReaderRow,
  type StandingLabel,
  shareOfReader,
  standingLabels,
} from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import type { ServiceContext } from '../session/context.ts';
import { requireQuestion } from './answers.ts';
import { readersOf } from './readers.ts';
import { blindedReader, type ReadingUnitRow, settingsOf, unitsOf } from './reading.ts';

/** Cases that every reader labelled: `readings[case][reader]` is the place of a word. */
interface Common {
  readonly readings: readonly (readonly number[])[];
  readonly patients: readonly number[];
}

/** What a data set's labels are compared by. */
interface Asked {
  readonly dataset: DatasetRow;
  readonly unit: ReadingUnit;
  readonly units: readonly ReadingUnitRow[];
  readonly readers: readonly ReaderRow[];
  /** Who asks and must not learn what others said of a case before having labelled it; null where everything may be known. */
  readonly blinded: ReaderRow | null;
}

/**
 * Agreement over the cases that every reader with labels has labelled; where each name of the data set is a question, of one of them (the
 * first where none is named), with the figures of each beside it.
 * @param isDeciding the current reader says that they decide and do not label: heard only of somebody who has labelled nothing here
 * @throws DATASET_NOT_FOUND; BAD_INPUT for a question that the data set does not ask
 */
export function agreementOf(context: ServiceContext, name: string, wanted?: Question, isDeciding = false): Agreement {
  const dataset = requireDataset(context, name);
  const { unit } = settingsOf(context, dataset);
  const { db } = context.library;
  const { readers } = readersOf(context);
  const self = blindedReader(context, dataset);
  const share = self === null ? null : shareOfReader(db, dataset.id, self.key);
  // Whoever has said nothing may be about to label, and is shown nothing until they say that they decide; who has labelled is a reader.
  const mayDecide = share !== null && share.labels === 0 && share.decisions === 0 && !isDeciding;
  const blinded = share !== null && (share.labels > 0 || mayDecide) ? self : null;
  const asked = { dataset, unit, units: unitsOf(context, dataset, unit), readers, blinded };
  const questions = questionsOf(db, dataset.id);
  const [first] = questions;
  // A data set of findings that has none yet has nothing to compare.
  if (first === undefined) return { ...nothingCompared, mayDecide, words: wordsOf(db, dataset) };
  const question = first === null ? null : requireQuestion(db, dataset, wanted ?? first);
  const compared = new Map(questions.map((one) => [one, compare(db, asked, one)]));
  return {
    ...(compared.get(question) as Compared),
    mayDecide,
    question,
    questions: questions.flatMap((one) => {
      const { cases, kappa, agreement, toAdjudicate } = compared.get(one) as Compared;
      return one === null ? [] : [{ name: one, cases, kappa, agreement, toAdjudicate }];
    }),
    words: wordsOf(db, dataset),
  };
}

type Compared = Omit<Agreement, 'question' | 'questions' | 'words' | 'mayDecide'>;

const nothingCompared: Omit<Agreement, 'words' | 'mayDecide'> = {
  question: null,
  questions: [],
  readers: [],
  cases: 0,
  method: null,
  kappa: { value: null, interval: null },
  agreement: null,
  byClass: [],
  differences: [],
  toAdjudicate: 0,
  heldBack: 0,
  disagreements: [],
};

/** The words between which a label is chosen; none where it is a number. */
function wordsOf(db: ReadDb, { id, target }: DatasetRow): string[] {
  const { isPerName, hasMarks } = targetFacts[target];
  if (!isPerName) return classNames(db, id);
  return hasMarks ? [...markNames] : [];
}

function compare(
  db: ReadDb,
  { dataset, unit, units: rows, readers: all, blinded }: Asked,
  question: Question,
): Compared {
  const words = wordsOf(db, dataset);
  const labels = standingLabels(db, dataset.id, unit, question);
  const byTarget = Map.groupBy(labels, ({ target }) => targetKey(target));
  const readers = all.filter((reader) => labels.some((row) => row.reader === reader.key && !row.isAdjudicated));
  const units = rows.map((row) => {
    const own = byTarget.get(targetKey(row.target)) ?? [];
    return { ...row, said: readers.map((reader) => newestOf(own, reader)), decision: decisionOf(own) };
  });
  const common = units.filter(({ said }) => said.every((label) => label !== null));
  const differing = units.filter(({ said }) => new Set(said.filter((label) => label !== null)).size > 1);
  // By this question: who has answered another one of the data set is still to be asked this one.
  const self = readers.findIndex(({ key }) => key === blinded?.key);
  const shown = blinded === null ? differing : differing.filter(({ said }) => self >= 0 && said[self] !== null);
  const unanimous = common.filter(({ said }) => new Set(said).size === 1).length;
  const isOfNumbers = words.length === 0 && question !== null;
  return {
    readers: readers.map(({ id, name: readerName }, r) => ({
      id,
      name: readerName,
      cases: units.filter(({ said }) => said[r] !== null).length,
    })),
    cases: readers.length > 1 ? common.length : 0,
    agreement: readers.length > 1 && common.length > 0 ? unanimous / common.length : null,
    ...(isOfNumbers
      ? differences(units, readers)
      : figures(
          {
            readings: common.map(({ said }) => said.map((label) => words.indexOf(label as string))),
            patients: common.map(({ patientId }) => patientId),
          },
          readers.length,
          words,
        )),
    toAdjudicate: differing.filter(({ decision }) => decision === null).length,
    heldBack: differing.length - shown.length,
    disagreements: shown.map(({ target, patientNumber, studyId, said, decision }) => ({
      target,
      patientNumber,
      studyId,
      labels: saidByHowMany(said, words),
      decision,
    })),
  };
}

/** What was said with how many said it, in the order of the words or of the numbers, so that no place tells a reader. */
function saidByHowMany(
  said: readonly (string | null)[],
  words: readonly string[],
): Agreement['disagreements'][number]['labels'] {
  const counts = new Map<string, number>();
  for (const label of said) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  const place = (label: string): number => (words.length === 0 ? Number(label) : words.indexOf(label));
  return [...counts].map(([label, readers]) => ({ label, readers })).sort((a, b) => place(a.label) - place(b.label));
}

/** Of numbers: how far each two readers differ on the cases that both read. */
function differences(
  units: readonly { readonly said: readonly (string | null)[] }[],
  readers: readonly ReaderRow[],
): Figures {
  const none = { value: null, interval: null };
  if (readers.length < 2) return { method: null, kappa: none, byClass: [], differences: [] };
  const pairs = readers.flatMap((first, a) =>
    readers.slice(a + 1).map((second, b) => ({ first, second, a, b: a + 1 + b })),
  );
  return {
    method: 'differences',
    kappa: none,
    byClass: [],
    differences: pairs.map(({ first, second, a, b }) => {
      const own = units.flatMap(({ said }) =>
        said[a] == null || said[b] == null ? [] : [Number(said[a]) - Number(said[b])],
      );
      return { readers: [first.name, second.name], cases: own.length, ...limitsOfAgreement(own) };
    }),
  };
}

function newestOf(labels: readonly StandingLabel[], reader: ReaderRow): string | null {
  return labels.findLast((row) => row.reader === reader.key && !row.isAdjudicated)?.label ?? null;
}

function decisionOf(labels: readonly StandingLabel[]): string | null {
  return labels.findLast((row) => row.isAdjudicated)?.label ?? null;
}

type Figures = Pick<Agreement, 'method' | 'kappa' | 'byClass' | 'differences'>;

function figures({ readings, patients }: Common, readers: number, classes: readonly string[]): Figures {
  const none = { value: null, interval: null };
  if (readers < 2) return { method: null, kappa: none, byClass: [], differences: [] };
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
      differences: [],
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
    differences: [],
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
