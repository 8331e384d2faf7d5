/** What the choice "How the large model reads" knows: whether 8 bits are possible here, what they did to these images, and the try under way. */
import type { Int8Support, TriedInt8 } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { PromisedJob } from './promised-job.svelte.ts';

interface Asked {
  readonly dataset: string;
  readonly lpm: string;
  readonly inputSize: number;
}

export class LpmReadingState {
  readonly #asked: Asked;
  /** The try of 8 bits on these images with this LPM. */
  readonly run: PromisedJob<'try-int8'>;
  /** Null as long as it is not known; `unknown` where it could not be found out. */
  support = $state.raw<Int8Support | 'unknown' | null>(null);
  tried = $state.raw<TriedInt8 | null>(null);

  constructor(options: Asked) {
    this.#asked = options;
    this.run = new PromisedJob({
      kind: 'try-int8',
      isOurs: ({ payload }) => payload?.dataset === options.dataset && payload.lpm === options.lpm,
      promise: () => call('int8.promise', { options }),
      start: (promise) => call('int8.start', { options, promise }),
      succeeded: () => this.loadReport(),
    });
  }

  get isPossible(): boolean {
    return this.support !== null && this.support !== 'unknown' && this.support.why === null;
  }

  async loadReport(): Promise<void> {
    this.tried = await call('int8.report', this.#asked);
  }

  /** Whether 8 bits are possible here, which needs the engine. */
  async ask(): Promise<void> {
    this.support = null;
    try {
      this.support = await call('int8.support', {});
    } catch (error) {
      this.support = 'unknown';
      throw error;
    }
  }
}
