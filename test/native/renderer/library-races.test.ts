/** The states of Library between a question and its answer: what was pressed is done, to what was shown, and what is chosen meanwhile counts. */
import { expect, test } from 'vitest';
import type { StudyId } from '../../../core/contract/index.ts';
import { DatasetsState } from '../../../renderer/screens/library/datasets.svelte.ts';
import { EraseState } from '../../../renderer/screens/library/erase.svelte.ts';
import { LabelsPreviewState } from '../../../renderer/screens/library/labels-preview.svelte.ts';
import { LibraryState } from '../../../renderer/screens/library/library.svelte.ts';
import { HeldWire } from './held-wire.ts';
import { settled } from './page-wire.ts';

const quick = {
  'library.summary': { folder: '', patients: 3, studies: 3, instances: 6 },
  'datasets.list': [],
  'studies.modalities': [],
  'studies.find': { ids: [1, 2, 3], isBlinded: false },
  'studies.rows': ({ ids }: { ids: number[] }) => ids.map((id) => ({ id })),
  'studies.get': ({ id }: { id: number }) => ({ id }),
  'datasets.create': { instances: 2 },
};

/** The list of three studies, over a wire that answers as `quick` says, but for what is given. */
async function listed(other: Readonly<Record<string, unknown>> = {}, held: readonly string[] = []) {
  new HeldWire(quick);
  const library = new LibraryState();
  await library.open();
  const answers = Object.entries({ ...quick, ...other }).filter(([name]) => !held.includes(name));
  return { library, wire: new HeldWire(Object.fromEntries(answers)) };
}

test('the studies that are added to a data set are those that were chosen when the dialog was opened, though the list loads again', async () => {
  // Somebody labels study 2 elsewhere, and the list is of studies without a label.
  const { library, wire } = await listed({ 'studies.find': { ids: [1, 3], isBlinded: false } });
  library.move(1);
  library.askToAdd();
  await library.find(true);
  expect(library.activeId).toBe(1);
  await library.addTo('d');
  expect(wire.inputs('datasets.create')).toEqual([{ name: 'd', studyIds: [2] }]);
});

test('the details of one patient do not stay beside the row of another whose details cannot be had', async () => {
  const { library, wire } = await listed({}, ['studies.get']);
  expect(library.details?.id).toBe(1);
  library.move(1);
  const shown = library.showDetails();
  await settled();
  await Promise.all([expect(shown).rejects.toThrow(), wire.fail('studies.get')]);
  expect(library.details).toBeNull();
});

test('rows of the list that is shown tell of its own data set, while the list of another one is on its way', async () => {
  const many = Array.from({ length: 250 }, (_, k) => k + 1) as StudyId[];
  new HeldWire({ ...quick, 'studies.find': { ids: many, isBlinded: false } });
  const library = new LibraryState();
  library.filter.dataset = 'a';
  await library.open();
  const { 'studies.find': _, ...rest } = quick;
  const wire = new HeldWire(rest);
  library.filter.dataset = 'b';
  void library.find();
  await library.want(200, 240);
  expect(wire.inputs('studies.rows')).toMatchObject([{ dataset: 'a' }]);
});

const details = (id: number, name: string, ...classes: string[]) => ({
  id,
  name,
  hasFixedClasses: false,
  classes: classes.map((own, k) => ({ id: 10 * id + k, name: own, labels: 0, stored: 0 })),
});

test('a data set that is clicked while another one is renamed is shown, under its own name', async () => {
  const wire = new HeldWire({});
  const datasets = new DatasetsState();
  void datasets.show('a');
  await wire.answer('datasets.get', details(1, 'a', 'x'));
  datasets.newName = 'renamed';
  void datasets.rename();
  void datasets.show('b');
  await wire.answer('datasets.get', details(2, 'b', 'y'));
  await wire.answer('datasets.rename', null);
  expect([datasets.name, datasets.details?.name, datasets.details?.id]).toEqual(['b', 'b', 2]);
  expect(wire.waiting('datasets.get')).toBe(0);
  // The other order: the new name is there before the other one's answer.
  datasets.newName = 'again';
  void datasets.rename();
  void datasets.show('c');
  await wire.answer('datasets.rename', null);
  await wire.answer('datasets.get', details(3, 'c', 'z'));
  expect([datasets.name, datasets.details?.name, datasets.newName]).toEqual(['c', 'c', 'c']);
});

test('a data set that is clicked while one is made stays, and one that is left alone gives way to the new one', async () => {
  const wire = new HeldWire({ 'datasets.get': ({ dataset }: { dataset: string }) => details(dataset.length, dataset) });
  const datasets = new DatasetsState();
  await datasets.show('a');
  void datasets.create({ name: 'new', target: 'class', classes: [] }, []);
  await datasets.show('bb');
  await wire.answer('datasets.create', { instances: 0 });
  expect(datasets.details?.name).toBe('bb');
  void datasets.create({ name: 'newer', target: 'class', classes: [] }, []);
  await settled();
  await wire.answer('datasets.create', { instances: 0 });
  expect(datasets.details?.name).toBe('newer');
});

test('a class that is typed while the others are saved stays, and is still to be saved', async () => {
  const wire = new HeldWire({});
  const datasets = new DatasetsState();
  void datasets.show('a');
  await wire.answer('datasets.get', details(1, 'a', 'x'));
  datasets.add('new');
  void datasets.saveClasses();
  datasets.add('later');
  await settled();
  await wire.answer('datasets.setClasses', details(1, 'a', 'x', 'new'));
  expect(datasets.classes.map(({ id, name }) => ({ id, name }))).toEqual([
    { id: 10, name: 'x' },
    { id: 11, name: 'new' },
    { id: undefined, name: 'later' },
  ]);
  expect(datasets.areClassesChanged).toBe(true);
});

test('labels are not imported by answers whose preview failed', async () => {
  const wire = new HeldWire({});
  const state = new LabelsPreviewState({ labels: 'labels.csv', dataset: 'd' });
  void state.look();
  await wire.answer('labels.preview', {
    classes: [{ name: 'sick' }],
    blocked: null,
    refusedRows: 0,
    changes: { new: 3, same: 0, changed: 0, overruled: 0 },
  });
  expect(state.canImport).toBe(true);
  void state.rename('sick', 'healthy');
  await wire.fail('labels.preview');
  expect(state.canImport).toBe(false);
});

test('what would go is told of those who were asked about last: neither a late answer nor a late failure about others is', async () => {
  const wire = new HeldWire();
  const erase = new EraseState();
  const plan = (extent: string, ...ids: number[]) => ({
    ...{ extent, patients: 1, wholePatients: 1 },
    studies: ids.map((id) => ({ id, mark: `m${id}` })),
  });
  const first = erase.ask([1 as StudyId]);
  const second = erase.ask([2 as StudyId]);
  await settled();
  await wire.answer('studies.deletion', plan('patients', 2, 3), 1);
  await second;
  expect([erase.isOpen, erase.hasOthers, erase.plan?.studies.map(({ id }) => id)]).toEqual([true, true, [2, 3]]);
  await wire.fail('studies.deletion');
  await first;
  expect(wire.waiting('studies.deletion')).toBe(0);
  expect([erase.isOpen, erase.extent, erase.isListed, erase.chosen]).toEqual([true, 'patients', true, [2]]);

  // Nor does a failure come to whoever has closed the question, nor is it opened again.
  const again = erase.ask([4 as StudyId]);
  erase.isOpen = false;
  await settled();
  await wire.fail('studies.deletion');
  await again;
  expect([erase.isOpen, wire.waiting('studies.deletion')]).toEqual([false, 0]);

  // With all studies of their patients they are too many: then the chosen ones alone.
  const alone = erase.ask([5 as StudyId]);
  await settled();
  await wire.fail('studies.deletion');
  await wire.answer('studies.deletion', plan('studies', 5));
  await alone;
  expect([erase.isOpen, erase.hasOthers, erase.extent]).toEqual([true, false, 'studies']);
});
