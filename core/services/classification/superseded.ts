/**
 * Results of one study that came in pieces: from a watched folder, which hands files over as they arrive, or by trying failed files again. The answer to
 * a study is that of all its images, whichever batch they came in.
 */
import type { ModelRecord, Prediction } from '../../contract/index.ts';
import { batchesBefore, predictionsOf } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';

type Keyed = Pick<Prediction, 'level' | 'studyInstanceUID' | 'sopInstanceUID' | 'frame'>;

/** What a later result takes the place of: the same frame of an image, or the same study. */
const keyOf = ({ level, studyInstanceUID, sopInstanceUID, frame }: Keyed): string =>
  level === 'study' ? studyInstanceUID : `${studyInstanceUID} ${sopInstanceUID} ${frame}`;

/** The results of batches, oldest first, without those that a later batch has again. */
export function withoutSuperseded<T extends Keyed>(batches: readonly (readonly T[])[]): T[] {
  const seen = new Set<string>();
  const kept = batches.toReversed().map((own) => {
    // Within a batch two images of one UID are two: it told them apart by their content.
    const left = own.filter((prediction) => !seen.has(keyOf(prediction)));
    for (const prediction of own) seen.add(keyOf(prediction));
    return left;
  });
  return kept.reverse().flat();
}

/** Images of the same studies that earlier batches answered, to be counted with `images`; none of those that are among these. */
export function answeredBefore(
  { library: { db } }: Pick<ServiceContext, 'library'>,
  { id: modelId }: Pick<ModelRecord, 'id'>,
  images: readonly Prediction[],
  from: { readonly watchId: number | null; readonly retries: number | null },
): Prediction[] {
  const studies = new Set(images.map(({ studyInstanceUID }) => studyInstanceUID));
  const networks = images[0]?.foldAnswers.length;
  const earlier = batchesBefore(db, { modelId, ...from }, [...studies]).map((batch) =>
    predictionsOf(db, batch).flatMap((prediction): Prediction[] => {
      const isOfThem = prediction.level === 'image' && studies.has(prediction.studyInstanceUID);
      // Versions of before did not keep the answers of each network.
      if (!isOfThem || prediction.foldAnswers.length !== networks) return [];
      return [{ ...prediction, path: null, patientID: '' }];
    }),
  );
  const own = new Set<Keyed>(images);
  return withoutSuperseded<Prediction>([...earlier, images]).filter((prediction) => !own.has(prediction));
}
