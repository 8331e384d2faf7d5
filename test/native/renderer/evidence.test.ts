/** The state of Evidence: what it asks for, stops and shows when images are chosen quickly, and where the library is open for reading only. */
import { expect, test } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { core } from '../../../renderer/app/core-state.svelte.ts';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { EvidenceState, type Place } from '../../../renderer/screens/evidence/evidence.svelte.ts';
import { connectPage, settled, tellPage } from './page-wire.ts';

const place = (n: number): Place => ({ studyId: n, instanceId: n, frame: 0 }) as Place;
const images = [1, 2, 3].map((n) => ({ ...place(n), state: 'unanswered' }));
const answers: Readonly<Record<string, unknown>> = {
  'jobs.list': [],
  'jobs.stop': null,
  'models.list': [{ name: 'm', evidenceObstacle: null, classes: ['a', 'b'] }],
  'evidence.images': { split: 'val', isEvaluated: false, counts: {}, images, own: null },
};

/** The screen, and a core in which jobs begin and pictures arrive when the test lets them. */
async function screen(isReader: boolean) {
  const calls: { readonly name: string; readonly input: unknown }[] = [];
  const starts: ((id: number) => void)[] = [];
  const pictures = new Map<number, (isThere: boolean) => void>();
  const reports = new Map<number, unknown>();
  const invoke = (name: string, input: unknown): Promise<unknown> => {
    calls.push({ name, input });
    const reply = (value: unknown) => ({ ok: true, value });
    if (name === 'window.core') return Promise.resolve(reply({ ...core.now, state: 'ready', isReader }));
    if (name === 'evidence.report') return Promise.resolve(reply(reports.get((input as { jobId: number }).jobId)));
    if (name !== 'jobs.start') return Promise.resolve(reply(answers[name]));
    return new Promise((resolve) => {
      starts.push((id) => resolve(reply({ id, kind: 'evidence', state: 'running', isStoppable: true })));
    });
  };
  const listeners = connectPage(invoke);
  globalThis.fetch = (address) =>
    new Promise((resolve) => {
      const [, instance] = /(\d+)\/\d+$/.exec(String(address)) ?? [];
      pictures.set(Number(instance), (isThere) => {
        const body = isThere ? new Uint8Array(2) : 'gone';
        resolve(
          new Response(body, {
            status: isThere ? 200 : 404,
            headers: { 'x-width': '1', 'x-height': '1', 'x-pixel-aspect': '1' },
          }),
        );
      });
    });
  core.follow(() => {});
  // As when the core process was started again with another right: what it is now is told.
  tellPage(listeners, 'core.changed', { ...core.now, state: 'ready', isReader });
  await jobs.open();
  const evidence = new EvidenceState();
  const opened = evidence.open({});
  await settled();
  const named = (name: string): unknown[] => calls.filter((one) => one.name === name).map(({ input }) => input);
  return { evidence, opened, starts, pictures, reports, named };
}

test('where the library is open for reading only, the image is shown and no evidence is asked for', async () => {
  const { evidence, opened, pictures, named } = await screen(true);
  pictures.get(1)?.(true);
  await opened;
  void evidence.chooseImage(place(2));
  await settled();
  expect(named('jobs.start')).toEqual([]);
  expect([evidence.isLooking, evidence.report, evidence.image?.instanceId]).toEqual([false, null, 2]);
  pictures.get(2)?.(true);
  await settled();
  expect(evidence.picture?.width).toBe(1);
});

test('a look that was asked for is stopped as soon as it has begun where another image was chosen meanwhile, whatever becomes of its picture', async () => {
  const { evidence, starts, pictures, named } = await screen(false);
  void evidence.chooseImage(place(2));
  void evidence.chooseImage(place(3));
  await settled();
  for (const [k, begin] of starts.entries()) begin(11 + k);
  await settled();
  expect(named('jobs.stop')).toEqual([{ id: 11 }, { id: 12 }]);
  expect(evidence.isLooking).toBe(true);
  // Pictures that come late are not taken for the one that is chosen.
  pictures.get(2)?.(true);
  await settled();
  expect(evidence.picture).toBeNull();
  pictures.get(3)?.(true);
  await settled();
  expect(evidence.picture?.width).toBe(1);
  // The one that is looked for is stopped when the next is chosen.
  void evidence.chooseImage(place(1));
  await settled();
  expect(named('jobs.stop')).toContainEqual({ id: 13 });
});

test('a deletion check that begins after another image was chosen is stopped, and the end of a stopped look says nothing', async () => {
  const { evidence, starts, named } = await screen(false);
  starts[0]?.(11);
  await settled();
  void evidence.runCheck();
  void evidence.chooseImage(place(2));
  await settled();
  starts[1]?.(12);
  starts[2]?.(13);
  await settled();
  expect(named('jobs.stop')).toEqual([{ id: 11 }, { id: 12 }]);
  expect(evidence.isChecking).toBe(false);
  await evidence.jobChanged({ id: 11, state: 'succeeded', isStoppable: false } as JobView);
  expect(named('evidence.report')).toEqual([]);
});

test('an image that cannot be read is said to be, until another one is chosen', async () => {
  const { evidence, pictures } = await screen(true);
  pictures.get(1)?.(false);
  await settled();
  expect([evidence.picture, evidence.isUnreadable]).toEqual([null, true]);
  void evidence.chooseImage(place(2));
  expect(evidence.isUnreadable).toBe(false);
});

test('a map that divides next to nothing is said to, until a deletion check finds that the answer hangs on it', async () => {
  const { evidence, opened, starts, pictures, reports } = await screen(false);
  starts[0]?.(11);
  pictures.get(1)?.(true);
  await opened;
  const maps = (total: number) => ({ all: { total, patches: [1] }, layers: [] });
  const report = {
    ...{ model: 'm', instanceId: 1, frame: 0, classes: ['a', 'b'], decision: 0, check: null },
    ...{ relevance: [maps(0.01), maps(2)], attention: maps(0.01) },
  };
  const ends = async (id: number, check: unknown): Promise<void> => {
    reports.set(id, { ...report, check });
    await evidence.jobChanged({ id, state: 'succeeded', isStoppable: false } as JobView);
  };
  await ends(11, null);
  const said = [evidence.isSettled];
  for (const [k, verdict] of ['unmoved', 'explains'].entries()) {
    void evidence.runCheck();
    await settled();
    starts[k + 1]?.(12 + k);
    await settled();
    await ends(12 + k, { verdict, classIndex: 0 });
    said.push(evidence.isSettled);
  }
  evidence.chooseBasis('attention');
  said.push(evidence.isSettled);
  evidence.chooseBasis('relevance');
  said.push(evidence.isSettled);
  expect(said).toEqual([true, true, false, false, true]);
});
