/** The order of the cases to label: who is in it, what it takes, when it is made again, and that it says nothing of what a model answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { targetKey } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { writeOrder } from '../../../../core/services/labelling/files.ts';
import { orderCases } from '../../../../core/services/labelling/order.ts';
import { chooseOrder, isOrderDue, readingOrder } from '../../../../core/services/labelling/order-choice.ts';
import { quickRecipes } from '../../../../core/services/labelling/quick.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import {
  addReadingClass,
  configureReading,
  readingImages,
  readingList,
  setLabel,
} from '../../../../core/services/reading/reading.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { testServices, writePatients, writePlate, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const asked = { dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, seed: 4 } as const;

/** A library with 24 studies of 12 patients and no label; every second patient has a disc. */
async function prepared(labels?: string): Promise<ServiceContext> {
  const folder = temporaryFolder();
  writeStudies(join(folder, 'studies'), 12);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', ...(labels ? { labels } : {}) });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  for (const name of ['normal', 'disc']) addReadingClass(context, 'discs', name);
  return context;
}

/** Labels the first study of each of some patients, by number from 1, as the reader who reads now. */
function label(context: ServiceContext, patients: readonly number[]): void {
  const { items, reader } = readingList(context, 'discs');
  for (const number of patients) {
    const item = items.find(({ patientNumber }) => patientNumber === number);
    const [image] = item === undefined ? [] : readingImages(context, 'discs', item.studyId);
    if (item === undefined || image === undefined) throw new Error(`there is no patient ${number}`);
    const [, p] = /\.(\d+)\.\d+\.1\.1$/.exec(image.sopInstanceUID) ?? [];
    const act = { dataset: 'discs', target: item.target, readerId: reader.id };
    const seen = { displayed: image.instanceId, sopInstanceUID: image.sopInstanceUID };
    setLabel(context, { ...act, ...seen }, Number(p) % 2 === 1 ? 'disc' : 'normal');
  }
}

/** Numbers of the patients who have a disc, and who have none. */
function byClass(context: ServiceContext): { readonly disc: number[]; readonly normal: number[] } {
  const found = { disc: new Set<number>(), normal: new Set<number>() };
  for (const { patientNumber, studyId } of readingList(context, 'discs').items) {
    const [image] = readingImages(context, 'discs', studyId);
    const [, p] = /\.(\d+)\.\d+\.1\.1$/.exec(image?.sopInstanceUID ?? '') ?? [];
    (Number(p) % 2 === 1 ? found.disc : found.normal).add(patientNumber);
  }
  return { disc: [...found.disc], normal: [...found.normal] };
}

test('too few labels are refused by name; enough of them give an order of every case, made again after so many more', async () => {
  const context = await prepared();
  const { disc, normal } = byClass(context);
  label(context, [...disc.slice(0, 3), ...normal.slice(0, 2)]);
  chooseOrder(context, 'discs', { isOn: true, every: 2 });
  expect(readingOrder(context, 'discs')).toEqual({
    ...{ isOn: true, every: 2, newLabels: 5, isPossible: true, hasNames: true, order: null },
    missing: [{ name: 'normal', mark: null, patients: 2 }],
  });
  expect(isOrderDue(context, 'discs')).toBe(false);
  const refused = await appErrorFrom(orderCases(context, asked));
  expect(refused).toMatchObject({
    code: 'DATASET_NOT_READY',
    message: expect.stringContaining('"normal": 2 of 3 patients'),
  });

  label(context, normal.slice(2, 3));
  expect(isOrderDue(context, 'discs')).toBe(true);
  const report = await orderCases(context, asked);
  expect(report).toMatchObject({ cases: 24, labelled: 6, encoded: 24, failed: 0, left: [] });
  const made = readingOrder(context, 'discs');
  expect(made).toMatchObject({ isOn: true, newLabels: 0, missing: [], order: { cases: 24, labelled: 6 } });
  // Places and nothing else: neither a probability nor an entropy.
  expect(Object.keys(made.order ?? {}).sort()).toEqual(['cases', 'labelled', 'madeAt', 'targets']);
  const items = readingList(context, 'discs').items.map(({ target }) => targetKey(target));
  const ordered = made.order?.targets.map(targetKey) ?? [];
  expect([...ordered].sort()).toEqual([...items].sort());
  expect(ordered).not.toEqual(items);

  expect(isOrderDue(context, 'discs')).toBe(false);
  label(context, disc.slice(3, 4));
  expect(isOrderDue(context, 'discs')).toBe(false);
  label(context, normal.slice(3, 4));
  expect(readingOrder(context, 'discs').newLabels).toBe(2);
  expect(isOrderDue(context, 'discs')).toBe(true);
  chooseOrder(context, 'discs', { isOn: false, every: 2 });
  expect(isOrderDue(context, 'discs')).toBe(false);

  // Each image is encoded once, and the same labels and seed give the same order.
  const again = await orderCases(context, asked);
  expect(again).toMatchObject({ encoded: 0, labelled: 8 });
  const second = readingOrder(context, 'discs').order?.targets;
  await orderCases(context, asked);
  expect(readingOrder(context, 'discs').order?.targets).toEqual(second);

  const out = join(temporaryFolder(), 'order.csv');
  expect(writeOrder(context, 'discs', out)).toBe(24);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  expect(lines[0]).toBe('place,studyInstanceUID');
  expect(lines[1]).toMatch(/^1,1\.2\.826\./);

  // What a label is about changes, and the places with it.
  configureReading(context, 'discs', { unit: 'instance', isBlinded: true });
  expect(readingOrder(context, 'discs').order?.targets[0]?.kind).toBe('instance');
}, 120_000);

test('patients of the test part are neither learned from nor put in order; a deleted patient leaves the order', async () => {
  const labels = join(temporaryFolder(), 'labels.csv');
  const rows = Array.from(
    { length: 8 },
    (_, p) => `P1-${p},${p % 2 === 1 ? 'disc' : 'normal'},${p < 2 ? 'test' : 'train'}`,
  );
  writeFileSync(labels, ['patientID,label,split', ...rows].join('\n'));
  const context = await prepared(labels);
  // Three of each are left without the two of the test part, with two studies each.
  const report = await orderCases(context, asked);
  expect(report).toMatchObject({ cases: 20, labelled: 12, encoded: 20 });
  const { targets = [] } = readingOrder(context, 'discs').order ?? {};
  const tested = readingList(context, 'discs').items.filter(({ studyId }) =>
    readingImages(context, 'discs', studyId).some(({ sopInstanceUID }) => /999\.1\.[01]\./.test(sopInstanceUID)),
  );
  expect(tested).toHaveLength(4);
  const keys = new Set(targets.map(targetKey));
  expect(tested.filter(({ target }) => keys.has(targetKey(target)))).toEqual([]);
  await deletePatient(context, { patientID: 'P1-11' });
  // What it was made of stays as it was; the places go.
  expect(readingOrder(context, 'discs').order).toMatchObject({ cases: 20, labelled: 12 });
  expect(readingOrder(context, 'discs').order?.targets).toHaveLength(18);
}, 120_000);

test('how long is trained follows from the images that are learned from, not from those that wait for a label', async () => {
  const folder = temporaryFolder();
  const studies = join(folder, 'studies');
  const pixels = new Uint16Array(16 * 16);
  const labels = writePatients(studies, 800, (p) => {
    const patientID = `P${p}`;
    const uid = `1.2.826.0.1.3680043.10.997.${p}`;
    pixels.fill(1000 + (p % 2) * 500);
    const bytes = writePlate({ uid, patientID, modality: 'CR', size: 16, pixels });
    return { patientID, label: p % 2 === 1 ? 'disc' : 'normal', files: [[`p${p}.dcm`, bytes]] };
  });
  // The heading and six patients.
  writeFileSync(labels, readFileSync(labels, 'utf8').split('\n').slice(0, 7).join('\n'));
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [studies], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const totals = new Set<number | null | undefined>();
  const progress: ServiceContext['progress'] = ({ stage, total }) => {
    if (stage === 'ordering') totals.add(total);
  };
  const report = await orderCases({ ...context, progress }, { ...asked, method: 'attentive' });
  expect(report).toMatchObject({ cases: 800, labelled: 6 });
  expect([...totals]).toEqual([3 * quickRecipes.attentive.steps]);
}, 120_000);
