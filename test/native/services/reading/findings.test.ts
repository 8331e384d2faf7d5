/** Readers who say several findings of an image, or a number: each by itself, from the first answer to the agreement. */
import { expect, test } from 'vitest';
import type { InstanceId, ReaderId, ReadingItem, TargetKind } from '../../../../core/contract/index.ts';
import { agreementOf } from '../../../../core/services/reading/agreement.ts';
import { addReader, readersOf, setCurrentReader } from '../../../../core/services/reading/readers.ts';
import {
  addReadingClass,
  adjudicate,
  clearAnswer,
  configureReading,
  historyOf,
  readingImages,
  readingList,
  setLabel,
  takeLabelBack,
} from '../../../../core/services/reading/reading.ts';
import {
  addInstance,
  addToDataset,
  answeredInstances,
  ensureDataset,
  type Library,
} from '../../../../core/store/index.ts';
import { madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

/** A data set `room` of ten studies that asks for `names`. */
function room(target: TargetKind, names: readonly string[]) {
  const library = temporaryLibrary();
  const db = library.writer;
  db.transaction(() => {
    const { id } = ensureDataset(db, 'room', 'middle', testTime, target);
    for (let n = 0; n < 10; n++) addToDataset(db, id, addInstance(db, madeInstance(n), testTime).id, testTime);
  });
  const context = testContext(library);
  for (const name of names) addReadingClass(context, 'room', name);
  const item = (n: number): ReadingItem => readingList(context, 'room').items[n] as ReadingItem;
  const act = (n: number, question?: string) => {
    const { studyId, target: subject } = item(n);
    const [image] = readingImages(context, 'room', studyId);
    return {
      dataset: 'room',
      target: subject,
      readerId: readersOf(context).current.id,
      displayed: image?.instanceId as InstanceId,
      sopInstanceUID: image?.sopInstanceUID ?? '',
      question,
    };
  };
  return { library, context, item, act };
}

const answers = (library: Library, names: readonly string[]) =>
  answeredInstances(library.db, 1, names).map((row) => row.answers);

test('each finding is said, changed, taken back and cleared by itself', () => {
  const { library, context, item, act } = room('finding', ['edema', 'mass']);
  expect(item(0)).toMatchObject({ label: null, answers: [null, null], reference: null, isDisputed: false });
  expect(setLabel(context, act(0, 'edema'), 'present').answers).toEqual(['present', null]);
  expect(setLabel(context, act(0, 'mass'), 'absent').answers).toEqual(['present', 'absent']);
  expect(setLabel(context, act(0, 'edema'), 'uncertain').answers).toEqual(['uncertain', 'absent']);
  // Undo: the one before counts again, of that finding.
  expect(takeLabelBack(context, act(0, 'edema')).answers).toEqual(['present', 'absent']);
  setLabel(context, act(0, 'edema'), 'absent');
  // Cleared: not known again, whatever was said before; the other stays.
  expect(clearAnswer(context, act(0, 'edema')).answers).toEqual([null, 'absent']);
  expect(item(0).standing).toEqual([
    { reference: null, isDisputed: false },
    { reference: 'absent', isDisputed: false },
  ]);
  expect(answers(library, ['edema', 'mass'])[0]).toEqual([null, 'absent']);
  expect(historyOf(context, act(0)).map(({ kind, text }) => `${kind} ${text}`)).toContain('withdrawal edema: present');
});

test('an answer is one that the question has, to a question that the data set asks, given to the picture on the screen', () => {
  const { library, context, act } = room('finding', ['edema', 'mass']);
  expect(() => setLabel(context, act(0, 'edema'), 'edema')).toThrow(/says nothing of a finding/);
  expect(() => setLabel(context, act(0, 'effusion'), 'present')).toThrow(/"effusion" is no finding of "room".*"edema"/);
  expect(() => setLabel(context, act(0), 'present')).toThrow(/none was named/);
  expect(() => setLabel(context, { ...act(0, 'edema'), displayed: act(1).displayed }, 'present')).toThrow(
    expect.objectContaining({ code: 'NOT_DISPLAYED' }),
  );
  const before = act(0, 'edema');
  addReader(context, 'Dr. Weiss');
  expect(() => setLabel(context, before, 'present')).toThrow(expect.objectContaining({ code: 'READING_CHANGED' }));
  expect(() => clearAnswer(context, before)).toThrow(expect.objectContaining({ code: 'READING_CHANGED' }));
  expect(library.db.get('SELECT 1 FROM labels')).toBeUndefined();
});

test('two blinded readers differ about one finding only; agreement, dispute and decision are that one’s', () => {
  const { library, context, item, act } = room('finding', ['edema', 'mass']);
  configureReading(context, 'room', { unit: 'study', isBlinded: true });
  const [first] = readersOf(context).readers;
  for (let n = 0; n < 10; n++) {
    setLabel(context, act(n, 'edema'), n % 2 === 0 ? 'present' : 'absent');
    setLabel(context, act(n, 'mass'), n % 3 === 0 ? 'present' : 'absent');
  }
  addReader(context, 'Dr. Weiss');
  expect(item(0)).toMatchObject({ answers: [null, null], standing: [{ reference: null }, { reference: null }] });
  for (let n = 0; n < 8; n++) {
    setLabel(context, act(n, 'edema'), n % 2 === 0 || n === 1 ? 'present' : 'absent');
    setLabel(context, act(n, 'mass'), n % 3 === 0 ? 'present' : 'absent');
  }
  // Blinded, nobody hears that they differ.
  expect(item(1)).toMatchObject({ isDisputed: false, standing: [{ isDisputed: false }, { isDisputed: false }] });
  const agreement = agreementOf(context, 'room', 'edema');
  // Of 8 common cases 7 agree: present 4 and 5 times of 8, so chance is (4·5 + 4·3) / 64 = 0.5 and kappa (7/8 - 0.5) / 0.5.
  expect(agreement).toMatchObject({ question: 'edema', method: 'cohen', cases: 8, agreement: 7 / 8, toAdjudicate: 1 });
  expect(agreement.kappa.value).toBeCloseTo(0.75, 12);
  expect(agreement.words).toEqual(['present', 'absent', 'uncertain']);
  expect(agreement.questions.map(({ name, toAdjudicate }) => [name, toAdjudicate])).toEqual([
    ['edema', 1],
    ['mass', 0],
  ]);
  expect(agreementOf(context, 'room', 'mass').kappa.value).toBe(1);
  expect(agreementOf(context, 'room').question).toBe('edema');
  configureReading(context, 'room', { unit: 'study', isBlinded: false });
  expect(item(1)).toMatchObject({
    isDisputed: true,
    standing: [{ reference: null, isDisputed: true }, { isDisputed: false }],
  });
  adjudicate(context, act(1, 'edema'), 'absent');
  expect(item(1)).toMatchObject({ isDisputed: false, standing: [{ reference: 'absent' }, { reference: 'absent' }] });
  expect(answers(library, ['edema', 'mass'])[1]).toEqual(['absent', 'absent']);
  // A decision is no answer of the one who decided, nor of the other.
  expect(item(1).answers).toEqual(['present', 'absent']);
  setCurrentReader(context, first?.id as ReaderId);
  expect(item(1).answers).toEqual(['absent', 'absent']);
});

test('a number is read as it is typed, and two readers’ numbers are compared by their differences', () => {
  const { context, item, act } = room('quantity', ['bone age (months)']);
  const question = 'bone age (months)';
  expect(setLabel(context, act(0, question), '12,5').answers).toEqual(['12.5']);
  expect(() => setLabel(context, act(0, question), 'twelve')).toThrow(/"twelve" is no number/);
  for (let n = 0; n < 4; n++) setLabel(context, act(n, question), String(100 + n));
  addReader(context, 'Dr. Weiss');
  configureReading(context, 'room', { unit: 'study', isBlinded: false });
  [101, 100, 104, 103].forEach((number, n) => {
    setLabel(context, act(n, question), String(number));
  });
  const agreement = agreementOf(context, 'room');
  // 100-101, 101-100, 102-104, 103-103: mean -0.5; deviation sqrt(5/3) = 1.2909944…
  expect(agreement).toMatchObject({ method: 'differences', cases: 4, toAdjudicate: 3, words: [] });
  const [pair] = agreement.differences;
  expect(pair).toMatchObject({ readers: ['Reader 1', 'Dr. Weiss'], cases: 4, mean: -0.5 });
  expect(pair?.limits?.[0]).toBeCloseTo(-0.5 - 1.96 * Math.sqrt(5 / 3), 12);
  expect(pair?.limits?.[1]).toBeCloseTo(-0.5 + 1.96 * Math.sqrt(5 / 3), 12);
  adjudicate(context, act(2, question), '103');
  expect(item(2)).toMatchObject({ isDisputed: false, standing: [{ reference: '103' }] });
});
