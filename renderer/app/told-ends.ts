/** Which ends of jobs are told wherever the user is. */
import type { JobView } from '../../core/contract/index.ts';

/** Whether the end of a classification is told. What a watched folder gives comes in many small jobs, which its list shows; that one failed shows nowhere else. */
export function isEndTold(job: Extract<JobView, { kind: 'export' | 'classify' }>): boolean {
  if (job.kind === 'export' || job.state === 'failed') return true;
  return job.payload?.watchId === undefined || job.payload.retries !== undefined;
}
