/**
 * Files that were changed where they lie: same path, same SOP instance UID, another header. Labs correct patient IDs so. The file is the
 * instance: what it says now counts, what was computed of the old one goes, labels, readings and history stay.
 */
import { existsSync, statSync } from 'node:fs';
import { AppError } from '../../base/errors.ts';
import type { InstanceId, InstanceRecord, StudyId } from '../../contract/index.ts';
import {
  addAuditEvent,
  correctInstance,
  describeInstance,
  type FilePlace,
  fileAt,
  filesOfInstance,
  followCorrection,
  forgetFile,
  forgetRecords,
  type InstanceDescription,
  instanceById,
  movePatients,
  type NewInstance,
  noMoves,
  overwriteFile,
  type PatientMoves,
  saveFile,
  setHeaderPatient,
  type WriteDb,
} from '../../store/index.ts';
import { followHeaders } from '../patients/patients.ts';
import { eraseThumbnails, overwriteImageRecords } from '../records/erase-images.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import type { ProblemCollector } from '../session/problems.ts';

/** The corrections of one import. */
export class Corrections {
  readonly #context: ServiceContext;
  /** Studies of corrected files, with the name of one for messages and what its header says now. */
  readonly #studies = new Map<
    StudyId,
    { readonly name: string; readonly id: InstanceId; readonly description: InstanceDescription | undefined }
  >();
  #followed = 0;
  #files = 0;
  #results = 0;
  #resized = 0;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Studies that went to another patient. */
  get followed(): number {
    return this.#followed;
  }

  /** Files whose image is of another size now, which no corrected header makes: labels of before may not fit it. */
  get resized(): number {
    return this.#resized;
  }

  /** Results of classification that were made of what the files held before. */
  get results(): number {
    return this.#results;
  }

  /**
   * Whether a file with another content is the instance itself, changed where it lies: it is at the place where the instance was found, and
   * nothing of the old content is left elsewhere. A changed copy beside the unchanged file is another file.
   */
  isCorrection(
    existing: InstanceRecord,
    { path, member }: { readonly path: string; readonly member: string },
  ): boolean {
    if (fileAt(this.#context.library.db, path, member)?.instanceId !== existing.id) return false;
    return filesOfInstance(this.#context.library.db, existing.id).every((other) => {
      const isHere = other.path === path && other.member === member;
      const isOurs = other.path.startsWith('files/') || other.path.startsWith('pseudonymised:');
      if (isHere || isOurs || other.contentHash !== existing.contentHash) return true;
      const stats = statSync(other.path, { throwIfNoEntry: false });
      const isThere = stats !== undefined && Math.floor(stats.mtimeMs) === other.modifiedMs;
      return !isThere || (other.member === '' && stats.size !== other.sizeBytes);
    });
  }

  /**
   * Makes the corrected file the instance.
   * @param instance as its header says now, its patient as patients are filed
   */
  correct(
    db: WriteDb,
    existing: InstanceRecord,
    instance: Omit<NewInstance, 'description'> & { readonly description: InstanceDescription | undefined },
    file: { readonly place: FilePlace; readonly copied: string | null; readonly name: string },
  ): void {
    const { id } = existing;
    const { library } = this.#context;
    const { place, copied, name } = file;
    this.#files += 1;
    if (isResized(existing, instance)) this.#resized += 1;
    eraseThumbnails(library, [id]);
    overwriteImageRecords(library, [id]);
    forgetRecords(db, id);
    for (const { path } of filesOfInstance(db, id)) {
      if (path.startsWith('files/') && path !== copied) this.#removeCopy(db, path, id);
    }
    correctInstance(db, id, instance);
    // Study and series are the file's too; mostly they are the same as before.
    const lies = new Map([[id, { ...instance, ownPatientKey: null }]]);
    this.#followed += movePatients(db, new Map(), lies, timeOf(this.#context), false).studies;
    setHeaderPatient(db, id, instance.patientKey);
    this.#results += followCorrection(
      db,
      { sopInstanceUID: existing.sopInstanceUID, from: existing.contentHash, to: instance.contentHash },
      { from: existing.studyInstanceUID, to: instance.studyInstanceUID },
    );
    // Whose names and dates these are is said once all files of the study agree.
    if (instance.description !== undefined) describeInstance(db, id, instance.description, true, true);
    const studyId = instanceById(db, id)?.studyId ?? existing.studyId;
    this.#studies.set(studyId, { name, id, description: instance.description });
    saveFile(db, place, id);
    if (copied !== null) saveFile(db, { ...place, path: copied, member: '' }, id);
  }

  /** A study whose files an import that was stopped had found corrected: it is still to follow its headers. */
  resume(
    studyId: StudyId,
    file: { readonly name: string; readonly id: InstanceId; readonly description: InstanceDescription | undefined },
  ): void {
    this.#studies.set(studyId, file);
  }

  /** The copy of what a file held before it was corrected: nobody reads it any more. */
  #removeCopy(db: WriteDb, path: string, id: InstanceId): void {
    if (!forgetFile(db, path, id)) return;
    const copy = this.#context.library.path(...path.split('/'));
    if (existsSync(copy)) overwriteFile(copy);
  }

  /** Studies whose files were corrected in place go to the patient whom their headers name now. */
  follow(dataset: string, problems: ProblemCollector): PatientMoves {
    if (this.#studies.size === 0) return noMoves();
    // Files on view and what else is kept in memory are of the old content.
    this.#context.caches.libraryChanged();
    const db = this.#context.library.writer;
    return db.transaction(() => {
      const now = timeOf(this.#context);
      const { moves, disagreeing } = followHeaders(db, [...this.#studies.keys()], now);
      for (const studyId of disagreeing) {
        const what =
          'Files of the study name several patient IDs since some were corrected; it stays where it is filed.';
        problems.add(new AppError('STUDY_OTHER_PATIENT', what), this.#studies.get(studyId)?.name ?? '');
      }
      for (const [studyId, { id, description }] of this.#studies) {
        if (description === undefined || disagreeing.includes(studyId)) continue;
        describeInstance(db, id, description, false, true);
      }
      this.#followed += moves.studies;
      const details = { files: this.#files, studies: moves.studies, handedDown: moves.handedDown };
      addAuditEvent(db, { happenedAt: now, action: 'headers.corrected', subject: dataset, details });
      return moves;
    });
  }
}

function isResized(before: InstanceRecord, now: Pick<NewInstance, 'rows' | 'columns' | 'numberOfFrames'>): boolean {
  if (before.rows === null || now.rows === null || before.columns === null || now.columns === null) return false;
  return before.rows !== now.rows || before.columns !== now.columns || before.numberOfFrames !== now.numberOfFrames;
}
