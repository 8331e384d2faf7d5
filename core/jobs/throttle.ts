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
  return (event: ProgressEvent) => {
    const isNewStage = event.stage !== stage;
    if (isNewStage) highest = 0;
    stage = event.stage;
    highest = Math.max(highest, event.done);
    const isLast = event.total !== null && highest >= event.total;
    const time = now();
    if (!isNewStage && !isLast && time - shownAt < progressIntervalMs) return;
    shownAt = time;
    report({ ...event, done: highest });
  };
}
