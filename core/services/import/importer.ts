/** Files into the library: what an import finds is filed in batches, and every file is accounted for. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { AppError } from '../../base/errors.ts';
import type { InstanceId, PatientId, PicturePatients } from '../../contract/index.ts';
import { flushFolder, replaceFile } from '../../disk/index.ts';
import {
  addAuditEvent,
  addInstance,
  addToDataset,
  type DatasetRow,
  describeInstance,
  fileAt,
  filesOfInstance,
  instanceById,
  instanceByUid,
  isDescribed,
  isToFollow,
  type Library,
  noMoves,
  type PatientMoves,
  type SampleLook,
  saveFile,
  saveSampleLook,
  setPicturePatients,
  type WriteDb,
} from '../../store/index.ts';
import { copyError } from '../files/file-error.ts';
import { readInstance } from '../files/files.ts';
import type { PictureContext } from '../files/identify.ts';
import { canBeDecoded } from '../files/look.ts';
import { isNoImage } from '../files/no-image.ts';
import { type Scanned, type ScannedPlace, scanFiles } from '../files/scan.ts';
import { ruleOverPictures } from '../patients/patients.ts';
import { type PartedNames, partSameNames, type WholeName, wholeName } from '../patients/same-name.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { ProblemCollector } from '../session/problems.ts';
import { Corrections } from './corrections.ts';
import { givenPatientOf } from './given-patients.ts';
import { HeaderPeople } from './header-people.ts';
import type { LabelEntry } from './labels.ts';
import { damagedDuplicate, NamedFiles, type PlacedFile } from './named-files.ts';
import { Replaced, type ReplacedImages } from './replaced.ts';
import type { ParsedImport } from './ticket.ts';

/** Files whose rows are committed together: enough to make the disk's flush cheap, few enough to lose little time to a kill. */
const batchFiles = 64;

/** A file that waits for its batch. */
interface Found {
  readonly scanned: Scanned;
  readonly copied: string | null;
  /** Its image takes the place of a damaged one of the same UID. */
  readonly takesOver: boolean;
}

/** One import at work: its counts, the files that it names, and what class folders say. */
export class Importer {
  readonly problems = new ProblemCollector();
  readonly folderEntries: LabelEntry[] = [];
  readonly named = new NamedFiles();
  /** Pictures whose samples are open: they are judged in the range of the whole data set. */
  readonly openPictures: (PlacedFile & { look: SampleLook })[] = [];
  readonly counts = { total: 0, imported: 0, alreadyThere: 0, corrected: 0, duplicate: 0, skipped: 0, notImages: 0 };
  /** What the report tells besides. */
  readonly noted = {
    systemFiles: 0,
    pictures: new Set<InstanceId>(),
    byFolders: new Set<InstanceId>(),
    folders: new Set<string>(),
    byRule: 0,
  };
  readonly #context: ServiceContext;
  readonly #dataset: DatasetRow;
  readonly #options: ParsedImport;
  readonly #library: Library;
  readonly #identity: ImportIdentity;
  /** Files whose paths are not kept can only be found again in the library itself. */
  readonly #copies: boolean;
  readonly #rule: PicturePatients | undefined;
  readonly #corrections: Corrections;
  readonly #replaced = new Replaced();
  readonly #people: HeaderPeople;
  /** Pictures with their patient by the rule, where the rule was asked for. */
  readonly #ruled = new Map<InstanceId, PictureContext>();
  /** Pictures without `_` in their names, where the name before it is the patient. */
  readonly #wholeNames = new Map<InstanceId, WholeName>();
  #waiting: Found[] = [];
  readonly #waitingUIDs = new Set<string>();
  /** Instances whose files were seen to be sound. */
  readonly #sound = new Set<InstanceId>();
  /** Folders with copies whose names are not sure yet. */
  readonly #copiedInto = new Set<string>();

  constructor(
    context: ServiceContext,
    dataset: DatasetRow,
    options: ParsedImport,
    identity: ImportIdentity,
    rule: PicturePatients | undefined,
  ) {
    this.#context = context;
    this.#rule = rule;
    this.#dataset = dataset;
    this.#options = options;
    this.#library = context.library;
    this.#identity = identity;
    this.#copies = options.copy || options.pseudonymise;
    this.#corrections = new Corrections(context);
    this.#people = new HeaderPeople(identity, options.pseudonymise);
  }

  async run(patients: ReadonlyMap<string, string>): Promise<void> {
    const files = scanFiles(this.#options.paths, {
      signal: this.#context.signal,
      exclude: this.#options.labels === undefined ? [] : [this.#options.labels],
      picturePatients: this.#rule,
      isKnown: (place) => this.#knownInstance(place) !== undefined,
      looksInto: 'pixels',
      mayBeGone: this.#options.mayBeGone,
      patientOf: givenPatientOf(patients),
    });
    let done = 0;
    try {
      for await (const scanned of files) {
        const copied = this.#copies && scanned.found !== null ? await this.#copy(scanned) : null;
        const takesOver = await this.#takesOver(scanned);
        this.#waiting.push({ scanned, copied, takesOver });
        if (scanned.found !== null) this.#waitingUIDs.add(scanned.found.instance.sopInstanceUID);
        done += 1;
        if (this.#waiting.length >= batchFiles) this.#commit();
        this.#context.progress({ stage: 'importing', done, total: null, unit: 'files' });
      }
    } finally {
      this.#commit();
    }
    this.#context.progress({ stage: 'importing', done, total: done, unit: 'files' });
  }

  /** Studies whose files were corrected in place go to the patient whom their headers name now. */
  followHeaders(): PatientMoves {
    return this.#corrections.follow(this.#dataset.name, this.problems);
  }

  /** Studies that went to another patient so, and results that were made of what the files held before. */
  get followed(): { readonly studies: number; readonly results: number; readonly resized?: number } {
    const { followed: studies, results, resized } = this.#corrections;
    return { studies, results, ...(resized === 0 ? {} : { resized }) };
  }

  /** Patient IDs under which headers speak of two people. */
  get sharedIds(): number {
    return this.#people.sharedIds(this.#library.db);
  }

  /** What became of images whose files hold others now. */
  settleReplaced(): ReplacedImages {
    const found = this.#replaced.settle(this.#library);
    // Files on view and what else is kept in memory may be of the image of before.
    if (found.files > 0) this.#context.caches.libraryChanged();
    return found;
  }

  /** Pictures that were there before get their patient by the rule that this import names. */
  followRule(): PatientMoves {
    const rule = this.#options.patients;
    if (rule === undefined) return noMoves();
    const db = this.#library.writer;
    return db.transaction(() => {
      const now = timeOf(this.#context);
      const moves = ruleOverPictures(db, this.#ruled, this.#identity.patientKey, now);
      setPicturePatients(db, this.#dataset.id, rule);
      this.noted.byRule = moves.studies;
      if (moves.studies > 0) {
        const details = { rule, pictures: moves.studies, handedDown: moves.handedDown };
        addAuditEvent(db, { happenedAt: now, action: 'patients.byRule', subject: this.#dataset.name, details });
      }
      return moves;
    });
  }

  /** Pictures of one name without `_` in several folders are parted by folder. */
  partSameNames(): PartedNames {
    if (this.#wholeNames.size === 0) return { moves: noMoves(), names: 0, pictures: 0 };
    const db = this.#library.writer;
    const { id } = this.#dataset;
    return db.transaction(() =>
      partSameNames(db, id, this.#wholeNames, this.#identity.patientKey, timeOf(this.#context)),
    );
  }

  /** The instance found earlier at this place, when the file did not change since and nothing else is asked of it. */
  #knownInstance(place: ScannedPlace): InstanceId | undefined {
    const noted = this.#identity.place(place.path, place.member);
    const known = fileAt(this.#library.db, noted.path, noted.member);
    const isSame = known?.sizeBytes === place.sizeBytes && known.modifiedMs === place.modifiedMs;
    if (known === undefined || !isSame) return undefined;
    // A library of an earlier version does not know names, dates and descriptions: the file is read once more for them.
    if (!isDescribed(this.#library.db, known.instanceId)) return undefined;
    // One that was stopped has left its study under the patient of before.
    if (isToFollow(this.#library.db, known.instanceId)) return undefined;
    const isCopied = filesOfInstance(this.#library.db, known.instanceId).some(({ path }) => path.startsWith('files/'));
    return this.#copies && !isCopied ? undefined : known.instanceId;
  }

  /** The instance of a file that was known when it was met, whatever its batch has found of its study since. */
  #instanceAt({ path, member }: ScannedPlace): InstanceId | undefined {
    const noted = this.#identity.place(path, member);
    return fileAt(this.#library.db, noted.path, noted.member)?.instanceId;
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingUIDs.clear();
    if (batch.length === 0) return;
    // A row that names a copy comes after the copy's name is on the disk.
    if (this.#copiedInto.size > 0) this.#copiedInto.add(this.#library.path('files'));
    for (const folder of this.#copiedInto) flushFolder(folder);
    this.#copiedInto.clear();
    const db = this.#library.writer;
    db.transaction(() => {
      for (const found of batch) this.#add(db, found);
    });
  }

  #add(db: WriteDb, found: Found): void {
    const { scanned } = found;
    const now = timeOf(this.#context);
    this.counts.total += 1;
    if (scanned.problem !== null) {
      this.counts.skipped += 1;
      // What a system writes beside every file is a number, not hundreds of problems.
      if (scanned.problem.code === 'FILE_OF_SYSTEM') this.noted.systemFiles += 1;
      else {
        if (isNoImage(scanned.problem.code)) this.counts.notImages += 1;
        this.#leaveOut(scanned.problem, scanned);
      }
      return;
    }
    const id = scanned.found === null ? this.#instanceAt(scanned.place) : this.#save(db, found, now);
    if (scanned.found === null) this.counts.alreadyThere += 1;
    if (id === undefined) return;
    addToDataset(db, this.#dataset.id, id, now);
    if (scanned.picture !== null && instanceById(db, id)?.kind === 'picture') {
      const { path, member } = scanned.place;
      this.noted.pictures.add(id);
      this.noted.folders.add(dirname(member === '' ? path : `${path}/${member}`));
      if (this.#options.patients !== undefined && !this.#ruled.has(id)) this.#ruled.set(id, scanned.picture);
      const whole = this.#rule === 'prefix' ? wholeName(path, member) : null;
      if (whole !== null && !this.#wholeNames.has(id)) this.#wholeNames.set(id, whole);
    }
    const patient = db.get<{ id: PatientId; key: string }>(
      `SELECT st.patient_id AS id, p.patient_key AS key FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
       JOIN patients p ON p.id = st.patient_id WHERE i.id = :id`,
      { id },
    );
    const named = this.#rule === undefined ? (scanned.picture?.patientKey ?? null) : null;
    if (named !== null && patient?.key === this.#identity.patientKey(named)) this.noted.byFolders.add(id);
    if (scanned.folderLabel === null || patient === undefined) return;
    const { label, split } = scanned.folderLabel;
    const target = { kind: 'instance', id } as const;
    this.folderEntries.push({
      row: null,
      name: scanned.name,
      target,
      patientId: patient.id,
      label,
      question: null,
      reader: null,
      split,
    });
  }

  #leaveOut(why: AppError, scanned: Scanned): void {
    this.problems.add(why, scanned.name);
    this.named.add(why, scanned, false);
  }

  /** Says something of a file that is imported. */
  note(what: AppError, scanned: PlacedFile): void {
    this.problems.add(what, scanned.name);
    this.named.add(what, scanned, true);
  }

  /** Stores what was found; gives the instance's row id. */
  #save(db: WriteDb, { scanned, copied, takesOver }: Found, now: string): InstanceId | undefined {
    if (scanned.found === null) return undefined;
    const { instance } = scanned.found;
    const noted = this.#identity.place(scanned.place.path, scanned.place.member);
    const place = { ...scanned.place, ...noted, contentHash: instance.contentHash };
    const existing = instanceByUid(db, instance.sopInstanceUID);
    if (existing !== undefined && existing.contentHash !== instance.contentHash) {
      const isCorrection = this.#corrections.isCorrection(existing, noted);
      if (isCorrection || takesOver) {
        if (isCorrection) {
          this.counts.alreadyThere += 1;
          this.counts.corrected += 1;
        } else {
          this.counts.duplicate += 1;
          this.#leaveOutDamaged(db, existing.id, scanned);
          for (const notice of scanned.found.notices) this.note(notice, scanned);
        }
        const keys = { patientKey: this.#identity.patientKey(instance.patientKey) };
        const described = { ...instance, ...keys, description: this.#people.description(instance).description };
        this.#corrections.correct(db, existing, described, { place, copied, name: scanned.name });
        return existing.id;
      }
      this.counts.duplicate += 1;
      const what = 'Another file with the same SOP instance UID but other content came first.';
      this.#leaveOut(new AppError('DUPLICATE_DIFFERS', what), scanned);
      this.#replaced.note(db, place, null);
      // What its folder says is about the picture in this file, which is not the one that was kept.
      return undefined;
    }
    let id = existing?.id;
    if (id === undefined) {
      const { ownPatientKey: own } = instance;
      const keys = {
        patientKey: this.#identity.patientKey(instance.patientKey),
        ...(own === undefined ? {} : { ownPatientKey: this.#identity.patientKey(own) }),
      };
      this.#people.see(db, instance);
      const added = addInstance(db, { ...instance, ...keys, ...this.#people.description(instance) }, now);
      id = added.id;
      this.counts.imported += 1;
      if (scanned.found.look !== null) saveSampleLook(db, id, instance.contentHash, scanned.found.look);
      if (added.otherPatient) {
        const what = 'The study is already filed under another patient ID and stays there.';
        this.note(new AppError('STUDY_OTHER_PATIENT', what), scanned);
      }
    } else if (fileAt(db, place.path, place.member)?.instanceId === id) this.counts.alreadyThere += 1;
    else this.counts.duplicate += 1;
    if (existing !== undefined && isToFollow(db, existing.id))
      this.#corrections.resume(existing.studyId, {
        name: scanned.name,
        id,
        description: this.#people.description(instance).description,
      });
    if (existing !== undefined && !isDescribed(db, id)) {
      const { description } = this.#people.description(instance);
      this.#people.see(db, instance);
      if (description !== undefined) describeInstance(db, id, description);
    }
    for (const notice of scanned.found.notices) this.note(notice, scanned);
    if (scanned.found.look?.kind)
      this.openPictures.push({ name: scanned.name, place: scanned.place, look: scanned.found.look });
    this.#replaced.note(db, place, id);
    saveFile(db, place, id);
    if (copied !== null) saveFile(db, { ...place, path: copied, member: '' }, id);
    return id;
  }

  /** Whether a file is to be the image because the one that came first under its UID cannot be decoded, and it can. */
  async #takesOver({ found, place, bytes }: Scanned): Promise<boolean> {
    if (found?.instance.kind !== 'dicom') return false;
    const { sopInstanceUID, contentHash, numberOfFrames } = found.instance;
    if (this.#waitingUIDs.has(sopInstanceUID)) this.#commit();
    const existing = instanceByUid(this.#library.db, sopInstanceUID);
    if (existing === undefined || existing.contentHash === contentHash || this.#sound.has(existing.id)) return false;
    if (this.#corrections.isCorrection(existing, this.#identity.place(place.path, place.member))) return false;
    try {
      if (canBeDecoded(await readInstance(this.#library, existing.id), existing.numberOfFrames) === false)
        return canBeDecoded(await bytes(), numberOfFrames) === true;
    } catch (thrown) {
      if (thrown instanceof AppError) return false;
      throw thrown;
    }
    this.#sound.add(existing.id);
    return false;
  }

  /** The file that came first, damaged, stands in the report by its path where that is known. */
  #leaveOutDamaged(db: WriteDb, id: InstanceId, scanned: Scanned): void {
    const first = filesOfInstance(db, id).find(({ path }) => !/^(?:files\/|pseudonymised:)/.test(path));
    const why = damagedDuplicate();
    if (first === undefined) this.#leaveOut(why, scanned);
    else this.#leaveOut(why, { ...scanned, name: basename(first.path), place: { ...scanned.place, ...first } });
  }

  /** A copy in the library, under its hash; its name appears only when it is whole and on the disk. Gives the path below the library. */
  async #copy(scanned: Scanned): Promise<string | null> {
    const hash = scanned.found?.instance.contentHash;
    if (hash === undefined) return null;
    const name = `files/${hash.slice(0, 2)}/${hash}`;
    const target = this.#library.path(...name.split('/'));
    if (existsSync(target) && statSync(target).size === scanned.place.sizeBytes) return name;
    const bytes = await scanned.bytes();
    try {
      mkdirSync(dirname(target), { recursive: true });
      replaceFile(target, [bytes], { flushesName: false });
      this.#copiedInto.add(dirname(target));
      return name;
    } catch (error) {
      throw copyError(error, target);
    }
  }
}
