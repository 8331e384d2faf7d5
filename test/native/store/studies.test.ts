import { describe, expect, test } from 'vitest';
import type { StudyId } from '../../../core/contract/index.ts';
import { studyFilterSchema, studySortSchema } from '../../../core/contract/ipc/library.ts';
import {
  addInstance,
  addLabel,
  addToDataset,
  ensureDataset,
  findStudies,
  type InstanceDescription,
  imagesOfStudy,
  insertLabel,
  labelClasses,
  type ReadDb,
  schemaOf,
  schemaOfQuestion,
  setLabelClasses,
  studyAnswers,
  studyIdOf,
  studyRows,
  withdrawLabel,
  withoutIdentity,
} from '../../../core/store/index.ts';
import { fillDataset, madeInstance, temporaryLibrary, testTime } from '../../support/library.ts';
import { addManyStudies } from '../../support/many-studies.ts';

const everything = studyFilterSchema.parse({});
const newestFirst = studySortSchema.parse({});
const described: InstanceDescription = {
  patientName: 'Müller^Jörg',
  patientSex: 'M',
  patientBirthDate: '19500101',
  issuerOfPatientID: 'ST ELSEWHERE',
  studyDate: '20240131',
  studyTime: '083000',
  studyDescription: 'Chest PA',
  accessionNumber: 'A1',
  seriesDescription: 'PA',
  seriesNumber: 1,
  manufacturer: 'Maker',
  manufacturerModelName: 'Device 1',
  institutionName: 'Somewhere',
  bodyPartExamined: 'CHEST',
  instanceNumber: 1,
  slicePositionMm: null,
  laterality: null,
  viewPosition: null,
};

function plan(db: ReadDb, ask: (spy: ReadDb) => unknown): string[] {
  const found: string[] = [];
  const note = (sql: string, parameters?: Parameters<ReadDb['all']>[1]): void => {
    found.push(...db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters).map(({ detail }) => detail));
  };
  ask({
    all: (sql, parameters) => {
      note(sql, parameters);
      return db.all(sql, parameters);
    },
    get: (sql, parameters) => {
      note(sql, parameters);
      return db.get(sql, parameters);
    },
  });
  return found;
}

test('slices are read in the order of their InstanceNumber, whatever their UIDs say', () => {
  const library = temporaryLibrary();
  const dataset = ensureDataset(library.writer, 'slices', 'all', testTime);
  // As an archive sent them: the UIDs count the sending. 10 must come after 2, and a slice without a number last.
  const ids = [10, null, 2, 1].map((instanceNumber, n) => {
    const slice = madeInstance(1, { sopInstanceUID: `1.2.3.1.1.${n + 1}` });
    const { id } = addInstance(library.writer, { ...slice, description: { ...described, instanceNumber } }, testTime);
    addToDataset(library.writer, dataset.id, id, testTime);
    return id;
  });
  const studyId = studyIdOf(library.db, '1.2.3.1') as StudyId;
  const order = imagesOfStudy(library.db, dataset.id, studyId).map(({ instanceId }) => ids.indexOf(instanceId));
  expect(order).toEqual([3, 2, 0, 1]);
  library.close();
});

test('slices without an InstanceNumber, or with the same, are read in the order of their position in the patient', () => {
  const library = temporaryLibrary();
  const dataset = ensureDataset(library.writer, 'slices', 'all', testTime);
  const ids = [
    [null, 30],
    [null, -5.5],
    [null, null],
    [1, 20],
    [1, 10],
  ].map(([instanceNumber = null, slicePositionMm = null], n) => {
    const slice = madeInstance(1, { sopInstanceUID: `1.2.3.1.1.${n + 1}` });
    const description = { ...described, instanceNumber, slicePositionMm };
    const { id } = addInstance(library.writer, { ...slice, description }, testTime);
    addToDataset(library.writer, dataset.id, id, testTime);
    return id;
  });
  const studyId = studyIdOf(library.db, '1.2.3.1') as StudyId;
  const images = imagesOfStudy(library.db, dataset.id, studyId);
  expect(images.map(({ instanceId }) => instanceId)).toEqual([4, 3, 1, 0, 2].map((n) => ids[n]));
  library.close();
});

describe('the list of studies', () => {
  test('is found without regard to accents, case and parts, by day, and not by what only looks like a pattern', () => {
    const library = temporaryLibrary();
    addInstance(library.writer, { ...madeInstance(1), description: described }, testTime);
    addInstance(library.writer, madeInstance(2), testTime);
    const find = (filter: object) => [...findStudies(library.db, studyFilterSchema.parse(filter), newestFirst, null)];
    expect(find({})).toEqual([1, 2]);
    expect(find({ patientName: 'MULLER jor' })).toEqual([1]);
    expect(find({ patientName: '%' })).toEqual([]);
    expect(find({ from: '2024-01-31', to: '2024-01-31' })).toEqual([1]);
    expect(find({ from: '2024-02-01' })).toEqual([]);
    expect(find({ modality: 'DX', patientID: 'patient-2' })).toEqual([2]);
    expect(studyRows(library.db, [1], null)).toEqual([
      {
        id: 1,
        headerPatientID: null,
        isPatientGiven: false,
        patientID: 'patient-1',
        patientName: 'Müller^Jörg',
        patientSex: 'M',
        patientBirthDate: '19500101',
        issuerOfPatientID: 'ST ELSEWHERE',
        studyDate: '20240131',
        studyTime: '083000',
        studyDescription: 'Chest PA',
        accessionNumber: 'A1',
        modalities: 'DX',
        bodyPartExamined: 'CHEST',
        seriesCount: 1,
        instanceCount: 1,
        label: null,
      },
    ]);
  });

  test('walks an index for its own order, and rows come by their keys', () => {
    const library = temporaryLibrary();
    addManyStudies(library, 50);
    const steps = plan(library.db, (db) => findStudies(db, everything, newestFirst, null));
    expect(steps.join('\n')).toContain('USING INDEX studies_by_date');
    expect(steps.join('\n')).not.toContain('TEMP B-TREE');
    const rows = plan(library.db, (db) => studyRows(db, [1, 2, 3], { schemaId: 1, reader: 'r' }));
    expect(rows.filter((step) => step.startsWith('SCAN') && !step.includes('want'))).toEqual([]);
  });

  test('knows who lacks a label, at whatever level it was given', () => {
    const library = temporaryLibrary();
    const { datasetId } = fillDataset(library, ['a', null, 'b']);
    const dataset = { id: datasetId, schemaId: schemaOf(library.db, datasetId), questions: [], reader: null };
    const labels = (state: string) =>
      [
        ...findStudies(library.db, studyFilterSchema.parse({ dataset: 'demo', labels: state }), newestFirst, dataset),
      ].sort();
    expect([labels('labelled'), labels('unlabelled'), labels('any')]).toEqual([[1, 3], [2], [1, 2, 3]]);
    expect(studyRows(library.db, [1, 2], dataset).map(({ label }) => label)).toEqual(['a', null]);
  });

  test('says nothing of what was taken back', () => {
    const library = temporaryLibrary();
    const { datasetId } = fillDataset(library, [null]);
    const target = { kind: 'study', id: studyIdOf(library.db, '1.2.3.0') as StudyId } as const;
    const id = insertLabel(library.writer, datasetId, target, 'a', 'r', testTime);
    const dataset = { id: datasetId, schemaId: schemaOf(library.db, datasetId), questions: [], reader: null };
    expect(studyRows(library.db, [target.id], dataset)[0]?.label).toBe('a');
    withdrawLabel(library.writer, id, 'r', testTime);
    expect(studyRows(library.db, [target.id], dataset)[0]?.label).toBeNull();
    const labelled = studyFilterSchema.parse({ dataset: 'demo', labels: 'labelled' });
    expect([...findStudies(library.db, labelled, newestFirst, dataset)]).toEqual([]);
  });

  test('says each finding of a study, and finds those with any', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const { id } = ensureDataset(db, 'findings', 'middle', testTime, 'finding');
    const instances = [1, 2, 3].map((n) => addInstance(db, madeInstance(n), testTime).id);
    for (const instance of instances) addToDataset(db, id, instance, testTime);
    const say = (n: number, word: string, question: string) =>
      addLabel(db, id, { kind: 'instance', id: instances[n] as never }, word, 'r', testTime, question);
    say(0, 'present', 'edema');
    say(0, 'absent', 'mass');
    say(2, 'uncertain', 'mass');
    const questions = ['edema', 'mass'].map((name) => ({ name, schemaId: schemaOfQuestion(db, id, name) }));
    const dataset = { id, schemaId: schemaOf(db, id), questions, reader: null };
    expect(
      [...studyAnswers(library.db, [1, 2, 3], dataset).values()].map((row) => row.map(({ word }) => word)),
    ).toEqual([
      ['present', 'absent'],
      [null, null],
      [null, 'uncertain'],
    ]);
    const found = (labels: string) =>
      [
        ...findStudies(library.db, studyFilterSchema.parse({ dataset: 'findings', labels }), newestFirst, dataset),
      ].sort();
    expect([found('labelled'), found('unlabelled')]).toEqual([[1, 3], [2]]);
    const rows = plan(library.db, (spy) => studyAnswers(spy, [1, 2, 3], { questions, reader: 'r' }));
    expect(rows.filter((step) => step.startsWith('SCAN') && !step.includes('want'))).toEqual([]);
  });
});

test('a description without identity holds no name, date or free text', () => {
  const kept = Object.entries(withoutIdentity(described)).filter(([, value]) => value !== null);
  expect(Object.fromEntries(kept)).toEqual({
    seriesNumber: 1,
    manufacturer: 'Maker',
    manufacturerModelName: 'Device 1',
    bodyPartExamined: 'CHEST',
    instanceNumber: 1,
  });
});

test('classes keep their order, change names and places, and stay while labels name them', () => {
  const library = temporaryLibrary();
  const { datasetId } = fillDataset(library, ['a', 'b']);
  const classes = () => labelClasses(library.db, datasetId).map(({ name }) => name);
  const [a, b] = labelClasses(library.db, datasetId);
  setLabelClasses(library.writer, datasetId, [{ id: b?.id, name: 'a' }, { name: 'c' }, { id: a?.id, name: 'b' }]);
  expect(classes()).toEqual(['a', 'c', 'b']);
  expect(() => setLabelClasses(library.writer, datasetId, [{ name: 'c' }])).toThrow('has 1 label');
  // The classes of another data set, whose panel was shown when its name was clicked.
  const elsewhere = [{ id: 999, name: 'x' }];
  expect(() => setLabelClasses(library.writer, datasetId, elsewhere)).toThrow('not the classes of this data set');
  expect(classes()).toEqual(['a', 'c', 'b']);
});
