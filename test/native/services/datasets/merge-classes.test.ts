import { expect, test } from 'vitest';
import { datasetDetails, setClasses } from '../../../../core/services/datasets/editing.ts';
import { mergeClasses, planClassMerge, takeClassMergeBack } from '../../../../core/services/datasets/merge-classes.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { addLabel, classNames, labelHistory, labelledInstances } from '../../../../core/store/index.ts';
import { fillDataset, temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';

test('labels that count say the other class, by the same readers, and history keeps both; taken apart they are as before', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  const db = library.writer;
  const { datasetId, instanceIds } = fillDataset(library, ['likely', 'sure', 'none', 'likely']);
  const [first, , , last] = instanceIds;
  if (first === undefined || last === undefined) throw new Error('four instances');
  db.run(`INSERT INTO readers (reader_key, name, created_at) VALUES ('r1', 'Reader 1', 'now')`);
  addLabel(db, datasetId, { kind: 'instance', id: first }, 'likely', 'r1', testTime);
  // A later import said otherwise: what counts of imports is not to be changed by an earlier one.
  addLabel(db, datasetId, { kind: 'instance', id: last }, 'none', 'another file', testTime);
  const labels = (): (string | null)[] => labelledInstances(library.db, datasetId).map(({ label }) => label);
  const before = labels();
  expect(before).toEqual(['likely', 'sure', 'none', 'none']);

  expect(planClassMerge(context, 'demo', 'likely', 'sure')).toBe(2);
  expect(mergeClasses(context, 'demo', 'likely', 'sure')).toBe(2);
  expect(labels()).toEqual(['sure', 'sure', 'none', 'none']);
  expect(classNames(library.db, datasetId)).toEqual(['sure', 'none']);
  expect(
    labelHistory(library.db, datasetId, { kind: 'instance', id: first }).map(({ label, reader }) => [label, reader]),
  ).toEqual([
    ['likely', 'test'],
    ['likely', 'r1'],
    ['sure', 'test'],
    ['sure', 'r1'],
  ]);

  // The command line names both: another class than the one that it went into is a slip, after which nothing is changed.
  expect(appErrorOf(() => takeClassMergeBack(context, 'demo', 'likely', 'none')).message).toBe(
    'Class "likely" of data set "demo" became part of "sure", not of "none".',
  );
  expect(labels()).toEqual(['sure', 'sure', 'none', 'none']);
  expect(takeClassMergeBack(context, 'demo', 'likely', 'sure')).toBe(2);
  expect(labels()).toEqual(before);
  expect(classNames(library.db, datasetId)).toEqual(['likely', 'sure', 'none']);
  expect(appErrorOf(() => takeClassMergeBack(context, 'demo', 'likely')).code).toBe('BAD_INPUT');
  expect(appErrorOf(() => mergeClasses(context, 'demo', 'likely', 'unknown')).message).toContain('it has "likely"');
});

test('a class that became part of another one is one by itself again when something says it', () => {
  const library = temporaryLibrary();
  const { datasetId, instanceIds } = fillDataset(library, ['likely', 'sure', null]);
  mergeClasses(testContext(library), 'demo', 'likely', 'sure');
  const id = instanceIds[2];
  if (id === undefined) throw new Error('three instances');
  addLabel(library.writer, datasetId, { kind: 'instance', id }, 'likely', 'test', testTime);
  expect(classNames(library.db, datasetId)).toEqual(['likely', 'sure']);
});

test('the same file again, for the studies that have come since, says what its classes have become', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  const context = testContext(library);
  const rows: string[] = [];
  const words = ['Carcinoma', 'malignant', 'benign', 'benign', 'Carcinoma', 'benign'];
  const add = (patients: readonly number[]): void => {
    for (const p of patients) {
      for (const s of [1, 2]) {
        rows.push(`1.${p}.${s},${words[(2 * p + s - 1) % words.length]}`);
        for (const i of [1, 2])
          put(
            folder,
            `${p}-${s}-${i}.dcm`,
            tinyDicom({
              patient: `P${p}`,
              study: `1.${p}.${s}`,
              instance: `1.${p}.${s}.1.${i}`,
              grey: 100 * p + 10 * s + i,
            }),
          );
      }
    }
  };
  const run = async (more = {}) => {
    const labels = put(folder, 'labels.csv', ['studyInstanceUID,label', ...rows].join('\n'));
    const preview = await previewLabels(context, { dataset: 'd', labels, paths: [folder], ...more });
    return { preview, report: await importPaths(context, { dataset: 'd', labels, paths: [folder], ...more }) };
  };
  const counted = () => labelledInstances(library.db, 1).map(({ label }) => label);
  add([0, 1]);
  await run();
  mergeClasses(context, 'd', 'Carcinoma', 'malignant');
  const before = counted();
  expect(before).toEqual(['malignant', 'malignant', 'malignant', 'malignant', 'benign', 'benign', 'benign', 'benign']);
  add([2]);
  const { preview, report } = await run();
  expect(preview.changes).toEqual({ new: 2, same: 4, changed: 0, overruled: 0 });
  expect(preview.classes.map(({ name, labels }) => [name, labels]).sort()).toEqual([
    ['benign', 3],
    ['malignant', 3],
  ]);
  expect(report.labels).toMatchObject({ applied: 2, unchanged: 4, changed: 0 });
  expect(report.labels.merged).toEqual([{ from: 'Carcinoma', to: 'malignant', rows: 2 }]);
  expect(counted()).toEqual([...before, 'malignant', 'malignant', 'benign', 'benign']);
  // Whoever lists the classes means what the list says.
  await run({ classes: ['Carcinoma', 'malignant', 'benign'] });
  expect(new Set(counted())).toEqual(new Set(['Carcinoma', 'malignant', 'benign']));
});

test('a class is shown with the labels that count; one that only the history names stays in the list, and says so', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  const { datasetId, instanceIds } = fillDataset(library, ['likely', 'sure', 'sure', 'none']);
  mergeClasses(context, 'demo', 'likely', 'sure');
  takeClassMergeBack(context, 'demo', 'likely');
  const counts = () =>
    datasetDetails(context, 'demo').classes.map(({ name, labels, stored }) => [name, labels, stored]);
  // The label that the merge added is in the history of "sure" for ever.
  expect(counts()).toEqual([
    ['likely', 1, 1],
    ['sure', 2, 3],
    ['none', 1, 1],
  ]);
  const [id] = instanceIds;
  if (id === undefined) throw new Error('four instances');
  addLabel(library.writer, datasetId, { kind: 'instance', id }, 'sure', 'test', testTime);
  expect(counts()[0]).toEqual(['likely', 0, 1]);
  const others = datasetDetails(context, 'demo').classes.filter(({ name }) => name !== 'likely');
  expect(appErrorOf(() => setClasses(context, 'demo', others)).message).toBe(
    '"likely" has 1 label in its history; a class with labels stays.',
  );
  // Between the two that have labels the positive one is chosen, as where a data set is listed.
  expect(datasetDetails(context, 'demo').positiveClass).toBe('sure');
});
