/** The series of a study as they hang on the viewports, and what to begin with. */
import type { InstanceId, SeriesId, StudyId } from '../../../core/contract/index.ts';
import type { FrameReference } from '../../viewport/frames.ts';

/** A series of the study in view: its frames in one stack. */
export interface Series {
  readonly id: SeriesId;
  readonly studyId: StudyId;
  readonly modality: string | null;
  readonly frames: readonly FrameReference[];
  /** What each image of it shows, as its header says, and where its first frame lies in the stack. */
  readonly views: readonly {
    readonly instanceId: InstanceId;
    readonly at: number;
    readonly laterality: string | null;
    readonly viewPosition: string | null;
  }[];
}

/** What to begin with: a series, or a frame of an instance. */
export type Start =
  | { readonly kind: 'series'; readonly id: SeriesId }
  | { readonly kind: 'instance'; readonly id: InstanceId; readonly frame: number };
