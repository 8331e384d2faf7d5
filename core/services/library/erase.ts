/**
 * Patients and studies that the window deletes: first what would go is told, then a job does it.
 *
 * The order names every study with a mark that was made when it was listed. What is no longer as it was then (another study under the row number,
 * images or studies that came in) is refused before anything is touched, and once more before each patient or single study, because the window is
 * answered in between; what is gone already is left out, so that a job which was interrupted goes on where it stopped.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from 'zod';
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import { jobSchemas, type PatientId, type StudyId } from '../../contract/index.ts';
import {
  type EraseReport,
  type ErasureExtent,
  type ErasurePlan,
  type eraseOptionsSchema,
  mostErasedStudies,
} from '../../contract/results/erasure.ts';
import { defineJob, type JobTools } from '../../jobs/index.ts';
import {
  backupCopies,
  CopiesErasure,
  type ErasableStudy,
  type Erased,
  erasableStudies,
  erasureCounts,
  patientsStaying,
  type ReadDb,
  studiesFiledElsewhere,
  studyRows,
} from '../../store/index.ts';
import { keyedHash, librarySecret } from '../privacy/pseudonym.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { Deletion } from './deletion.ts';

/** The job kind of the window; the command line calls `deletePatient`. */
export const eraseJob = defineJob({
  kind: 'erase',
  ...jobSchemas.erase,
  run: async (options, { deps, progress }: JobTools<ServiceContext>) =>
    await eraseStudies({ ...deps, progress }, options),
});

/**
 * What would leave the library with some studies, and what would stay. Studies that are not there any more are left out.
 * @throws BAD_INPUT where none is there, or where they are more than go at once
 */
export function planErasure(
  context: Pick<ServiceContext, 'library'>,
  studyIds: readonly StudyId[],
  extent: ErasureExtent,
): ErasurePlan {
  const { library } = context;
  const { db } = library;
  const studies = erasableStudies(db, studyIds, extent);
  if (studies.length === 0) throw new AppError('BAD_INPUT', 'These studies are no longer in the library.');
  if (studies.length > mostErasedStudies) {
    throw new AppError(
      'BAD_INPUT',
      `Too many studies at once: ${studies.length}, where at most ${mostErasedStudies} may go.`,
      {
        action: 'Choose fewer, and delete the others afterwards.',
      },
    );
  }
  const ids = studies.map(({ id }) => id);
  const ofPatients = erasableStudies(db, ids, 'patients');
  const whole = wholePatients(db, studies, ids);
  const rows = new Map(studyRows(db, ids, null).map((row) => [row.id, row]));
  const mark = library.mode === 'write' ? marker(keyedHash(librarySecret(library.folder)), whole) : () => '';
  return {
    extent,
    studies: studies.map((study) => {
      const row = rows.get(study.id);
      return {
        id: study.id,
        mark: mark(study),
        patientName: row?.patientName ?? null,
        patientID: row?.patientID ?? null,
        studyDate: row?.studyDate ?? null,
        studyDescription: row?.studyDescription ?? null,
        images: study.images,
      };
    }),
    patients: new Set(studies.map(({ patientId }) => patientId)).size,
    wholePatients: whole.size,
    otherStudies: ofPatients.length - studies.length,
    images: studies.reduce((sum, { images }) => sum + images, 0),
    ...copied(erasureCounts(db, ids, [...whole.keys()])),
    filedElsewhere: [...whole.values()].reduce((sum, key) => sum + studiesFiledElsewhere(db, key), 0),
    backups: backupCopies(library.folder).length,
  };
}

/** Lists of a row that may be written to, as the contract has them. */
function copied<T extends ReturnType<typeof erasureCounts>>(counts: T) {
  return { ...counts, datasets: counts.datasets.map((row) => ({ ...row })), models: [...counts.models] };
}

/** Patients of `studies` who go altogether, because each study of theirs is one of `going`, with what they are called. */
function wholePatients(
  db: ReadDb,
  studies: readonly ErasableStudy[],
  going: readonly StudyId[],
): ReadonlyMap<PatientId, string> {
  const ids = studies.map(({ id }) => id);
  const staying = patientsStaying(db, ids, going);
  return new Map(
    studies.filter(({ patientId }) => !staying.has(patientId)).map((study) => [study.patientId, study.patientKey]),
  );
}

type KeyedHash = ReturnType<typeof keyedHash>;

function marker(keyed: KeyedHash, whole: ReadonlyMap<PatientId, string>): (study: ErasableStudy) => string {
  return ({ studyInstanceUID, patientId, patientKey, images }) => {
    const facts = JSON.stringify([studyInstanceUID, patientKey, images, whole.has(patientId)]);
    return Buffer.from(keyed('deletion', facts)).toString('hex').slice(0, 32);
  };
}

/** What is there of listed studies now. */
interface Looked {
  readonly there: readonly ErasableStudy[];
  readonly whole: ReadonlyMap<PatientId, string>;
  /** Whether each is as it was when it was listed, and goes with its patient, or without, as it was said. */
  readonly isAsListed: boolean;
}

/** @param going those that go with them, by which a patient is whole or not */
function look(
  db: ReadDb,
  keyed: KeyedHash,
  marks: ReadonlyMap<StudyId, string>,
  ids: readonly StudyId[],
  going = ids,
): Looked {
  const there = erasableStudies(db, ids, 'studies');
  const whole = wholePatients(db, there, going);
  const mark = marker(keyed, whole);
  return { there, whole, isAsListed: there.every((study) => mark(study) === marks.get(study.id)) };
}

function notAsListed(found: string): AppError {
  return new AppError('BAD_INPUT', `The studies are not as they were when they were listed; ${found}.`, {
    action: 'Choose them once more, and look at what goes.',
  });
}

/**
 * Removes everything that the library holds of the studies that were listed, patient by patient; those of whom every study was listed go altogether.
 * Backups are treated first. Stopped in between, backups that were treated stay so, and patients whose turn had not come stay in the library.
 * @throws BAD_INPUT where something is not as it was listed: nothing is removed then, or, where that happened while it ran, nothing more; DISK_FULL,
 *   CANCELLED, LIBRARY_BUSY
 */
async function eraseStudies(
  context: ServiceContext,
  { studies: listed, backups }: z.output<typeof eraseOptionsSchema>,
): Promise<EraseReport> {
  const { library } = context;
  const marks = new Map(listed.map((study) => [study.id, study.mark]));
  const keyed = keyedHash(librarySecret(library.folder));
  const { there, whole, isAsListed } = look(library.db, keyed, marks, [...marks.keys()]);
  if (!isAsListed) throw notAsListed('nothing was deleted');
  // Whoever stops it as soon as it was ordered is heard before anything is touched.
  await breathe(context);
  const parts = partsOf(there, whole);
  // First the backups, which know patients by what the rows still say; once those are gone, an interrupted job could not find them.
  const copies = new CopiesErasure(
    library.folder,
    [...parts.map(({ who }) => who), ...there.map(({ studyInstanceUID }) => ({ studyInstanceUID }))],
    parts.length === 0 ? 'keep' : backups,
    timeOf(context),
  );
  const names = copies.left();
  for (const [done, name] of names.entries()) {
    context.progress({ stage: 'erasingBackups', done, total: names.length, unit: 'files' });
    await breathe(context);
    copies.erase(name);
  }
  const deletion = new Deletion(context);
  const total = there.reduce((sum, { images }) => sum + images, 0);
  let done = 0;
  let gone = 0;
  try {
    for (const { who, images, studies, ofPatient } of parts) {
      context.progress({ stage: 'erasing', done, total, unit: 'images' });
      await breathe(context);
      const now = look(library.db, keyed, marks, studies, ofPatient);
      if (!now.isAsListed || now.there.length < studies.length) {
        throw notAsListed(foundBetween(gone, there.length, copies));
      }
      deletion.tell('patientKey' in who ? 'patient' : 'study', deletion.add(who), copies.outcome);
      done += images;
      gone += studies.length;
    }
    context.progress({ stage: 'erasing', done, total, unit: 'images' });
    // What came beside it, by whatever way, may hold those who are gone now.
    copies.eraseLeft();
  } finally {
    deletion.finish();
  }
  const report = deletion.report(copies.outcome);
  return { ...report, patients: report.rows['patients'] ?? 0, studies: report.rows['studies'] ?? 0 };
}

/** Lets the window be answered, and hears a stop that came meanwhile. @throws CANCELLED */
async function breathe({ signal }: ServiceContext): Promise<void> {
  await nextTurn();
  throwIfCancelled(signal, 'The deletion');
}

/** What a deletion has done that finds something else than it was told. */
function foundBetween(gone: number, of: number, copies: CopiesErasure): string {
  const { rewritten, deleted } = copies.outcome;
  const studies = `${gone} of ${counted('en', of, 'study was', 'studies were')} deleted, the others stay`;
  const treated = rewritten + deleted;
  return treated === 0
    ? studies
    : `${studies}; ${counted('en', treated, 'backup was', 'backups were')} already rewritten or deleted`;
}

interface Part {
  readonly who: Erased;
  readonly images: number;
  readonly studies: readonly StudyId[];
  /** Every listed study of the same patient: whether the patient goes altogether is told by all of them. */
  readonly ofPatient: readonly StudyId[];
}

/** Who goes, one after the other: patients as a whole, or single studies. */
function partsOf(studies: readonly ErasableStudy[], whole: ReadonlyMap<PatientId, string>): readonly Part[] {
  const parts: Part[] = [];
  for (const [patientId, own] of Map.groupBy(studies, (study) => study.patientId)) {
    const patientKey = whole.get(patientId);
    const ofPatient = own.map(({ id }) => id);
    if (patientKey === undefined) {
      parts.push(
        ...own.map(({ id, studyInstanceUID, images }) => ({
          who: { studyInstanceUID },
          images,
          studies: [id],
          ofPatient,
        })),
      );
    } else {
      const images = own.reduce((sum, study) => sum + study.images, 0);
      parts.push({ who: { patientKey }, images, studies: ofPatient, ofPatient });
    }
  }
  return parts;
}
