/** What the dialog knows in which a model is renamed or deleted: it is about the model that was shown when its button was pressed. */
import type { DeletedThing, ModelDeletion } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { Turns } from '../../app/turns.ts';

export class ModelEditState {
  isOpen = $state(false);
  name = $state('');
  isConfirmed = $state(false);
  #about = $state('');
  #plan = $state.raw<ModelDeletion | null>(null);
  #deleted = $state.raw<readonly DeletedThing[]>([]);
  readonly #asked = new Turns();

  /** The model; '' where there is none, and only what was deleted is offered. */
  get about(): string {
    return this.#about;
  }
  /** What goes with it and what stays; null where there is no model. */
  get plan(): ModelDeletion | null {
    return this.#plan;
  }
  get deleted(): readonly DeletedThing[] {
    return this.#deleted;
  }

  /** Opens the dialog about a model, with all that it says of it: another may be shown by then. */
  async open(model: string): Promise<void> {
    const isNewest = this.#asked.take();
    const [plan, deleted] = await Promise.all([
      model === '' ? null : call('models.deletion', { model }),
      call('models.deleted', {}),
    ]);
    if (!isNewest()) return;
    this.#about = model;
    this.#plan = plan;
    this.#deleted = deleted;
    this.name = model;
    this.isConfirmed = false;
    this.isOpen = true;
  }

  /** Gives the new name. */
  async rename(): Promise<string> {
    const name = this.name.trim();
    await call('models.rename', { model: this.#about, name });
    this.isOpen = false;
    return name;
  }

  /** Gives the name of the model that is gone. */
  async remove(): Promise<string> {
    const model = this.#about;
    await call('models.delete', { model, evenInUse: this.isConfirmed });
    this.isOpen = false;
    return model;
  }
}
