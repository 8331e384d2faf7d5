/** A comparison as files: a table for a spreadsheet, a report to read. */
import { AppError } from '../../base/errors.ts';
import { type ComparisonReport, researchUseOnly } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { renderComparison } from '../../report/comparison.ts';
import { untrainedWords } from '../../report/comparison-words.ts';
import { comparisonById } from '../../store/index.ts';
import { csvText } from '../files/csv.ts';
import type { ServiceContext } from '../session/context.ts';

const header = [
  'method',
  'state',
  'reason',
  'learnable',
  'learnableShare',
  'memoryMb',
  'memoryEstimated',
  'memoryShare',
  'trainingMemoryMb',
  'epochSeconds',
  'epochEstimated',
  'stepSeconds',
  'promisedSeconds',
  'epochs',
  'learningRate',
  'seeds',
  'auc',
  'aucLow',
  'aucHigh',
  'ppe',
  'pme',
  'aucOfSeeds',
  'dataset',
  'version',
  'lpm',
  'lpmHash',
  'inputSize',
  'batch',
  'evaluatedOn',
  'images',
  'patients',
  'notice',
];

/** The table as CSV, header first; a row for each method, empty where something was not measured. Shares are of 1, scores in percent. */
export function comparisonCsv(report: ComparisonReport): string {
  const of = [
    ...[report.dataset, report.version, report.lpm, report.lpmHash, report.inputSize, report.batch, report.evaluateOn],
    ...[report.images, report.patients, researchUseOnly],
  ];
  const rows = report.methods.map((row) => [
    ...[row.method, row.state, untrainedWords(row), row.learnable, row.learnableShare],
    ...[row.memoryMb, String(row.isMemoryEstimated), row.memoryShare, row.trainingMb],
    ...[row.epochSeconds, String(row.isEpochEstimated), row.stepSeconds, row.promisedSeconds],
    ...[row.epochs, row.learningRate, row.trainings.length, row.auc, row.aucInterval?.[0], row.aucInterval?.[1]],
    ...[row.ppe, row.pme, row.trainings.map(({ auc }) => auc ?? '').join(' '), ...of],
  ]);
  return csvText([header, ...rows]);
}

/** How a comparison may be saved, by the ending of the file. */
export const comparisonFormats = { csv: comparisonCsv, html: renderComparison } as const;

/** Writes a table to a file. */
export function writeComparison(report: ComparisonReport, format: keyof typeof comparisonFormats, path: string): void {
  writeWholeFile(path, comparisonFormats[format](report));
}

/** Writes a finished comparison of the library to a file. @throws BAD_INPUT where there is none of that number */
export function saveComparison(
  { library }: Pick<ServiceContext, 'library'>,
  id: number,
  format: keyof typeof comparisonFormats,
  path: string,
): void {
  const report = comparisonById(library.db, id)?.report;
  if (!report) throw new AppError('BAD_INPUT', `There is no finished comparison ${id} in this library.`);
  writeComparison(report, format, path);
}
