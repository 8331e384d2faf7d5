/** What a reading list says of its items, and how their images hang. */
import type { ReadingImage, ReadingItem, ReadingList, ReadingTarget, SeriesId } from '../../../core/contract/index.ts';
import type { CaseReference } from '../../app/navigation.svelte.ts';
import type { FrameReference } from '../../viewport/frames.ts';
import type { Series, Start } from './series.ts';

/** The item of a case: of its image where a label is about images and one is named, else the first of its study. */
export function itemAt({ unit, items }: ReadingList, { studyId, instanceId }: CaseReference): ReadingItem | undefined {
  if (unit === 'instance' && instanceId !== undefined) return items.find(({ target }) => target.id === instanceId);
  return items.find((item) => item.studyId === studyId);
}

/** What hangs first: the image that is named, or the target. */
export function startOf(target: ReadingTarget, at: CaseReference | null): Start | null {
  if (at?.instanceId !== undefined) return { kind: 'instance', id: at.instanceId, frame: at.frame ?? 0 };
  if (target.kind === 'instance') return { ...target, frame: 0 };
  return target.kind === 'series' ? target : null;
}

/** The frames of images by their series, in the order given. */
export function seriesOf(images: readonly ReadingImage[]): Series[] {
  // Chromium has Map.groupBy from 117 on; the oldest that the page runs in is 114.
  const byId = new Map<SeriesId, ReadingImage[]>();
  for (const image of images) {
    const own = byId.get(image.seriesId) ?? [];
    own.push(image);
    byId.set(image.seriesId, own);
  }
  return [...byId.values()].map((own) => {
    const { seriesId, studyId, modality } = own[0] as ReadingImage;
    const frames: FrameReference[] = [];
    const views = own.map(({ instanceId, numberOfFrames, laterality, viewPosition }) => {
      const at = frames.length;
      for (let frame = 0; frame < numberOfFrames; frame++) frames.push({ instanceId, frame });
      return { instanceId, at, laterality, viewPosition };
    });
    return { id: seriesId, studyId, modality, frames, views };
  });
}
