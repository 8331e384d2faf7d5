/** State of the Evidence screen: one model, one image, what was found for it and how it is shown. */
import {
  type AnsweredImage,
  type AnsweredImages,
  type CallOutput,
  type EvidenceBasis,
  type EvidenceCheck,
  type EvidenceMapView,
  type EvidenceReport,
  type JobView,
  mostListedImages,
  type Said,
  type SplitName,
} from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { core } from '../../app/core-state.svelte.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import type { CaseReference, ScreenArguments } from '../../app/navigation.svelte.ts';
import { attempt, notices } from '../../app/notices.svelte.ts';
import { loadPicture, type Picture } from './picture.ts';

type Model = CallOutput<'models.list'>[number];

/** So many images are listed at once, and so many more at each asking. */
const atOnce = 200;

/** An image with the study that it belongs to. */
export type Place = Required<CaseReference>;

function placeOf(at: CaseReference | undefined): Place | undefined {
  return at?.instanceId === undefined
    ? undefined
    : { studyId: at.studyId, instanceId: at.instanceId, frame: at.frame ?? 0 };
}

export class EvidenceState {
  #models = $state.raw<readonly Model[]>([]);
  #isLoaded = $state(false);
  #model = $state('');
  #listed = $state.raw<AnsweredImages | null>(null);
  /** The image that is shown, as it stood in the list that it was chosen from. */
  #own = $state.raw<AnsweredImage | null>(null);
  #limit = atOnce;
  /** The listing of the model that was chosen last, which says of which part it is. */
  #listing: Promise<AnsweredImages> | null = null;
  #split = $state<SplitName>('val');
  #place = $state.raw<Place | null>(null);
  #picture = $state.raw<Picture | null>(null);
  #isUnreadable = $state(false);
  #report = $state.raw<EvidenceReport | null>(null);
  #check = $state.raw<EvidenceCheck | null>(null);
  #classIndex = $state(0);
  #basis = $state<EvidenceBasis>('relevance');
  #layer = $state<number | null>(null);
  #share = $state(0.05);
  #lookId = $state<number | null>(null);
  #checkId = $state<number | null>(null);
  #finding: string | undefined;
  #turn = 0;
  readonly #image = $derived.by(() => {
    const { instanceId, frame } = this.#place ?? {};
    const isChosen = (image: AnsweredImage): boolean => image.instanceId === instanceId && image.frame === frame;
    return this.#listed?.images.find(isChosen) ?? (this.#own !== null && isChosen(this.#own) ? this.#own : undefined);
  });

  get isLoaded(): boolean {
    return this.#isLoaded;
  }
  get models(): readonly Model[] {
    return this.#models;
  }
  get record(): Model | undefined {
    return this.#models.find(({ name }) => name === this.#model);
  }
  /** The images of the part that is shown, wrong answers first; null until they are known. */
  get listed(): AnsweredImages | null {
    return this.#listed;
  }
  get split(): SplitName {
    return this.#split;
  }
  get place() {
    return this.#place;
  }
  /** The image chosen, where the model's data set has it: of the list, or the one that was asked for further down or in another part. */
  get image(): AnsweredImage | undefined {
    return this.#image;
  }
  /** The case of the image, as the screen Read takes it: in the model's data set where that has it. */
  get caseToRead(): ScreenArguments['read'] | null {
    if (this.#place === null) return null;
    const dataset = this.image === undefined ? undefined : this.record?.dataset;
    return { at: this.#place, ...(dataset === undefined ? {} : { dataset }) };
  }
  /** A label or an answer in words: the class, the findings that are present, or the number as `write` has it; empty where nothing is known. */
  wordsOf({ classIndex, present, number }: Said, write: (number: number) => string): string {
    if (number !== null) return write(number);
    return classIndex === null ? present.join('; ') : (this.record?.classes[classIndex] ?? '');
  }
  get picture(): Picture | null {
    return this.#picture;
  }
  /** Whether the image's file is not there or holds nothing that can be shown. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }
  get report(): EvidenceReport | null {
    return this.#report;
  }
  get check(): EvidenceCheck | null {
    return this.#check;
  }
  get classIndex(): number {
    return this.#classIndex;
  }
  get basis(): EvidenceBasis {
    return this.#basis;
  }
  /** Position among the extracted layers, or null for all. */
  get layer(): number | null {
    return this.#layer;
  }
  get share(): number {
    return this.#share;
  }
  get isLooking(): boolean {
    return this.#lookId !== null;
  }
  get isChecking(): boolean {
    return this.#checkId !== null;
  }
  get checkJob(): JobView | undefined {
    return this.#checkId === null ? undefined : jobs.byId(this.#checkId);
  }
  /** The map that is drawn. */
  get map(): EvidenceMapView | null {
    const maps = this.#basis === 'attention' ? this.#report?.attention : this.#report?.relevance[this.#classIndex];
    if (maps === undefined) return null;
    return this.#layer === null ? maps.all : (maps.layers[this.#layer] ?? maps.all);
  }
  /**
   * Whether small changes of single tokens hardly move the answer, so that the map divides next to nothing: less than a twentieth in log-odds, which moves
   * no probability by more than about one hundredth. An answer that looks at a token wholly is settled like that, too, and hangs on it: a deletion check
   * that found so has the last word.
   */
  get isSettled(): boolean {
    const hangsOnIt = this.#check?.verdict === 'explains' || this.#check?.verdict === 'slight';
    return this.#basis === 'relevance' && this.map !== null && this.map.total < 0.05 && !hangsOnIt;
  }

  async open(args: ScreenArguments['evidence']): Promise<void> {
    this.#models = await call('models.list', {});
    this.#isLoaded = true;
    this.#finding = args.finding;
    const wanted = this.#models.find(({ name }) => name === args.model);
    const model =
      wanted ?? this.#models.findLast(({ evidenceObstacle }) => evidenceObstacle === null) ?? this.#models.at(-1);
    if (model === undefined) return;
    await this.chooseModel(model.name, placeOf(args.at));
  }

  async chooseModel(name: string, place = this.#place ?? undefined): Promise<void> {
    this.#model = name;
    this.#listed = null;
    this.#own = null;
    this.#limit = atOnce;
    this.#forget();
    const turn = ++this.#turn;
    this.#listing = this.#list(this.#split, place);
    const listed = await this.#listing;
    // Another model was chosen meanwhile.
    if (turn !== this.#turn) return;
    this.#listed = listed;
    this.#own = listed.own;
    this.#split = listed.split;
    const first = place ?? listed.images[0];
    if (first !== undefined) await this.chooseImage(first);
    else this.#place = null;
  }

  /** Lists the images of another part; the image that is shown stays. */
  async chooseSplit(split: SplitName): Promise<void> {
    // A model's listing that is still under way would put its own part in the place of this one. Whoever asked for it is told where it fails.
    for (let awaited = null; awaited !== this.#listing; ) {
      awaited = this.#listing;
      await awaited?.catch(() => null);
    }
    this.#own = this.image ?? null;
    // What is listed is of the other part: nobody shall press a row of it.
    this.#listed = null;
    this.#split = split;
    this.#limit = atOnce;
    await this.#listAgain();
  }

  /** Whether more can be listed; who looks for one of so many finds it in Judge or in Read. */
  get canListMore(): boolean {
    const { images = [], counts = null } = this.#listed ?? {};
    const all = counts === null ? 0 : Object.values(counts).reduce((sum, n) => sum + n, 0);
    return images.length < Math.min(all, mostListedImages);
  }

  async more(): Promise<void> {
    this.#limit = Math.min(this.#limit + atOnce, mostListedImages);
    await this.#listAgain();
  }

  async #listAgain(): Promise<void> {
    const asked = [this.#model, this.#split, this.#limit].join();
    const listed = await this.#list(this.#split);
    if (asked === [this.#model, this.#split, this.#limit].join()) this.#listed = listed;
  }

  #list(split: SplitName, place?: Place): Promise<AnsweredImages> {
    const own = place === undefined ? {} : { own: { instanceId: place.instanceId, frame: place.frame } };
    return call('evidence.images', { model: this.#model, split, limit: this.#limit, ...own });
  }

  /** Shows an image and, where the model leaves any and the library takes jobs, looks for its evidence. */
  async chooseImage({ studyId, instanceId, frame }: Place): Promise<void> {
    const turn = ++this.#turn;
    this.#forget();
    this.#place = { studyId, instanceId, frame };
    const canLook = this.record?.evidenceObstacle === null && !core.now.isReader;
    // Neither waits for the other: a picture that comes late or not at all must not keep a look going that nobody waits for.
    await Promise.all([this.#show(turn, this.#place), canLook ? this.#look(turn, this.#place) : null]);
  }

  async #show(turn: number, { instanceId, frame }: Place): Promise<void> {
    const picture = await loadPicture(instanceId, frame);
    if (turn !== this.#turn) return;
    this.#picture = picture;
    this.#isUnreadable = picture === null;
  }

  async #look(turn: number, { instanceId, frame }: Place): Promise<void> {
    const { id } = await jobs.start({ kind: 'evidence', options: { model: this.#model, instanceId, frame } });
    // Another image was chosen meanwhile: whoever walks through many shall not wait for the LPM's pass over each.
    if (turn !== this.#turn) return await jobs.stop(id);
    this.#lookId = id;
    await this.jobChanged(jobs.byId(id));
  }

  chooseClass(index: number): void {
    this.#classIndex = index;
    if (this.#finding !== undefined) this.#finding = this.#report?.classes[index];
    this.#check = null;
  }

  chooseBasis(basis: EvidenceBasis): void {
    this.#basis = basis;
    this.#check = null;
  }

  chooseLayer(layer: number | null): void {
    this.#layer = layer;
  }

  chooseShare(share: number): void {
    this.#share = share;
    this.#check = null;
  }

  async runCheck(): Promise<void> {
    const place = this.#place;
    if (place === null) return;
    const { instanceId, frame } = place;
    this.#check = null;
    const check = { classIndex: this.#classIndex, basis: this.#basis, share: this.#share };
    const { id } = await jobs.start({ kind: 'evidence', options: { model: this.#model, instanceId, frame, check } });
    // The answer is about this image of this model; another one may have been chosen meanwhile, and looks at that wait behind it.
    if (this.#place !== place) return await jobs.stop(id);
    this.#checkId = id;
    await this.jobChanged(jobs.byId(id));
  }

  async stopCheck(): Promise<void> {
    if (this.#checkId !== null) await jobs.stop(this.#checkId);
  }

  /** Takes what a job of this screen found. */
  async jobChanged(job: JobView | undefined): Promise<void> {
    if (job === undefined || job.isStoppable) return;
    const isLook = job.id === this.#lookId;
    if (!isLook && job.id !== this.#checkId) return;
    if (isLook) this.#lookId = null;
    else this.#checkId = null;
    if (job.state === 'failed' && job.error) notices.failed(job.error);
    if (job.state !== 'succeeded') return;
    const report = await call('evidence.report', { jobId: job.id });
    const place = this.#place;
    if (report === null || report.instanceId !== place?.instanceId || report.frame !== place.frame) return;
    if (report.model !== this.#model) return;
    if (!isLook) this.#check = report.check;
    else {
      this.#report = report;
      // The finding that was asked about is shown until another is chosen.
      const asked = report.classes.indexOf(this.#finding ?? '');
      this.#classIndex = asked < 0 ? report.decision : asked;
    }
  }

  #forget(): void {
    for (const id of [this.#lookId, this.#checkId]) if (id !== null) void attempt(() => jobs.stop(id));
    this.#report = null;
    this.#check = null;
    this.#picture = null;
    this.#isUnreadable = false;
    this.#lookId = null;
    this.#checkId = null;
  }
}
