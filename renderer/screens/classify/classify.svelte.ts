/** What the screen "Classify" knows: models, what is to be classified, results so far, watched folders. */
import {
  type CallOutput,
  type JobView,
  type ModelRecord,
  type StudyId,
  targetFacts,
} from '../../../core/contract/index.ts';
import type { BatchResults, BatchView, StudyResult, WatchView } from '../../../core/contract/ipc/classify.ts';
import type { DatasetSummary } from '../../../core/contract/records.ts';
import { call, on } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import type { ScreenArguments } from '../../app/navigation.svelte.ts';

/** One batch, or everything of a watched folder. */
export type Choice = { readonly batch: number } | { readonly watch: number };
/** Position of a class, or a column by name. */
export type SortKey = number | 'study' | 'confidence';

/** What the figures of a model mean, and on which part of its data set. */
export type ModelVerdict = NonNullable<CallOutput<'judge.verdict'>>;

export interface Row extends StudyResult {
  /** What the compared results say of the study; undefined when they have none. */
  readonly before: StudyResult | undefined;
}

export class ClassifyState {
  models = $state.raw<readonly ModelRecord[]>([]);
  inUse = $state.raw<CallOutput<'promotion.inUse'>>([]);
  datasets = $state.raw<readonly DatasetSummary[]>([]);
  batches = $state.raw<readonly BatchView[]>([]);
  watches = $state.raw<readonly WatchView[]>([]);
  modelName = $state('');
  paths = $state.raw<readonly string[]>([]);
  studyIds = $state.raw<readonly StudyId[]>([]);
  datasetName = $state('');
  addsToLibrary = $state(true);
  choice = $state.raw<Choice | null>(null);
  results = $state.raw<BatchResults | null>(null);
  /** What the figures of a model mean, by its name; null of one that was not evaluated. */
  #verdicts = $state.raw<Readonly<Record<string, ModelVerdict | null>>>({});
  compared = $state.raw<BatchResults | null>(null);
  comparedId = $state<number | null>(null);
  sortKey = $state<SortKey>('confidence');
  isDescending = $state(true);
  text = $state('');
  decision = $state('');
  isReferredOnly = $state(false);
  isChangedOnly = $state(false);

  get model(): ModelRecord | undefined {
    return this.models.find(({ name }) => name === this.modelName);
  }

  get canStart(): boolean {
    const hasSource = this.paths.length > 0 || this.studyIds.length > 0 || this.datasetName !== '';
    return this.model !== undefined && hasSource;
  }

  #asked = 0;
  /** What was asked to be shown last: its results may still be on their way. */
  #wanted: Choice | null = null;
  /** Counts the times that verdicts were forgotten: what was asked for before says nothing after. */
  #forgotten = 0;

  /** Classifications that run or wait, oldest first. */
  readonly active = $derived(jobs.active.filter((job) => job.kind === 'classify').toReversed());

  readonly rows = $derived.by((): readonly Row[] => {
    const { results, compared } = this;
    if (results === null) return [];
    const before = new Map(compared?.studies.map((study) => [study.studyInstanceUID, study]));
    const wanted = this.text.trim().toLowerCase();
    const rows = results.studies
      .map((study): Row => ({ ...study, before: before.get(study.studyInstanceUID) }))
      .filter((row) => this.#isShown(row, wanted));
    const direction = this.isDescending ? -1 : 1;
    return rows.sort((a, b) => direction * this.#order(a, b));
  });

  /** The findings of the results shown; none of those of other models. */
  readonly findings = $derived(
    this.results !== null && targetFacts[this.results.target].hasMarks ? this.results.classes : [],
  );

  readonly referred = $derived(this.results?.studies.filter((study) => study.isReferred === true).length ?? 0);

  /** Loads everything and keeps it up to date until the returned function is called. */
  async open(asked: ScreenArguments['classify']): Promise<void> {
    await Promise.all([this.#loadModels(), this.loadBatches(), this.loadWatches()]);
    if (asked.model !== undefined) this.modelName = asked.model;
    if (asked.cases !== undefined) this.studyIds = asked.cases;
    // Results that were asked for and are gone are not replaced by others.
    const wanted = this.batches.find(({ jobId }) => asked.jobId === undefined || jobId === asked.jobId);
    if (this.choice === null && wanted !== undefined) await this.show({ batch: wanted.id });
  }

  /** Follows jobs and watched folders; gives how to stop. */
  follow(fail: (work: () => Promise<unknown>) => void): () => void {
    const off = [
      jobs.onChange((job) => {
        if (job.kind === 'classify' && !job.isStoppable) fail(() => this.#jobEnded(job));
        // It may be known better now.
        if (job.kind === 'evaluate' && !job.isStoppable) this.#forgetVerdicts();
      }),
      on('watches.changed', () => fail(() => this.loadWatches())),
      on('library.changed', ({ what }) => {
        if (what === 'models') this.#forgetVerdicts();
        if (what === 'models' || what === 'datasets') fail(() => this.#loadModels());
      }),
    ];
    return () => {
      for (const stop of off) stop();
    };
  }

  /** What is known of how good a model is; undefined while it is asked. */
  verdictOf(model: string): ModelVerdict | null | undefined {
    return this.#verdicts[model];
  }

  /** Asks for it where that is not known yet. */
  async askVerdict(model: string): Promise<void> {
    if (model === '' || model in this.#verdicts || !this.models.some(({ name }) => name === model)) return;
    const asked = this.#forgotten;
    const verdict = await call('judge.verdict', { model });
    if (asked === this.#forgotten) this.#verdicts = { ...this.#verdicts, [model]: verdict };
  }

  #forgetVerdicts(): void {
    this.#forgotten += 1;
    this.#verdicts = {};
  }

  async loadBatches(): Promise<void> {
    this.batches = await call('classify.batches', {});
  }

  async loadWatches(): Promise<void> {
    this.watches = await call('watches.list', {});
  }

  addPaths(paths: readonly string[]): void {
    this.paths = [...new Set([...this.paths, ...paths])];
  }

  removePath(path: string): void {
    this.paths = this.paths.filter((other) => other !== path);
  }

  async start(addTo: string): Promise<JobView> {
    const { paths, studyIds, datasetName } = this;
    const job = await call('classify.start', {
      model: this.modelName,
      paths: [...paths],
      studyIds: [...studyIds],
      ...(datasetName === '' ? {} : { dataset: datasetName }),
      addTo: this.addsToLibrary ? addTo : null,
    });
    // What was dropped or chosen meanwhile is not classified yet.
    this.paths = this.paths.filter((path) => !paths.includes(path));
    if (this.studyIds === studyIds) this.studyIds = [];
    if (this.datasetName === datasetName) this.datasetName = '';
    await jobs.load();
    return job;
  }

  async show(choice: Choice): Promise<void> {
    const isOther = !isSame(choice, this.choice);
    const asked = ++this.#asked;
    this.#wanted = choice;
    const results = await call('classify.results', choice);
    // Other results were chosen meanwhile; a slow answer must not stand under their name.
    if (asked !== this.#asked) return;
    this.results = results;
    this.choice = choice;
    if (!isOther) return;
    this.sortKey = firstSortKey(this.results);
    this.isDescending = true;
    this.text = '';
    this.decision = '';
    this.isReferredOnly = false;
    await this.compareWith(null);
  }

  async compareWith(batch: number | null): Promise<void> {
    this.comparedId = batch;
    // What other results said must not stand there as what these say.
    this.compared = null;
    this.isChangedOnly = false;
    if (batch === null) return;
    try {
      const compared = await call('classify.results', { batch });
      if (batch === this.comparedId) this.compared = compared;
    } catch (thrown) {
      if (batch === this.comparedId) this.comparedId = null;
      throw thrown;
    }
  }

  sort(key: SortKey): void {
    this.isDescending = this.sortKey === key ? !this.isDescending : key !== 'study';
    this.sortKey = key;
  }

  async retry(batch: number): Promise<void> {
    await call('classify.retry', { batch });
    await jobs.load();
  }

  /** Saves results: those that a dialog was opened for, whatever is shown by the time it is answered. */
  async export(choice: Choice, format: 'csv' | 'html', path: string): Promise<void> {
    await call('classify.export', { choice, format, path });
  }

  /** Deletes results: those that a dialog was opened for. Shows none if they are the ones that are shown. */
  async delete(choice: Choice): Promise<void> {
    await call('classify.delete', choice);
    if (isSame(choice, this.#wanted)) {
      this.#asked += 1;
      this.#wanted = null;
    }
    if (isSame(choice, this.choice)) {
      this.choice = null;
      this.results = null;
    }
    await Promise.all([this.compareWith(null), this.loadBatches()]);
  }

  async watch(folder: string, dataset: string): Promise<void> {
    await call('watches.add', { folder, model: this.modelName, dataset: this.addsToLibrary ? dataset : null });
  }

  async setWatch(id: number, isActive: boolean): Promise<void> {
    await call('watches.setActive', { id, isActive });
  }

  async removeWatch(id: number): Promise<void> {
    await call('watches.remove', { id });
  }

  async #loadModels(): Promise<void> {
    [this.models, this.datasets, this.inUse] = await Promise.all([
      call('models.list', {}),
      call('datasets.list', {}),
      call('promotion.inUse', {}),
    ]);
    const isKnown = this.models.some(({ name }) => name === this.modelName);
    if (!isKnown) this.modelName = this.#preferred();
  }

  /** The model that was put in use last; where none ever was, the newest. */
  #preferred(): string {
    const newest = this.inUse.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
    return newest?.model ?? this.models.at(-1)?.name ?? '';
  }

  /** New results are shown unless the reader is looking at others. */
  async #jobEnded(job: JobView): Promise<void> {
    const batches = await call('classify.batches', {});
    // As it is now: other results may have been asked for while the list was on its way.
    const shown = this.#wanted;
    const newestBefore = this.batches[0]?.id;
    this.batches = batches;
    if (job.state !== 'succeeded') return;
    const added = this.batches.find((batch) => batch.jobId === job.id);
    if (shown !== null && 'watch' in shown) {
      if (added?.watchId === shown.watch) await this.show(shown);
    } else if (added !== undefined && (shown === null || shown.batch === newestBefore)) {
      await this.show({ batch: added.id });
    }
  }

  #isShown(row: Row, wanted: string): boolean {
    if (this.decision !== '' && !this.#fitsDecision(row)) return false;
    if (this.isReferredOnly && row.isReferred !== true) return false;
    if (this.isChangedOnly && (row.before === undefined || row.before.decision === row.decision)) return false;
    if (wanted === '') return true;
    const texts = [row.patientName, row.patientKey, row.studyInstanceUID, row.modality, row.decision];
    return texts.some((text) => text?.toLowerCase().includes(wanted));
  }

  #fitsDecision({ decision, isPresent }: Row): boolean {
    const findings = this.findings;
    if (findings.length === 0) return decision === this.decision;
    if (this.decision === anyFinding) return isPresent.includes(true);
    if (this.decision === noFinding) return !isPresent.includes(true);
    return isPresent[Number(this.decision)] === true;
  }

  #order(a: Row, b: Row): number {
    const key = this.sortKey;
    if (key === 'study') return nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });
    if (key === 'confidence') return surenessOf(a) - surenessOf(b);
    return (a.probabilities[key] ?? 0) - (b.probabilities[key] ?? 0);
  }
}

const isSame = (a: Choice | null, b: Choice | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Choices of the filter by decision where several findings are decided; a finding itself is chosen by its position. */
export const anyFinding = 'any';
export const noFinding = 'none';

/** What the table is sorted by at first: the probability of the positive class or of the first finding, else the last class, or the number. */
function firstSortKey({ classes, positiveClass, target }: BatchResults): SortKey {
  if (positiveClass !== null) return classes.indexOf(positiveClass);
  const { isPerName, hasMarks } = targetFacts[target];
  return isPerName ? (hasMarks ? 0 : 'confidence') : classes.length - 1;
}

/** What the column of answers is sorted by: how sure the decision is, the number, or the most probable finding. */
function surenessOf({ confidence, value, probabilities }: StudyResult): number {
  return confidence ?? value ?? Math.max(...probabilities);
}

/** What a study is called: its patient, else the end of its UID. */
export function nameOf({
  patientName,
  patientKey,
  studyInstanceUID,
}: Pick<StudyResult, 'patientName' | 'patientKey' | 'studyInstanceUID'>): string {
  const known = patientName?.replaceAll('^', ' ').trim() || patientKey;
  return known ?? `…${studyInstanceUID.slice(-12)}`;
}

/** The last part of a path, on any system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
