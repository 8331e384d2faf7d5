/** Log lines as data. The host decides where they go; no layer writes to a console by itself. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one event. `fields` must hold no patient data: pass paths and identifiers through `redact` first. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A logger that keeps nothing, for tests and libraries without a host. */
export const silentLogger: Logger = { log: () => {} };
