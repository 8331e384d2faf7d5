/** What is to be classified: files and folders, studies of the library, or both, as one stream. */
import type { StudyId } from '../../contract/index.ts';
import { instancesToClassify } from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { readInstance } from '../files/files.ts';
import { type Scanned, scanFiles } from '../files/scan.ts';
import { walkFiles } from '../files/walk.ts';
import type { ServiceContext } from '../session/context.ts';

export interface ClassifySources {
  readonly paths: readonly string[];
  readonly studyIds: readonly StudyId[];
  readonly dataset?: string | undefined;
}

/**
 * Every image, files first. Studies of the library are read by what the library knows of them: a file is opened only where its
 * features are not there yet. @throws DATASET_NOT_FOUND, and as scanFiles
 */
export async function* scanSources(context: ServiceContext, sources: ClassifySources): AsyncGenerator<Scanned> {
  if (sources.paths.length > 0) yield* scanFiles(sources.paths, { signal: context.signal });
  const { library } = context;
  for (const { id, path, member, instance } of instancesToClassify(library.db, chosenStudies(context, sources))) {
    yield {
      place: { path, member, sizeBytes: instance.sizeBytes, modifiedMs: 0 },
      name: instance.sopInstanceUID,
      // Keys of patients without an ID are made from a study, a folder or a picture and name nobody.
      found: {
        instance,
        patientID: /^(study|folder|picture):/.test(instance.patientKey) ? '' : instance.patientKey,
        notices: [],
        look: null,
      },
      problem: null,
      known: false,
      folderLabel: null,
      bytes: () => readInstance(library, id),
    };
  }
}

/** How many files that is; null when an archive, whose members nobody has counted, is among them. */
export async function countSources(context: ServiceContext, sources: ClassifySources): Promise<number | null> {
  let count = instancesToClassify(context.library.db, chosenStudies(context, sources)).length;
  for await (const { path } of walkFiles(sources.paths, new Set())) {
    if (path.toLowerCase().endsWith('.zip')) return null;
    count++;
  }
  return count;
}

function chosenStudies(context: ServiceContext, { studyIds, dataset }: ClassifySources) {
  return { studyIds, datasetId: dataset === undefined ? null : requireDataset(context, dataset).id };
}
