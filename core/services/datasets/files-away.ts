/** Whether the files of images that a training has to read are there, looked for before it begins. */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDriveAway } from '../../base/errors.ts';
import type { DataFinding } from '../../contract/index.ts';
import { filesOfInstance, type Library } from '../../store/index.ts';
import { placePath } from '../files/files.ts';
import { type CheckedImage, finding } from './data-check-rules.ts';

/** Who waits for a check waits no longer for its files: a share that is slow, or gone, answers late. */
const mostMs = 1500;
/** A share that does not answer holds a thread for each file that is asked about, and the system gives four. */
const atOnce = 2;
/** Files are asked about in so many rounds over the whole data set, so that those that were reached in time stand for all. */
const rounds = 16;

/**
 * The finding that images lie in files that are not there, and of how many that was asked; none where every file that was reached in time is there.
 * A file that may not be read, or has changed, is there: reading says what it is.
 */
export async function filesAway(library: Library, images: readonly CheckedImage[]): Promise<DataFinding[]> {
  const asked = Array.from({ length: rounds }, (_, round) => images.filter((_, i) => i % rounds === round)).flat();
  const away: CheckedImage[] = [];
  let looked = 0;
  let isLate = false;
  let next = 0;
  const ask = async (): Promise<void> => {
    while (!isLate) {
      const image = asked[next++];
      if (image === undefined) return;
      const isThere = await hasFile(library, image);
      if (isLate) return;
      looked += 1;
      if (!isThere) away.push(image);
    }
  };
  const late = new AbortController();
  await Promise.race([
    Promise.all(Array.from({ length: atOnce }, ask)),
    sleep(mostMs, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  isLate = true;
  late.abort();
  return away.length === 0 ? [] : [finding('filesAway', 'serious', { images: away.length, looked }, away)];
}

async function hasFile(library: Library, { instanceId }: CheckedImage): Promise<boolean> {
  for (const { path } of filesOfInstance(library.db, instanceId)) {
    try {
      await stat(placePath(library, path));
      return true;
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code));
      if (!isMissing && !isDriveAway(error)) return true;
    }
  }
  return false;
}
