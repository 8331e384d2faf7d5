/** The one way in which a service warns of something that concerns what comes of its work. */
import { silentLogger } from '../../base/logger.ts';
import { type JobWarning, warningLine } from '../../contract/index.ts';
import type { ServiceContext } from './context.ts';

/** Where a warning goes: to the log, which is the terminal of a command, and to the job, which the window shows. */
export type Warned = Pick<ServiceContext, 'log' | 'keepWarning'>;

/** Logs the warning and keeps it with the job in which it is said. */
export function warn({ log, keepWarning }: Warned, warning: JobWarning): void {
  log.log('warn', warningLine(warning));
  keepWarning?.(warning);
}

/** The same context for work of which all was said before. */
export function silently<T extends Warned>(context: T): T {
  return { ...context, log: silentLogger, keepWarning: () => {} };
}
