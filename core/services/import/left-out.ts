/**
 * The files that an import left out, each by its path with the reason.
 *
 * Paths often name patients, so what is printed and stored has them shortened; whoever sits at this computer sees them whole: in the CSV file
 * that an import may write, with `--show-paths`, and in the window as long as the process that imported them lives.
 */
import { stringify } from 'csv-stringify/sync';
import { AppError, serialiseError } from '../../base/errors.ts';
import { redactPath } from '../../base/redact.ts';
import type { LeftOutFile } from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';

/** The newest imports of this process whose paths are still known. */
const importsRemembered = 20;
const remembered = new Map<number, readonly LeftOutFile[]>();

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
  keep(jobId: number, report: string | undefined): void {
    remembered.delete(jobId);
    remembered.set(jobId, this.#files);
    for (const old of [...remembered.keys()].slice(0, -importsRemembered)) remembered.delete(old);
    if (report !== undefined) writeWholeFile(report, leftOutCsv(this.#files));
  }
}

/** What an import of this process left out, with whole paths; null where it was another process's. */
export function leftOutOf(jobId: number): readonly LeftOutFile[] | null {
  return remembered.get(jobId) ?? null;
}

/** Writes what an import of this process left out as a CSV file. @throws BAD_INPUT where its paths are not known; DISK_FULL, FILE_UNREADABLE */
export function saveLeftOut(jobId: number, path: string): void {
  const files = leftOutOf(jobId);
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
  // Names come from files of strangers: a spreadsheet would run a cell that begins with = as a formula.
  return stringify([['path', 'code', 'reason', 'action'], ...rows], { escape_formulas: true });
}
