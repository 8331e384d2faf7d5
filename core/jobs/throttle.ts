/** Progress as it may be shown: never going back, and not more often than a screen can follow. */
import type { ProgressEvent, ReportProgress } from '../base/progress.ts';

/** Reports of one stage arrive at most five times a second; the first and the last of a stage always arrive. */
export const progressIntervalMs = 200;

/**
 * A reporter that passes on what is worth showing.
 * @param now milliseconds of a clock that does not go back
 */
export function throttleProgress(report: ReportProgress, now: () => number): ReportProgress {
  let stage: string | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  let highest = 0;
  let total: number | null = null;
  return (event: ProgressEvent) => {
    // The same work of other things that begins after it is another stage: the LPM reads a data set, and then a few of its images once more.
    const isNewStage = event.stage !== stage || (event.total !== total && event.done < highest);
    if (isNewStage) highest = 0;
    stage = event.stage;
    total = event.total;
    highest = Math.max(highest, event.done);
    const isLast = event.total !== null && highest >= event.total;
    const time = now();
    if (!isNewStage && !isLast && time - shownAt < progressIntervalMs) return;
    shownAt = time;
    report({ ...event, done: highest });
  };
}
