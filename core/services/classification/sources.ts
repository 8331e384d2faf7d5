/** What is to be classified: files and folders, studies of the library, or both, as one stream. */
import type { StudyId } from '../../contract/index.ts';
import { instanceByUid, instancesToClassify, patientOfStudy, type ReadDb } from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { readInstance } from '../files/files.ts';
import type { Identified } from '../files/identify.ts';
import { type Scanned, scanFiles } from '../files/scan.ts';
import { walkFiles } from '../files/walk.ts';
import { shownPatient } from '../patients/patients.ts';
import type { ServiceContext } from '../session/context.ts';

export interface ClassifySources {
  readonly paths: readonly string[];
  readonly studyIds: readonly StudyId[];
  readonly dataset?: string | undefined;
  /** Whether `paths` that are gone by now are failures among others. */
  readonly mayBeGone?: boolean | undefined;
}

/**
 * Every image, files first. Studies of the library are read by what the library knows of them: a file is opened only where its
 * features are not there yet. @throws DATASET_NOT_FOUND, and as scanFiles
 */
export async function* scanSources(context: ServiceContext, sources: ClassifySources): AsyncGenerator<Scanned> {
  if (sources.paths.length > 0) {
    yield* scanFiles(sources.paths, { signal: context.signal, mayBeGone: sources.mayBeGone, looksInto: 'header' });
  }
  const { library } = context;
  for (const { id, path, member, instance } of instancesToClassify(library.db, chosenStudies(context, sources))) {
    yield {
      place: { path, member, sizeBytes: instance.sizeBytes, modifiedMs: 0 },
      name: instance.sopInstanceUID,
      found: { instance, patientID: shownPatient(instance.patientKey) ?? '', notices: [], look: null },
      problem: null,
      known: false,
      picture: null,
      folderLabel: null,
      bytes: () => readInstance(library, id),
    };
  }
}

/** How many files that is; null when an archive, whose members nobody has counted, is among them. */
export async function countSources(context: ServiceContext, sources: ClassifySources): Promise<number | null> {
  let count = instancesToClassify(context.library.db, chosenStudies(context, sources)).length;
  for await (const { path } of walkFiles(sources.paths, new Set(), sources)) {
    if (path.toLowerCase().endsWith('.zip')) return null;
    count++;
  }
  return count;
}

/**
 * An image under the study and the patient by whom the library knows it: the patient whom a labels file gave stands in results too, and a
 * picture, whose study is of our making, counts in the study that it is filed in.
 */
export function asFiled(db: ReadDb, scanned: Scanned & { readonly found: Identified }): Scanned {
  const { instance, patientID } = scanned.found;
  const stored = instance.kind === 'picture' ? instanceByUid(db, instance.sopInstanceUID) : undefined;
  const studyInstanceUID = stored?.studyInstanceUID ?? instance.studyInstanceUID;
  const filed = patientOfStudy(db, studyInstanceUID);
  const shown = filed?.isGiven === true ? (shownPatient(filed.patientKey) ?? '') : patientID;
  return { ...scanned, found: { ...scanned.found, instance: { ...instance, studyInstanceUID }, patientID: shown } };
}

function chosenStudies(context: ServiceContext, { studyIds, dataset }: ClassifySources) {
  return { studyIds, datasetId: dataset === undefined ? null : requireDataset(context, dataset).id };
}
