/** The list of findings of a data set, what is shown of it, and the data check, which stops what a training would refuse. */
import { expect, test } from 'vitest';
import type { InstanceId, StudyId } from '../../../../core/contract/index.ts';
import { choosePositiveClass, fixClasses, shownClasses } from '../../../../core/services/datasets/classes.ts';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { freezeDataset, requireDataset } from '../../../../core/services/datasets/dataset.ts';
import { createDataset, datasetDetails, setClasses } from '../../../../core/services/datasets/editing.ts';
import { addReadingClass } from '../../../../core/services/reading/reading.ts';
import { addLabel, addToDataset, classNames, type Library, studyIdOf } from '../../../../core/store/index.ts';
import { addPlacedInstance, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

/** A data set of `n` patients with one image each that asks for `edema` and `mass`; `say` labels one of them. */
function chest(n: number) {
  const library = temporaryLibrary();
  const context = testContext(library);
  const instances = Array.from({ length: n }, (_, i) => addPlacedInstance(library.writer, madeInstance(i)));
  const { id } = createDataset(context, {
    name: 'chest',
    target: 'finding',
    frames: 'middle',
    studyIds: instances.map((_, i) => studyIdOf(library.db, `1.2.3.${i}`) as StudyId),
    classes: ['edema', 'mass'],
  });
  for (const instance of instances) addToDataset(library.writer, id, instance, testTime);
  const say = (i: number, question: string, word: string) =>
    addLabel(library.writer, id, { kind: 'instance', id: instances[i] as InstanceId }, word, 'r', testTime, question);
  return { library, context, id, say };
}

const names = (library: Library) => classNames(library.db, 1);
const request = { dataset: 'chest', inputSize: 512, flip: false, seed: 0 } as const;

test('findings are added, put in another order and renamed with their marks; one that has marks stays', () => {
  const { library, context, say } = chest(4);
  say(0, 'edema', 'present');
  say(1, 'edema', 'absent');
  say(2, 'edema', 'uncertain');
  const [edema, mass] = datasetDetails(context, 'chest').classes;
  setClasses(context, 'chest', [
    { name: 'fracture' },
    { id: edema?.id, name: 'oedema' },
    { id: mass?.id, name: 'mass' },
  ]);
  expect(names(library)).toEqual(['fracture', 'oedema', 'mass']);
  expect(shownClasses(context, requireDataset(context, 'chest')).classes).toEqual([
    { name: 'fracture', labels: 0, stored: 0 },
    { name: 'oedema', labels: 3, stored: 3, marks: { present: 1, absent: 1, uncertain: 1 } },
    { name: 'mass', labels: 0, stored: 0 },
  ]);
  expect(() => setClasses(context, 'chest', [{ id: mass?.id, name: 'mass' }])).toThrow(/oedema/);
  setClasses(context, 'chest', [{ id: edema?.id, name: 'oedema' }]);
  expect(names(library)).toEqual(['oedema']);
});

test('of findings none is the positive one, and a data set of numbers asks for one quantity', () => {
  const { context } = chest(3);
  const refused = { code: 'BAD_INPUT' };
  expect(() => choosePositiveClass(context, requireDataset(context, 'chest'), 'edema')).toThrow(
    expect.objectContaining({ ...refused, message: expect.stringContaining('it is the presence that is positive') }),
  );
  const make = (classes: string[]) =>
    createDataset(context, { name: 'ages', target: 'quantity', frames: 'middle', studyIds: [], classes });
  expect(() => make(['age', 'height'])).toThrow(/asks for one quantity/);
  const { classes } = make(['age']);
  expect(() => addReadingClass(context, 'ages', 'height')).toThrow(/asks for one quantity/);
  expect(() => setClasses(context, 'ages', [...classes, { name: 'height' }])).toThrow(/asks for one quantity/);
  expect(() => fixClasses(context, requireDataset(context, 'ages'), ['age', 'height'])).toThrow(
    /asks for one quantity/,
  );
});

test('the data check stops exactly what a training would refuse, with the parts that it would deal', () => {
  const { context, library, say } = chest(9);
  const blocks = () => checkDataset(context, request).findings.filter(({ severity }) => severity === 'blocks');
  expect(blocks()).toMatchObject([{ code: 'nothingKnown', values: { images: 9 } }]);
  expect(() => freezeDataset(context, request)).toThrow(expect.objectContaining({ code: 'DATASET_NOT_READY' }));
  for (let i = 0; i < 9; i++) {
    say(i, 'edema', i % 2 === 0 ? 'present' : 'absent');
    say(i, 'mass', 'uncertain');
  }
  expect(blocks()).toMatchObject([{ code: 'notTaught', values: { name: 'mass' } }]);
  expect(() => freezeDataset(context, request)).toThrow(/"mass": nothing is known/);
  for (let i = 0; i < 9; i++) say(i, 'mass', i % 3 === 0 ? 'present' : 'absent');
  const check = checkDataset(context, request);
  expect(blocks()).toEqual([]);
  const version = freezeDataset(context, request);
  const counted = library.db.all<{ split: string; n: number }>(
    'SELECT split, count(DISTINCT patient_id) AS n FROM version_images WHERE version_id = :id GROUP BY split',
    { id: version.id },
  );
  expect(check.splits).toEqual(Object.fromEntries(counted.map(({ split, n }) => [split, n])));
  expect(check.classes.map(({ name, images }) => [name, images])).toEqual([
    ['edema', 9],
    ['mass', 9],
  ]);
});

test('an image that a reader set aside is neither counted nor dealt', () => {
  const { context, library, id, say } = chest(6);
  for (let i = 0; i < 6; i++) say(i, 'edema', i % 2 === 0 ? 'present' : 'absent');
  library.writer.run(
    `INSERT INTO quality_tags (dataset_id, level, target_id, tag, reason, reader, tagged_at)
     SELECT :id, 'instance', min(instance_id), 'excluded', '', 'r', :now FROM dataset_instances WHERE dataset_id = :id`,
    { id, now: testTime },
  );
  expect(checkDataset(context, request)).toMatchObject({ images: 5, labelledImages: 5 });
});
