/**
 * Another study of the same patient, beside the one that is read. It is looked at only: it is no viewport of the stage, so nothing that a key
 * labels can be about it, and what is shown here always belongs to the patient of the case in view.
 */
import type { CallOutput, SeriesId, StudyId } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import type { FrameReference } from '../../viewport/frames.ts';
import { Viewport } from '../../viewport/viewport.svelte.ts';

type StudyDetails = CallOutput<'studies.get'>;

/** A series of another study of the patient. */
export interface PriorSeries {
  readonly id: SeriesId;
  readonly studyId: StudyId;
  readonly studyDate: string | null;
  readonly description: string;
  readonly modality: string | null;
  /** Whether its study is earlier than the one that is read, later, or of the same or an unknown day. */
  readonly when: 'earlier' | 'later' | 'unknown';
  readonly frames: readonly FrameReference[];
}

/** As many other studies as are offered; those nearest before the one that is read come first. */
const mostStudies = 12;

export class Prior {
  readonly viewport = new Viewport();
  #isOpen = $state(false);
  /** The study that is read, whose patient's others are here; null until they are. */
  #of = $state.raw<StudyId | null>(null);
  #choices = $state.raw<readonly PriorSeries[]>([]);
  #request = 0;

  get isOpen(): boolean {
    return this.#isOpen;
  }
  /** The study for which `choices` were found. */
  get of(): StudyId | null {
    return this.#of;
  }
  get choices(): readonly PriorSeries[] {
    return this.#choices;
  }
  get chosen(): PriorSeries | null {
    return this.#choices.find(({ id }) => id === this.viewport.seriesId) ?? null;
  }

  toggle(): void {
    this.#isOpen = !this.#isOpen;
    if (!this.#isOpen) this.leave();
  }

  /** Nothing of the former patient stays. */
  leave(): void {
    this.#request += 1;
    this.#of = null;
    this.#choices = [];
    this.viewport.clear();
  }

  /** Finds the other studies of the patient of a study and shows the newest earlier one, a series of `modality` if it has one. */
  async follow(studyId: StudyId, modality: string | null): Promise<void> {
    if (this.#of === studyId) return;
    this.leave();
    const request = this.#request;
    const own = await call('studies.get', { id: studyId });
    const others = nearestFirst(own);
    const details = await Promise.all(others.map(({ id }) => call('studies.get', { id })));
    if (request !== this.#request) return;
    this.#of = studyId;
    this.#choices = details.flatMap((study) => seriesOfPrior(study, own.studyDate));
    const first = this.#choices[0];
    const alike = this.#choices.find((one) => one.studyId === first?.studyId && one.modality === modality);
    const start = alike ?? first;
    if (start !== undefined) this.choose(start.id);
  }

  choose(id: SeriesId): void {
    const series = this.#choices.find((one) => one.id === id);
    if (series !== undefined) this.viewport.show(series.id, series.frames, 0);
  }
}

/** Earlier studies, the newest first; then the others, the earliest first. */
export function nearestFirst({
  studyDate,
  otherStudies,
}: Pick<StudyDetails, 'studyDate' | 'otherStudies'>): StudyDetails['otherStudies'] {
  const earlier = otherStudies.filter((other) => whenOf(other.studyDate, studyDate) === 'earlier');
  const others = otherStudies.filter((other) => !earlier.includes(other));
  return [...earlier.toReversed(), ...others].slice(0, mostStudies);
}

function whenOf(date: string | null, own: string | null): PriorSeries['when'] {
  const [there, here] = [digits(date), digits(own)];
  if (there === '' || here === '' || there === here) return 'unknown';
  return there < here ? 'earlier' : 'later';
}

/** `2024.01.31`, as some old files write it, compares with `20240131`. */
function digits(date: string | null): string {
  return date?.replaceAll(/\D/g, '') ?? '';
}

function seriesOfPrior(study: StudyDetails, ownDate: string | null): PriorSeries[] {
  return study.series.map(({ id, modality, seriesDescription, instances }) => ({
    id,
    studyId: study.id,
    studyDate: study.studyDate,
    description: [study.studyDescription, seriesDescription].filter((part) => part).join(', '),
    modality,
    when: whenOf(study.studyDate, ownDate),
    frames: instances.flatMap((instance) =>
      Array.from({ length: instance.numberOfFrames }, (_, frame) => ({ instanceId: instance.id, frame })),
    ),
  }));
}
