/** What every service is given. Dependencies are arguments, so the same service runs in the command line, a worker and a test. */
import type { Logger } from '../../base/logger.ts';
import type { ReportProgress } from '../../base/progress.ts';
import type { JobWarning } from '../../contract/index.ts';
import type { Engine, OpenEngineOptions, Precision } from '../../engine/index.ts';
import type { Library } from '../../store/index.ts';
import type { SessionCaches } from './caches.ts';

/** What computes. In a process of its own where the session's engine is in one, or where it is told to be; it logs as the session does, unless told. */
export type EngineChoice = Required<Pick<OpenEngineOptions, 'engine' | 'device' | 'threads'>> &
  Partial<Pick<OpenEngineOptions, 'ownProcess' | 'log'>>;

export interface ServiceContext {
  readonly library: Library;
  /** What is kept in memory while this library is open. */
  readonly caches: SessionCaches;
  /** The engine, opened when first asked for. */
  readonly engine: () => Promise<Engine>;
  /** Another engine than the session's, for whoever must compute as it was done before, or beside it; to be disposed of. Left out where there is only the session's. */
  readonly openEngine?: (as: EngineChoice) => Promise<Engine>;
  /** Of the frozen LPM's matrix products; `f32` where left out. What is trained is always float32. */
  readonly precision?: Precision;
  readonly progress: ReportProgress;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Keeps with the job that is carried out what it warns of; left out where there is none. See `warn`. */
  readonly keepWarning?: (warning: JobWarning) => void;
  readonly now: () => Date;
}

/** The present as the library stores times. */
export function timeOf(context: Pick<ServiceContext, 'now'>): string {
  return context.now().toISOString();
}
