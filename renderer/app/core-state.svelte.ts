/** How the core process is, which looks after the library: starting, ready, or why it could not start. */
import type { CoreState as State } from '../../core/contract/ipc/window.ts';
import { call, on } from './client.ts';

class CoreState {
  #now = $state.raw<State>({ state: 'starting', code: '', message: '', action: '', isReader: false, folder: null });

  get now(): State {
    return this.#now;
  }

  get isReady(): boolean {
    return this.#now.state === 'ready';
  }

  /** Learns how it is and tells `changed` of every change, until the returned function is called. */
  follow(changed: (now: State) => void): () => void {
    const take = (now: State): void => {
      this.#now = now;
      changed(now);
    };
    const off = on('core.changed', take);
    void call('window.core', {}).then((now) => {
      // What was heard meanwhile is newer.
      if (this.#now.state === 'starting') take(now);
    });
    return off;
  }

  /** Starts it again: as it was, for reading only, or for writing. @throws why it did not start */
  async restart(asReader?: boolean): Promise<void> {
    await call('window.restartCore', asReader === undefined ? {} : { asReader });
  }
}

export const core = new CoreState();
