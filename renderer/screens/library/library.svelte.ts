/** What the screen "Library" knows: which studies match, the rows in view, what is selected, the study shown beside. */
import type { DatasetSummary, StudyId } from '../../../core/contract/index.ts';
import type { StudyDetails, StudyFilter, StudyRow, StudySort } from '../../../core/contract/ipc/library.ts';
import { call } from '../../app/client.ts';
import type { ScreenArguments } from '../../app/navigation.svelte.ts';

export const noFilter: StudyFilter = {
  patientName: '',
  patientID: '',
  accessionNumber: '',
  studyDescription: '',
  modality: '',
  from: '',
  to: '',
  dataset: '',
  labels: 'any',
};

/** Rows are asked for by the hundred, whatever is scrolled; as many pages are kept. */
const pageRows = 100;
const keptPages = 60;

export class LibraryState {
  summary = $state.raw({ folder: '', patients: 0, studies: 0, instances: 0 });
  datasets = $state.raw<readonly DatasetSummary[]>([]);
  modalities = $state.raw<readonly string[]>([]);
  filter = $state<StudyFilter>({ ...noFilter });
  sort = $state.raw<StudySort>({ column: 'studyDate', isDescending: true });
  /** The studies that another screen asked to see; null for all. */
  only = $state.raw<ReadonlySet<StudyId> | null>(null);
  ids = $state.raw<readonly StudyId[]>([]);
  isLoaded = $state(false);
  /** The data set that the list is of is read blinded: the rows tell what the current reader says, and nothing else. */
  isBlinded = $state(false);
  selected = $state.raw<ReadonlySet<StudyId>>(new Set());
  /** Position in `ids` of the row with the cursor. */
  active = $state(0);
  /** Counts lists that begin at the top. */
  begins = $state(0);
  details = $state.raw<StudyDetails | null>(null);
  /** The studies for which "Add to a data set" was pressed: while its dialog stands there the list may load again, and its cursor be elsewhere. */
  adding = $state.raw<readonly StudyId[]>([]);
  /** The data set that the list is of: another may have been chosen, whose list is on its way. */
  #dataset = '';
  #pages = new Map<number, readonly StudyRow[]>();
  #asked = new Set<number>();
  /** Counts arrivals of pages: rows themselves are kept outside of what is watched, for speed. */
  #arrived = $state(0);
  #anchor = 0;
  #finding = 0;
  #detailsAsked = 0;

  get isFiltered(): boolean {
    return (
      this.only !== null ||
      Object.entries(noFilter).some(([key, value]) => this.filter[key as keyof StudyFilter] !== value)
    );
  }

  get activeId(): StudyId | undefined {
    return this.ids[this.active];
  }

  /** What actions are about: the selected studies in the order shown, else the one with the cursor. */
  get chosenIds(): StudyId[] {
    if (this.selected.size > 0) return this.ids.filter((id) => this.selected.has(id));
    return this.activeId === undefined ? [] : [this.activeId];
  }

  /** What to read: the study with the cursor, whose details stand beside the list; with the others where it is one of the chosen. */
  get caseToRead(): ScreenArguments['read'] | null {
    const studyId = this.activeId;
    if (studyId === undefined) return null;
    const cases = this.selected.has(studyId) ? this.chosenIds : [];
    const { dataset } = this.filter;
    return { at: { studyId }, ...(cases.length > 1 ? { cases } : {}), ...(dataset === '' ? {} : { dataset }) };
  }

  /** The row at a position, or undefined until it has come. */
  row(index: number): StudyRow | undefined {
    void this.#arrived;
    return this.#pages.get(Math.floor(index / pageRows))?.[index % pageRows];
  }

  async open(): Promise<void> {
    await Promise.all([this.loadLists(), this.find()]);
    this.isLoaded = true;
  }

  async loadLists(): Promise<void> {
    [this.summary, this.datasets, this.modalities] = await Promise.all([
      call('library.summary', {}),
      call('datasets.list', {}),
      call('studies.modalities', {}),
    ]);
  }

  /**
   * Asks for the matching studies; an answer that a newer question has overtaken is dropped. A new question begins at the top; a list
   * that loads again by itself moves nobody.
   */
  async find(isAgain = false): Promise<void> {
    this.#finding += 1;
    const question = this.#finding;
    const filter = { ...this.filter, labels: this.filter.dataset === '' ? ('any' as const) : this.filter.labels };
    const { ids, isBlinded } = await call('studies.find', { filter, sort: this.sort });
    if (question !== this.#finding) return;
    this.#dataset = filter.dataset;
    const before = isAgain ? this.activeId : undefined;
    if (!isAgain) this.begins += 1;
    this.isBlinded = isBlinded;
    this.#pages.clear();
    this.#asked.clear();
    const found = Array.from(ids) as StudyId[];
    this.ids = this.only === null ? found : found.filter((id) => this.only?.has(id));
    const place = before === undefined ? -1 : this.ids.indexOf(before);
    this.active = Math.max(0, place);
    this.#anchor = this.active;
    if (this.selected.size > 0) {
      const there = new Set(this.ids);
      this.selected = new Set([...this.selected].filter((id) => there.has(id)));
    }
    await Promise.all([this.want(this.active, this.active + 40), this.showDetails()]);
  }

  /** Has the rows from `first` to `last` loaded. */
  async want(first: number, last: number): Promise<void> {
    const pages: Promise<void>[] = [];
    const end = Math.min(last, this.ids.length - 1);
    for (let page = Math.floor(Math.max(0, first) / pageRows); page * pageRows <= end; page++) {
      if (!this.#asked.has(page)) pages.push(this.#load(page));
    }
    await Promise.all(pages);
  }

  async #load(page: number): Promise<void> {
    this.#asked.add(page);
    const { ids } = this;
    const wanted = ids.slice(page * pageRows, (page + 1) * pageRows);
    const rows = await call('studies.rows', { ids: wanted, dataset: this.#dataset });
    if (ids !== this.ids) return;
    if (this.#pages.size >= keptPages) {
      this.#pages.clear();
      this.#asked.clear();
      this.#asked.add(page);
    }
    // By id: a study deleted meanwhile leaves a gap and shifts nobody.
    const byId = new Map(rows.map((row) => [row.id, row]));
    this.#pages.set(page, wanted.map((id) => byId.get(id)) as StudyRow[]);
    this.#arrived += 1;
  }

  async sortBy(column: StudySort['column']): Promise<void> {
    const isSame = this.sort.column === column;
    this.sort = { column, isDescending: isSame ? !this.sort.isDescending : column === 'studyDate' };
    await this.find();
  }

  async clearFilter(): Promise<void> {
    this.only = null;
    this.filter = { ...noFilter };
    await this.find();
  }

  /** Moves the cursor; with `extend` everything between the place where it began and here is selected. */
  move(to: number, extend = false): void {
    if (this.ids.length === 0) return;
    this.active = Math.min(this.ids.length - 1, Math.max(0, to));
    if (extend) {
      const [low, high] = [Math.min(this.#anchor, this.active), Math.max(this.#anchor, this.active)];
      this.selected = new Set(this.ids.slice(low, high + 1));
    } else this.#anchor = this.active;
  }

  toggle(index: number): void {
    this.move(index);
    const id = this.activeId;
    if (id === undefined) return;
    const selected = new Set(this.selected);
    if (!selected.delete(id)) selected.add(id);
    this.selected = selected;
  }

  selectAll(): void {
    this.selected = new Set(this.ids);
  }

  selectNone(): void {
    this.selected = new Set();
  }

  /** Loads the study with the cursor; what comes late for another one is dropped. */
  async showDetails(): Promise<void> {
    const id = this.activeId;
    this.#detailsAsked += 1;
    const question = this.#detailsAsked;
    if (id === undefined) {
      this.details = null;
      return;
    }
    try {
      const details = await call('studies.get', { id });
      if (question === this.#detailsAsked) this.details = details;
    } catch (thrown) {
      // Those of another patient must not stay beside the row.
      if (question === this.#detailsAsked) this.details = null;
      throw thrown;
    }
  }

  askToAdd(): void {
    this.adding = this.chosenIds;
  }

  /** Adds what `askToAdd` was about to a data set; gives how many images that were. */
  async addTo(dataset: string): Promise<number> {
    const studyIds = this.adding;
    const isNew = !this.datasets.some(({ name }) => name === dataset);
    if (isNew) return (await call('datasets.create', { name: dataset, studyIds: [...studyIds] })).instances;
    return (await call('datasets.addStudies', { dataset, studyIds: [...studyIds] })).instances;
  }

  /** Gives how many images went, and by which number they come back. */
  async removeFrom(dataset: string, studyIds: readonly StudyId[]): Promise<{ instances: number; removal: number }> {
    return await call('datasets.removeStudies', { dataset, studyIds: [...studyIds] });
  }

  async putBack(removal: number): Promise<void> {
    await call('datasets.putBackStudies', { removal });
  }
}
