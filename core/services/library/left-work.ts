/**
 * Work that a closed window, or a killed command, left in the library, as whoever has only the command line meets it. The next window would carry it on
 * by itself; until then nobody works on it, which the writer's lock proves. A command that takes away what such work is about puts it aside: it shall
 * neither refuse the command, with nobody there to stop it, nor begin afterwards by itself. The window offers to go on with it.
 */
import { silentLogger } from '../../base/logger.ts';
import { type JobKind, passingJobKinds } from '../../contract/index.ts';
import { endJob, type JobSubject, leftJobs, markJob } from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { openServiceLibrary } from '../session/library.ts';

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
    const putAside = put(context, [...new Map(left.map((job) => [job.id, job])).values()]);
    return { value: work(), putAside };
  });
}

/** Puts aside what would read files anew, which may be those of a patient who was deleted. Gives its kinds. */
export function putReadingAside(context: Place): readonly JobKind[] {
  const left = leftJobs(context.library.db, crashesAllowed, null);
  return put(
    context,
    left.filter(({ kind }) => kind === 'import' || kind === 'classify'),
  );
}

/**
 * Puts aside what waited or ran when the backup was made that is the library in `folder` now: that it is put back does not mean that this is wanted once
 * more. A deletion goes on: whom it was about are in the backup again. Gives the kinds.
 * @throws as `openServiceLibrary`
 */
export function putRestoredAside(folder: string, now: Date): readonly JobKind[] {
  const library = openServiceLibrary(folder, 'write', silentLogger, now);
  try {
    const left = leftJobs(library.db, crashesAllowed, null).filter(({ kind }) => kind !== 'erase');
    return put({ library, now: () => now }, left);
  } finally {
    library.close();
  }
}

function put(context: Place, left: ReturnType<typeof leftJobs>): readonly JobKind[] {
  const { writer } = context.library;
  const isWanted = (kind: JobKind): boolean => !passingJobKinds.includes(kind);
  writer.transaction(() => {
    for (const { id, kind } of left) {
      endJob(writer, id, 'cancelled', {}, timeOf(context));
      markJob(writer, id, { isPaused: isWanted(kind), isCleared: !isWanted(kind) });
    }
  });
  return left.map(({ kind }) => kind).filter(isWanted);
}
