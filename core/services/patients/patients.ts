/**
 * Patients that files and users give to studies: filed under them from then on, with the patient by the header kept beside, and taken
 * back when asked. What is said of studies and images goes with them; what no longer fits is counted, so that it can be told.
 */
import { dirname } from 'node:path';
import { AppError } from '../../base/errors.ts';
import type { InstanceId, LabelTarget, StudyId } from '../../contract/index.ts';
import {
  addAuditEvent,
  clearHeaderPatients,
  type FiledInstance,
  filedInstances,
  filesOfInstance,
  headerPatients,
  type InstancePlace,
  movePatients,
  noMoves,
  type PatientMoves,
  patientsOfDataset,
  patientsOfStudies,
  type ReadDb,
  type StudyPatient,
  setOwnPatient,
  studyIdOf,
  type WriteDb,
} from '../../store/index.ts';
import { nameOfPatientFolder } from '../files/class-folders.ts';
import { type PictureContext, pictureStudy } from '../files/identify.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** A patient for one image, series or study; `row` is the line of the labels file that says so. */
export interface GivenPatient {
  readonly row: number | null;
  readonly target: LabelTarget;
  /** As patients are filed. */
  readonly patientKey: string;
}

/**
 * Files studies under the patients that a labels file gives them; call it inside a transaction, which an error undoes. The images of a
 * DICOM study stay together. Pictures have no study of their own: those of one folder may go to several patients.
 * @throws PATIENT_CONFLICT when one study or one picture is given two patients
 */
export function givePatients(db: WriteDb, given: readonly GivenPatient[], now: string): PatientMoves {
  const wishes = new Map<InstanceId, { key: string; at: FiledInstance }>();
  const conflicts = new Map<StudyId, Set<number>>();
  const rowOf = new Map<InstanceId, number | null>();
  const clash = (studyId: StudyId, ...rows: (number | null)[]): void => {
    const known = conflicts.get(studyId) ?? new Set<number>();
    for (const row of rows) if (row !== null) known.add(row);
    conflicts.set(studyId, known);
  };
  for (const { row, target, patientKey: key } of given) {
    for (const at of filedInstances(db, target)) {
      const before = wishes.get(at.instanceId);
      if (before !== undefined && before.key !== key) clash(at.studyId, rowOf.get(at.instanceId) ?? null, row);
      wishes.set(at.instanceId, { key, at });
      rowOf.set(at.instanceId, row);
    }
  }
  const byStudy = Map.groupBy(wishes.values(), ({ at }) => at.studyId);
  for (const [studyId, named] of byStudy) {
    const isPicture = named.every(({ at }) => at.kind === 'picture');
    if (isPicture || new Set(named.map(({ key }) => key)).size === 1) continue;
    clash(studyId, ...named.map(({ at }) => rowOf.get(at.instanceId) ?? null));
  }
  if (conflicts.size > 0) throw patientConflict([...conflicts.values()]);
  const plan = planMoves(db, byStudy, (at) => ({ studyKey: folderOf(db, at.instanceId) }));
  for (const { studyId, own } of plan.given) setOwnPatient(db, studyId, own);
  return movePatients(db, plan.studies, plan.instances, now);
}

/** Files pictures under the patients that a rule gives them; pictures whose patient a labels file gave keep it. */
export function ruleOverPictures(
  db: WriteDb,
  pictures: ReadonlyMap<InstanceId, PictureContext>,
  patientKey: (key: string) => string,
  now: string,
): PatientMoves {
  const ids = [...pictures.keys()];
  const filed = ids.flatMap((id) => filedInstances(db, { kind: 'instance', id }));
  const owners = new Map(
    patientsOfStudies(db, [...new Set(filed.map(({ studyId }) => studyId))]).map((s) => [s.studyId, s]),
  );
  const wishes = filed.flatMap((at) => {
    const context = pictures.get(at.instanceId);
    const isGiven = (owners.get(at.studyId)?.ownPatientKey ?? null) !== null;
    if (at.kind !== 'picture' || context === undefined || isGiven) return [];
    return [{ at, key: patientKey(pictureStudy(context, at.contentHash).patientKey) }];
  });
  const byStudy = Map.groupBy(wishes, ({ at }) => at.studyId);
  const plan = planMoves(db, byStudy, (at) => ({ studyKey: pictures.get(at.instanceId)?.studyKey ?? null }));
  return movePatients(
    db,
    plan.studies,
    new Map([...plan.instances].map(([id, place]) => [id, { ...place, ownPatientKey: null }])),
    now,
  );
}

interface Plan {
  readonly studies: Map<StudyId, string>;
  readonly instances: Map<InstanceId, InstancePlace>;
  /** Studies that are given a patient as a whole, with the patient that they have by themselves. */
  readonly given: { readonly studyId: StudyId; readonly own: string }[];
}

/** Whole studies where all that is named agrees; single pictures where a folder of them is parted. */
function planMoves(
  db: ReadDb,
  byStudy: ReadonlyMap<StudyId, readonly { readonly key: string; readonly at: FiledInstance }[]>,
  places: (at: FiledInstance) => Pick<PictureContext, 'studyKey'>,
): Plan {
  const plan: Plan = { studies: new Map(), instances: new Map(), given: [] };
  for (const study of patientsOfStudies(db, [...byStudy.keys()])) {
    const named = byStudy.get(study.studyId) ?? [];
    const keys = new Set(named.map(({ key }) => key));
    const [key = study.patientKey] = keys;
    const own = study.ownPatientKey ?? study.patientKey;
    const isWhole = study.pictures === 0 || named.length === study.instances;
    if (keys.size === 1 && isWhole) {
      if (key === study.patientKey) continue;
      plan.studies.set(study.studyId, key);
      plan.given.push({ studyId: study.studyId, own });
      continue;
    }
    for (const one of named) {
      if (one.key === study.patientKey) continue;
      const at = pictureStudy({ patientKey: one.key, ...places(one.at) }, one.at.contentHash);
      plan.instances.set(one.at.instanceId, { ...at, modality: null, ownPatientKey: own });
    }
  }
  return plan;
}

/** The folder of a picture, or of the archive's member, as at its import. */
function folderOf(db: ReadDb, instanceId: InstanceId): string | null {
  const first = filesOfInstance(db, instanceId).at(-1);
  if (first === undefined) return null;
  return dirname(first.member === '' ? first.path : `${first.path}/${first.member}`);
}

/** The refusal of a labels file that gives studies two patients; `rows` are the lines of each study. */
export function patientConflict(rows: readonly ReadonlySet<number>[]): AppError {
  const one = rows.length === 1;
  const listed = rows.slice(0, 20).map((found) =>
    [...found]
      .sort((a, b) => a - b)
      .slice(0, 10)
      .join(', '),
  );
  return new AppError(
    'PATIENT_CONFLICT',
    `The labels file gives ${one ? 'one study' : `${rows.length} studies`} two patients (rows ${listed.join('; ')}).`,
    { details: { studies: rows.length } },
  );
}

/**
 * Lets studies follow their headers after files were corrected in place: a study goes to the patient that all its images name now. One
 * whose patient was given stays there, and its own is noted anew. Call it inside a transaction.
 * @returns what changed, and the studies whose images name several patients
 */
export function followHeaders(
  db: WriteDb,
  studyIds: readonly StudyId[],
  now: string,
): { readonly moves: PatientMoves; readonly disagreeing: readonly StudyId[] } {
  const studies = new Map<StudyId, string>();
  const disagreeing: StudyId[] = [];
  for (const study of patientsOfStudies(db, studyIds)) {
    const [key, ...others] = headerPatients(db, study.studyId);
    if (others.length > 0) disagreeing.push(study.studyId);
    if (key === undefined || others.length > 0) continue;
    clearHeaderPatients(db, study.studyId);
    if (study.ownPatientKey === null) studies.set(study.studyId, key);
    else setOwnPatient(db, study.studyId, key);
  }
  // Whom the old header named is not who the new one names: the caller has read what the new one says.
  return { moves: movePatients(db, studies, new Map(), now, false), disagreeing };
}

/** A study that would go back from the patient who was given to the one by its header. */
export interface TakenBack {
  readonly studyId: StudyId;
  readonly studyInstanceUID: string;
  /** As filed now; null for keys of ours that name nobody. */
  readonly from: string | null;
  readonly to: string | null;
  readonly images: number;
}

/** Which studies: those of the library by their row ids or UIDs, or all of a data set by its row id. */
export type StudyChoice =
  | { readonly studyIds: readonly StudyId[] }
  | { readonly studyInstanceUID: string }
  | { readonly datasetId: number };

/** What `takeBackPatients` would change: the chosen studies whose patient was given. */
export function planTakeBack({ library: { db } }: Pick<ServiceContext, 'library'>, choice: StudyChoice): TakenBack[] {
  return chosen(db, choice).map(({ studyId, studyInstanceUID, patientKey, ownPatientKey, instances }) => ({
    studyId,
    studyInstanceUID,
    from: shownPatient(patientKey),
    to: shownPatient(ownPatientKey ?? ''),
    images: instances,
  }));
}

/** Takes given patients back: each study is filed under the patient by its header again. Gives what changed. */
export function takeBackPatients(
  context: ServiceContext,
  choice: StudyChoice,
): { readonly studies: readonly TakenBack[]; readonly moves: PatientMoves } {
  const db = context.library.writer;
  const now = timeOf(context);
  return db.transaction(() => {
    const taken = planTakeBack(context, choice);
    if (taken.length === 0) return { studies: [], moves: noMoves() };
    const studies = new Map<StudyId, string>();
    const instances = new Map<InstanceId, InstancePlace>();
    for (const study of chosen(db, choice)) {
      const own = study.ownPatientKey ?? study.patientKey;
      setOwnPatient(db, study.studyId, null);
      // Pictures that were brought together by their patient stand each for itself again.
      if (own.startsWith('picture:') && study.instances > 1) {
        for (const { instanceId, contentHash } of filedInstances(db, { studyIds: [study.studyId] })) {
          const place = pictureStudy({ patientKey: null, studyKey: null }, contentHash);
          instances.set(instanceId, { ...place, modality: null, ownPatientKey: null });
        }
      } else studies.set(study.studyId, own);
    }
    const moves = movePatients(db, studies, instances, now);
    const details = { studies: taken.length, handedDown: moves.handedDown, dealtAnew: moves.dealtAnew };
    addAuditEvent(db, { happenedAt: now, action: 'patients.takenBack', subject: 'studies', details });
    return { studies: taken, moves };
  });
}

function chosen(db: ReadDb, choice: StudyChoice): StudyPatient[] {
  if ('datasetId' in choice) return patientsOfDataset(db, choice.datasetId, true);
  const id = 'studyInstanceUID' in choice ? studyIdOf(db, choice.studyInstanceUID) : undefined;
  const ids = 'studyIds' in choice ? choice.studyIds : id === undefined ? [] : [id];
  return patientsOfStudies(db, ids).filter(({ ownPatientKey }) => ownPatientKey !== null);
}

/**
 * A patient's key as people may see it: those that we made of a study, a folder or a picture name nobody, unless the folder is called as a
 * patient. Several patients may then be shown by one name.
 */
export function shownPatient(patientKey: string): string | null {
  const named = nameOfPatientFolder(patientKey);
  if (named !== null) return named;
  return patientKey === '' || /^(study|folder|picture):/.test(patientKey) ? null : patientKey;
}
