/** Handlers of core/contract/ipc/jobs.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { jobCalls } from '../../contract/ipc/jobs.ts';
import { importPayload } from '../../services/import/ticket.ts';
import type { CoreContext } from '../context.ts';

export const jobHandlers: Handlers<keyof typeof jobCalls, CoreContext> = {
  'jobs.start': (job, { services, queue }) =>
    queue.add(job.kind, job.kind === 'import' ? importPayload(services, job.options) : job.options),
  'jobs.list': ({ kinds, limit }, { queue }) => queue.list(kinds, limit),
  'jobs.get': ({ id }, { queue }) => queue.get(id),
  'jobs.stop': ({ id }, { queue }) => {
    queue.stop(id);
    return null;
  },
  'jobs.pause': ({ id }, { queue }) => {
    queue.pause(id);
    return null;
  },
  'jobs.clear': (_, { queue }) => queue.clear(),
  'jobs.setRemoved': ({ id, isRemoved }, { queue }) => {
    queue.setRemoved(id, isRemoved);
    return null;
  },
  'jobs.resume': ({ id }, { queue }) => queue.resume(id),
  'jobs.running': (_, { queue }) =>
    queue.list(undefined, 1000).filter((job) => job.state === 'running' || job.state === 'queued'),
};
