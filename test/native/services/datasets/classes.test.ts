/** What a person says about the classes of a data set, and which names typed in the window become classes. */
import { describe, expect, test } from 'vitest';
import { choosePositiveClass, fixClasses, shownClasses } from '../../../../core/services/datasets/classes.ts';
import { requireDataset } from '../../../../core/services/datasets/dataset.ts';
import { createDataset, datasetDetails, setClasses, setPositive } from '../../../../core/services/datasets/editing.ts';
import { addReadingClass } from '../../../../core/services/reading/reading.ts';
import { auditEvents, classNames } from '../../../../core/store/index.ts';
import { fillDataset, temporaryLibrary } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorOf } from '../../../support/thrown.ts';

function filled(...labels: string[]) {
  const library = temporaryLibrary();
  fillDataset(library, labels);
  const context = testContext(library);
  return { library, context, dataset: requireDataset(context, 'demo') };
}

describe('names typed in the window', () => {
  test.each(['-1', '1.0', 'A|B', "['a','b']", 'nan', ' \u200b '])('%j makes no class anywhere', (name) => {
    const { library, context, dataset } = filled('normal', 'mass');
    const before = classNames(library.db, dataset.id);
    const details = datasetDetails(context, 'demo').classes;
    for (const attempt of [
      () => addReadingClass(context, 'demo', name),
      () => setClasses(context, 'demo', [...details, { name }]),
      () =>
        setClasses(
          context,
          'demo',
          details.map((entry, i) => (i === 0 ? { ...entry, name } : entry)),
        ),
      () => createDataset(context, { name: 'new', target: 'class', frames: 'middle', studyIds: [], classes: [name] }),
      () => fixClasses(context, dataset, ['normal', 'mass', name]),
    ]) {
      expect(appErrorOf(attempt).code).toBe('BAD_INPUT');
    }
    expect(classNames(library.db, dataset.id)).toEqual(before);
  });

  test('a name that differs from a class only in case is refused with that class; its other Unicode form is the class', () => {
    const { library, context, dataset } = filled('Größe', 'mass');
    expect(appErrorOf(() => addReadingClass(context, 'demo', 'MASS')).action).toContain('"mass"');
    addReadingClass(context, 'demo', ' Größe'.normalize('NFD'));
    addReadingClass(context, 'demo', 'other');
    expect(classNames(library.db, dataset.id)).toEqual(['Größe', 'mass', 'other']);
  });

  test('what a library of before calls a class can be kept, moved and renamed', () => {
    const { library, context, dataset } = filled('1.0', 'mass');
    const [odd, mass] = datasetDetails(context, 'demo').classes;
    setClasses(context, 'demo', [mass ?? { name: '' }, odd ?? { name: '' }]);
    expect(classNames(library.db, dataset.id)).toEqual(['mass', '1.0']);
    setClasses(context, 'demo', [mass ?? { name: '' }, { id: odd?.id, name: ' Mass effect ' }]);
    expect(classNames(library.db, dataset.id)).toEqual(['mass', 'Mass effect']);
  });
});

describe('the list of classes', () => {
  test('is fixed in its order, grows at its end only, and refuses other names that are typed', () => {
    const { context, dataset } = filled('b', 'a');
    fixClasses(context, dataset, ['b', 'a']);
    expect(shownClasses(context, dataset)).toMatchObject({ hasFixedClasses: true, positiveClassSource: 'alphabet' });
    expect(appErrorOf(() => addReadingClass(context, 'demo', 'c')).message).toContain('"b", "a"');
    expect(appErrorOf(() => fixClasses(context, dataset, ['a', 'b'])).message).toContain('are fixed: "b", "a"');
    fixClasses(context, dataset, ['b', 'a', 'c']);
    expect(shownClasses(context, dataset).classes.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect(datasetDetails(context, 'demo').hasFixedClasses).toBe(true);
    setClasses(context, 'demo', datasetDetails(context, 'demo').classes, false);
    addReadingClass(context, 'demo', 'd');
  });

  test('does not leave out a class that has labels, and names each once', () => {
    const { context, dataset } = filled('a', 'b');
    expect(appErrorOf(() => fixClasses(context, dataset, ['a', 'c'])).message).toContain('"b" (1)');
    expect(appErrorOf(() => fixClasses(context, dataset, ['a', 'b', 'B'])).message).toContain('names "B" twice');
  });
});

describe('the positive class', () => {
  test('follows its class when that is renamed, and is noted in the audit trail', () => {
    const { library, context } = filled('flow', 'no flow');
    setPositive(context, 'demo', 'no flow');
    const [flow, none] = datasetDetails(context, 'demo').classes;
    const renamed = setClasses(context, 'demo', [flow ?? { name: '' }, { id: none?.id, name: 'occlusion' }]);
    expect([renamed.positiveClass, renamed.positiveClassSource]).toEqual(['occlusion', 'chosen']);
    expect(auditEvents(library.db).map(({ action }) => action)).toContain('dataset.positiveClassChosen');
    expect(setPositive(context, 'demo', null).positiveClassSource).toBe('alphabet');
  });

  test('is refused where there are more than two, and where the name is none of them', () => {
    const three = filled('a', 'b', 'c');
    expect(appErrorOf(() => choosePositiveClass(three.context, three.dataset, 'a')).message).toContain('3 classes');
    const two = filled('a', 'b');
    expect(appErrorOf(() => choosePositiveClass(two.context, two.dataset, 'A')).action).toBe(
      'Write it as it is written there: "a".',
    );
  });
});
