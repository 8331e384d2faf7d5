/** How long work reports where it is, and how it is stopped. */
import { AppError } from './errors.ts';

/** One report: `done` never goes back; `total` is null while unknown; `unit` is plural ("images", "steps"). */
export interface ProgressEvent {
  readonly stage: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly note?: string;
}

export type ReportProgress = (event: ProgressEvent) => void;

/** Throws CANCELLED when the user asked to stop; call it between units of work. */
export function throwIfCancelled(signal: AbortSignalLike, what: string): void {
  if (signal.aborted) throw new AppError('CANCELLED', `${what} was stopped.`);
}

/** The part of AbortSignal that pure layers use (they have no DOM or Node types). */
export interface AbortSignalLike {
  readonly aborted: boolean;
}
