/** Work that takes a while announces its end wherever the user is by then, and offers what comes next. */
import type { JobView } from '../../core/contract/index.ts';
import { i18n } from '../i18n/index.svelte.ts';
import { forgetFrames } from '../viewport/frames.ts';
import { choices } from './choices.svelte.ts';
import { call } from './client.ts';
import { jobs } from './jobs.svelte.ts';
import { navigation, type Screen } from './navigation.svelte.ts';
import { type NoticeAction, notices } from './notices.svelte.ts';
import { isEndTold } from './told-ends.ts';

/** Offers to show a file or folder that this application wrote, in the system's file manager. */
export function showInFolder(path: string): NoticeAction {
  return { label: i18n.words.round.ended.showInFolder, run: () => call('window.showFile', { path }) };
}

/** As `showInFolder`, of what a job wrote: lists of jobs shorten paths, so it is asked for by itself. */
function showOutcome(id: number): NoticeAction {
  const run = async (): Promise<unknown> => {
    const { result } = await call('jobs.get', { id });
    const path = result !== null && 'out' in result ? result.out : null;
    return path === null ? null : await call('window.showFile', { path });
  };
  return { label: i18n.words.round.ended.showInFolder, run };
}

/** Announces the end of every export, classification and deletion that this window knew at work, until the returned function is called. */
export function announceEnds(): () => void {
  return jobs.onChange((job) => {
    if (job.isStoppable || !jobs.isNews(job)) return;
    if (job.kind === 'erase') {
      jobs.see(job.id);
      forgetErased();
      announceErasure(job);
    }
    if (job.kind === 'export' || job.kind === 'classify') {
      jobs.see(job.id);
      announce(job);
    }
  });
}

function announce(job: Extract<JobView, { kind: 'export' | 'classify' }>): void {
  const words = i18n.words.round.ended;
  if (!isEndTold(job)) return;
  if (job.state === 'failed' && job.error !== null) notices.failed(job.error, { isEverywhere: true });
  if (job.state !== 'succeeded' || job.result === null) return;
  if (job.kind === 'export') {
    const { studies, skipped } = job.result;
    notices.offer(words.exported(studies, skipped), [showOutcome(job.id)], { isEverywhere: true });
    return;
  }
  const { model, studies, failed, out } = job.result;
  const actions = [
    { label: words.openResults, run: () => navigation.open('classify', { jobId: job.id }) },
    ...(out === null ? [] : [showOutcome(job.id)]),
  ];
  notices.offer(words.classified(model, studies, failed), actions, { isEverywhere: true });
}

/** Screens that show no patient, or read their list again by themselves and keep what is being typed. */
const lasting: readonly Screen[] = ['library', 'train', 'settings'];

/** Pictures, answers and cases of patients who are gone leave the window at once, wherever one is. */
function forgetErased(): void {
  forgetFrames();
  choices.choose({ at: null });
  if (!lasting.includes(navigation.screen)) navigation.again();
}

function announceErasure(job: Extract<JobView, { kind: 'erase' }>): void {
  const words = i18n.words.erasure;
  if (job.state === 'failed' && job.error !== null) notices.failed(job.error, { isEverywhere: true });
  if (job.state !== 'succeeded' || job.result === null) return;
  const { patients, studies, backups } = job.result;
  const still = backups.holding.length === 0 ? [] : [words.stillIn(backups.holding.length)];
  notices.offer([words.done(patients, studies), ...still].join(' '), [], { isEverywhere: true });
}
