/** Studies that left a data set come back as they were: those images and no others, to that data set and no other. */
import { expect, test } from 'vitest';
import type { StudyId } from '../../../../core/contract/index.ts';
import { listDatasets } from '../../../../core/services/datasets/dataset.ts';
import { renameDataset } from '../../../../core/services/datasets/editing.ts';
import { putBackStudies, removeStudies } from '../../../../core/services/datasets/removal.ts';
import { addToDataset, ensureDataset } from '../../../../core/store/index.ts';
import { addPlacedInstance, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorOf } from '../../../support/thrown.ts';

test('an image of the study that was never in the data set does not come with them; a new name is followed; once', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  const db = library.writer;
  const [mammo, other] = ['mammo', 'other'].map((name) => ensureDataset(db, name, 'middle', testTime));
  if (mammo === undefined || other === undefined) throw new Error('no data sets');
  const ids = [0, 1].map((n) => addPlacedInstance(db, madeInstance(n)));
  // A second image of the first study, which another data set alone has.
  const [first, second] = ids as [(typeof ids)[0], (typeof ids)[0]];
  db.run('UPDATE instances SET series_id = (SELECT series_id FROM instances WHERE id = :first) WHERE id = :second', {
    first,
    second,
  });
  addToDataset(db, mammo.id, first, '2025-05-05T00:00:00.000Z');
  addToDataset(db, other.id, second, testTime);
  const members = () =>
    db.all('SELECT dataset_id, instance_id, added_at FROM dataset_instances ORDER BY dataset_id, instance_id', {});
  const before = members();
  const study = db.get<{ id: StudyId }>(
    'SELECT s.study_id AS id FROM series s JOIN instances i ON i.series_id = s.id WHERE i.id = :first',
    { first },
  )?.id as StudyId;
  const { instances, removal } = removeStudies(context, 'mammo', [study]);
  expect([instances, members().length]).toEqual([1, 1]);
  renameDataset(context, 'mammo', 'breast');
  expect(putBackStudies(context, removal)).toEqual({ dataset: 'breast', instances: 1 });
  expect(members()).toEqual(before);
  expect(listDatasets(context).map(({ name }) => name)).toEqual(['breast', 'other']);
  expect(appErrorOf(() => putBackStudies(context, removal))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('came back already'),
  });
  // What was known goes with a deletion, and a number is never given again.
  const next = removeStudies(context, 'breast', [study]);
  context.caches.libraryChanged();
  const last = removeStudies(context, 'other', [study]);
  expect(last.removal).not.toBe(next.removal);
  expect(appErrorOf(() => putBackStudies(context, next.removal)).code).toBe('BAD_INPUT');
});
