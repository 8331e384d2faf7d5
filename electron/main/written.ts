/** Paths that this application wrote to since its start: the only ones outside its own folders that it shows in the file manager. */
import { resolve } from 'node:path';
import type { CoreEventName, JobView } from '../../core/contract/index.ts';

export class WrittenPaths {
  readonly #paths = new Set<string>();

  /** The user let the application save under this path. */
  add(path: string): void {
    this.#paths.add(resolve(path));
  }

  has(path: string): boolean {
    return this.#paths.has(resolve(path));
  }

  /** Hears from the core what a job of it has written. */
  hear(name: CoreEventName, payload: unknown): void {
    if (name !== 'jobs.changed') return;
    const job = payload as JobView;
    if (job.state !== 'succeeded' || job.result === null) return;
    if (job.kind === 'export') this.add(job.result.out);
    if (job.kind === 'classify' && job.result.out !== null) this.add(job.result.out);
  }
}
