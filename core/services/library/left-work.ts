/**
 * Work that a closed window, or a killed command, left in the library, as whoever has only the command line meets it. The next window would carry it on
 * by itself; until then nobody works on it, which the writer's lock proves. A command that takes away what such work is about puts it aside: it shall
 * neither refuse the command, with nobody there to stop it, nor begin afterwards by itself. The window offers to go on with it.
 */
import { AppError } from '../../base/errors.ts';
import { type JobKind, passingJobKinds } from '../../contract/index.ts';
import {
  endJob,
  interruptJobs,
  type JobSubject,
  leftJobs,
  markJob,
  putJobBack,
  type WriteDb,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** Deaths of the application in a row after which a job is no longer started by itself. */
export const crashesAllowed = 1;

type Place = Pick<ServiceContext, 'library' | 'now'>;

/**
 * Puts aside what is about one of the subjects, and does `work`: both, or neither where `work` throws. For a process without a queue of its own.
 * Gives what `work` gives, and the kinds of what was put aside.
 */
export function withWorkAside<T>(
  context: Place,
  subjects: readonly JobSubject[],
  work: () => T,
): { readonly value: T; readonly putAside: readonly JobKind[] } {
  const { db, writer } = context.library;
  return writer.transaction(() => {
    const left = subjects.flatMap((subject) => leftJobs(db, crashesAllowed, subject));
    const putAside = put(writer, [...new Map(left.map((job) => [job.id, job])).values()], timeOf(context));
    return { value: work(), putAside };
  });
}

/** What a deletion says that has touched nothing. */
const refusals = ['PATIENT_NOT_FOUND', 'BAD_INPUT'];

/**
 * Puts aside what would read files anew, which may be those of a patient whom `work` deletes, and does `work`. Aside first: a deletion is no transaction,
 * and one that is killed or fails between its parts shall not be undone by the next window. Where it refuses, what was put aside waits again.
 * Gives what `work` gives, and the kinds of what was put aside.
 */
export function withReadingAside<T>(
  context: Place & Pick<ServiceContext, 'log'>,
  work: () => T,
): { readonly value: T; readonly putAside: readonly JobKind[] } {
  const { db, writer } = context.library;
  const left = leftJobs(db, crashesAllowed, null).filter(({ kind }) => kind === 'import' || kind === 'classify');
  const putAside = put(writer, left, timeOf(context));
  try {
    return { value: work(), putAside };
  } catch (error) {
    if (error instanceof AppError && refusals.includes(error.code)) {
      writer.transaction(() => {
        for (const job of left) putJobBack(writer, job);
      });
    } else if (putAside.length > 0) {
      context.log.log('warn', 'Imports and classifications that a closed window left stay put aside.', { putAside });
    }
    throw error;
  }
}

/**
 * Puts aside what waited or ran when the backup was made that `db` is a copy of: that it is put back does not mean that this is wanted once more.
 * A deletion goes on: whom it was about are in the backup again. Gives the kinds.
 */
export function putRestoredAside(db: WriteDb, now: string): readonly JobKind[] {
  interruptJobs(db, now);
  return put(
    db,
    leftJobs(db, crashesAllowed, null).filter(({ kind }) => kind !== 'erase'),
    now,
  );
}

function put(writer: WriteDb, left: ReturnType<typeof leftJobs>, now: string): readonly JobKind[] {
  const isWanted = (kind: JobKind): boolean => !passingJobKinds.includes(kind);
  writer.transaction(() => {
    for (const { id, kind } of left) {
      endJob(writer, id, 'cancelled', {}, now);
      markJob(writer, id, { isPaused: isWanted(kind), isCleared: !isWanted(kind) });
    }
  });
  return left.map(({ kind }) => kind).filter(isWanted);
}
