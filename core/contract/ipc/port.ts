/** What the main process and the core process say to each other over the child's message channel; see base/channel.ts. */

import type { SerialisedError } from '../../base/errors.ts';
import type { LogLevel } from '../../base/logger.ts';
import type { CoreEventName, EventPayload } from '../index.ts';

/** What the pixel protocol answers with. */
export interface Asset {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** Main to core. */
export interface CorePortCalls {
  /** A call of the window by its name in the contract, which says what goes in and what comes out. */
  call: { input: { readonly name: string; readonly input: unknown }; output: unknown };
  /** Bytes for the pixel protocol; see frames.ts. */
  asset: { input: { readonly path: string }; output: Asset };
  /** Closes everything and ends the process; where it ends first, there is no reply. */
  quit: { input: null; output: null };
}

/** Core to main, unasked. */
export interface CorePortNews {
  ready: null;
  /** The library could not be opened; the process ends. */
  failed: SerialisedError;
  event: {
    [N in CoreEventName]: { readonly name: N; readonly payload: EventPayload<N> };
  }[CoreEventName];
  log: {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  };
}
