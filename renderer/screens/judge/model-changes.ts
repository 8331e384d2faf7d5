/**
 * What Judge changes about the model that is shown: its threshold, its positive class, its temperature, what it refers. Nothing is changed
 * while its report is on its way, and what is on the page is read again after each change.
 */
import type {
  CallOutput,
  CoveragePointView,
  EvaluationPart,
  JudgeReport,
  StudyPooling,
} from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { notices } from '../../app/notices.svelte.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** What is changed, and by what. */
interface Judged {
  readonly report: JudgeReport | null;
  readonly model: string;
  readonly split: EvaluationPart;
  readonly pooling: StudyPooling;
  readonly finding: string | null;
  readonly className: string;
  readonly threshold: number;
  /** Called when a model was changed. */
  reload(model: string): Promise<void>;
}

export class ModelChanges {
  readonly #judge: Judged;

  constructor(judge: Judged) {
    this.#judge = judge;
  }

  async saveThreshold(): Promise<void> {
    const { report, model, finding, className: thresholdClass, threshold, split } = this.#judge;
    if (report === null) return;
    await call('models.setThreshold', { model, finding, thresholdClass, threshold, split });
    await this.#judge.reload(model);
    notices.done(i18n.words.judge.thresholdSaved);
  }

  /** Says which of the model's two classes its figures are about. */
  async choosePositive(positive: string): Promise<void> {
    const { report, model } = this.#judge;
    if (report === null) return;
    await call('models.setPositive', { model, positive });
    await this.#judge.reload(model);
  }

  async calibrate(): Promise<void> {
    const { report, model } = this.#judge;
    if (report === null) return;
    await call('models.calibrate', { model });
    await this.#judge.reload(model);
    notices.done(i18n.words.judge.calibrated);
  }

  async saveBand(point: CoveragePointView | null): Promise<void> {
    const { report, model, finding } = this.#judge;
    if (report === null) return;
    await call('models.setReferBand', { model, finding, band: point?.band ?? null });
    await this.#judge.reload(model);
    notices.done(i18n.words.judge.bandSaved);
  }

  /** Looks for the rule of referral that leaves at most `allowed` of the other answers wrong; gives what came of it. */
  async promise(allowed: number): Promise<CallOutput<'models.promiseReferral'> | null> {
    const { report, model, finding, pooling } = this.#judge;
    if (report === null) return null;
    const outcome = await call('models.promiseReferral', { model, finding, allowed, pooling });
    if (outcome.band !== null) {
      await this.#judge.reload(model);
      notices.done(i18n.words.judge.bandSaved);
    }
    return outcome;
  }
}
