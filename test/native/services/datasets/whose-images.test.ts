/** Images that were filed under other patients or studies since a version was frozen: what freezing gives then. */
import { expect, test } from 'vitest';
import type { DatasetVersion, InstanceId, StudyId } from '../../../../core/contract/index.ts';
import { freezeDataset, planVersion } from '../../../../core/services/datasets/dataset.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { dealFolds } from '../../../../core/services/training/folds.ts';
import { type Library, movePatients, patientsSince, versionImages } from '../../../../core/store/index.ts';
import { addPlacedInstance, fillDataset, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

const labels = Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? 'mass' : 'normal'));

const freeze = (library: Library): DatasetVersion => freezeDataset(testContext(library), { dataset: 'demo', seed: 1 });

/** Files studies under other patients, by their keys. */
function file(library: Library, studies: readonly (readonly [StudyId, string])[]): void {
  const { writer } = library;
  writer.transaction(() => movePatients(writer, new Map(studies), new Map(), testTime));
}

/** The images of training and validation with the fold of each. */
function dealt(library: Library, { id, target, classes }: DatasetVersion) {
  const images = versionImages(library.db, id).filter(({ split }) => split !== 'test');
  const folds = dealFolds(images, { count: 5, seed: 1, target, classes });
  return images.map((image, i) => ({ ...image, fold: folds[i] as number }));
}

/** A library whose version 1 has two training patients of one class in different folds, and their studies. */
function withApart(): { library: Library; first: DatasetVersion; a: StudyId; b: StudyId } {
  const library = temporaryLibrary();
  fillDataset(library, labels);
  const first = freeze(library);
  const training = dealt(library, first).filter(({ split }) => split === 'train');
  const [one] = training;
  const other = training.find(({ classIndex, fold }) => classIndex === one?.classIndex && fold !== one?.fold);
  if (one === undefined || other === undefined) throw new Error('two patients in two folds');
  return { library, first, a: one.studyId, b: other.studyId };
}

const ofStudies = (library: Library, version: DatasetVersion, studies: readonly StudyId[]) =>
  dealt(library, version).filter(({ studyId }) => studies.includes(studyId));

test('two training patients who are one are one patient in a second version, and in one fold', () => {
  const { library, first, a, b } = withApart();
  file(library, [
    [a, 'W'],
    [b, 'W'],
  ]);
  expect(planVersion(testContext(library), { dataset: 'demo' }).existing).toBeUndefined();
  const second = freeze(library);
  expect(second.number).toBe(2);
  const own = ofStudies(library, second, [a, b]);
  expect(own.map(({ split }) => split)).toEqual(['train', 'train']);
  expect(new Set(own.map(({ patientId }) => patientId)).size).toBe(1);
  expect(new Set(own.map(({ fold }) => fold)).size).toBe(1);
  expect(second.splits.find(({ split }) => split === 'train')?.patients).toBe(
    (first.splits.find(({ split }) => split === 'train')?.patients ?? 0) - 1,
  );
  expect(patientsSince(library.db, second.id).movedImages).toBe(0);
  // The version of before keeps its patients, for the runs that began with it.
  expect(new Set(ofStudies(library, first, [a, b]).map(({ patientId }) => patientId)).size).toBe(2);
});

test('nothing moved, or a patient merely called otherwise, is the version that there is', () => {
  const { library, first, a } = withApart();
  expect(freeze(library)).toEqual(first);
  file(library, [[a, 'another name']]);
  expect(freeze(library)).toEqual(first);
});

test('a move that is undone gives the first version again, and one that is made again the second', () => {
  const { library, first, a, b } = withApart();
  const keys = new Map(
    library.db
      .all<{ id: StudyId; key: string }>(
        'SELECT st.id, p.patient_key AS key FROM studies st JOIN patients p ON p.id = st.patient_id',
      )
      .map(({ id, key }) => [id, key]),
  );
  const back = [a, b].map((study) => [study, keys.get(study) ?? ''] as const);
  const there = [a, b].map((study) => [study, 'W'] as const);
  file(library, there);
  const second = freeze(library);
  file(library, back);
  expect(freeze(library)).toEqual(first);
  file(library, there);
  expect(freeze(library)).toEqual(second);
  expect(second.number).toBe(2);
});

test('one patient who was two is two in a second version', () => {
  const { library, a, b } = withApart();
  file(library, [
    [a, 'W'],
    [b, 'W'],
  ]);
  const before = freeze(library);
  file(library, [
    [a, 'X'],
    [b, 'Y'],
  ]);
  const after = freeze(library);
  expect(after.number).toBe(3);
  expect(after.contentHash).not.toBe(before.contentHash);
  expect(new Set(ofStudies(library, after, [a, b]).map(({ patientId }) => patientId)).size).toBe(2);
  expect(patientsSince(library.db, after.id).movedImages).toBe(0);
});

test('the grouping is hashed alike in two libraries, whatever row numbers the patients have', () => {
  const hashes = [0, 3].map((more) => {
    const library = temporaryLibrary();
    for (let n = 0; n < more; n++) addPlacedInstance(library.writer, madeInstance(100 + n));
    fillDataset(library, labels);
    const training = versionImages(library.db, freeze(library).id, 'train');
    const studies = training.slice(0, 2).map(({ studyId }) => [studyId, 'W'] as const);
    file(library, studies);
    const { number, contentHash } = freeze(library);
    expect(number).toBe(2);
    return contentHash;
  });
  expect(hashes[0]).toBe(hashes[1]);
});

test('images that lie in another study since are of that study in a second version', () => {
  const { library, first, a } = withApart();
  const { writer } = library;
  const image = versionImages(library.db, first.id).find(({ studyId }) => studyId === a);
  const at = library.db.get<{ key: string; uid: string }>(
    `SELECT p.patient_key AS key, st.study_instance_uid AS uid FROM studies st JOIN patients p ON p.id = st.patient_id WHERE st.id = :a`,
    { a },
  );
  const place = {
    ...{ patientKey: at?.key ?? '', studyInstanceUID: `${at?.uid}.0`, seriesInstanceUID: `${at?.uid}.0.1` },
    ...{ modality: 'DX', ownPatientKey: null },
  };
  writer.transaction(() =>
    movePatients(writer, new Map(), new Map([[image?.instanceId as InstanceId, place]]), testTime),
  );
  const second = freeze(library);
  expect(second.number).toBe(2);
  const now = versionImages(library.db, second.id).find(({ instanceId }) => instanceId === image?.instanceId);
  expect([now?.studyInstanceUID, now?.patientId]).toEqual([place.studyInstanceUID, image?.patientId]);
});

test('after the patient is deleted whose images went to another, the first version is not taken for one of the patients of now', () => {
  const { library, first, a, b } = withApart();
  const { db, writer } = library;
  // Each of the two has a study more, outside the data set, by which the patient can be deleted.
  const keys = [a, b].map((study, n) => {
    const row = db.get<{ key: string }>(
      'SELECT p.patient_key AS key FROM studies st JOIN patients p ON p.id = st.patient_id WHERE st.id = :study',
      { study },
    );
    addPlacedInstance(writer, madeInstance(200 + n, { patientKey: row?.key ?? '' }));
    return row?.key ?? '';
  });
  file(library, [
    [a, 'W'],
    [b, 'W'],
  ]);
  const second = freeze(library);
  for (const patientID of keys) deletePatient(testContext(library), { patientID, backups: 'keep' });
  // The first names W for both now, but what was trained on it took them for two.
  expect(patientsSince(db, first.id).movedImages).toBe(0);
  expect(freeze(library).id).toBe(second.id);
});
