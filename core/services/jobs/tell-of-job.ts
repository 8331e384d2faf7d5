/** Tells the window of a job's change, and, when it ended, what of the library may be different now. */
import type { EmitCoreEvent, EventPayload, JobKind, JobView } from '../../contract/index.ts';

type Changed = EventPayload<'library.changed'>['what'];

const changes: Readonly<Partial<Record<JobKind, readonly Changed[]>>> = {
  import: ['studies', 'datasets', 'labels'],
  demo: ['studies', 'datasets', 'labels', 'lpms'],
  'lpm-add': ['lpms'],
  train: ['models', 'datasets'],
  classify: ['predictions'],
  // Stopped halfway, those that were done are gone.
  erase: ['studies', 'datasets', 'labels', 'models', 'predictions'],
};

export function tellOfJob(job: JobView, emit: EmitCoreEvent): void {
  emit('jobs.changed', job);
  // A stopped or failed import keeps what it committed.
  if (job.isStoppable) return;
  for (const what of changes[job.kind] ?? []) emit('library.changed', { what });
}
