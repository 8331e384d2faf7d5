/** The state of Train between a question and its answer: the run that was clicked is shown, with its newest figures, and checks are of these settings. */
import { expect, test } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { planAfresh } from '../../../renderer/screens/train/afresh.ts';
import { TrainState } from '../../../renderer/screens/train/train.svelte.ts';
import { HeldWire } from './held-wire.ts';
import { settled } from './page-wire.ts';

const run = (id: number, isStoppable: boolean) => ({
  id,
  kind: 'train',
  state: isStoppable ? 'running' : 'failed',
  isStoppable,
});
const settings = { inputSize: 512, flip: true, augment: true, seed: 1, recipe: 'given', budget: 'short' };
const defaults = {
  methods: ['linear'],
  throughLpm: [],
  readBefore: [],
  searched: {},
  recommended: 'linear',
  criteria: {},
  settings,
};
const check = { findings: [], classes: [{ name: 'sick', images: 3 }] };
const quick = {
  'jobs.list': [run(7, true), run(5, false)],
  'training.defaults': defaults,
  'datasets.list': [{ name: 'd', target: 'class', isKeptApart: false }],
  'lpms.list': [{ name: 'l' }],
  'choices.save': null,
  'training.check': check,
  'training.promise': { promises: [null], missing: [], freeBytes: 1, isBusy: false },
  'training.follow': ({ jobId }: { jobId: number }) => ({ run: { jobId }, epochs: [], model: null }),
};

async function page(...held: string[]) {
  const wire = new HeldWire(Object.fromEntries(Object.entries(quick).filter(([name]) => !held.includes(name))));
  await jobs.open();
  return { train: new TrainState(), wire };
}

test('a run that is clicked while the screen loads is shown, not the one that is under way', async () => {
  const { train, wire } = await page('training.defaults');
  const opened = train.open({});
  await train.show(5);
  await wire.answer('training.defaults', defaults);
  await opened;
  expect(train.shownId).toBe(5);
  // Whoever clicks nothing is shown what is under way, or what the screen was opened with.
  const other = (await page()).train;
  await other.open({});
  expect(other.shownId).toBe(7);
  await other.open({ jobId: 5 });
  expect(other.shownId).toBe(5);
});

test('an older answer about a run does not take the place of a newer one', async () => {
  const { train, wire } = await page('training.follow');
  void train.show(7);
  void train.show(7);
  await settled();
  await wire.answer('training.follow', { epochs: [{ epoch: 1 }, { epoch: 2 }] }, 1);
  await wire.answer('training.follow', { epochs: [{ epoch: 1 }] });
  expect(train.followed?.epochs.length).toBe(2);
});

test('what was found with other settings does not stand there where looking with these fails', async () => {
  const { train } = await page();
  await train.open({ dataset: 'd' });
  expect(train.check).toEqual(check);
  const wire = new HeldWire({ 'choices.save': null });
  const set = train.set({ seed: 2 });
  await settled();
  await Promise.all([expect(set).rejects.toThrow(), wire.fail('training.check')]);
  expect([train.check, train.isBlocked]).toEqual([null, true]);
});

test('what was being typed and was no value does not keep a search from being started that is planned afresh', async () => {
  const { train } = await page();
  await train.open({});
  train.plan();
  train.setInvalid('epochs', true);
  await train.show(5);
  expect(train.isInvalid).toBe(true);
  const search = {
    ...run(5, false),
    payload: { ...settings, recipe: 'auto', dataset: 'd', lpm: 'l', method: 'linear' },
  };
  await planAfresh(train, search as unknown as JobView<'train'>, 'd');
  expect([train.isPlanning, train.isInvalid, train.settings?.seed]).toEqual([true, false, 2]);
});

test('a measurement that ends once a data set is chosen that cannot be trained on asks for no promise, which would only be refused', async () => {
  const blocked = { ...check, findings: [{ code: 'tooFewClasses', severity: 'blocks', values: {}, studyIds: [] }] };
  const measure = { id: 9, kind: 'measure', state: 'running', isStoppable: true };
  const lacking = { promises: [null], missing: [{ dataset: 'd' }], freeBytes: 1, isBusy: false };
  const wire = new HeldWire({
    ...quick,
    'jobs.start': measure,
    'training.check': ({ dataset }: { dataset: string }) => (dataset === 'd' ? check : blocked),
    'training.promise': lacking,
  });
  await jobs.open();
  const train = new TrainState();
  train.follow((work) => void work());
  await train.open({ dataset: 'd' });
  expect([train.time.measuring?.id, wire.inputs('training.promise').length]).toEqual([9, 1]);
  await train.chooseDataset('unlabelled');
  expect(train.isBlocked).toBe(true);
  await wire.tell('jobs.changed', { ...measure, state: 'succeeded', isStoppable: false });
  expect([train.time.measuring, wire.inputs('training.promise').length]).toEqual([null, 1]);
  // Back at the first its promise is asked for.
  await train.chooseDataset('d');
  expect(wire.inputs('training.promise').length).toBe(2);
});
