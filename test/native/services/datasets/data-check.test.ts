/** What the data check says about a library, against what training on it would do. */
import { expect, test } from 'vitest';
import type { FrameRule, InstanceId } from '../../../../core/contract/index.ts';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { previewFolder } from '../../../../core/services/records/record-stores.ts';
import {
  addLabel,
  addRecords,
  addToDataset,
  ensureDataset,
  ensureRecordStore,
  type Library,
  versionImages,
} from '../../../../core/store/index.ts';
import { addPlacedInstance, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

const inputSize = 64;

/** A data set of twelve patients of two classes, an instance of five frames each. */
function dozen(frames: FrameRule): { readonly library: Library; readonly instanceIds: InstanceId[] } {
  const library = temporaryLibrary();
  const db = library.writer;
  const dataset = ensureDataset(db, 'demo', frames, testTime);
  const instanceIds = Array.from({ length: 12 }, (_, n) => {
    const id = addPlacedInstance(db, madeInstance(n, { numberOfFrames: 5 }));
    addToDataset(db, dataset.id, id, testTime);
    addLabel(db, dataset.id, { kind: 'instance', id }, n % 2 === 0 ? 'normal' : 'nodule', 'r', testTime);
    return id;
  });
  return { library, instanceIds };
}

/** Notes decoded frames; `checksums` gives the pixels of each frame that is there. */
function noteDecoded(library: Library, instanceId: InstanceId, checksums: Readonly<Record<number, number>>): void {
  const store = { folder: previewFolder(inputSize, {}), lpmHash: null, preprocessing: { inputSize } };
  const { id } = ensureRecordStore(library.writer, store, testTime);
  const rows = Object.entries(checksums).map(([frame, checksum]) => ({
    ...{ instanceId, frame: Number(frame), kind: 'image', shard: 0, length: 100, checksum },
    offset: 1000 * instanceId + 100 * Number(frame),
  }));
  addRecords(library.writer, id, rows);
}

const copies = (library: Library, seed: number) =>
  checkDataset(testContext(library), { dataset: 'demo', inputSize, flip: false, seed }).findings.flatMap(({ code }) =>
    code.startsWith('sameImage') ? [code] : [],
  );

test('patients are dealt as a training with the same seed deals them', () => {
  const found = Array.from({ length: 6 }, (_, seed) => {
    const { library, instanceIds } = dozen('middle');
    const pair = [instanceIds[0], instanceIds[1]] as InstanceId[];
    for (const id of pair) noteDecoded(library, id, { 2: 7 });
    const said = copies(library, seed);
    const version = freezeDataset(testContext(library), { dataset: 'demo', seed });
    const splits = versionImages(library.db, version.id).filter((image) => pair.includes(image.instanceId));
    const isAcross = new Set(splits.map(({ split }) => split)).size === 2;
    expect(said).toEqual([isAcross ? 'sameImageAcrossSplits' : 'sameImageAcrossPatients']);
    return isAcross;
  });
  expect(new Set(found)).toEqual(new Set([true, false]));
});

test.each<[FrameRule, number[]]>([
  ['middle', [2]],
  ['first', [0]],
  ['all', [0, 1, 2, 3, 4]],
])('equal pixels are looked for in the frames that training takes: %s', (rule, taken) => {
  const { library, instanceIds } = dozen(rule);
  const [a, b, c, d] = instanceIds as [InstanceId, InstanceId, InstanceId, InstanceId];
  const every = (checksum: (frame: number) => number) =>
    Object.fromEntries([0, 1, 2, 3, 4].map((frame) => [frame, checksum(frame)]));
  // A pair that is equal in what is taken, and one that is equal in everything else.
  noteDecoded(
    library,
    a,
    every(() => 1),
  );
  noteDecoded(
    library,
    b,
    every((frame) => (taken.includes(frame) ? 1 : 2)),
  );
  noteDecoded(
    library,
    c,
    every((frame) => (frame === taken[0] ? 3 : 5)),
  );
  noteDecoded(
    library,
    d,
    every((frame) => (frame === taken[0] ? 4 : 5)),
  );
  const check = checkDataset(testContext(library), { dataset: 'demo', inputSize, flip: false, seed: 0 });
  const found = check.findings.filter(({ code }) => code.startsWith('sameImage'));
  expect(found.map(({ values }) => values)).toEqual([{ images: 2 }]);
  expect(found[0]?.studyIds).toHaveLength(2);
});
