import {
  type ImportNote,
  type ImportOptions,
  type ImportReport,
  importOptionsSchema,
  jobName,
  jobSchemas,
  parseOptions,
  targetFacts,
} from '../../contract/index.ts';
import { commonRange } from '../../images/index.ts';
import { defineJob, type JobTools } from '../../jobs/index.ts';
import {
  type DatasetRow,
  datasetCounts,
  labelledCounts,
  openInstancesOfDataset,
  openSamplesOf,
  picturePatientsOf,
  type WriteDb,
} from '../../store/index.ts';
import { choosePositiveClass, fixClasses, shownClasses } from '../datasets/classes.ts';
import { emptiness } from '../files/look.ts';
import { requirePaths } from '../files/walk.ts';
import { type ImportIdentity, importIdentity } from '../privacy/pseudonym.ts';
import type { ServiceContext } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { datasetForImport } from './asked.ts';
import { catalogueOf } from './catalogue.ts';
import { labelChoice, namesOf } from './class-names.ts';
import { refuseFolderClasses, unusedClassFolders } from './folder-classes.ts';
import { patientsByPath } from './given-patients.ts';
import { importNotes } from './import-notes.ts';
import { Importer } from './importer.ts';
import { effectNotes, overruledNote } from './label-effects.ts';
import { labelNotes } from './label-notes.ts';
import { pathBases } from './label-paths.ts';
import { refusedOfProblems, rowIndex, type UsableLabels, usableLabels } from './label-rows.ts';
import { applyLabels, type LabelEntry, type LabelOutcome, resolveRows } from './labels.ts';
import { missingNumbers } from './missing-numbers.ts';
import { OnDisk } from './on-disk.ts';
import { forgetImport, heldImport, importPayload, type ParsedImport } from './ticket.ts';

/** The job kind; `importPaths` runs it at once. */
export const importJob = defineJob({
  kind: 'import',
  ...jobSchemas.import,
  run: async (payload, { deps, progress, jobId }: JobTools<ServiceContext>) => {
    const report = await runImport({ ...deps, progress }, heldImport(deps, payload), jobId);
    forgetImport(deps, payload);
    return report;
  },
});

/**
 * Imports files, folders, ZIP archives and DICOM media into a data set, which is made when new.
 * @throws LABELS_INVALID before anything is read; SPLIT_LEAKS_PATIENT after the files are in, with no label written;
 *   FILE_NOT_FOUND for a given path; CANCELLED, DISK_FULL, LIBRARY_READ_ONLY with everything committed so far kept
 */
export async function importPaths(context: ServiceContext, options: ImportOptions): Promise<ImportReport> {
  return await runAsJob(importJob, importPayload(context, parseOptions(importOptionsSchema, options)), context);
}

async function runImport(context: ServiceContext, given: ParsedImport, jobId: number): Promise<ImportReport> {
  const started = performance.now();
  const db = context.library.writer;
  // What would be refused of the labels is refused before a file is read.
  const labels = given.labels === undefined ? null : await usableLabels(db, given.labels, given);
  const options = labels?.options ?? given;
  if (labels === null) refuseFolderClasses(db, options);
  // Before the data set is made: after a slip in the path an empty one stayed, which asked for classes for good.
  // Of files that a watched folder had, some may be gone when their turn comes, and the others are imported.
  if (options.mayBeGone !== true) await requirePaths(options.paths, context.signal);
  const bases = pathBases(options.labels, options.paths);
  const dataset = datasetForImport(context, options);
  const { isListed } = targetFacts[dataset.target];
  if (options.classes !== undefined && !isListed) fixClasses(context, dataset, options.classes);
  const identity = importIdentity(context.library, options.pseudonymise);
  const rule = options.patients ?? picturePatientsOf(db, dataset.id) ?? undefined;
  const importer = new Importer(context, dataset, options, identity, rule);
  const disk = new OnDisk(context.signal);
  await importer.run(await patientsByPath(labels?.file ?? null, options.labels, options.paths, disk));
  judgeOpenPictures(db, dataset.id, importer);
  const moves = [importer.followHeaders(), importer.followRule()];
  const parted = importer.partSameNames();
  moves.push(parted.moves);
  const replaced = importer.settleReplaced();
  const {
    moves: labelMoves,
    splitsChanged,
    effects,
    ...outcome
  } = await label(context, dataset, options, labels, bases, importer.folderEntries, identity);
  if (options.positive !== undefined) choosePositiveClass(context, dataset, options.positive);
  importer.named.keep(context, jobId, options.report);
  return {
    dataset: dataset.name,
    job: jobName(jobId),
    ...importer.counts,
    problems: importer.problems.list(),
    ...importer.named.shown(),
    ...datasetCounts(db, dataset.id),
    ...labelledCounts(db, dataset),
    ...outcome,
    notes: importNotes(db, dataset.id, {
      ...importer.noted,
      corrected: importer.counts.corrected,
      followed: importer.followed,
      sharedIds: importer.sharedIds,
      replaced,
      parted,
      rule: rule ?? 'picture',
      isRuleNamed: options.patients !== undefined,
      studiesGiven: labels?.file.rows.some(({ patientID }) => patientID !== null) ? labelMoves.studies : null,
      moves: [...moves, labelMoves],
      classes: shownClasses(context, dataset),
      unusedSplits: labels?.file.columns.filter(({ why }) => why === 'split-words') ?? [],
      labelNotes: [
        ...(labels === null ? [] : labelNotes(labels.file)),
        ...(labels === null && importer.folderEntries.length === 0
          ? unusedClassFolders(options.paths, importer.noted.folders, rule)
          : []),
        ...effects,
      ],
      splitsChanged,
      rowsWithoutLabels: labels?.file.hasLabels === false ? labels.file.rowCount : null,
    }),
    seconds: (performance.now() - started) / 1000,
  };
}

async function label(
  context: ServiceContext,
  dataset: DatasetRow,
  options: ParsedImport,
  labels: UsableLabels | null,
  bases: readonly string[],
  folderEntries: readonly LabelEntry[],
  identity: ImportIdentity,
): Promise<Omit<LabelOutcome, 'agreed'> & { readonly effects: readonly ImportNote[] }> {
  const { db } = context.library;
  if (labels === null) {
    const source = 'The layout of class folders';
    // A folder names one class, which says nothing of several findings, and is no number.
    const said = targetFacts[dataset.target].isPerName ? [] : folderEntries;
    const { entries, problems, merged } = namesOf(db, options, said, labelChoice(db, options), source);
    const given = { entries, refused: refusedOfProblems(problems), rows: said.length, merged };
    const { agreed, ...outcome } = applyLabels(context, dataset, given, 'folder');
    return { ...outcome, effects: overruledNote(db, dataset.id, agreed) };
  }
  const images = catalogueOf(db, dataset.id);
  const disk = new OnDisk(context.signal);
  const resolved = resolveRows(labels.file, await rowIndex(db, images, bases, labels.file, options, identity, disk));
  const given = {
    entries: resolved.entries,
    refused: [...labels.refused, ...resolved.refused],
    rows: labels.file.rowCount,
    merged: labels.merged,
    isWhole: options.rowRule === 'all',
    besides: labels.file.besides,
    unusedColumns: labels.file.columns.filter(({ meaning }) => meaning === null).map(({ name }) => name),
  };
  const { agreed, ...outcome } = applyLabels(context, dataset, given, options.reader);
  const { entries } = given;
  const effects = effectNotes(db, dataset.id, { entries, agreed, file: labels.file, reader: options.reader });
  return { ...outcome, effects: [...effects, ...overruledNote(db, dataset.id, agreed), ...missingNumbers(agreed)] };
}

/** Notices about pictures that are black or white in the range that their kind of samples has in the data set. */
function judgeOpenPictures(db: WriteDb, datasetId: number, importer: Importer): void {
  const { openPictures } = importer;
  if (openPictures.length === 0) return;
  const all = openSamplesOf(db, openInstancesOfDataset(db, datasetId));
  for (const { look, ...scanned } of openPictures) {
    const extents = all.filter(({ kind }) => kind === look.kind).map(({ low, high }) => [low, high] as const);
    const notice =
      look.kind === null ? undefined : emptiness([look.dark, look.bright], commonRange(look.kind, extents));
    if (notice !== undefined) importer.note(notice, scanned);
  }
}
