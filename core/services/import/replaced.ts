/**
 * Files that hold another image than they did: same path, another SOP instance UID, or another picture. Files that were de-identified anew
 * are so. What they hold now is imported; the image of before, where no file has it any more, keeps its labels, readings and history, and is
 * no longer trained on, since nobody can look at it.
 */
import { statSync } from 'node:fs';
import type { InstanceId, StudyId } from '../../contract/index.ts';
import {
  type FilePlace,
  fileAt,
  filesOfInstance,
  forgetPlace,
  instanceById,
  type Library,
  type WriteDb,
} from '../../store/index.ts';

/** What became of the images that files held before. */
export interface ReplacedImages {
  /** Files that hold another image now. */
  readonly files: number;
  /** Images that no file holds any more, and their studies. */
  readonly gone: number;
  readonly studies: number;
  /** Images of which the library has a copy of its own: they stay beside what the files hold now. */
  readonly copied: number;
}

/** The replaced images of one import. */
export class Replaced {
  readonly #former = new Set<InstanceId>();
  #files = 0;

  /** Notes that a file holds `now` (null for an image that was left out), where it held another before; call it before the place is saved. */
  note(db: WriteDb, { path, member, contentHash }: FilePlace, now: InstanceId | null): void {
    const before = fileAt(db, path, member);
    if (before === undefined || before.instanceId === now || before.contentHash === contentHash) return;
    this.#files += 1;
    this.#former.add(before.instanceId);
    if (now === null) forgetPlace(db, path, member);
  }

  /** Looks whether the images of before are anywhere else. Places where nothing is are forgotten; a drive that is away is not nothing. */
  settle({ writer: db }: Pick<Library, 'writer'>): ReplacedImages {
    if (this.#former.size === 0) return { files: 0, gone: 0, studies: 0, copied: 0 };
    return db.transaction(() => {
      const studies = new Set<StudyId | undefined>();
      let gone = 0;
      let copied = 0;
      for (const id of this.#former) {
        for (const { path, member } of filesOfInstance(db, id)) {
          const isOurs = path.startsWith('files/') || path.startsWith('pseudonymised:');
          if (!isOurs && isNothingAt(path)) forgetPlace(db, path, member);
        }
        const left = filesOfInstance(db, id);
        if (left.length === 0) {
          gone += 1;
          studies.add(instanceById(db, id)?.studyId);
        } else if (left.every(({ path }) => path.startsWith('files/'))) copied += 1;
      }
      return { files: this.#files, gone, studies: studies.size, copied };
    });
  }
}

function isNothingAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
