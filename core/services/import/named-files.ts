/**
 * The files that an import left out, and those that it took and that are to be looked at: each by its path with the reason.
 *
 * Paths often name patients, so what is printed and stored has them shortened; whoever sits at this computer sees them whole: in the CSV file
 * that an import may write, with `--show-paths`, and in the window as long as the library stays open and no patient is deleted.
 */
import { AppError, serialiseError } from '../../base/errors.ts';
import { redactPath } from '../../base/redact.ts';
import type { FileOfImport, ImportReport, NamedFile } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import { csvText } from '../files/csv.ts';
import type { Scanned } from '../files/scan.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';

/** By job, what the newest imports of this session named. */
const namedFiles: SessionCache<NewestEntries<number, readonly FileOfImport[]>> = {
  name: 'paths of files that imports named',
  until: 'change',
  make: () => new NewestEntries(20),
};

/** Notices of one kind that the stored report has: of a hundred thousand CT slices each may have a doubtful header. */
const notedMost = 250;

type Session = Pick<ServiceContext, 'caches'>;

/** Why the file of an image is left out that came first, and cannot be decoded where a later one can. */
export function damagedDuplicate(): AppError {
  const what = 'Another file with the same SOP instance UID can be decoded and this one cannot: the other is used.';
  return new AppError('DUPLICATE_DIFFERS', what, {
    action: 'Nothing to do; remove the damaged file if it is not needed.',
  });
}

/** A file of an import: its name below the chosen folder, and where it lies. */
export type PlacedFile = Pick<Scanned, 'name' | 'place'>;

type PlacedNotice = FileOfImport & { readonly name: string };

/** Collects files in the order in which they are met. */
export class NamedFiles {
  readonly #files: PlacedNotice[] = [];

  /** Names a file; a member of an archive stands behind its archive. */
  add(thrown: unknown, { name, place: { path: file, member } }: PlacedFile, isImported: boolean): void {
    const { code, message, action } = serialiseError(thrown);
    const path = member === '' ? file : `${file}/${member}`;
    this.#files.push({ path, code, message, action, isImported, name });
  }

  /** As reports have them: named below the chosen folder, shortened; of each kind of notice the first. */
  shown(): Pick<ImportReport, 'leftOut' | 'noted' | 'notices'> {
    const shortened = ({ name, code, message, action }: PlacedNotice): NamedFile => ({
      path: redactPath(name),
      code,
      message,
      action,
    });
    const { leftOut, noted } = this.#ordered();
    return {
      leftOut: leftOut.map(shortened),
      noted: noted.flatMap((kind) => kind.slice(0, notedMost).map(shortened)),
      notices: noted.flat().length,
    };
  }

  /** What was left out as it was met; notices by kind, the rarest first: a hundred thousand of one would hide the others. */
  #ordered(): { readonly leftOut: readonly PlacedNotice[]; readonly noted: readonly (readonly PlacedNotice[])[] } {
    const leftOut = this.#files.filter(({ isImported }) => !isImported);
    const noted = this.#files.filter(({ isImported }) => isImported);
    const kinds = [...Map.groupBy(noted, ({ code }) => code).values()];
    return { leftOut, noted: kinds.toSorted((a, b) => a.length - b.length) };
  }

  /** Keeps the whole paths for the window, and writes them to `report` where one is asked for. @throws DISK_FULL, FILE_UNREADABLE */
  keep({ caches }: Session, jobId: number, report: string | undefined): void {
    const { leftOut, noted } = this.#ordered();
    const ordered = [...leftOut, ...noted.flat()].map(({ name: _, ...file }) => file);
    caches.of(namedFiles).set(jobId, ordered);
    if (report !== undefined) writeWholeFile(report, namedFilesCsv(ordered));
  }
}

/** What an import of this session left out, and then what is to be looked at, with whole paths; null where they are not known any more. */
export function namedFilesOf({ caches }: Session, jobId: number): readonly FileOfImport[] | null {
  return caches.of(namedFiles).get(jobId) ?? null;
}

/** Writes what an import of this process named as a CSV file. @throws BAD_INPUT where its paths are not known; DISK_FULL, FILE_UNREADABLE */
export function saveNamedFiles(session: Session, jobId: number, path: string): void {
  const files = namedFilesOf(session, jobId);
  if (files === null) {
    throw new AppError('BAD_INPUT', 'The paths of files that this import named were not kept over a restart.', {
      action:
        'Import the folder again: what is there is recognised quickly, and the list of what is left out is made anew.',
    });
  }
  writeWholeFile(path, namedFilesCsv(files));
}

/** The CSV text of files that an import named, header first. */
export function namedFilesCsv(files: readonly FileOfImport[]): string {
  const rows = files.map(({ path, code, message, action, isImported }) => [
    path,
    code,
    message,
    action,
    isImported ? 'yes' : 'no',
  ]);
  return csvText([['path', 'code', 'reason', 'action', 'imported'], ...rows]);
}
