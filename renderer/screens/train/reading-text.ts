/** What reading in 8 bits did to the user's images, in one sentence and the rows of a table. */
import type { TryInt8Report } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** Below so many patients an AUC says next to nothing, whatever its interval. */
const fewPatients = 20;

/** From this share of the exact time on nothing worth a change is saved. */
const littleSaved = 0.95;

const auc = (value: number): string => i18n.number(value, 3);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${auc(Math.abs(value))}`;

/** How long, which places, and what became of the answers. */
export function triedSentence({ timeRatio, keptTokenOverlap, auc: compared }: TryInt8Report): string {
  const words = i18n.words.int8;
  const time = i18n.percent(timeRatio.median);
  const kept = i18n.percent(keptTokenOverlap.mean);
  return 'none' in compared
    ? words.triedWithoutAuc(time, kept)
    : words.tried(time, kept, auc(compared.usual), auc(compared.int8));
}

/** Whether 8 bits save next to nothing here. */
export function isNotQuicker({ timeRatio }: Pick<TryInt8Report, 'timeRatio'>): boolean {
  return timeRatio.median >= littleSaved;
}

/** What the difference of both AUCs tells, or why nothing is told. */
export function differenceText({ auc: compared }: TryInt8Report): string {
  const words = i18n.words.int8;
  if ('none' in compared) return words.noAuc[compared.why];
  const { interval, patients } = compared;
  if (interval === null || patients < fewPatients) return words.tooFew(patients);
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

export function triedRows({ timeRatio, keptTokenOverlap, auc: compared }: TryInt8Report): Row[] {
  const words = i18n.words.int8;
  const row = (name: string, value: string, range = ''): Row => ({ name, value, range });
  return [
    row(
      words.time,
      i18n.percent(timeRatio.median),
      words.range(i18n.percent(timeRatio.least), i18n.percent(timeRatio.most)),
    ),
    row(words.kept, i18n.percent(keptTokenOverlap.mean), words.least(i18n.percent(keptTokenOverlap.least))),
    ...('none' in compared
      ? []
      : [
          row(words.aucUsual, auc(compared.usual)),
          row(words.aucInt8, auc(compared.int8)),
          row(
            words.difference,
            signed(compared.difference),
            compared.interval === null ? words.noInterval : words.interval(...pair(compared.interval)),
          ),
        ]),
  ];
}

function pair([low, high]: readonly [number, number]): [string, string] {
  return [signed(low), signed(high)];
}
