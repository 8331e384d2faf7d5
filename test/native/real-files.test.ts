/** The whole main job on real files of scanners: telling CT from MR, grouped by patient. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { parseDicom, readHeader } from '../../core/dicom/index.ts';
import { classifyPaths } from '../../core/services/classification/classify.ts';
import { evaluateModel } from '../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { writeRandomLpm } from '../../core/services/lpm/random-lpm.ts';
import { modelByName, runByName, versionImages } from '../../core/store/index.ts';
import { testServices } from '../support/made-studies.ts';
import { hasShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary.ts';

type Row = Record<string, string>;

/** Real CT and MR files that a trusted decoder could decode, with their modality. */
function realFiles(): { path: string; modality: string }[] {
  const index = parse(readFileSync(sharedPath('dicom', 'INDEX.tsv')), {
    columns: true,
    delimiter: '\t',
    relax_quotes: true,
  }) as Row[];
  return index
    .filter((row) => ['CT', 'MR'].includes(row['modality'] ?? '') && row['ref_frame0_sha256'] !== '')
    .map((row) => ({ path: sharedPath('dicom', row['path'] ?? ''), modality: row['modality'] ?? '' }));
}

test.skipIf(!hasShared)(
  'CT and MR files are imported, split by patient, encoded, learned, evaluated and classified (needs the real files)',
  async () => {
    const folder = temporaryFolder();
    const files = realFiles();
    const labels = new Map<string, string>();
    for (const { path, modality } of files) {
      const uid = readHeader(parseDicom(readFileSync(path), { untilPixelData: true })).sopInstanceUID;
      if (uid !== undefined) labels.set(uid, modality);
    }
    const csv = join(folder, 'labels.csv');
    writeFileSync(csv, ['sopInstanceUID,label', ...[...labels].map((pair) => pair.join(','))].join('\n'));
    // Width 64 gives a side network of width 8, too narrow for pictures as different as these.
    writeRandomLpm(join(folder, 'lpm'), 5, { width: 192, layers: 4, heads: 3 });

    const context = await testServices(join(folder, 'library'));
    const paths = files.map((file) => file.path);
    const imported = await importPaths(context, { paths, dataset: 'ct-mr', labels: csv });
    expect(imported.imported + imported.alreadyThere + imported.duplicate + imported.skipped).toBe(imported.total);
    expect(imported.instances).toBeGreaterThan(40);
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });

    const options = { dataset: 'ct-mr', lpm: 'tiny', inputSize: 224, epochs: 25, batch: 4, lr: 3e-3, flip: false };
    const trained = await trainModel(context, { ...options, name: 'm', classWeights: 'balanced' });
    expect(trained.classes).toEqual(['CT', 'MR']);
    expect(Math.min(...trained.epochs.map((e) => e.trainLoss))).toBeLessThan(
      0.85 * (trained.epochs[0]?.trainLoss ?? 0),
    );

    const run = runByName(context.library.db, trained.run);
    const splits = new Map<number, Set<string>>();
    for (const image of versionImages(context.library.db, run?.datasetVersionId ?? 0)) {
      splits.set(image.patientId, (splits.get(image.patientId) ?? new Set()).add(image.split));
    }
    expect([...splits.values()].every((parts) => parts.size === 1)).toBe(true);

    const evaluated = await evaluateModel(context, { model: 'm' });
    expect(evaluated.image.n).toBeGreaterThan(0);
    expect(evaluated.image.patients).toBeGreaterThan(1);

    const out = join(folder, 'results.csv');
    const classified = await classifyPaths(context, { paths: paths.slice(0, 10), model: 'm', out });
    expect(classified.images + classified.failed).toBe(10);
    const rows = parse(readFileSync(out), { bom: true, columns: true }) as Row[];
    expect(rows.filter((row) => row['level'] === 'image').length).toBe(classified.images);
    expect(modelByName(context.library.db, 'm')?.threshold).not.toBeNull();
  },
);
