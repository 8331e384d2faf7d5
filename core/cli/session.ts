/** Opens the services for one command and closes them after it. Native code is loaded here, not before. */
import type { ServiceContext } from '../services/session/context.ts';
import type { GlobalOptions } from './context.ts';
import { sessionPrecision } from './precision.ts';
import type { Terminal } from './terminal.ts';

export interface ServiceSession {
  readonly context: ServiceContext;
  close(): Promise<void>;
}

/** The services over the library of the global options. `read` works beside another process that writes. */
export async function openServiceSession(
  globals: GlobalOptions,
  terminal: Terminal,
  signal: AbortSignal,
  mode: 'read' | 'write',
): Promise<ServiceSession> {
  const { openServices } = await import('../services/session/open.ts');
  return await openServices({
    library: globals.library,
    mode,
    engine: globals.engine,
    device: globals.device,
    precision: sessionPrecision(globals),
    ...(globals.threads === undefined ? {} : { threads: globals.threads }),
    progress: terminal.progress,
    log: terminal.logger,
    signal,
  });
}
