/**
 * What the page may do, and nothing else: call a name of the contract, hear an event of the contract, and learn the path of
 * a file that the user dropped. Runs in the sandbox, so it is one CommonJS file without Node.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { calls, events } from '../../core/contract/index.ts';

const callNames = new Set(Object.keys(calls));
const eventNames = new Set(Object.keys(events));

/** By event. One listener of Electron's for all: a screen hears a dozen events, and Electron warns of more than ten. */
const listeners = new Map<string, Set<(payload: unknown) => void>>();
ipcRenderer.on('event', (_, event: string, payload: unknown) => {
  for (const listener of listeners.get(event) ?? []) listener(payload);
});

/** Electron before 32 tells the path of a dropped file on the file itself. */
function pathOf(file: File): string {
  return webUtils?.getPathForFile(file) ?? (file as File & { path?: string }).path ?? '';
}

contextBridge.exposeInMainWorld('sidelight', {
  invoke: (name: string, input: unknown): Promise<unknown> => {
    if (!callNames.has(name)) return Promise.reject(new Error(`Unknown call "${name}".`));
    return ipcRenderer.invoke('call', name, input);
  },
  on: (name: string, listener: (payload: unknown) => void): (() => void) => {
    if (!eventNames.has(name)) throw new Error(`Unknown event "${name}".`);
    const heard = listeners.get(name) ?? new Set();
    listeners.set(name, heard.add(listener));
    return () => {
      heard.delete(listener);
    };
  },
  pathOf,
});
