/**
 * Export of studies to give away: every file de-identified to the Basic Profile of PS3.15 Annex E with the options chosen, its pixels
 * unchanged, in folders named by pseudonym, study and series. Pictures and whatever cannot be de-identified are left out by name.
 */
import { join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import { jobSchemas, researchUseOnly } from '../../contract/index.ts';
import { parseOptions } from '../../contract/parse.ts';
import {
  type ExportOptions,
  type ExportReport,
  type ExportWarning,
  exportOptionsSchema,
} from '../../contract/results/export.ts';
import {
  type DeidentifiedFile,
  type DeidentifyOptions,
  deidentify,
  profileEdition,
} from '../../dicom/deidentify/index.ts';
import { parseDicom } from '../../dicom/parse.ts';
import { defineJob, type JobTools } from '../../jobs/index.ts';
import { addAuditEvent, datasetByName, patientOfStudy } from '../../store/index.ts';
import { decoderFactory } from '../files/text-decoder.ts';
import { labelTable } from '../import/labels-export.ts';
import { shownPatient } from '../patients/patients.ts';
import { isPseudonym, keyedHash, librarySecret } from '../privacy/pseudonym.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { ProblemCollector, survivable } from '../session/problems.ts';
import { type ExportFile, filesBelow, filesOfDataset, refuseBelow } from './files.ts';
import { ExportFolder } from './folder.ts';
import { type Pseudonyms, readPseudonyms } from './pseudonyms.ts';

/** The job kind of the window; the command line calls `exportStudies`. */
export const exportJob = defineJob({
  kind: 'export',
  ...jobSchemas.export,
  run: async (options, { deps, progress }: JobTools<ServiceContext>) =>
    await exportStudies({ ...deps, progress }, options),
});

interface Tally {
  total: number;
  exported: number;
  duplicate: number;
  skipped: number;
  readonly patients: Set<string>;
  readonly studies: Set<string>;
  /** The new SOP instance UID of each that was exported, by the old one. */
  readonly instances: Map<string, string>;
  readonly problems: ProblemCollector;
  readonly warnings: Map<string, ExportWarning>;
}

/**
 * Exports files, folders, archives and the instances of a data set into a new folder, and tells what was left out and what a person
 * must look at.
 * @throws BAD_INPUT (nothing to export, a folder that is not empty or lies in what is exported, a wrong list of pseudonyms), DATASET_NOT_FOUND, FILE_NOT_FOUND,
 *   DISK_FULL, CANCELLED; then nothing stands under the folder's name
 */
export async function exportStudies(context: ServiceContext, given: ExportOptions): Promise<ExportReport> {
  const options = parseOptions(exportOptionsSchema, given);
  if (options.paths.length === 0 && options.dataset === undefined) {
    throw new AppError('BAD_INPUT', 'There is nothing to export.', {
      action: 'Name files, folders or ZIP archives, or a data set with --dataset.',
    });
  }
  if (options.labels && options.dataset === undefined) {
    throw new AppError('BAD_INPUT', 'Labels are those of a data set, and none was named.', {
      action: 'Name it with --dataset, or leave --labels out.',
    });
  }
  await refuseBelow(options.out, options.paths);
  const started = context.now().getTime();
  const list = options.pseudonyms === undefined ? undefined : readPseudonyms(options.pseudonyms);
  const rules = deidentifyOptions(context, options, list);
  const ofDataset = options.dataset === undefined ? [] : filesOfDataset(context.library, options.dataset);
  const tally: Tally = {
    total: 0,
    exported: 0,
    duplicate: 0,
    skipped: 0,
    patients: new Set(),
    studies: new Set(),
    instances: new Map(),
    problems: new ProblemCollector(),
    warnings: new Map(),
  };
  const folder = new ExportFolder(options.out);
  try {
    for await (const file of everyFile(options.paths, ofDataset)) {
      throwIfCancelled(context.signal, 'The export');
      await exportFile(file, rules, folder, tally);
      context.progress({ stage: 'exporting', done: tally.total, total: null, unit: 'files' });
    }
    const report: ExportReport = {
      out: options.out,
      profile: `DICOM ${profileEdition} Basic Application Level Confidentiality Profile`,
      retain: options.retain,
      dates: options.dates,
      total: tally.total,
      exported: tally.exported,
      duplicate: tally.duplicate,
      skipped: tally.skipped,
      patients: tally.patients.size,
      studies: tally.studies.size,
      labels: options.labels ? writeLabels(context, options.dataset, folder, tally) : null,
      problems: tally.problems.list(),
      warnings: [...tally.warnings.values()].sort((a, b) => b.count - a.count),
      pseudonyms: list === undefined ? null : { unusedRows: list.unusedRows(), madePatients: list.missing },
      seconds: (context.now().getTime() - started) / 1000,
      notice: researchUseOnly,
    };
    if (report.exported > 0) complete(context, folder, report);
    return report;
  } finally {
    folder.discard();
  }
}

function deidentifyOptions(
  context: ServiceContext,
  options: {
    readonly retain: DeidentifyOptions['retain'];
    readonly dates: DeidentifyOptions['dates'];
  },
  list: Pseudonyms | undefined,
): DeidentifyOptions {
  return {
    retain: options.retain,
    dates: options.dates,
    keyed: keyedHash(librarySecret(context.library.folder)),
    textDecoder: decoderFactory,
    pseudonym: (patientID) => list?.get(patientID),
    filedPatient: (studyInstanceUID) => filedPatient(context, studyInstanceUID),
  };
}

/** Who was given a study beside its header; the key of a pseudonymised import is the pseudonym already. */
function filedPatient({ library: { db } }: ServiceContext, studyInstanceUID: string) {
  const filed = patientOfStudy(db, studyInstanceUID);
  const patientID = filed?.isGiven === true ? shownPatient(filed.patientKey) : null;
  if (patientID === null) return undefined;
  return { patientID, pseudonym: isPseudonym(patientID) ? patientID : undefined };
}

async function* everyFile(paths: readonly string[], ofDataset: readonly ExportFile[]): AsyncGenerator<ExportFile> {
  yield* filesBelow(paths);
  yield* ofDataset;
}

async function exportFile(
  file: ExportFile,
  rules: DeidentifyOptions,
  folder: ExportFolder,
  tally: Tally,
): Promise<void> {
  tally.total++;
  try {
    const source = parseDicom(await file.read());
    const result = deidentify(source, rules);
    const name = join(
      result.pseudonym,
      result.studyInstanceUID,
      result.seriesInstanceUID,
      `${result.sopInstanceUID}.dcm`,
    );
    if (!folder.write(name, result.chunks)) {
      tally.duplicate++;
      return;
    }
    tally.instances.set(source.dataSet.uid('sopInstanceUID') ?? '', result.sopInstanceUID);
    tally.exported++;
    tally.patients.add(result.pseudonym);
    tally.studies.add(result.studyInstanceUID);
    noteWarnings(result, name, tally);
  } catch (error) {
    tally.skipped++;
    tally.problems.add(survivable(error), file.name);
  }
}

/** The labels of what was exported, by the new UIDs; gives how many rows. Patients stand in the files, under their pseudonyms. */
function writeLabels(
  { library: { db } }: ServiceContext,
  name: string | undefined,
  folder: ExportFolder,
  { instances }: Tally,
): number {
  const dataset = name === undefined ? undefined : datasetByName(db, name);
  if (dataset === undefined) return 0;
  const { rows, text } = labelTable(db, dataset, {
    byReader: false,
    column: 'sopInstanceUID',
    keyOf: ({ sopInstanceUID }) => instances.get(sopInstanceUID) ?? null,
    patientOf: () => '',
  });
  folder.write('labels.csv', [Buffer.from(text)]);
  return rows;
}

function noteWarnings(result: DeidentifiedFile, name: string, tally: Tally): void {
  for (const { code, message } of result.warnings) {
    const before = tally.warnings.get(message) ?? { code, message, count: 0, files: [] };
    tally.warnings.set(message, { ...before, count: before.count + 1, files: [...before.files, name] });
  }
}

function complete(context: ServiceContext, folder: ExportFolder, report: ExportReport): void {
  const { out: _, ...told } = report;
  folder.complete(told);
  addAuditEvent(context.library.writer, {
    happenedAt: timeOf(context),
    action: 'studies.exported',
    subject: report.profile,
    details: { retain: report.retain, dates: report.dates, exported: report.exported, patients: report.patients },
  });
}
