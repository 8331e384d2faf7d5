/** What the dialog of a labels file knows: the preview, the classes as they are to be called, whether refused rows are left out. */
import { classNameKey, type JobOptions, type LabelsPreview } from '../../../core/contract/index.ts';
import { CallError, call } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';

/** An import with a labels file, before what the preview adds to it. */
export type LabelsImport = Omit<JobOptions<'import'>, 'labels' | 'rowRule' | 'classNames'> & {
  readonly labels: string;
};

export class LabelsPreviewState {
  readonly source: LabelsImport;
  preview = $state.raw<LabelsPreview | null>(null);
  failure = $state.raw<CallError | null>(null);
  isLooking = $state(false);
  leavesOut = $state(false);
  /** Names that differ only in case are one class. */
  mergeCase = $state(false);
  /** The positive class that was said here. */
  #positive = $state<string | null>(null);
  /** Classes as the file names them. */
  classes = $state.raw<readonly string[]>([]);
  /** The profile by which the file is read, as the user chose it; what fits is proposed where there is none. */
  #profile = $state<string | null>(null);
  #names = $state<Record<string, string>>({});
  #asked = 0;

  constructor(source: LabelsImport) {
    this.source = source;
  }

  nameOf(from: string): string {
    return this.#names[from] ?? from;
  }

  /** The class that a class of the file becomes, with its counts. */
  becomes(from: string): LabelsPreview['classes'][number] | undefined {
    const called = this.nameOf(from);
    const classes = this.preview?.classes ?? [];
    const same = classes.find(({ name }) => name === called);
    return (
      same ?? (this.mergeCase ? classes.find(({ name }) => classNameKey(name) === classNameKey(called)) : undefined)
    );
  }

  async merge(): Promise<void> {
    this.mergeCase = true;
    await this.look();
  }

  async choosePositive(name: string): Promise<void> {
    this.#positive = name;
    await this.look();
  }

  get canImport(): boolean {
    const { preview } = this;
    // A preview that was followed by a failure is of other answers than those that would be imported.
    if (preview === null || this.failure !== null || this.isLooking || preview.blocked !== null) return false;
    const { changes } = preview;
    const labels = changes.new + changes.same + changes.changed + changes.overruled;
    return labels > 0 && (preview.refusedRows === 0 || this.leavesOut);
  }

  /** Reads the file by another variant of its profile. */
  async readAs(profile: string): Promise<void> {
    this.#profile = profile;
    // Its labels are others, and so are their names.
    this.classes = [];
    this.#names = {};
    await this.look();
  }

  /** Has the file looked at again, with the classes as they are called now; an answer that came too late is dropped. */
  async look(): Promise<void> {
    this.#asked += 1;
    const question = this.#asked;
    this.isLooking = true;
    try {
      const preview = await call('labels.preview', { ...this.#about, classNames: this.#classNames });
      if (question !== this.#asked) return;
      if (this.classes.length === 0) this.classes = preview.classes.map(({ name }) => name);
      this.preview = preview;
      this.failure = null;
    } catch (thrown) {
      if (question !== this.#asked) return;
      if (!(thrown instanceof CallError)) throw thrown;
      this.failure = thrown;
    } finally {
      if (question === this.#asked) this.isLooking = false;
    }
  }

  /** Calls a class of the file otherwise; an empty name leaves the one that it has. */
  async rename(from: string, to: string): Promise<void> {
    const name = to.trim().normalize('NFC');
    // A class that is called otherwise now stays the positive one.
    if (this.#positive === this.nameOf(from)) this.#positive = name === '' ? from : name;
    this.#names = { ...this.#names, [from]: name === '' ? from : name };
    await this.look();
  }

  /** Stops what looks at the files. */
  async stop(): Promise<void> {
    this.#asked += 1;
    if (this.isLooking) await call('labels.stopPreview', {});
    this.isLooking = false;
  }

  async saveRefused(out: string): Promise<number> {
    return await call('labels.saveRefused', { ...this.#about, classNames: this.#classNames, out });
  }

  async import(): Promise<void> {
    await jobs.start({
      kind: 'import',
      options: {
        ...this.source,
        ...this.#answers,
        ...this.#reading(this.preview?.reading?.profile ?? null),
        classNames: this.#classNames,
        rowRule: this.leavesOut ? 'usable' : 'all',
      },
    });
  }

  get #about() {
    const { labels, dataset, paths = [], pseudonymise = false, target, classes, patients } = this.source;
    return {
      labels,
      dataset,
      paths,
      pseudonymise,
      ...this.#answers,
      ...(target === undefined ? {} : { target }),
      ...(classes === undefined ? {} : { classes }),
      ...(patients === undefined ? {} : { patients }),
      ...this.#reading(this.#profile),
    };
  }

  /** What was answered here about the classes. */
  get #answers(): { mergeCase?: true; positive?: string } {
    return {
      ...(this.mergeCase ? { mergeCase: true as const } : {}),
      ...(this.#positive === null ? {} : { positive: this.#positive }),
    };
  }

  #reading(profile: string | null): { reading?: { profile: string } } {
    return profile === null ? {} : { reading: { profile } };
  }

  get #classNames(): { from: string; to: string }[] {
    return Object.entries(this.#names)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => ({ from, to }));
  }
}
