/** The state of Judge between a question and its answer: what the user does meanwhile counts, and figures stand under their own names. */
import { beforeEach, expect, test } from 'vitest';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { navigation } from '../../../renderer/app/navigation.svelte.ts';
import { JudgeState } from '../../../renderer/screens/judge/judge.svelte.ts';
import { ModelEditState } from '../../../renderer/screens/judge/model-edit.svelte.ts';
import { walkFrom } from '../../../renderer/screens/judge/walk.ts';
import { HeldWire } from './held-wire.ts';
import { settled } from './page-wire.ts';

const row = (name: string, classes: readonly string[]) => ({
  record: { name, classes, target: 'class', folds: 1, dataset: 'd' },
  evaluated: ['val', 'test'],
});
const two = ['healthy', 'sick'];
const three = ['none', 'mass', 'nodule'];
const rows = [row('a', two), row('b', two), row('c', three)];

/** Figures of a class: their AUC says which. */
const figuresOf = (classes: readonly string[], first: number) => ({
  classes: classes.map((name, k) => ({ name, auc: { value: first + k, interval: null } })),
});

/** A report with figures whose AUC is 100 and more for images. */
function reportOf(model: string) {
  const classes = rows.find(({ record }) => record.name === model)?.record.classes ?? [];
  const positiveClass = classes.length === 2 ? 'sick' : null;
  const threshold = classes.length === 2 ? 0.5 : null;
  return {
    model: { name: model, classes, positiveClass, threshold, thresholdClass: positiveClass },
    dataset: 'd',
    study: figuresOf(classes, 0),
    image: figuresOf(classes, 100),
  };
}

interface Asked {
  readonly model: string;
  readonly classIndex: number;
  readonly threshold: number | null;
  readonly level: string;
}
const pointOf = ({ model, classIndex, threshold }: Asked) => ({
  className: reportOf(model).model.classes[classIndex],
  threshold,
});
/** Cases whose study numbers tell by which question they were found. */
const casesOf = (first: number, n: number, total: number) => ({
  total,
  cases: Array.from({ length: n }, (_, k) => ({
    studyId: first + k,
    instanceId: first + k,
    frame: 0,
    truth: 0,
    decision: 1,
  })),
});

const quick = {
  'choices.save': null,
  'jobs.list': [],
  'judge.models': rows,
  'judge.open': ({ model }: Asked) => reportOf(model),
  'judge.atThreshold': pointOf,
  'judge.cases': casesOf(1, 2, 2),
};

/** Judge at model `a`, over a wire on which the calls named are held once it is open. */
async function opened(held: readonly (keyof typeof quick | 'models.setThreshold')[], model = 'a') {
  new HeldWire(quick);
  await jobs.open();
  const judge = new JudgeState();
  await judge.open(model, 'val');
  const wire = new HeldWire(
    Object.fromEntries(Object.entries(quick).filter(([name]) => !held.includes(name as 'judge.cases'))),
  );
  return { judge, wire };
}

beforeEach(() => navigation.open('judge'));

test('evaluations that one press ordered are of the part that was shown then, whatever is chosen while they are ordered, and ordered once', async () => {
  const { judge, wire } = await opened([]);
  void judge.evaluate(['b', 'c']);
  void judge.evaluate(['b', 'c']);
  void judge.chooseSplit('test');
  await settled();
  await wire.answer('jobs.start', { id: 1, kind: 'evaluate', state: 'running', isStoppable: true });
  await wire.answer('jobs.start', { id: 2, kind: 'evaluate', state: 'running', isStoppable: true });
  expect(wire.waiting('jobs.start')).toBe(0);
  expect(wire.inputs('jobs.start')).toEqual(
    ['b', 'c'].map((model) => ({ kind: 'evaluate', options: { model, split: 'val', studyPooling: 'mean' } })),
  );
});

test('a case that is opened is the one that was pressed, though the threshold was moved since the list came', async () => {
  const { judge, wire } = await opened(['judge.cases']);
  await judge.moveThreshold(0.8);
  void walkFrom(judge, 'd', 1);
  await settled();
  expect(wire.inputs('judge.cases').at(-1)).toMatchObject({ threshold: 0.5, isWrong: true });
  await wire.answer('judge.cases', casesOf(1, 2, 2));
  expect(navigation.argsOf('read')).toMatchObject({
    at: { studyId: 2 },
    walk: { back: { place: { threshold: 0.5, position: 1 } } },
  });
});

test('while other cases are on their way, the list says what it is of, and opens what it is of', async () => {
  const { judge, wire } = await opened(['judge.cases']);
  void judge.showCases({ kind: 'cell', truth: 1, decision: 1 });
  await settled();
  expect([judge.listedChoice.kind, judge.cases.cases.length]).toEqual(['mistakes', 2]);
  void walkFrom(judge, 'd', 0);
  await settled();
  await wire.answer('judge.cases', casesOf(1, 2, 2), 1);
  expect(navigation.argsOf('read').walk?.isWrong).toBe(true);
  await wire.answer('judge.cases', casesOf(7, 1, 1));
  expect([judge.listedChoice.kind, judge.cases.cases.map(({ studyId }) => studyId)]).toEqual(['cell', [7]]);
});

test('more cases come once, however often the button is pressed, and are of the list that is shown', async () => {
  const { judge, wire } = await opened(['judge.cases']);
  void judge.showCases({ kind: 'mistakes' });
  await settled();
  await wire.answer('judge.cases', casesOf(1, 2, 4));
  await judge.moveThreshold(0.8);
  void judge.moreCases();
  void judge.moreCases();
  await settled();
  expect(wire.inputs('judge.cases').slice(1)).toMatchObject([
    { offset: 2, threshold: 0.5 },
    { offset: 2, threshold: 0.5 },
  ]);
  await wire.answer('judge.cases', casesOf(3, 2, 4));
  await wire.answer('judge.cases', casesOf(3, 2, 4));
  expect(judge.cases.cases.map(({ studyId }) => studyId)).toEqual([1, 2, 3, 4]);
});

test('of three classes the AUC beside a name is that of the name, while the figures of another class are on their way', async () => {
  const { judge, wire } = await opened(['judge.atThreshold'], 'c');
  expect([judge.point?.className, judge.pointCurves?.auc.value]).toEqual(['mass', 1]);
  void judge.chooseClass(2);
  await settled();
  expect([judge.point?.className, judge.pointCurves?.auc.value]).toEqual(['mass', 1]);
  await wire.answer('judge.atThreshold', { className: 'nodule', threshold: null });
  expect([judge.point?.className, judge.pointCurves?.auc.value]).toEqual(['nodule', 2]);
});

test('figures of studies do not stand there as those of images, nor predictive values at another prevalence than theirs', async () => {
  const { judge, wire } = await opened(['judge.atThreshold']);
  void judge.setPrevalence(20);
  await settled();
  expect([judge.prevalence, judge.point?.prevalence]).toEqual([0.2, 0.1]);
  void judge.chooseLevel('image');
  await settled();
  expect(judge.point).toBeNull();
  // The answer about studies comes late.
  await wire.answer('judge.atThreshold', { className: 'sick', threshold: 0.5 });
  expect(judge.point).toBeNull();
  await wire.answer('judge.atThreshold', { className: 'sick', threshold: 0.5 });
  expect(judge.point?.prevalence).toBe(0.2);
});

test('a question that fails keeps no later one from being asked, and leaves no figures of an earlier one', async () => {
  const { judge, wire } = await opened(['judge.atThreshold']);
  void judge.moveThreshold(0.6);
  void judge.moveThreshold(0.7);
  await settled();
  await wire.fail('judge.atThreshold');
  await wire.answer('judge.atThreshold', { className: 'sick', threshold: 0.7 });
  expect(judge.point?.threshold).toBe(0.7);
  const moved = judge.moveThreshold(0.8);
  await settled();
  await Promise.all([expect(moved).rejects.toThrow(), wire.fail('judge.atThreshold')]);
  expect(judge.point).toBeNull();
});

test('a model that is chosen while the list loads again is shown, and stays where one has put its slider', async () => {
  const { judge, wire } = await opened(['judge.models', 'models.setThreshold']);
  const reopened = judge.reopen('a');
  await judge.chooseModel('b');
  await wire.answer('judge.models', rows);
  await reopened;
  expect([judge.model, judge.report?.model.name]).toEqual(['b', 'b']);
  await judge.chooseModel('a');
  const saved = judge.saveThreshold();
  await judge.chooseModel('b');
  await judge.moveThreshold(0.7);
  await settled();
  await wire.answer('models.setThreshold', null);
  await wire.answer('judge.models', rows);
  await saved;
  expect([judge.model, judge.threshold]).toEqual(['b', 0.7]);
});

test('figures of a model that is gone do not come back while the list loads again', async () => {
  const { judge, wire } = await opened(['judge.models', 'judge.open']);
  void judge.chooseSplit('test');
  await settled();
  void judge.reopen(null);
  await wire.answer('judge.open', reportOf('a'));
  expect(judge.report).toBeNull();
});

test('the model that is deleted or renamed is the one whose dialog was asked for, and the one whose plan is shown', async () => {
  const wire = new HeldWire({ 'models.deleted': [] });
  const edit = new ModelEditState();
  void edit.open('a');
  void edit.open('b');
  await settled();
  await wire.answer('models.deletion', { model: 'b', isInUse: false }, 1);
  await wire.answer('models.deletion', { model: 'a', isInUse: false });
  expect([edit.about, edit.name, edit.plan]).toEqual(['b', 'b', { model: 'b', isInUse: false }]);
  edit.name = 'better';
  void edit.rename();
  void edit.remove();
  await settled();
  expect([wire.inputs('models.rename'), wire.inputs('models.delete')]).toEqual([
    [{ model: 'b', name: 'better' }],
    [{ model: 'b', evenInUse: false }],
  ]);
});
