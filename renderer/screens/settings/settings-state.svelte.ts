/** What the screen "Settings" knows of the machine and the library. */
import type { CallOutput, LpmRecord, ModelRecord, ReaderId } from '../../../core/contract/index.ts';
import type { BackupView, DoctorView, LibrarySizes } from '../../../core/contract/ipc/settings.ts';
import type { CheckReport } from '../../../core/contract/results/maintenance.ts';
import { call, on } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';

/** Pixels of a side at which times are told: what training reads by default. */
const toldSize = 512;

class SettingsState {
  /** The section that is shown: the page is made anew when the core process starts again. */
  section = $state('look');
  doctor = $state.raw<DoctorView | null>(null);
  isExamining = $state(false);
  sizes = $state.raw<LibrarySizes | null>(null);
  backups = $state.raw<readonly BackupView[]>([]);
  report = $state.raw<CheckReport | null>(null);
  isChecking = $state(false);
  lpms = $state.raw<readonly LpmRecord[]>([]);
  models = $state.raw<readonly ModelRecord[]>([]);
  readers = $state.raw<CallOutput<'readers.list'> | null>(null);

  /** Another library, or an earlier state of this one, is on its way: its readers have numbers of their own, and nobody checked it yet. */
  forget(): void {
    this.sizes = null;
    this.backups = [];
    this.report = null;
    this.lpms = [];
    this.models = [];
    this.readers = null;
  }

  async loadLibrary(): Promise<void> {
    [this.sizes, this.backups] = await Promise.all([call('settings.sizes', {}), call('settings.backups', {})]);
  }

  async loadReaders(): Promise<void> {
    this.readers = await call('readers.list', {});
  }

  async useReader(id: ReaderId): Promise<void> {
    this.readers = await call('readers.setCurrent', { id });
  }

  async addReader(name: string): Promise<void> {
    this.readers = await call('readers.add', { name });
  }

  async renameReader(id: ReaderId, name: string): Promise<void> {
    this.readers = await call('readers.rename', { id, name });
  }

  async loadLpms(): Promise<void> {
    [this.lpms, this.models] = await Promise.all([call('lpms.list', {}), call('models.list', {})]);
  }

  /** Follows changes of the library; gives how to stop. */
  follow(fail: (work: () => Promise<unknown>) => void): () => void {
    const off = [
      on('library.changed', ({ what }) => {
        if (what === 'lpms' || what === 'models') fail(() => this.loadLpms());
      }),
      on('core.changed', ({ state }) => {
        if (state === 'ready') fail(() => Promise.all([this.loadLibrary(), this.loadLpms()]));
      }),
    ];
    return () => {
      for (const stop of off) stop();
    };
  }

  async examine(): Promise<void> {
    this.isExamining = true;
    try {
      this.doctor = await call('settings.doctor', {});
    } finally {
      this.isExamining = false;
    }
  }

  async check(deep: boolean): Promise<void> {
    this.isChecking = true;
    this.report = null;
    try {
      this.report = await call('settings.check', { deep });
    } finally {
      this.isChecking = false;
    }
  }

  async backUp(to: string | null): Promise<{ path: string; sizeBytes: number }> {
    const report = await call('settings.backup', { to });
    await this.loadLibrary();
    return report;
  }

  async restore(from: string): Promise<string> {
    return (await call('settings.restore', { from })).backup;
  }

  /** LPMs that are being added or wait for it, oldest first. */
  readonly adding = $derived(jobs.active.filter((job) => job.kind === 'lpm-add').toReversed());

  async addLpm(path: string): Promise<void> {
    await jobs.start({ kind: 'lpm-add', options: { path } });
  }

  modelsOf(lpm: LpmRecord): number {
    return this.models.filter(({ lpmHash }) => lpmHash === lpm.hash).length;
  }

  /** Seconds that the LPM takes for one image on the fastest engine examined; null where nothing was. */
  secondsAnImage(lpm: LpmRecord): number | null {
    const gflops = Math.max(0, ...(this.doctor?.engines ?? []).map((engine) => engine.gflops ?? 0));
    const { layers, width, patch } = networkOf(lpm);
    const { mlpWidth = 4 * width, gated = false } = lpm.config as { mlpWidth?: number; gated?: boolean };
    if (gflops === 0) return null;
    const tokens = (toldSize / patch) ** 2 + 1;
    // Multiply-adds of a ViT block (Dosovitskiy et al. 2021): 4 N d² before and after attention, 2 N² d in it, and two products of the MLP, or three.
    const attention = 4 * tokens * width ** 2 + 2 * tokens ** 2 * width;
    const products = gated ? 3 : 2;
    // The engine's speed counts multiplications and additions, each.
    return (2 * layers * (attention + products * tokens * width * mlpWidth)) / (gflops * 1e9);
  }
}

/** Layers, width and patch of an LPM as its row tells them. */
export function networkOf({ config }: Pick<LpmRecord, 'config'>): { layers: number; width: number; patch: number } {
  const { layers, width, patch } = config as { layers: number; width: number; patch: number };
  return { layers, width, patch };
}

/** Kept while other screens are shown: an examination is not lost. */
export const state = new SettingsState();
