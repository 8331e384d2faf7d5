/** The results of a comparison of methods as text and as JSON. */
import { formatCount, formatDuration, formatInterval, formatTable } from '../core/cli/format.ts';
import type { BenchResult, MethodRow } from './methods-plan.ts';

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`;

/** Memory of training by itself, of full fine-tuning with its batch at once and in parts; null where not measured. */
function fullMemory({ rows, whole, idleMb }: BenchResult): {
  readonly whole: number | null;
  readonly parts: number | null;
} {
  return {
    whole: whole === null ? null : whole.peakMb - idleMb,
    parts: rows.find((row) => row.name === 'full')?.trainingMb ?? null,
  };
}

function shareOf(row: MethodRow, full: number | null): number | null {
  return row.trainingMb === null || full === null ? null : row.trainingMb / full;
}

/** The table of one data set. */
export function methodLines(result: BenchResult): string[] {
  const { place, rows, idleMb, whole } = result;
  const full = fullMemory(result);
  const mb = (n: number | null): string => (n === null ? '–' : `${Math.round(n)} MB`);
  const share = (n: number | null): string => (n === null ? '–' : percent(n));
  return [
    '',
    `${place.dataset}: ${place.about}; LPM "${place.lpm}"`,
    ...formatTable(
      [
        'method',
        'test AUC (95 % over seeds)',
        'seeds',
        'epochs',
        'learnable',
        'of LPM',
        'peak',
        'training',
        'of full, whole',
        'of full, parts',
        'an epoch',
      ],
      rows.map((row) => [
        row.name,
        formatInterval(row.auc, row.aucInterval === null ? null : [...row.aucInterval]),
        String(row.seeds),
        String(row.epochs),
        formatCount(row.learnable),
        share(row.learnableShare),
        mb(row.peakMb),
        mb(row.trainingMb),
        share(shareOf(row, full.whole)),
        share(shareOf(row, full.parts)),
        formatDuration(row.secondsPerEpoch),
      ]),
    ),
    `Peak: highest resident memory of the engine's process, ${mb(idleMb)} of which it holds before any work; training: the rest.`,
    ...(whole === null
      ? []
      : [
          `Full with its batch of 16 at once: peak ${mb(whole.peakMb)}, ${formatDuration(whole.seconds)} a step. The row "full" computes two images at a time.`,
        ]),
  ];
}

/** The same for scripts; memory in MiB. */
export function taskJson(result: BenchResult): object {
  const full = fullMemory(result);
  return {
    dataset: result.place.dataset,
    lpm: result.place.lpm,
    idleMb: result.idleMb,
    fullWholeBatch: result.whole,
    methods: result.rows.map((row) => ({
      ...row,
      ofFullWhole: shareOf(row, full.whole),
      ofFullParts: shareOf(row, full.parts),
    })),
  };
}
