/** What the main process and the core process say to each other over the child's message channel. */

import type { SerialisedError } from '../../base/errors.ts';
import type { LogLevel } from '../../base/logger.ts';
import type { CoreEventName, EventPayload, Reply } from '../index.ts';

/** Main to core. */
export type ToCore =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  /** Bytes for the pixel protocol; see frames.ts. */
  | { readonly type: 'asset'; readonly id: number; readonly path: string }
  | { readonly type: 'quit' };

/** What the pixel protocol answers with. */
export interface Asset {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** Core to main. */
export type FromCore =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: SerialisedError }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  | {
      [N in CoreEventName]: { readonly type: 'event'; readonly name: N; readonly payload: EventPayload<N> };
    }[CoreEventName]
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };
