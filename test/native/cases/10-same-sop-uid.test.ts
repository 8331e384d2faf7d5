/** The field case 10: a faulty anonymiser gave all images of a study one SOP instance UID. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, onTestFinished, test } from 'vitest';
import { classifyPaths } from '../../../core/services/classification/classify.ts';
import { batchResults, exportResults } from '../../../core/services/classification/results.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { namedFilesOf } from '../../../core/services/import/named-files.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { provideLpm } from '../../../core/services/lpm/bundled.ts';
import { datasetByName, filesOfInstance, instanceByUid, labelledInstances } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { openTestServices } from '../../support/made-studies.ts';
import { testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const name = '10-same-sop-uid';
const images = ['s0/i0.dcm', 's0/i1.dcm', 's0/i2.dcm', 's1/i0.dcm', 's1/i1.dcm', 's1/i2.dcm'];

describe.skipIf(!hasCases)('six images under three SOP instance UIDs (needs the field cases)', () => {
  test('import: all six are kept, or each that is dropped is named by its path with reason and remedy', async () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const csv = join(temporaryFolder(), 'left-out.csv');
    const options = {
      paths: [casePath(name, 'images')],
      dataset: 'd',
      labels: casePath(name, 'labels.csv'),
      report: csv,
    };
    const report = await importPaths(context, options);
    const kept = labelledInstances(library.db, datasetByName(library.db, 'd')?.id ?? 0);
    expect(kept.length + report.leftOut.length).toBe(6);
    const paths = kept.flatMap(({ instanceId }) => filesOfInstance(library.db, instanceId).map(({ path }) => path));
    const dropped = report.leftOut.map(({ path }) => path);
    for (const image of images) {
      const isKept = paths.some((path) => path.endsWith(image));
      expect([image, isKept, dropped.includes(image)]).toEqual([image, isKept, !isKept]);
    }
    const rows = parse(readFileSync(csv, 'utf8'), { columns: true, bom: true }) as Record<string, string>[];
    expect(rows.map((row) => row['path'])).toEqual(dropped.map((path) => casePath(name, 'images', path)));
    expect(namedFilesOf(context, Number(report.job.slice(4)))?.map(({ path }) => path)).toEqual(
      rows.map((row) => row['path']),
    );
    for (const { code, message, action } of report.leftOut) {
      expect([code, message.length > 20, action.length > 20]).toEqual(['DUPLICATE_DIFFERS', true, true]);
    }

    // No label of a dropped file stands at another image: each kept one has the label of its own folder.
    for (const { instanceId, label } of kept) {
      const [file] = filesOfInstance(library.db, instanceId);
      expect([file?.path, label]).toEqual([file?.path, file?.path.includes('/s0/') ? 'normal' : 'lesion']);
    }
    expect(report.labels.problems).toHaveLength(report.leftOut.length);
  });

  test('classify: six different pictures have six answers of their own, and the list shows the right picture', async () => {
    const { context, close } = await openTestServices(join(temporaryFolder(), 'library'));
    onTestFinished(close);
    const lpm = await provideLpm(context, 'embedded');
    const studies = casePath('33-positive-class', 'images');
    const labels = casePath('33-positive-class', 'labels-1.csv');
    await importPaths(context, { paths: [studies], dataset: 't', labels });
    await trainModel(context, {
      dataset: 't',
      lpm,
      method: 'linear',
      inputSize: 224,
      epochs: 2,
      batch: 4,
      lr: 1e-2,
      name: 'm',
    });
    // The library has one of the two that share a UID.
    await importPaths(context, { paths: [casePath(name, 'images', 's0')], dataset: 'd' });
    const out = join(temporaryFolder(), 'results.csv');
    const report = await classifyPaths(context, { paths: [casePath(name, 'images')], model: 'm', out });
    expect([report.images, report.failed]).toEqual([6, 0]);
    const rows = parse(readFileSync(out, 'utf8'), { columns: true, bom: true }) as Record<string, string>[];
    const ofImages = rows.filter((row) => row['level'] === 'image');
    expect(ofImages.map((row) => [row['path'], row['status']])).toEqual(
      images.map((image) => [casePath(name, 'images', image), 'classified']),
    );
    expect(new Set(ofImages.map((row) => row['probability_fracture'])).size).toBe(6);

    // Read back from the library, a result stands by the file that it is about, or by none.
    const again = join(temporaryFolder(), 'again.csv');
    exportResults(context, { batch: report.batchId ?? 0 }, 'csv', again);
    const readBack = (
      parse(readFileSync(again, 'utf8'), { columns: true, bom: true }) as Record<string, string>[]
    ).filter((row) => row['level'] === 'image');
    expect(readBack.map((row) => row['path'])).toEqual(
      images.map((image) => (image.startsWith('s0/') ? casePath(name, 'images', image) : '')),
    );
    expect(readBack.map((row) => row['probability_fracture'])).toEqual(
      ofImages.map((row) => row['probability_fracture']),
    );
    const onlySecond = await classifyPaths(context, { paths: [casePath(name, 'images', 's1')], model: 'm' });
    const [study] = batchResults(context, { batch: onlySecond.batchId ?? 0 }).studies;
    const stored = instanceByUid(context.library.db, ofImages[0]?.['sopInstanceUID'] ?? '');
    expect([stored === undefined, study?.instanceId]).toEqual([false, null]);
  });
});
