/** Jobs that run or wait, and how the last ones ended: what the tray and the screens show. */
import { type CallInput, type JobKind, type JobView, yieldingJobKinds } from '../../core/contract/index.ts';
import { call, on } from './client.ts';
import { core } from './core-state.svelte.ts';

class Jobs {
  #jobs = $state.raw<readonly JobView[]>([]);
  /** Jobs that this page started or has seen at work: the end of each is news, once. */
  #followed = $state.raw<ReadonlySet<number>>(new Set());
  #listeners = new Set<(job: JobView) => void>();
  #stops: readonly (() => void)[] = [];
  /** The library that they are of; null for the one in the usual place, undefined until it is known. */
  #folder: string | null | undefined;

  /** Newest first. */
  get all(): readonly JobView[] {
    return this.#jobs;
  }

  get active(): readonly JobView[] {
    return this.#jobs.filter((job) => job.state === 'running' || job.state === 'queued');
  }

  /** Those of them that a deletion has to wait for; the others give way to it. */
  get ordered(): readonly JobView[] {
    return this.active.filter(({ kind }) => !yieldingJobKinds.includes(kind));
  }

  /** Jobs of a kind that have ended, with an end that nobody has been told of. Jobs of earlier days are no news. */
  unseen<K extends JobKind>(kind: K): readonly Extract<JobView, { kind: K }>[] {
    return this.ofKind(kind).filter((job) => !job.isStoppable && this.#followed.has(job.id));
  }

  /** Whether this page has followed a job whose end nobody has been told of. */
  isNews({ id }: JobView): boolean {
    return this.#followed.has(id);
  }

  /** Jobs of a kind, newest first. */
  ofKind<K extends JobKind>(kind: K): readonly Extract<JobView, { kind: K }>[] {
    return this.#jobs.filter((job): job is Extract<JobView, { kind: K }> => job.kind === kind);
  }

  /** The end of this job has been told. */
  see(id: number): void {
    this.#followed = new Set([...this.#followed].filter((known) => known !== id));
  }

  #follow(ids: readonly number[]): void {
    if (ids.some((id) => !this.#followed.has(id))) this.#followed = new Set([...this.#followed, ...ids]);
  }

  byId(id: number): JobView | undefined {
    return this.#jobs.find((job) => job.id === id);
  }

  /** Loads the list and keeps it up to date. Where loading fails, it is opened again. */
  async open(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#stops = [
      on('jobs.changed', (job) => this.#take(job)),
      on('library.changed', ({ what }) => {
        if (what === 'jobs') void this.load();
      }),
      on('core.changed', ({ state, folder }) => {
        if (state !== 'ready') return;
        if (folder !== this.#folder) this.#forget();
        this.#folder = folder;
        void this.load();
      }),
    ];
    if (core.isReady) this.#folder = core.now.folder;
    await this.load();
  }

  async load(): Promise<void> {
    const before = this.#jobs;
    this.#jobs = await call('jobs.list', {});
    this.#follow(this.active.map(({ id }) => id));
    // What changed while nobody could tell: the core was started again, or an event came before the list.
    for (const job of this.#jobs) {
      if (before.some(({ id, state }) => id === job.id && state !== job.state)) this.#tell(job);
    }
  }

  /** Another library counts its jobs anew: what was followed by number is none of its. */
  #forget(): void {
    this.#jobs = [];
    this.#followed = new Set();
  }

  async start(options: CallInput<'jobs.start'>): Promise<JobView> {
    const job = await call('jobs.start', options);
    this.#follow([job.id]);
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

  /** Takes a job that does not run out of every list, or brings it back. */
  async setRemoved(id: number, isRemoved: boolean): Promise<void> {
    await call('jobs.setRemoved', { id, isRemoved });
    await this.load();
  }

  async resume(id: number): Promise<void> {
    await call('jobs.resume', { id });
  }

  /** What is known of a job now, which may have changed since `start` answered: whoever waits for its end asks once more. */
  newest(job: JobView): JobView {
    return this.byId(job.id) ?? job;
  }

  /** Hears every change of a job until the returned function is called. */
  onChange(listener: (job: JobView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(job: JobView): void {
    if (job.isStoppable) this.#follow([job.id]);
    const known = this.#jobs.some(({ id }) => id === job.id);
    this.#jobs = known ? this.#jobs.map((old) => (old.id === job.id ? job : old)) : [job, ...this.#jobs];
    this.#tell(job);
  }

  #tell(job: JobView): void {
    for (const listener of this.#listeners) listener(job);
  }
}

export const jobs = new Jobs();
