/** The contract, called as the page calls it: for what a test needs besides what it clicks. */
import type { Page } from 'playwright';
import type { CallInput, CallName, CallOutput, JobView, Reply } from '../../../core/contract/index.ts';

/** @throws with what the core says when the call fails */
export async function callFrom<N extends CallName>(page: Page, name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const reply = (await page.evaluate(
    `window.sidelight.invoke(${JSON.stringify(name)}, ${JSON.stringify(input)})`,
  )) as Reply<CallOutput<N>>;
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message} ${reply.error.action}`);
  return reply.value;
}

/** The job when `isEnough` says so, or at its end. */
export async function waitForJob(
  page: Page,
  id: number,
  isEnough: (job: JobView) => boolean = () => false,
): Promise<JobView> {
  for (;;) {
    const job = await callFrom(page, 'jobs.get', { id });
    if (isEnough(job) || !job.isStoppable) return job;
    await page.waitForTimeout(250);
  }
}

/** Starts a job, waits for it, and gives it. @throws what a job says that did not succeed */
export async function runJob(page: Page, options: CallInput<'jobs.start'>): Promise<JobView> {
  const job = await waitForJob(page, (await callFrom(page, 'jobs.start', options)).id);
  if (job.state !== 'succeeded') throw new Error(`${job.kind} ${job.state}: ${job.error?.message}`);
  return job;
}
