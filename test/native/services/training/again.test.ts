import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SplitName, type StudyId, type TrainOptions, warningLine } from '../../../../core/contract/index.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { patientWarnings } from '../../../../core/services/evaluation/patient-warnings.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { changesSince, nameAfter, optionsAgain, optionsOn } from '../../../../core/services/training/again.ts';
import {
  addLabel,
  datasetByName,
  labelledInstances,
  listJobs,
  listRuns,
  modelByName,
  modelWeights,
  movePatients,
  parentOfModel,
  versionById,
  versionImages,
} from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Made studies of some patients in the data set “discs”, and an LPM “tiny”. */
async function prepared(patients = 12) {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), patients);
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

/** Files all studies of the first `n` patients of one part under as many of another part, each under another one. */
function merge({ library: { db, writer } }: ServiceContext, n: number, from: SplitName, into: SplitName): void {
  const people = (part: SplitName) => [...Map.groupBy(versionImages(db, 1, part), ({ patientId }) => patientId)];
  const keys = people(into).map(
    ([id]) => db.get<{ key: string }>('SELECT patient_key AS key FROM patients WHERE id = :id', { id })?.key ?? '',
  );
  const moved = people(from)
    .slice(0, n)
    .flatMap(([, images], i) => images.map(({ studyId }): [StudyId, string] => [studyId, keys[i] ?? '']));
  expect(new Set(moved.map(([, key]) => key)).size).toBe(n);
  writer.transaction(() => movePatients(writer, new Map(moved), new Map(), '2026-02-02T00:00:00.000Z'));
}

test('a model that is trained on says where its start has learned from people who are test patients by now: in its job, on its card, when it is evaluated', async () => {
  const said: string[] = [];
  const log = { log: (level: string, text: string) => void (level === 'warn' && said.push(text)) };
  const { context: quiet } = await prepared(16);
  const context = { ...quiet, log };
  const { db } = context.library;
  await trainModel(context, {
    ...{ dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, epochs: 1, batch: 4, seed: 5 },
    ...{ name: 'disc-1', augment: false },
  });
  // Nobody became another: the start knows no test patient.
  await trainModel(context, { ...optionsOn(context, 'disc-1', 1), name: 'before' });
  expect([modelCard(context, 'before').warnings, said]).toEqual([[], []]);

  // Two training patients turn out to be test patients.
  merge(context, 2, 'train', 'test');
  await trainModel(context, { ...optionsOn(context, 'disc-1', 1), name: 'on' });
  const warned = { code: 'startKnowsPatients', model: 'disc-1', part: 'test', patients: 2 } as const;
  expect(said.splice(0)).toEqual([
    'The weights that this training begins with, those of "disc-1", have learned from 2 patients who are test patients here: figures of the test cases flatter this model. Train it again from the beginning before you trust them.',
  ]);
  expect(listJobs(db)[0]?.warnings).toEqual([warned]);
  expect(modelCard(context, 'on').warnings).toEqual([warned]);
  const { warnings } = await evaluateModel(context, { model: 'on', split: 'test' });
  expect(warnings.filter((text) => text.startsWith('The weights'))).toEqual([warningLine(warned)]);
  const judged = (split: 'test' | 'val') => judgeReport(context, { model: 'on', split, pooling: 'mean' })?.warnings;
  expect([judged('test'), judged('val')]).toEqual([[warned], []]);

  // Whoever trains that one on inherits what its start knows; whoever begins anew does not.
  await trainModel(context, { ...optionsOn(context, 'on', 1), name: 'further' });
  expect(modelCard(context, 'further').warnings).toEqual([{ ...warned, model: 'on' }]);
  await trainModel(context, { ...optionsAgain(context, 'on'), name: 'anew' });
  expect(modelCard(context, 'anew').warnings).toEqual([]);
  // One that was trained on before the patients became one says it now, with what became of its own version.
  expect(modelCard(context, 'before').warnings).toMatchObject([
    warned,
    { code: 'patientsMoved', inSeveralParts: 2, images: expect.any(Number) },
  ]);
});

test('training patients of the start whom a file has given to validation since are said, too', async () => {
  const { context } = await prepared(16);
  const { db } = context.library;
  await trainModel(context, {
    ...{ dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, epochs: 1, batch: 4, seed: 5 },
    ...{ name: 'disc-1', augment: false },
  });
  const keys = db.all<{ key: string }>(
    `SELECT DISTINCT p.patient_key AS key FROM version_images v JOIN patients p ON p.id = v.patient_id
     WHERE v.split = 'train' ORDER BY key LIMIT 3`,
  );
  const splits = ['patientID,split', ...keys.map(({ key }) => `${key},val`)].join('\n');
  await importPaths(context, { dataset: 'discs', labels: put(temporaryFolder(), 'splits.csv', splits) });
  await trainModel(context, { ...optionsOn(context, 'disc-1', 1), name: 'on' });
  expect(modelCard(context, 'on').warnings).toEqual([
    { code: 'startKnowsPatients', model: 'disc-1', part: 'val', patients: 3 },
  ]);
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
