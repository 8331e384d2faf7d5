/** The state of Classify between a question and its answer: results stand under their own names, and what is chosen meanwhile counts. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { StudyId } from '../../../core/contract/index.ts';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { ClassifyState } from '../../../renderer/screens/classify/classify.svelte.ts';
import { HeldWire } from './held-wire.ts';
import { settled } from './page-wire.ts';

const batch = (id: number) => ({ id, jobId: 100 + id, model: `m${id}`, watchId: null });
const results = (id: number) => ({
  model: `m${id}`,
  target: 'class',
  classes: ['healthy', 'sick'],
  positiveClass: 'sick',
  studies: [
    { studyInstanceUID: '1.2.3', decision: `said by ${id}`, isReferred: null, isPresent: [], probabilities: [] },
  ],
});
const quick = {
  'jobs.list': [],
  'models.list': [{ name: 'm', dataset: 'd' }],
  'datasets.list': [],
  'promotion.inUse': [],
  'watches.list': [],
  'classify.batches': [batch(3), batch(2), batch(1)],
  'classify.results': (choice: { batch: number }) => results(choice.batch),
};
const ended = (id: number) => ({ id, kind: 'classify', state: 'succeeded', isStoppable: false });

/** The screen with the newest of three batches, over a wire on which these calls are held from now on. */
async function opened(...held: string[]) {
  new HeldWire(quick);
  const classify = new ClassifyState();
  await classify.open({});
  const wire = new HeldWire(Object.fromEntries(Object.entries(quick).filter(([name]) => !held.includes(name))));
  await jobs.open();
  onTestFinished(classify.follow((work) => void work().catch(() => undefined)));
  return { classify, wire };
}
const shown = ({ choice, results: now }: ClassifyState) => [choice, now?.model];

beforeEach(() => void new HeldWire(quick));

test('results that are chosen while the list loads for new ones stay, whether they are there yet or on their way', async () => {
  const { classify, wire } = await opened('classify.batches');
  await wire.tell('jobs.changed', ended(104));
  await classify.show({ batch: 1 });
  await wire.answer('classify.batches', [batch(4), ...quick['classify.batches']]);
  expect(shown(classify)).toEqual([{ batch: 1 }, 'm1']);
});

test('results on their way are not overtaken by new ones; whoever looks at the newest is shown those that are newer, of two the last', async () => {
  const { classify, wire } = await opened('classify.batches', 'classify.results');
  void classify.show({ batch: 2 });
  await wire.tell('jobs.changed', ended(104));
  await wire.answer('classify.batches', [batch(4), ...quick['classify.batches']]);
  await wire.answer('classify.results', results(2));
  expect(shown(classify)).toEqual([{ batch: 2 }, 'm2']);
  void classify.show({ batch: 4 });
  await wire.answer('classify.results', results(4));
  await wire.tell('jobs.changed', ended(105));
  await wire.tell('jobs.changed', ended(106));
  const four = [batch(4), ...quick['classify.batches']];
  await wire.answer('classify.batches', [batch(5), ...four]);
  await wire.answer('classify.batches', [batch(6), batch(5), ...four]);
  await wire.answer('classify.results', results(5));
  await wire.answer('classify.results', results(6));
  expect(shown(classify)).toEqual([{ batch: 6 }, 'm6']);
});

test('what one batch said does not stand as what another said, while that is on its way or cannot be had', async () => {
  const { classify, wire } = await opened('classify.results');
  void classify.compareWith(1);
  await wire.answer('classify.results', results(1));
  expect(classify.rows[0]?.before?.decision).toBe('said by 1');
  const compared = classify.compareWith(2);
  await settled();
  expect([classify.comparedId, classify.rows[0]?.before]).toEqual([2, undefined]);
  await Promise.all([expect(compared).rejects.toThrow(), wire.fail('classify.results')]);
  expect([classify.comparedId, classify.compared]).toEqual([null, null]);
});

test('what is dropped or chosen while a classification is ordered is not taken for classified', async () => {
  const { classify, wire } = await opened();
  classify.addPaths(['/a']);
  classify.studyIds = [1 as StudyId];
  classify.datasetName = 'd';
  void classify.start('added');
  classify.addPaths(['/b']);
  classify.studyIds = [2 as StudyId];
  classify.datasetName = 'e';
  await settled();
  await wire.answer('classify.start', { id: 9, kind: 'classify' });
  expect(wire.inputs('classify.start')).toMatchObject([{ paths: ['/a'], studyIds: [1], dataset: 'd' }]);
  expect([classify.paths, classify.studyIds, classify.datasetName]).toEqual([['/b'], [2], 'e']);
  void classify.start('added');
  await wire.answer('classify.start', { id: 10, kind: 'classify' });
  expect([classify.paths, classify.studyIds, classify.datasetName]).toEqual([[], [], '']);
});

test('what was known of a model before it was evaluated is not told after', async () => {
  const { classify, wire } = await opened();
  void classify.askVerdict('m');
  await wire.tell('jobs.changed', { id: 5, kind: 'evaluate', state: 'succeeded', isStoppable: false });
  void classify.askVerdict('m');
  await wire.answer('judge.verdict', { verdict: 'found' }, 1);
  await wire.answer('judge.verdict', null);
  expect(classify.verdictOf('m')).toEqual({ verdict: 'found' });
});

test('results that are deleted while they are on their way are not shown', async () => {
  const { classify, wire } = await opened('classify.results');
  void classify.show({ batch: 1 });
  void classify.delete({ batch: 1 });
  await wire.answer('classify.delete', null);
  await wire.answer('classify.results', results(1));
  expect(shown(classify)).toEqual([{ batch: 3 }, 'm3']);
});
