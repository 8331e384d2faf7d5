/** Libraries with made-up content for tests of the store and the services. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { InstanceId } from '../../core/contract/index.ts';
import { runSettingsSchema } from '../../core/contract/index.ts';
import {
  addInstance,
  addLabel,
  addModel,
  addRun,
  addToDataset,
  addVersion,
  datasetByName,
  ensureDataset,
  type Library,
  labelledInstances,
  type NewInstance,
  type NewModel,
  openLibrary,
  saveFile,
  type WriteDb,
} from '../../core/store/index.ts';
import { temporaryFolder } from './temporary.ts';

export const testTime = '2026-01-02T03:04:05.000Z';

/** An open library in a fresh folder, closed when the test ends. */
export function temporaryLibrary(folder = join(temporaryFolder(), 'library')): Library {
  const library = openLibrary(folder, { mode: 'write' });
  onTestFinished(() => library.close());
  return library;
}

/** A made-up instance; `n` tells instances apart. */
export function madeInstance(n: number, changes: Partial<NewInstance> = {}): NewInstance {
  return {
    patientKey: `patient-${n}`,
    studyInstanceUID: `1.2.3.${n}`,
    seriesInstanceUID: `1.2.3.${n}.1`,
    modality: 'DX',
    kind: 'dicom',
    sopInstanceUID: `1.2.3.${n}.1.1`,
    sopClassUID: '1.2.840.10008.5.1.4.1.1.1.1',
    transferSyntaxUID: '1.2.840.10008.1.2.1',
    rows: 64,
    columns: 48,
    numberOfFrames: 1,
    contentHash: createHash('sha256').update(String(n)).digest('hex'),
    sizeBytes: 1000 + n,
    ...changes,
  };
}

/** Adds an instance with a file that is noted and not there; gives its row id. What no file holds is trained on by nobody. */
export function addPlacedInstance(db: WriteDb, instance: NewInstance): InstanceId {
  const { id } = addInstance(db, instance, testTime);
  const { contentHash, sopInstanceUID } = instance;
  saveFile(db, { path: `/made/${sopInstanceUID}`, member: '', sizeBytes: 1, modifiedMs: 1, contentHash }, id);
  return id;
}

/**
 * A data set `demo` with one patient a row of `labels`; each patient has one study with one instance.
 * @returns its row id and the instances' row ids
 */
export function fillDataset(
  library: Library,
  labels: readonly (string | null)[],
  name = 'demo',
): { datasetId: number; instanceIds: InstanceId[] } {
  const db = library.writer;
  return db.transaction(() => {
    const dataset = ensureDataset(db, name, 'middle', testTime);
    const instanceIds = labels.map((label, n) => {
      const instance = madeInstance(n);
      const { id } = addInstance(db, instance, testTime);
      saveFile(
        db,
        { path: `/made/${n}`, member: '', sizeBytes: 1, modifiedMs: 1, contentHash: instance.contentHash },
        id,
      );
      addToDataset(db, dataset.id, id, testTime);
      if (label !== null) addLabel(db, dataset.id, { kind: 'instance', id }, label, 'test', testTime);
      return id;
    });
    return { datasetId: dataset.id, instanceIds };
  });
}

const hex = (digit: string): string => digit.repeat(64);

/**
 * A model that a made-up run gave, of a data set that `fillDataset` makes where there is none; its weights mean nothing.
 * `classIndices` gives the class of each of the data set's images, all of them for testing; without it the version is empty.
 */
export function addModelRow(
  library: Library,
  name: string,
  classes: readonly string[] = ['normal', 'disc'],
  classIndices: readonly number[] = [],
): number {
  const db = library.writer;
  const dataset = datasetByName(db, 'demo') ?? { id: fillDataset(library, ['normal']).datasetId };
  const rows = classIndices.length === 0 ? [] : labelledInstances(library.db, dataset.id);
  const images = rows.map(({ instanceId, patientId, studyId }, i) => ({
    ...{ instanceId, frame: 0, patientId, studyId, split: 'test' as const },
    classIndex: classIndices[i] ?? 0,
  }));
  const datasetVersionId = addVersion(
    db,
    { datasetId: dataset.id, contentHash: hex('a'), seed: 0, classes, images },
    testTime,
  );
  return addModelOf(library, name, datasetVersionId, classes, { threshold: 0.5, thresholdClass: classes[1] ?? null });
}

/** A model that a made-up run on a frozen version gave; its weights mean nothing. */
export function addModelOf(
  library: Library,
  name: string,
  datasetVersionId: number,
  classes: readonly string[],
  more: Partial<Pick<NewModel, 'threshold' | 'thresholdClass' | 'findingThresholds' | 'labelScale'>> = {},
): number {
  const db = library.writer;
  const settings = runSettingsSchema.parse({
    method: 'side-only',
    epochs: 1,
    batch: 1,
    learningRate: 1e-3,
    weightDecay: 0,
    seed: 0,
    classWeights: 'none',
    flip: false,
    augment: false,
    earlyStop: null,
    inputSize: 32,
    tokens: 'global',
    tokenRatio: 0.2,
    normalisation: 'lpm',
  });
  const runId = addRun(db, { modelName: name, datasetVersionId, lpmHash: hex('b'), settings }, testTime);
  const preprocessing = {
    inputSize: 32,
    sideSize: 32,
    normalisation: 'lpm' as const,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    tokens: 'global' as const,
    tokenRatio: 0.2,
    layers: [],
    frames: 'middle' as const,
  };
  const weights = new Float32Array(1);
  return addModel(
    db,
    {
      name,
      runId,
      config: {},
      preprocessing,
      classes,
      threshold: null,
      thresholdClass: null,
      positive: null,
      temperature: 1,
      learnable: 1,
      weightsHash: hex('c'),
      layout: { version: 1, entries: [{ name: 'head.bias', shape: [1] }] },
      bestWeights: weights,
      finalWeights: weights,
      ...more,
    },
    testTime,
  );
}
