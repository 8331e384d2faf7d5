/**
 * The files that an import left out, each by its path with the reason.
 *
 * Paths often name patients, so what is printed and stored has them shortened; whoever sits at this computer sees them whole: in the CSV file
 * that an import may write, with `--show-paths`, and in the window as long as the library stays open and no patient is deleted.
 */
import { AppError, serialiseError } from '../../base/errors.ts';
import { redactPath } from '../../base/redact.ts';
import type { LeftOutFile } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { csvText } from '../files/csv.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';

/** By job, what the newest imports of this session left out. */
const leftOutFiles: SessionCache<NewestEntries<number, readonly LeftOutFile[]>> = {
  name: 'paths of files that imports left out',
  until: 'change',
  make: () => new NewestEntries(20),
};

type Session = Pick<ServiceContext, 'caches'>;

/** Why the file of an image is left out that came first, and cannot be decoded where a later one can. */
export function damagedDuplicate(): AppError {
  const what = 'Another file with the same SOP instance UID can be decoded and this one cannot: the other is used.';
  return new AppError('DUPLICATE_DIFFERS', what, {
    action: 'Nothing to do; remove the damaged file if it is not needed.',
  });
}

/** Collects what is left out, in the order in which it is met. */
export class LeftOut {
  readonly #files: LeftOutFile[] = [];
  readonly #names: string[] = [];

  /** Notes a file. `path` is whole, `name` begins below the chosen folder; a member of an archive stands behind its archive. */
  add(thrown: unknown, path: string, name: string): void {
    const { code, message, action } = serialiseError(thrown);
    this.#files.push({ path, code, message, action });
    this.#names.push(name);
  }

  /** As reports have them: named below the chosen folder, shortened. */
  shown(): LeftOutFile[] {
    return this.#files.map((file, i) => ({ ...file, path: redactPath(this.#names[i] ?? '') }));
  }

  /** Keeps the whole paths for the window, and writes them to `report` where one is asked for. @throws DISK_FULL, FILE_UNREADABLE */
  keep({ caches }: Session, jobId: number, report: string | undefined): void {
    caches.of(leftOutFiles).set(jobId, this.#files);
    if (report !== undefined) writeWholeFile(report, leftOutCsv(this.#files));
  }
}

/** What an import of this session left out, with whole paths; null where they are not known any more. */
export function leftOutOf({ caches }: Session, jobId: number): readonly LeftOutFile[] | null {
  return caches.of(leftOutFiles).get(jobId) ?? null;
}

/** Writes what an import of this process left out as a CSV file. @throws BAD_INPUT where its paths are not known; DISK_FULL, FILE_UNREADABLE */
export function saveLeftOut(session: Session, jobId: number, path: string): void {
  const files = leftOutOf(session, jobId);
  if (files === null) {
    throw new AppError('BAD_INPUT', 'The paths of files that this import left out were not kept over a restart.', {
      action: 'Import the folder again: what is there is recognised quickly, and the list is made anew.',
    });
  }
  writeWholeFile(path, leftOutCsv(files));
}

/** The CSV text of left-out files, header first. */
export function leftOutCsv(files: readonly LeftOutFile[]): string {
  const rows = files.map(({ path, code, message, action }) => [path, code, message, action]);
  return csvText([['path', 'code', 'reason', 'action'], ...rows]);
}
