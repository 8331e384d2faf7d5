/** Labels that out-of-fold answers contradict: planted errors stand first, and what readers decide about them is kept. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '../../../../bench/tasks/index.ts';
import { taskFile } from '../../../../bench/tasks/write.ts';
import { Random } from '../../../../core/base/random.ts';
import type { Suspect, TrainOptions } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { addReader, readersOf } from '../../../../core/services/reading/readers.ts';
import { takeLabelBack } from '../../../../core/services/reading/reading.ts';
import { setCheckedLabel } from '../../../../core/services/suspects/checked-label.ts';
import { suspectsCsv } from '../../../../core/services/suspects/csv.ts';
import { doubtedLabels } from '../../../../core/services/suspects/doubted.ts';
import { findSuspects, keepLabel, suspectReport } from '../../../../core/services/suspects/suspects.ts';
import { identifiersOf, labelChecksOf, modelByName } from '../../../../core/store/index.ts';
import { openTestServices } from '../../../support/made-studies.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const task = tasks['grades'] as NonNullable<(typeof tasks)[string]>;
/** With fewer, some draws of the folds leave networks too poor to contradict anybody. */
const images = 90;
const options: TrainOptions = {
  dataset: 'grains',
  method: 'linear',
  inputSize: 224,
  epochs: 40,
  batch: 8,
  lr: 1e-2,
  folds: 5,
  seed: 1,
};

const home = mkdtempSync(join(tmpdir(), 'sidelight-suspects-'));
/** Image → its true class; a tenth of them is labelled as another. */
const truth = Array.from({ length: images }, (_, i) => i % task.classes.length);
const flipped = new Set<number>();
const random = Random.seeded(1);
while (flipped.size < images / 10) flipped.add(Math.floor(random.uniform(0, images)));
const given = truth.map((c, i) => (flipped.has(i) ? (c + 1) % task.classes.length : c));
const nameOf = (c: number | undefined): string => task.classes[c ?? -1] ?? '';
const imageOf = (patientID: string): number => Number(patientID.split('-').at(-1));

let services: Awaited<ReturnType<typeof openTestServices>>;
beforeAll(async () => {
  mkdirSync(join(home, 'studies'));
  const rows = given.map((c, i) => `TASK-grades-${i},${nameOf(c)}`);
  writeFileSync(join(home, 'labels.csv'), `patientID,label\n${rows.join('\n')}\n`);
  for (let i = 0; i < images; i++) {
    writeFileSync(join(home, 'studies', `${i}.dcm`), taskFile('grades', task, i, 256));
  }
  services = await openTestServices(join(home, 'library'));
  const { context } = services;
  await importPaths(context, {
    paths: [join(home, 'studies')],
    dataset: 'grains',
    labels: join(home, 'labels.csv'),
  });
  await trainModel(context, { ...options, name: 'first' });
  await trainModel(context, { ...options, folds: 1, epochs: 1, name: 'one network' });
}, 300_000);
afterAll(async () => {
  await services.close();
  rmSync(home, { recursive: true, force: true });
});

/** A reader looks at a case of the list of `model` and gives it a label. */
function give(model: string, { target, instanceId, sopInstanceUID }: Suspect, label: string): void {
  const { context } = services;
  const act = { dataset: 'grains', target, readerId: readersOf(context).current.id };
  setCheckedLabel(context, model, { ...act, displayed: instanceId, sopInstanceUID }, label);
}

const refusal = (work: () => unknown) => appErrorFrom(Promise.resolve().then(work));

const keep = ({ target, question, label }: Suspect) =>
  keepLabel(services.context, {
    ...{ model: 'first', target, question, label },
    readerId: readersOf(services.context).current.id,
  });

test('of a tenth of wrong labels, four fifths at least stand in the first 15 % of the list', () => {
  const { context } = services;
  const record = modelByName(context.library.db, 'first');
  const labels = (record && doubtedLabels(context, record, 'study')) ?? [];
  const named = identifiersOf(
    context.library.db,
    labels.flatMap((label) => label.images.map(({ instanceId }) => instanceId)),
  );
  const order = labels.map((label) => imageOf(named.get(label.images[0]?.instanceId as never)?.patientID ?? ''));
  // The test patients took no part.
  expect(order.length).toBeGreaterThan(60);
  const wrong = order.filter((i) => flipped.has(i)).length;
  expect(wrong).toBeGreaterThan(5);
  const first = order.slice(0, Math.ceil(0.15 * order.length)).filter((i) => flipped.has(i)).length;
  expect(first / wrong).toBeGreaterThanOrEqual(0.8);
});

test('a row names case, label and answer with their probabilities; nothing is decided at first', () => {
  const report = suspectReport(services.context, 'first');
  const [top] = report.suspects;
  const i = imageOf(top?.patientID ?? '');
  expect(top).toMatchObject({ rank: 1, question: null, images: 1, state: 'open', reader: null, decidedAt: null });
  expect([top?.label, top?.labelNow, top?.answer]).toEqual([nameOf(given[i]), nameOf(given[i]), nameOf(truth[i])]);
  expect((top?.answerProbability ?? 0) - (top?.labelProbability ?? 0)).toBeCloseTo(top?.doubt ?? 0, 9);
  expect([report.open, report.kept, report.changed, report.effect]).toEqual([report.suspects.length, 0, 0, null]);
  const lines = suspectsCsv(report).trim().split('\n');
  expect(lines).toHaveLength(report.suspects.length + 1);
  expect(lines[1]).toContain(top?.studyInstanceUID);
});

test('a key that the library made of a folder is nobody’s name, and stands in no list', () => {
  const { context } = services;
  const [top] = suspectReport(context, 'first').suspects;
  const of = 'WHERE id = (SELECT patient_id FROM studies WHERE study_instance_uid = :study)';
  const file = (key: string): void => {
    const bound = { key, study: top?.studyInstanceUID ?? '' };
    context.library.writer.run(`UPDATE patients SET patient_key = :key ${of}`, bound);
  };
  const listed = (): string => suspectReport(context, 'first').suspects[0]?.patientID ?? '';
  file('folder:/home/miller//patient12');
  expect(listed()).toBe('patient12');
  file('study:1.2.3');
  expect(listed()).toBe('');
  file(top?.patientID ?? '');
  expect(listed()).toBe(top?.patientID);
});

test('a model that was trained without folds has no list, and says what to do', async () => {
  expect(findSuspects(services.context, 'one network')).toBeNull();
  const error = await refusal(() => suspectReport(services.context, 'one network'));
  expect([error.code, error.action]).toEqual(['BAD_INPUT', expect.stringContaining('--folds 5')]);
  expect((await refusal(() => suspectReport(services.context, 'none'))).code).toBe('MODEL_NOT_FOUND');
});

test('a label that is kept is not open again; one that is taken for another by somebody else cannot be kept', async () => {
  const { context } = services;
  const last = suspectReport(context, 'first').suspects.at(-1) as Suspect;
  expect((await refusal(() => keep({ ...last, label: 'no such' }))).code).toBe('READING_CHANGED');
  const { open } = suspectReport(context, 'first');
  addReader(context, 'Dr. Second');
  const after = keep(last);
  expect(after.suspects.at(-1)).toMatchObject({ state: 'kept', reader: 'Dr. Second', labelNow: last.label });
  expect([after.open, after.kept]).toEqual([open - 1, 1]);
  const { db } = context.library;
  const datasetId = db.get<{ id: number }>(`SELECT id FROM datasets WHERE name = 'grains'`)?.id ?? 0;
  expect(labelChecksOf(db, datasetId)).toMatchObject([
    { decision: 'kept', model: 'first', before: last.label, after: last.label, reader: 'Dr. Second' },
  ]);
  expect(() => context.library.writer.run(`UPDATE label_checks SET reader = 'x'`)).toThrow('append-only');
});

test('a label that a reader changes is noted with what it was, and open again when that is taken back', () => {
  const { context } = services;
  const [top] = suspectReport(context, 'first').suspects as [Suspect];
  give('first', top, top.answer);
  const changed = suspectReport(context, 'first').suspects[0];
  expect(changed).toMatchObject({ state: 'changed', label: top.label, labelNow: top.answer, reader: 'Dr. Second' });
  takeLabelBack(context, { dataset: 'grains', target: top.target, readerId: readersOf(context).current.id });
  expect(suspectReport(context, 'first').suspects[0]).toMatchObject({ state: 'open', labelNow: top.label });
  // The same label given once more is one that was kept.
  give('first', top, top.label);
  expect(suspectReport(context, 'first').suspects[0]).toMatchObject({ state: 'kept', labelNow: top.label });
});

test('after the next training the list says with how many of the changed labels it agrees, and asks no more about them', async () => {
  const { context } = services;
  const { suspects } = suspectReport(context, 'first');
  const wrong = suspects.filter(({ patientID }) => flipped.has(imageOf(patientID)));
  for (const suspect of wrong) give('first', suspect, nameOf(truth[imageOf(suspect.patientID)]));
  await trainModel(context, { ...options, name: 'second' });
  const report = suspectReport(context, 'second');
  expect(report.effect?.model).toBe('first');
  expect(report.effect?.changed).toBe(wrong.length);
  expect(report.effect?.agrees).toBeGreaterThanOrEqual(wrong.length - 1);
  expect(report.suspects.length).toBeLessThan(suspects.length);
  const asked = report.suspects.filter(({ state }) => state === 'open').map(({ patientID }) => imageOf(patientID));
  expect(asked.filter((i) => flipped.has(i))).toEqual([]);
  // What was kept on the first list is not asked for by the second.
  const kept = suspects.filter(({ state }) => state === 'kept').map(({ patientID }) => patientID);
  expect(report.suspects.filter(({ patientID, state }) => kept.includes(patientID) && state === 'open')).toEqual([]);
}, 120_000);

test('a deleted patient leaves the list with every decision', () => {
  const { context } = services;
  const { db } = context.library;
  const [top] = suspectReport(context, 'first').suspects as [Suspect];
  const checksOf = (): number => db.get<{ n: number }>('SELECT count(*) AS n FROM label_checks')?.n ?? 0;
  const before = checksOf();
  deletePatient(context, { patientID: top.patientID, backups: 'keep' });
  expect(suspectReport(context, 'first').suspects.map(({ patientID }) => patientID)).not.toContain(top.patientID);
  expect(checksOf()).toBeLessThan(before);
});
