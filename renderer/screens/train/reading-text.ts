/** What reading in 8 bits did to the user's images, in one sentence and the rows of a table. */
import type { TriedInt8, TryInt8Report } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

type Compared = Extract<TryInt8Report['auc'], { readonly interval: unknown }>;

/** Below so many patients an AUC says next to nothing, whatever its interval. */
const fewPatients = 20;

/** From this share of the exact time on nothing worth a change is saved. */
const littleSaved = 0.95;

const auc = (value: number): string => i18n.number(value, 3);
const signed = (value: number): string => {
  // What rounds to nothing has no minus.
  const text = auc(value);
  return text.startsWith('−') ? text : `+${text}`;
};

/** How long, which places, and what became of the answers; times of another machine are not told. */
export function triedSentence({ report, isOfHere }: Pick<TriedInt8, 'report' | 'isOfHere'>): string {
  const { timeRatio, keptTokenOverlap, auc: compared } = report;
  const words = i18n.words.int8;
  const time = isOfHere ? i18n.percent(timeRatio.median) : null;
  const kept = i18n.percent(keptTokenOverlap.mean);
  return 'none' in compared
    ? words.triedWithoutAuc(time, kept)
    : words.tried(time, kept, auc(compared.usual), auc(compared.int8));
}

/** What is to be said against the time: that it is another machine's, that next to nothing is saved, or that it is not certain; '' where nothing is. */
export function timeText({ report: { timeRatio, machine }, isOfHere }: Pick<TriedInt8, 'report' | 'isOfHere'>): string {
  const words = i18n.words.int8;
  if (!isOfHere) return words.elsewhere(machine);
  if (timeRatio.median >= littleSaved) return words.notQuicker;
  return timeRatio.most >= 1 ? words.scattered : '';
}

const isTooFew = ({ interval, patients }: Pick<Compared, 'interval' | 'patients'>): boolean =>
  interval === null || patients < fewPatients;

/** What the difference of both AUCs tells, or why nothing is told. */
export function differenceText({ auc: compared }: TryInt8Report): string {
  const words = i18n.words.int8;
  if ('none' in compared) return words.noAuc[compared.why];
  const { interval, patients } = compared;
  if (interval === null || isTooFew(compared)) return words.tooFew(patients);
  const [low, high] = interval;
  if (high < 0) return words.worse(signed(low), signed(high));
  return low > 0 ? words.better(signed(low), signed(high)) : words.same(signed(low), signed(high));
}

interface Row {
  readonly name: string;
  readonly value: string;
  /** How far it goes; empty where nothing is known. */
  readonly range: string;
}

export function triedRows({ report, isOfHere }: Pick<TriedInt8, 'report' | 'isOfHere'>): Row[] {
  const { timeRatio, keptTokenOverlap, auc: compared } = report;
  const words = i18n.words.int8;
  const row = (name: string, value: string, range = ''): Row => ({ name, value, range });
  const time = row(
    words.time,
    i18n.percent(timeRatio.median),
    words.range(i18n.percent(timeRatio.least), i18n.percent(timeRatio.most)),
  );
  return [
    ...(isOfHere ? [time] : []),
    row(words.kept, i18n.percent(keptTokenOverlap.mean), words.least(i18n.percent(keptTokenOverlap.least))),
    ...('none' in compared
      ? []
      : [
          row(words.aucUsual, auc(compared.usual)),
          row(words.aucInt8, auc(compared.int8)),
          row(
            words.difference,
            signed(compared.difference),
            compared.interval === null || isTooFew(compared)
              ? words.noInterval
              : words.interval(...pair(compared.interval)),
          ),
        ]),
  ];
}

function pair([low, high]: readonly [number, number]): [string, string] {
  return [signed(low), signed(high)];
}
