/**
 * What was chosen, from screen to screen and over a restart: screen, data set, model and case. The library keeps it, because it is about what
 * is in there; who reads is kept there too, with the readers.
 */
import { untrack } from 'svelte';
import type { DatasetSummary, WindowPlace } from '../../core/contract/index.ts';
import { call } from './client.ts';
import { attempt } from './notices.svelte.ts';
import { Turns } from './turns.ts';

const nothing: WindowPlace = { screen: null, dataset: null, model: null, at: null };

class Choices {
  #place = $state.raw<WindowPlace>(nothing);
  #isLoaded = $state(false);
  /** Chosen before what was kept has come. */
  #early: Partial<WindowPlace> = {};
  #isSaving = false;
  #isStale = false;
  readonly #loading = new Turns();

  get isLoaded(): boolean {
    return this.#isLoaded;
  }
  get screen(): string | null {
    return this.#place.screen;
  }
  get dataset(): string | null {
    return this.#place.dataset;
  }
  get model(): string | null {
    return this.#place.model;
  }
  get at(): WindowPlace['at'] {
    return this.#place.at;
  }

  /** Reads what the library keeps; what was chosen meanwhile counts. */
  async load(): Promise<void> {
    const isNewest = this.#loading.take();
    try {
      const kept = await call('choices.get', {});
      if (isNewest()) this.#place = { ...kept, ...this.#early };
    } finally {
      if (isNewest()) {
        this.#early = {};
        this.#isLoaded = true;
      }
    }
  }

  /** Another library, or an earlier state of this one, is on its way: what was chosen or is still being read is of the one before. */
  forget(): void {
    this.#loading.take();
    this.#isLoaded = false;
    this.#isStale = false;
    this.#early = {};
    this.#place = nothing;
  }

  choose(changes: Partial<WindowPlace>): void {
    const place = untrack(() => this.#place);
    if (JSON.stringify({ ...place, ...changes }) === JSON.stringify(place)) return;
    this.#place = { ...place, ...changes };
    if (untrack(() => this.#isLoaded)) void attempt(() => this.#save());
    else this.#early = { ...this.#early, ...changes };
  }

  /** Notes the data set that a screen shows; one that is kept apart is chosen for once only. */
  chooseDataset(name: string, datasets: readonly Pick<DatasetSummary, 'name' | 'isKeptApart'>[]): void {
    if (datasets.some((dataset) => dataset.name === name && !dataset.isKeptApart)) this.choose({ dataset: name });
  }

  /** The data set to show where none is asked for: the chosen one, else the newest that is not kept apart; undefined where there is none. */
  datasetOf(datasets: readonly Pick<DatasetSummary, 'name' | 'isKeptApart'>[]): string | undefined {
    const own = datasets.filter(({ isKeptApart }) => !isKeptApart);
    return (own.find(({ name }) => name === this.dataset) ?? own.at(-1))?.name;
  }

  /** One after the other, the newest last. */
  async #save(): Promise<void> {
    this.#isStale = true;
    if (this.#isSaving) return;
    this.#isSaving = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await call('choices.save', this.#place);
      }
    } finally {
      this.#isSaving = false;
    }
  }
}

export const choices = new Choices();
