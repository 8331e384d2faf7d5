/** What stands between the page and the core in the window, made of what a test says. */

type Listeners = ReadonlyMap<string, ReadonlySet<(payload: unknown) => void>>;

/**
 * Makes `invoke` what the page calls the core by; gives who listens to which event.
 * @param invoke answers a call, as the preload script does: `{ ok: true, value }` or `{ ok: false, error }`
 */
export function connectPage(invoke: (name: never, input: never) => Promise<unknown>): Listeners {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  Object.assign(globalThis, { window: globalThis });
  Object.assign(globalThis, {
    sidelight: {
      invoke,
      on: (name: string, listener: (payload: unknown) => void) => {
        const own = listeners.get(name) ?? new Set();
        listeners.set(name, own.add(listener));
        return () => own.delete(listener);
      },
      pathOf: () => '',
    },
  });
  return listeners;
}

/** Tells everybody who listens to an event. */
export function tellPage(listeners: Listeners, name: string, payload: unknown): void {
  for (const listener of listeners.get(name) ?? []) listener(payload);
}

/** Lets everything that can go on go on: promises of the page, timers excepted. */
export async function settled(): Promise<void> {
  for (let k = 0; k < 4; k++) await new Promise((resolve) => setImmediate(resolve));
}
