/** Jobs: kinds, states and progress. */
export { TimeLeft } from './eta.ts';
export {
  defineJob,
  type JobDefinition,
  type JobRows,
  type JobTools,
  type RunJobOptions,
  runNow,
  runQueued,
} from './job.ts';
export { progressIntervalMs, throttleProgress } from './throttle.ts';
