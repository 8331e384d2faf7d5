/** What the part "Data sets" knows: the one shown, and its classes while they are edited. */

import type { StudyId, TargetKind } from '../../../core/contract/index.ts';
import type { DatasetDetails } from '../../../core/contract/ipc/library.ts';
import { call } from '../../app/client.ts';

export interface EditedClass {
  readonly id?: number;
  readonly name: string;
  /** How many count, and how many ever were: with one, the class stays. */
  readonly labels: number;
  readonly stored: number;
}

export class DatasetsState {
  name = $state('');
  details = $state.raw<DatasetDetails | null>(null);
  classes = $state.raw<readonly EditedClass[]>([]);
  newName = $state('');
  /** Whether the classes are to be all that there may be. */
  isFixed = $state(false);

  get areClassesChanged(): boolean {
    const before = this.details?.classes ?? [];
    if (before.length !== this.classes.length || this.isFixed !== this.details?.hasFixedClasses) return true;
    return this.classes.some(({ id, name }, i) => id !== before[i]?.id || name !== before[i]?.name);
  }

  async show(name: string): Promise<void> {
    this.name = name;
    const details = await call('datasets.get', { dataset: name });
    if (this.name !== name) return;
    // What somebody is typing is not taken away because a list loads again.
    const isOther = details.id !== this.details?.id;
    if (isOther || !this.areClassesChanged) {
      this.classes = details.classes;
      this.isFixed = details.hasFixedClasses;
    }
    if (isOther || this.newName === this.details?.name) this.newName = name;
    this.details = details;
  }

  close(): void {
    this.name = '';
    this.details = null;
  }

  async create(
    made: { readonly name: string; readonly target: TargetKind; readonly classes: string[] },
    studyIds: readonly StudyId[],
  ): Promise<void> {
    const before = this.name;
    await call('datasets.create', { ...made, studyIds: [...studyIds] });
    // Whoever clicked another one meanwhile looks at that.
    if (this.name === before) await this.show(made.name);
  }

  async rename(): Promise<void> {
    // The one whose panel this is: another may have been clicked, whose answer is on its way.
    const dataset = this.details?.name;
    if (dataset === undefined) return;
    const name = this.newName.trim();
    await call('datasets.rename', { dataset, name });
    // Another may have been clicked meanwhile: its classes must not stand under this name, nor be saved by it.
    if (this.details?.name === dataset) this.details = { ...this.details, name };
    if (this.name === dataset) await this.show(name);
  }

  renameClass(position: number, name: string): void {
    this.classes = this.classes.map((entry, i) => (i === position ? { ...entry, name } : entry));
  }

  move(position: number, by: -1 | 1): void {
    const classes = [...this.classes];
    const [moved] = classes.splice(position, 1);
    if (moved !== undefined) classes.splice(position + by, 0, moved);
    this.classes = classes;
  }

  remove(position: number): void {
    this.classes = this.classes.filter((_, i) => i !== position);
  }

  add(name: string): void {
    this.classes = [...this.classes, { name, labels: 0, stored: 0 }];
  }

  async saveClasses(): Promise<void> {
    const dataset = this.details?.name;
    if (dataset === undefined) return;
    const { classes, isFixed } = this;
    const details = await call('datasets.setClasses', {
      dataset,
      classes: classes.map(({ id, name }) => ({ ...(id === undefined ? {} : { id }), name: name.trim() })),
      isFixed,
    });
    if (this.details?.name !== dataset) return;
    this.details = details;
    // What was typed meanwhile is not saved, and not taken away either.
    const saved = (entry: EditedClass): EditedClass => details.classes[classes.indexOf(entry)] ?? entry;
    this.classes = this.classes === classes ? details.classes : this.classes.map(saved);
    if (this.isFixed === isFixed) this.isFixed = details.hasFixedClasses;
  }

  /** Says which of two classes is the positive one. */
  async choosePositive(positive: string): Promise<void> {
    const dataset = this.details?.name;
    if (dataset === undefined) return;
    const details = await call('datasets.setPositive', { dataset, positive });
    if (this.details?.name === dataset) this.details = details;
  }
}
