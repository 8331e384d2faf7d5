/** What Read and the window keep, between a question and its answer. */
import { expect, test } from 'vitest';
import { choices } from '../../../renderer/app/choices.svelte.ts';
import { Answers } from '../../../renderer/screens/read/answers.svelte.ts';
import { keys } from '../../../renderer/screens/read/keys.svelte.ts';
import { HeldWire } from './held-wire.ts';
import { settled } from './page-wire.ts';

test('a key that is changed before those of the reader are here is changed among them, and is not put back by them', async () => {
  const wire = new HeldWire({ 'keys.save': null });
  const loaded = keys.load();
  const changed = keys.setKeys('invert', ['k']);
  await settled();
  expect(wire.inputs('keys.save')).toEqual([]);
  await wire.answer('keys.get', { profile: 'ohif', keys: { fit: ['q'], mouseLeft: ['pan'] } });
  await Promise.all([loaded, changed]);
  expect(wire.inputs('keys.save')).toMatchObject([
    { profile: 'ohif', keys: { fit: ['q'], invert: ['k'], mouseLeft: ['pan'] } },
  ]);
  expect([keys.profile, keys.of('invert')]).toEqual(['ohif', ['k']]);
});

test('where the keys of the reader cannot be read, nothing is saved over them', async () => {
  const wire = new HeldWire({ 'keys.save': null });
  const loaded = keys.load();
  const changed = keys.setMouse('mouseLeft', 'zoom');
  await settled();
  await Promise.all([expect(loaded).rejects.toThrow(), expect(changed).rejects.toThrow(), wire.fail('keys.get')]);
  expect(wire.inputs('keys.save')).toEqual([]);
});

test('what was chosen in one library is not taken for a choice in the next, nor saved there', async () => {
  const of = (dataset: string, studyId: number) => ({
    ...{ screen: 'read', dataset, model: null },
    at: { studyId, instanceId: null, frame: 0 },
  });
  const wire = new HeldWire({});
  choices.forget();
  void choices.load();
  choices.choose({ model: 'of the first' });
  choices.forget();
  // It was on its way when the other library was chosen.
  await wire.answer('choices.get', of('first', 7));
  expect([choices.isLoaded, choices.at]).toEqual([false, null]);
  void choices.load();
  await wire.answer('choices.get', of('second', 1));
  expect([choices.isLoaded, choices.dataset, choices.model]).toEqual([true, 'second', null]);

  choices.choose({ dataset: 'a' });
  choices.choose({ dataset: 'b' });
  await settled();
  choices.forget();
  await wire.answer('choices.save', null);
  expect(wire.waiting('choices.save')).toBe(0);
});

test('what becomes of a doubted label is noted in the list that its case was opened from, though that is left before the label is stored', async () => {
  const item = { target: { kind: 'study', id: 1 }, label: null, answers: [] };
  const room = {
    stage: {
      displayed: { studyId: 1, seriesId: 1, instanceId: 1 },
      current: { loaded: { header: { sopInstanceUID: '1.2' } }, problem: null },
    },
    list: { dataset: 'd', reader: { id: 1, name: 'R' }, classes: ['a', 'b'] },
    item,
    isSeen: true,
    isTyping: false,
    checking: { model: 'm' } as { model: string } | null,
    select: async () => {},
    itemOf: () => item,
    note: () => {},
  };
  const wire = new HeldWire({});
  const answers = new Answers(room as unknown as ConstructorParameters<typeof Answers>[0]);
  void answers.label('a');
  void answers.answer('b', 'present');
  room.checking = null;
  await settled();
  await wire.answer('labels.set', { target: item.target });
  await wire.answer('labels.set', { target: item.target });
  expect(wire.inputs('labels.set')).toMatchObject([
    { label: 'a', checking: 'm' },
    { question: 'b', label: 'present', checking: 'm' },
  ]);
});
