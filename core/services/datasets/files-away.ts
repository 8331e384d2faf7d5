/** Whether the files of images that a training has to read are there, looked for before it begins. */
import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDriveAway } from '../../base/errors.ts';
import type { DataFinding } from '../../contract/index.ts';
import { filesOfInstance, type Library } from '../../store/index.ts';
import { placePath } from '../files/files.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { type CheckedImage, finding } from './data-check-rules.ts';

/** Who waits for a check waits no longer for its files: a share that is slow, or gone, answers late. */
const mostMs = 1500;
/** A share that does not answer holds a thread for each file that is asked about, and the process has four: two are left to everything else. */
const mostAsked = 2;
/** Files are asked about in so many rounds over the whole data set, so that those that were reached in time stand for all. */
const rounds = 16;
/** A check is made with every setting that changes; the drive is not asked each time. */
const keptMs = 20_000;

interface Looks {
  /** Questions that no drive has answered yet, those of earlier looks too. */
  waiting: number;
  /** The newest look, which may be under way: one after the other asks. */
  current: Promise<unknown>;
  last: { readonly images: string; readonly at: number; readonly findings: DataFinding[] } | null;
}

const looks: SessionCache<Looks> = {
  name: 'files that were looked for',
  until: 'close',
  make: () => ({ waiting: 0, current: Promise.resolve(), last: null }),
};

/**
 * The finding that images lie in files that are not there, and of how many that was asked, or that the drive gave no answer at all; none where every
 * file that was reached in time is there. A file that may not be read, or has changed, is there: reading says what it is.
 * @param isThere whether there is a file
 */
export async function filesAway(
  { library, caches }: Pick<ServiceContext, 'library' | 'caches'>,
  images: readonly CheckedImage[],
  isThere: (path: string) => Promise<boolean> = isFileThere,
): Promise<DataFinding[]> {
  if (images.length === 0) return [];
  const all = caches.of(looks);
  const key = images.map(({ instanceId }) => instanceId).join(' ');
  const looked = all.current.then(async () => {
    if (all.last?.images === key && performance.now() - all.last.at < keptMs) return all.last.findings;
    const findings = await look(all, library, images, isThere);
    all.last = { images: key, at: performance.now(), findings };
    return findings;
  });
  all.current = looked.catch(() => {});
  return await looked;
}

async function look(
  all: Looks,
  library: Library,
  images: readonly CheckedImage[],
  isThere: (path: string) => Promise<boolean>,
): Promise<DataFinding[]> {
  const asked = Array.from({ length: rounds }, (_, round) => images.filter((_, i) => i % rounds === round)).flat();
  const away: CheckedImage[] = [];
  let [looked, next, isLate] = [0, 0, false];
  const hasFile = async ({ instanceId }: CheckedImage): Promise<boolean> => {
    for (const { path } of filesOfInstance(library.db, instanceId)) {
      while (all.waiting >= mostAsked && !isLate) await sleep(20);
      if (isLate) return true;
      all.waiting += 1;
      try {
        if (await isThere(placePath(library, path))) return true;
      } finally {
        all.waiting -= 1;
      }
    }
    return false;
  };
  const ask = async (): Promise<void> => {
    while (!isLate) {
      const image = asked[next++];
      if (image === undefined) return;
      const isFound = await hasFile(image);
      if (isLate) return;
      looked += 1;
      if (!isFound) away.push(image);
    }
  };
  const timer = new AbortController();
  try {
    const answers = Promise.all(Array.from({ length: mostAsked }, ask));
    await Promise.race([answers, sleep(mostMs, undefined, { signal: timer.signal }).catch(() => {})]);
  } finally {
    isLate = true;
    timer.abort();
  }
  if (looked === 0) return [finding('filesSilent', 'serious', { images: images.length }, images)];
  if (away.length === 0) return [];
  return [finding('filesAway', 'serious', { images: away.length, looked, unread: images.length }, away)];
}

async function isFileThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code));
    return !isMissing && !isDriveAway(error);
  }
}
