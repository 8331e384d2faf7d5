/** The images that rows of a labels file can be about: those of a data set, and in a preview those that an import would add. */
import type { ImagePlace, InstanceId, PatientId, SeriesId, StudyId } from '../../contract/index.ts';
import {
  fileAt,
  headersOfStudy,
  type PlacedImage,
  patientOfStudy,
  placedImagesOf,
  placesOfImage,
  type ReadDb,
} from '../../store/index.ts';
import { type ScanOptions, scanFiles } from '../files/scan.ts';
import { sameNames, wholeName } from '../patients/same-name.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';

export interface CatalogueImage extends ImagePlace {
  /** Row ids below zero belong to what is not in the library yet. */
  readonly patientId: PatientId;
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly studyInstanceUID: string;
  readonly patientKey: string;
  /** Whose it is by itself, where a labels file or a user gave it to another patient. */
  readonly ownPatientKey: string;
  /** As its header has it; null for pictures, headers without one and studies under pseudonyms. */
  readonly accessionNumber: string | null;
  readonly kind: 'dicom' | 'picture';
  /** Every place where it was found: a path, for a member of an archive `archive.zip/folder/file`. */
  readonly places: readonly string[];
}

/** The images of a data set. */
export function catalogueOf(db: ReadDb, datasetId: number): CatalogueImage[] {
  return joined(placedImagesOf(db, datasetId));
}

const placeName = (path: string, member: string): string => (member === '' ? path : `${path}/${member}`);

function joined(rows: readonly PlacedImage[]): CatalogueImage[] {
  const images = new Map<InstanceId, CatalogueImage & { places: string[] }>();
  for (const { path, member, ...image } of rows) {
    const there = images.get(image.instanceId) ?? { ...image, places: [] };
    images.set(image.instanceId, there);
    if (path !== '') there.places.push(placeName(path, member));
  }
  return [...images.values()];
}

/**
 * The images of a data set (null for one that is not there yet) and those below `paths`, which the library may not know. Nothing is
 * written and no file is kept; of a file that is not known, the head is read.
 * @throws as scanFiles
 */
export async function previewCatalogue(
  db: ReadDb,
  datasetId: number | null,
  paths: readonly string[],
  options: Pick<ScanOptions, 'signal' | 'exclude' | 'patientOf' | 'picturePatients'> & {
    readonly identity: ImportIdentity;
    /** True where studies would be filed under pseudonyms, which hide accession numbers. */
    readonly pseudonymise: boolean;
    readonly progress: (done: number) => void;
  },
): Promise<{ readonly images: readonly CatalogueImage[]; readonly scanned: readonly CatalogueImage[] }> {
  const images = new Map(
    (datasetId === null ? [] : catalogueOf(db, datasetId)).map((one) => [one.sopInstanceUID, one]),
  );
  const scanned = new Set<CatalogueImage>();
  const ids = new NewIds([...images.values()]);
  /** The patients by headers that were corrected where their files lie, by SOP instance UID. */
  const corrected = new Map<string, string>();
  let done = 0;
  const { identity, progress, pseudonymise, ...scan } = options;
  const known = (path: string, member: string): InstanceId | undefined => {
    const place = identity.place(path, member);
    return fileAt(db, place.path, place.member)?.instanceId;
  };
  const isKnown = ({
    path,
    member,
    sizeBytes,
    modifiedMs,
  }: {
    path: string;
    member: string;
    sizeBytes: number;
    modifiedMs: number;
  }): boolean => {
    const place = identity.place(path, member);
    const file = fileAt(db, place.path, place.member);
    return file?.sizeBytes === sizeBytes && file.modifiedMs === modifiedMs;
  };
  for await (const one of scanFiles(paths, { ...scan, isKnown, isPreview: true })) {
    done += 1;
    progress(done);
    const { path, member } = one.place;
    const place = placeName(path, member);
    let image: CatalogueImage | undefined;
    if (one.known) {
      const id = known(path, member);
      image = id === undefined ? undefined : joined(placesOfImage(db, id))[0];
    } else if (one.found !== null) {
      const { instance } = one.found;
      const at = known(path, member);
      const lies = at === undefined ? undefined : joined(placesOfImage(db, at))[0];
      const isSame = lies?.kind === 'dicom' && lies.sopInstanceUID === instance.sopInstanceUID;
      const there = images.get(instance.sopInstanceUID) ?? (isSame ? lies : undefined);
      const patientKey = identity.patientKey(instance.patientKey);
      if (isSame) corrected.set(instance.sopInstanceUID, patientKey);
      const isHidden = pseudonymise || patientKey !== instance.patientKey;
      image = there ?? {
        ...ids.of(instance.studyInstanceUID, instance.seriesInstanceUID, patientKey),
        sopInstanceUID: instance.sopInstanceUID,
        seriesInstanceUID: instance.seriesInstanceUID,
        studyInstanceUID: instance.studyInstanceUID,
        patientKey,
        ownPatientKey: identity.patientKey(instance.ownPatientKey ?? instance.patientKey),
        accessionNumber: isHidden ? null : (instance.description?.accessionNumber ?? null),
        kind: instance.kind,
        places: [],
      };
    }
    if (image === undefined) continue;
    const merged = images.get(image.sopInstanceUID) ?? image;
    const placed = merged.places.includes(place) ? merged : { ...merged, places: [...merged.places, place] };
    scanned.delete(merged);
    scanned.add(placed);
    images.set(placed.sopInstanceUID, placed);
  }
  const all = [...images.values()];
  const isParted = scan.picturePatients === 'prefix';
  const filed = isParted ? partedByFolder(all, ids, identity) : asCorrected(db, all, ids, corrected);
  return { images: all.map(filed), scanned: [...scanned].map(filed) };
}

/** Images as they are filed once their studies follow headers that were corrected: studies whose images all name one patient, who was not given. */
function asCorrected(
  db: ReadDb,
  images: readonly CatalogueImage[],
  ids: NewIds,
  corrected: ReadonlyMap<string, string>,
): (image: CatalogueImage) => CatalogueImage {
  const studies = corrected.size === 0 ? [] : Map.groupBy(images, ({ studyInstanceUID }) => studyInstanceUID);
  const moved = new Map<CatalogueImage, CatalogueImage>();
  for (const [uid, own] of studies) {
    if (!own.some(({ sopInstanceUID }) => corrected.has(sopInstanceUID))) continue;
    // A study is one whole in the library: images of it that are in no data set, or in another, hold it where it is.
    const headers = headersOfStudy(db, uid);
    for (const { sopInstanceUID, patientKey } of own)
      headers.set(sopInstanceUID, corrected.get(sopInstanceUID) ?? headers.get(sopInstanceUID) ?? patientKey);
    const [key, ...others] = new Set(headers.values());
    const isMoved = key !== undefined && others.length === 0 && own.some(({ patientKey }) => patientKey !== key);
    if (!isMoved || patientOfStudy(db, uid)?.isGiven === true) continue;
    for (const image of own) moved.set(image, { ...image, patientKey: key, patientId: ids.patient(key) });
  }
  return (image) => moved.get(image) ?? image;
}

/** Pictures as an import parts those of one name without `_` in several folders. */
function partedByFolder(
  images: readonly CatalogueImage[],
  ids: NewIds,
  { patientKey }: ImportIdentity,
): (image: CatalogueImage) => CatalogueImage {
  const whole = new Map(
    images.flatMap((image) => {
      const name = image.kind === 'picture' ? wholeName(image.places[0] ?? '', '') : null;
      return name === null ? [] : [[image, name] as const];
    }),
  );
  const parted = new Map<CatalogueImage, CatalogueImage>();
  for (const { stem, patients } of sameNames(whole)) {
    for (const [image, name] of patients) {
      const key = patientKey(name);
      if (image.patientKey === patientKey(stem))
        parted.set(image, { ...image, patientKey: key, patientId: ids.patient(key) });
    }
  }
  return (image) => parted.get(image) ?? image;
}

/** Row ids for what has none yet: the one that its study, series or patient has where those are known, else one below zero. */
class NewIds {
  readonly #studies = new Map<string, number>();
  readonly #series = new Map<string, number>();
  readonly #patients = new Map<string, number>();
  #next = -1;

  constructor(images: readonly CatalogueImage[]) {
    for (const one of images) {
      this.#studies.set(one.studyInstanceUID, one.studyId);
      this.#series.set(`${one.studyInstanceUID}\n${one.seriesInstanceUID}`, one.seriesId);
      this.#patients.set(one.patientKey, one.patientId);
    }
  }

  of(study: string, series: string, patient: string): ImagePlace & { readonly patientId: PatientId } {
    return {
      instanceId: this.#next-- as InstanceId,
      studyId: this.#id(this.#studies, study) as StudyId,
      seriesId: this.#id(this.#series, `${study}\n${series}`) as SeriesId,
      patientId: this.#id(this.#patients, patient) as PatientId,
    };
  }

  patient(key: string): PatientId {
    return this.#id(this.#patients, key) as PatientId;
  }

  #id(ids: Map<string, number>, key: string): number {
    const id = ids.get(key) ?? this.#next--;
    ids.set(key, id);
    return id;
  }
}
