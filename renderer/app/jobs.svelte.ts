/** Jobs that run or wait, and how the last ones ended: what the tray and the screens show. */
import type { CallInput, JobView } from '../../core/contract/index.ts';
import { call, on } from './client.ts';

class Jobs {
  #jobs = $state.raw<readonly JobView[]>([]);
  #listeners = new Set<(job: JobView) => void>();

  /** Newest first. */
  get all(): readonly JobView[] {
    return this.#jobs;
  }

  get active(): readonly JobView[] {
    return this.#jobs.filter((job) => job.state === 'running' || job.state === 'queued');
  }

  byId(id: number): JobView | undefined {
    return this.#jobs.find((job) => job.id === id);
  }

  /** Loads the list and keeps it up to date. */
  async open(): Promise<void> {
    on('jobs.changed', (job) => this.#take(job));
    on('core.changed', ({ state }) => {
      if (state === 'ready') void this.load();
    });
    await this.load();
  }

  async load(): Promise<void> {
    this.#jobs = await call('jobs.list', {});
  }

  async start(options: CallInput<'jobs.start'>): Promise<JobView> {
    const job = await call('jobs.start', options);
    // What a quick job did meanwhile was told before this reply, which would take it back.
    const known = this.byId(job.id);
    if (known === undefined) this.#take(job);
    return known ?? job;
  }

  async stop(id: number): Promise<void> {
    await call('jobs.stop', { id });
  }

  /** Stops a job that is to go on later. */
  async pause(id: number): Promise<void> {
    await call('jobs.pause', { id });
  }

  /** Takes what ended out of the list. */
  async clear(): Promise<void> {
    await call('jobs.clear', {});
    await this.load();
  }

  async resume(id: number): Promise<void> {
    await call('jobs.resume', { id });
  }

  /** Hears every change of a job until the returned function is called. */
  onChange(listener: (job: JobView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(job: JobView): void {
    const known = this.#jobs.some(({ id }) => id === job.id);
    this.#jobs = known ? this.#jobs.map((old) => (old.id === job.id ? job : old)) : [job, ...this.#jobs];
    for (const listener of this.#listeners) listener(job);
  }
}

export const jobs = new Jobs();
