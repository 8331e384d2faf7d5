/**
 * Results of one study that came in pieces: from a watched folder, which hands files over as they arrive, or by trying failed files again. The answer to
 * a study is that of all its images, whichever batch they came in.
 */
import type { ModelRecord, Prediction } from '../../contract/index.ts';
import { batchesBefore, predictionsOf } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { type Warned, warn } from '../session/warn.ts';

type Keyed = Pick<Prediction, 'level' | 'studyInstanceUID' | 'sopInstanceUID' | 'frame' | 'contentHash'>;

/** What a later result takes the place of: the same frame of an image, or the same study. */
const keyOf = ({ level, studyInstanceUID, sopInstanceUID, frame }: Keyed): string =>
  level === 'study' ? studyInstanceUID : `${studyInstanceUID} ${sopInstanceUID} ${frame}`;

/**
 * The results of batches, oldest first, without those that a later batch has again: the image of a UID, which may have been corrected. A UID that stands
 * for several contents within a batch tells nothing apart (faulty anonymisers give all images of a series one): of it only the same content is the same.
 */
export function withoutSuperseded<T extends Keyed>(batches: readonly (readonly T[])[]): T[] {
  const ambiguous = new Set<string>();
  for (const own of batches) {
    const met = new Set<string>();
    for (const prediction of own) {
      const key = keyOf(prediction);
      if (met.has(key)) ambiguous.add(key);
      met.add(key);
    }
  }
  const identityOf = (prediction: T): string => {
    const key = keyOf(prediction);
    return ambiguous.has(key) ? `${key} ${prediction.contentHash}` : key;
  };
  const seen = new Set<string>();
  const kept = batches.toReversed().map((own) => {
    const left = own.filter((prediction) => !seen.has(identityOf(prediction)));
    for (const prediction of own) seen.add(identityOf(prediction));
    return left;
  });
  return kept.reverse().flat();
}

/** An image that an earlier batch answered, and by how much its logits grow under the present temperature; null where nobody knows. */
type Earlier = Prediction & { readonly times: number | null };

/**
 * Images of the same studies that earlier batches answered, to be counted with `images`; none of those that are among these. Their probabilities are
 * those of the model as it is calibrated now, for its thresholds have moved along. Of which it is not known how they were, they are left out, and that
 * is said.
 */
export function answeredBefore(
  { library: { db }, ...warned }: Pick<ServiceContext, 'library'> & Warned,
  { id: modelId, target, temperature: now }: Pick<ModelRecord, 'id' | 'target' | 'temperature'>,
  images: readonly Prediction[],
  from: { readonly watchId: number | null; readonly retries: number | null },
): Prediction[] {
  const studies = new Set(images.map(({ studyInstanceUID }) => studyInstanceUID));
  const networks = images[0]?.foldAnswers.length;
  const earlier = batchesBefore(db, { modelId, ...from }, [...studies]).map(({ id, temperature }) =>
    predictionsOf(db, id).flatMap((prediction): Earlier[] => {
      const isOfThem = prediction.level === 'image' && studies.has(prediction.studyInstanceUID);
      // Versions of before did not keep the answers of each network.
      if (!isOfThem || prediction.foldAnswers.length !== networks) return [];
      const times = temperature === null ? null : temperature / now;
      return [{ ...prediction, path: null, patientID: '', times }];
    }),
  );
  const own = new Set<Keyed>(images);
  const left = withoutSuperseded<Prediction | Earlier>([...earlier, images]).filter(
    (prediction): prediction is Earlier => !own.has(prediction),
  );
  const uncounted = left.filter(({ times }) => times === null).length;
  if (uncounted > 0) warn(warned, { code: 'earlierNotCounted', images: uncounted });
  return left.flatMap(({ times, ...prediction }): Prediction[] => {
    if (times === null) return [];
    if (times === 1) return [prediction];
    const asOfNow = (answers: readonly number[]): number[] => [...targets[target].sharpened(answers, times)];
    const { probabilities, foldAnswers } = prediction;
    return [{ ...prediction, probabilities: asOfNow(probabilities), foldAnswers: foldAnswers.map(asOfNow) }];
  });
}
