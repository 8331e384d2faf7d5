/**
 * Whose the images of a version are, as a part of its content.
 *
 * Folds, bootstraps and pooling go by the patients and studies that a version noted when it was frozen. The lines that its content is hashed
 * of do not name them, so that a version nobody was moved in is the same in every library, and the one that it was before. Where images were
 * filed under others since, the same lines would name a version of former patients: a training would take one person for two. Then the
 * grouping is a line as well, and as often as such versions are in the way.
 */
import type { DatasetVersion, PatientId, StudyId } from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { hasMovedImages, type ReadDb, versionByHash } from '../../store/index.ts';

interface FiledImage {
  readonly patientId: PatientId;
  readonly studyId: StudyId;
  readonly studyInstanceUID: string;
  readonly sopInstanceUID: string;
}

/** The hash of a content with images as they are filed now, and the version that has both. */
export interface FoundVersion {
  readonly contentHash: string;
  readonly existing: DatasetVersion | undefined;
}

/**
 * The version of a data set with this content whose images all belong to the patients and studies of now; where there is none, the hash that
 * one is to be frozen with.
 * @param lines what is hashed of the content
 * @param images the instances of the content, ordered by their UIDs
 */
export function versionOfNow(
  db: ReadDb,
  datasetId: number,
  lines: readonly string[],
  images: readonly FiledImage[],
): FoundVersion {
  let hashed = lines;
  let free: string | undefined;
  for (;;) {
    const contentHash = sha256(Buffer.from(hashed.join('\n')));
    const existing = versionByHash(db, datasetId, contentHash);
    if (existing !== undefined && !hasMovedImages(db, existing.id)) return { contentHash, existing };
    if (existing === undefined) {
      // The first lines alone may be free again: deleting a patient gives a version whose images are filed elsewhere another hash.
      if (hashed !== lines) return { contentHash: free ?? contentHash, existing };
      free = contentHash;
    }
    hashed = [...hashed, groupingLine(images)];
  }
}

/** Patients as lists of their studies, studies as lists of their images, by UIDs: the same in every library. */
function groupingLine(images: readonly FiledImage[]): string {
  const patients = [...Map.groupBy(images, ({ patientId }) => patientId).values()];
  const studiesOf = (own: readonly FiledImage[]) =>
    [...Map.groupBy(own, ({ studyId }) => studyId).values()].map((study) => [
      study[0]?.studyInstanceUID,
      study.map(({ sopInstanceUID }) => sopInstanceUID),
    ]);
  return JSON.stringify({ patients: patients.map(studiesOf) });
}
