/**
 * Results of a classification that has not ended, kept every few images.
 *
 * The same command after a kill finds them by the file's content, the model as it is calibrated and the engine, and computes only the rest: the numbers
 * are those that were computed, to the last bit, so the results file is the one that an undisturbed run writes.
 */
import type { ModelRecord } from '../../contract/index.ts';
import {
  type ClassifiedAnswer,
  type ClassifiedImage,
  classifiedImages,
  dropClassifiedImages,
  saveClassifiedImages,
} from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';

/** Images between two commits: at a second an image on a slow machine, at most so much time is lost. */
const imagesKeptTogether = 16;

export interface KeptResults {
  /** Images that were not computed again. */
  readonly reused: number;
  /** The kept answer to a frame of a file, or that of `compute`, which is then kept. */
  result(contentHash: string, frame: number, compute: () => Promise<ClassifiedAnswer>): Promise<ClassifiedAnswer>;
  /** Commits what waits. */
  flush(): void;
  /** Forgets all of this call's results; in the transaction that writes them as a batch. */
  drop(): void;
}

/** Kept results of a model. In a library open for reading nothing is kept, and nothing was. */
export async function openKeptResults(context: ServiceContext, model: ModelRecord): Promise<KeptResults> {
  const { library } = context;
  const canWrite = library.mode === 'write';
  const { info } = await context.engine();
  const computedBy = [info.name, info.version, info.device, context.precision ?? 'f32'];
  // Results of before images were read as they are now, or the model was calibrated, are not taken up again.
  const engine = [...computedBy, 'reading 2', 'temperature', model.temperature].join(' ');
  const earlier = canWrite ? classifiedImages(library.db, model.id, engine) : new Map<string, ClassifiedAnswer>();
  const used: Omit<ClassifiedImage, keyof ClassifiedAnswer>[] = [];
  let waiting: ClassifiedImage[] = [];
  let reused = 0;
  const flush = (): void => {
    if (canWrite && waiting.length > 0) saveClassifiedImages(library.writer, model.id, engine, waiting);
    waiting = [];
  };
  return {
    get reused() {
      return reused;
    },
    result: async (contentHash, frame, compute) => {
      used.push({ contentHash, frame });
      const found = earlier.get(`${contentHash}/${frame}`);
      // What an earlier version kept of a model of several networks lacks the answers of each: it is computed anew.
      if (found !== undefined && (model.networks === 1 || found.foldAnswers.length > 0)) {
        reused++;
        return found;
      }
      const answer = await compute();
      waiting.push({ contentHash, frame, ...answer });
      if (waiting.length >= imagesKeptTogether) flush();
      return answer;
    },
    flush,
    drop: () => {
      if (canWrite) dropClassifiedImages(library.writer, model.id, used);
    },
  };
}
