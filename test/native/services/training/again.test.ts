import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StudyId, TrainOptions } from '../../../../core/contract/index.ts';
import { patientWarnings } from '../../../../core/services/evaluation/patient-warnings.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { changesSince, nameAfter, optionsAgain, optionsOn } from '../../../../core/services/training/again.ts';
import {
  addLabel,
  datasetByName,
  labelledInstances,
  listRuns,
  modelByName,
  modelWeights,
  movePatients,
  parentOfModel,
  versionById,
  versionImages,
} from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Twelve made studies in the data set “discs”, and an LPM “tiny”. */
async function prepared() {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 12);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return { context, folder };
}

test('a model is trained again with its own settings on the labels of now, and the new one names it', async () => {
  const { context } = await prepared();
  await trainModel(context, {
    ...{ dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, epochs: 2, batch: 4, lr: 3e-3, seed: 5 },
    ...{ name: 'disc-1', classWeights: 'balanced', earlyStop: 7, augment: false },
  });
  expect(changesSince(context, 'disc-1')).toMatchObject({ isChanged: false, labels: 0, added: 0, removed: 0 });

  const { db, writer } = context.library;
  const dataset = datasetByName(db, 'discs');
  const [one] = labelledInstances(db, dataset?.id ?? 0);
  if (dataset === undefined || one === undefined) throw new Error('a data set with images');
  const other = labelledInstances(db, dataset.id).find(({ label }) => label !== one.label)?.label ?? '';
  addLabel(writer, dataset.id, { kind: 'study', id: one.studyId }, other, 'a file', '2026-02-02T00:00:00.000Z');
  addLabel(writer, dataset.id, { kind: 'instance', id: one.instanceId }, other, 'a file', '2026-02-02T00:00:00.000Z');
  const changes = changesSince(context, 'disc-1');
  expect(changes).toMatchObject({ dataset: 'discs', version: 1, isChanged: true, added: 0, removed: 0 });
  expect(changes.labels).toBeGreaterThan(0);

  await trainModel(context, optionsAgain(context, 'disc-1'));
  const [first, second] = listRuns(db);
  expect([second?.modelName, second?.settings]).toEqual(['disc-2', first?.settings]);
  expect([first?.datasetVersion, second?.datasetVersion]).toEqual([1, 2]);
  expect(parentOfModel(db, 'disc-2')).toEqual({ model: 'disc-1', how: 'again' });
  expect(parentOfModel(db, 'disc-1')).toBe(undefined);

  // Trained on, the first step is one from the weights of the other's end: at a rate of next to nothing it stays there.
  await trainModel(context, { ...optionsOn(context, 'disc-2', 1), lr: 1e-12, weightDecay: 0 });
  expect(parentOfModel(db, 'disc-3')).toEqual({ model: 'disc-2', how: 'on' });
  const endOf = (name: string): Float32Array =>
    modelWeights(db, modelByName(db, name)?.id ?? 0, 'final') ?? new Float32Array();
  const [before, after] = [endOf('disc-2'), endOf('disc-3')];
  expect(before.length).toBeGreaterThan(0);
  expect(Math.max(...after.map((value, k) => Math.abs(value - (before[k] ?? Number.NaN))))).toBeLessThan(1e-9);
});

test('after two training patients became one, the same command trains on a version of the patients of now', async () => {
  const { context } = await prepared();
  const command: TrainOptions = {
    ...{ dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4, seed: 5, augment: false },
    method: 'linear',
  };
  await trainModel(context, { ...command, name: 'discs-linear' });
  const { db, writer } = context.library;
  const before = versionById(db, 1);
  if (before === undefined) throw new Error('the first version');
  const training = versionImages(db, before.id, 'train');
  const two = [...new Set(training.map(({ patientId }) => patientId))].slice(0, 2);
  const own = training.filter(({ patientId }) => two.includes(patientId));
  const merged = new Map(own.map(({ studyId }): [StudyId, string] => [studyId, 'W']));
  writer.transaction(() => movePatients(writer, merged, new Map(), '2026-02-02T00:00:00.000Z'));

  expect(changesSince(context, 'discs-linear')).toMatchObject({
    isChanged: true,
    labels: 0,
    added: 0,
    removed: 0,
    moved: own.length,
  });
  expect(patientWarnings(db, before).at(-1)).toMatch(
    /images of this version belong .* 1 patient of now counts as several in it, .*: train anew before you trust the figures\.$/,
  );
  // By its name it would be the finished run of before, whose patients are others.
  await expect(trainModel(context, { ...command, name: 'discs-linear' })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  await trainModel(context, command);
  expect(listRuns(db).map(({ modelName, datasetVersion }) => [modelName, datasetVersion])).toEqual([
    ['discs-linear', 1],
    ['discs-linear-2', 2],
  ]);
  expect(changesSince(context, 'discs-linear-2')).toMatchObject({ isChanged: false, moved: 0 });
  const after = versionById(db, 2);
  expect(after && patientWarnings(db, after)).toEqual([]);
});

test('names go on counting, past those that are taken', () => {
  const taken = new Set(['a-2', 'b-4']);
  const after = (name: string): string => nameAfter(name, (other) => taken.has(other));
  expect([after('a'), after('b-3'), after('c-fpt+'), after('d-20260101')]).toEqual([
    'a-3',
    'b-5',
    'c-fpt+-2',
    'd-20260101-2',
  ]);
});
