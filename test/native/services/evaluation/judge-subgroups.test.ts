import { expect, test } from 'vitest';
import { judgeSubgroups } from '../../../../core/services/evaluation/judge-compare.ts';
import {
  addInstance,
  addLabel,
  addToDataset,
  ensureDataset,
  labelledInstances,
  saveEvaluation,
} from '../../../../core/store/index.ts';
import { addModelRow, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

test('a study of two devices stands under both, not under that of its first image', () => {
  const library = temporaryLibrary();
  const db = library.writer;
  const dataset = ensureDataset(db, 'demo', 'middle', testTime);
  // Study 0 has a radiograph and a mammogram, the other three one image each.
  const images = [
    madeInstance(0, { modality: 'DX' }),
    madeInstance(9, {
      patientKey: 'patient-0',
      studyInstanceUID: '1.2.3.0',
      seriesInstanceUID: '1.2.3.0.2',
      modality: 'MG',
    }),
    madeInstance(1, { modality: 'DX' }),
    madeInstance(2, { modality: 'MG' }),
    madeInstance(3, { modality: 'MG' }),
  ];
  images.forEach((instance, n) => {
    const { id } = addInstance(db, instance, testTime);
    addToDataset(db, dataset.id, id, testTime);
    addLabel(db, dataset.id, { kind: 'instance', id }, n < 3 ? 'disc' : 'normal', 'test', testTime);
  });
  const labels = labelledInstances(db, dataset.id).map(({ label }) => (label === 'disc' ? 1 : 0));
  const modelId = addModelRow(library, 'm', ['normal', 'disc'], labels);
  const logits = images.map((_, position) => ({ position, logits: Float32Array.of(0, 1) }));
  saveEvaluation(db, { modelId, split: 'test', images: logits }, testTime);
  const groups = judgeSubgroups(testContext(library), {
    ...{ model: 'm', split: 'test', pooling: 'mean', level: 'study' },
    classIndex: 1,
    threshold: 0.5,
  });
  expect(groups.map(({ value, n, positives }) => [value, n, positives])).toEqual([
    ['DX', 1, 1],
    ['DX + MG', 1, 1],
    ['MG', 2, 0],
  ]);
});
