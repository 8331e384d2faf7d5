/** The page's side of the contract: one typed function per direction. */
import type { SerialisedError } from '../../core/base/errors.ts';
import type { CallInput, CallName, CallOutput, EventName, EventPayload, Reply } from '../../core/contract/index.ts';
import { factInWindow, stepInWindow } from '../i18n/in-window.ts';

interface Bridge {
  invoke(name: string, input: unknown): Promise<unknown>;
  on(name: string, listener: (payload: unknown) => void): () => void;
  pathOf(file: File): string;
}

declare global {
  interface Window {
    readonly sidelight: Bridge;
  }
}

/** A failed call: what happened in `message`, what to do in `action`, both in words of the window. */
export class CallError extends Error {
  readonly code: SerialisedError['code'];
  readonly action: string;
  readonly retryable: boolean;

  constructor(error: SerialisedError) {
    super(factInWindow(error.message));
    this.name = 'CallError';
    this.code = error.code;
    this.action = stepInWindow(error.action, error.code);
    this.retryable = error.retryable;
  }
}

/** The result of a call of the contract. @throws CallError */
export async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  // Reactive proxies cannot be cloned to another process; calls carry plain data.
  const reply = (await window.sidelight.invoke(name, JSON.parse(JSON.stringify(input)))) as Reply<CallOutput<N>>;
  if (!reply.ok) throw new CallError(reply.error);
  return reply.value;
}

/** Hears an event until the returned function is called. */
export function on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
  // What a listener returns must not cross back to the preload: it need not be cloneable.
  return window.sidelight.on(name, (payload) => {
    listener(payload as EventPayload<N>);
  });
}

/** Paths of dropped files and folders. */
export function droppedPaths(event: DragEvent): string[] {
  return [...(event.dataTransfer?.files ?? [])]
    .map((file) => window.sidelight.pathOf(file))
    .filter((path) => path !== '');
}
