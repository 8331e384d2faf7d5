/** One range for a data set's pictures: frozen with its version, carried by the model, kept to by classify; and what an import says. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { writeDicom } from '../../../../core/dicom/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { lookIntoInstances } from '../../../../core/services/pixels/looks.ts';
import { openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import {
  instanceByUid,
  modelByName,
  newestVersion,
  rangeRuleOfModel,
  rangeRuleOfVersion,
  recordsOfInstance,
  sampleLookOf,
} from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { testServices, writeTinyLpm } from '../../../support/made-studies.ts';
import { smallInstance } from '../../../support/small-instance.ts';
import { put, testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const side = 48;

/** A 16-bit grey PNG: a slope from 0 to `most`, a square in it where it is of class b. */
function picture(seed: number, most: number, hasSquare: boolean): Uint8Array {
  const data = Uint16Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    const isSquare = hasSquare && x > 10 && x < 24 && y > 10 && y < 24;
    return isSquare ? most : Math.round((most * ((x + seed) % side)) / (side - 1) / 2);
  });
  data[0] = 0;
  return encode({ data, width: side, height: side, channels: 1, depth: 16 });
}

/** Twelve pictures of twelve bits, six a class, with splits by patient; gives the labels file. */
function writePictures(folder: string, most = 4095): string {
  const rows = ['path,label,split'];
  for (let i = 0; i < 12; i++) {
    put(folder, `p${i}/a.png`, picture(i, most, i % 2 === 1));
    rows.push(`p${i}/a.png,${i % 2 === 1 ? 'b' : 'a'},${i < 6 ? 'train' : i < 9 ? 'val' : 'test'}`);
  }
  return put(folder, 'labels.csv', `${rows.join('\n')}\n`);
}

const training = { dataset: 'd', lpm: 'tiny', method: 'side-only', inputSize: 224, epochs: 1, batch: 4 } as const;

describe('the range of a data set', () => {
  test('is carried by the model; classify draws new pictures by it and refuses those of another scale', async () => {
    const folder = temporaryFolder();
    const context = await testServices(join(folder, 'library'));
    const { db } = context.library;
    const labels = writePictures(join(folder, 'in'));
    const report = await importPaths(context, { paths: [join(folder, 'in')], dataset: 'd', labels });
    expect([report.imported, report.problems]).toEqual([12, []]);
    writeTinyLpm(join(folder, 'lpm'));
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    await trainModel(context, { ...training, name: 'm' });

    const version = newestVersion(db, 1);
    expect(version?.ranges).toEqual({ uint16: [0, 4095] });
    const model = modelByName(db, 'm');
    expect(model?.preprocessing.ranges).toEqual({ uint16: [0, 4095] });
    // Drawn black to white, not to a sixteenth of it.
    expect(model?.preprocessing.mean[0]).toBeGreaterThan(0.2);
    const previews = readdirSync(join(folder, 'library', 'previews'));
    expect(previews.some((name) => /^224-[0-9a-f]{16}$/.test(name))).toBe(true);
    expect(previews).not.toContain('224');

    // A picture of half the values is half as bright to the model: it is not stretched to its own range.
    const sources = openPreviewStore(context, 224, { uint16: [0, 4095] });
    await sources.close();
    put(folder, 'new/same.png', readFileSync(join(folder, 'in', 'p11', 'a.png')));
    put(folder, 'new/half.png', picture(11, 2047, true));
    put(folder, 'new/full.png', picture(11, 65_535, true));
    put(folder, 'new/faint.png', picture(11, 200, true));
    const results = await classifyPaths(context, {
      paths: [join(folder, 'new')],
      model: 'm',
      out: join(folder, 'r.csv'),
    });
    expect(results.images).toBe(2);
    expect(results.problems.map(({ code, count }) => [code, count])).toEqual([
      ['IMAGE_OTHER_RANGE', 1],
      ['IMAGE_OTHER_RANGE', 1],
    ]);
    const own = await classifyPaths(context, {
      paths: [join(folder, 'in', 'p11')],
      model: 'm',
      out: join(folder, 'own.csv'),
    });
    expect(own.images).toBe(1);
    const rows = (name: string): string[] => readFileSync(join(folder, name), 'utf8').split(/\r?\n/);
    const numbersOf = (lines: string[], part: string): string | undefined =>
      lines
        .find((line) => line.includes(part))
        ?.match(/0\.\d{4,}/g)
        ?.slice(0, 2)
        .join(' ');
    // The same file from the library's cache and from outside: the same numbers; the half as bright one has others.
    expect(numbersOf(rows('r.csv'), 'same.png')).toBe(numbersOf(rows('own.csv'), 'p11'));
    expect(numbersOf(rows('r.csv'), 'half.png')).not.toBe(numbersOf(rows('r.csv'), 'same.png'));
  }, 180_000);

  test('of a version and a model of before is that of the format, where they have such pictures', async () => {
    const folder = temporaryFolder();
    const context = await testServices(join(folder, 'library'));
    const { library } = context;
    const labels = writePictures(join(folder, 'in'));
    await importPaths(context, { paths: [join(folder, 'in')], dataset: 'd', labels });
    writeTinyLpm(join(folder, 'lpm'));
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    await trainModel(context, { ...training, name: 'm' });
    // As a library of before has them.
    library.writer.run("UPDATE models SET preprocessing = json_remove(preprocessing, '$.ranges')", {});
    library.writer.run('UPDATE dataset_versions SET ranges = NULL', {});
    const version = newestVersion(library.db, 1);
    const model = modelByName(library.db, 'm');
    if (version === undefined || model === undefined) throw new Error('no version or model');
    expect(rangeRuleOfVersion(library.db, version)).toBe('format');
    expect(rangeRuleOfModel(library.db, model)).toBe('format');
    // Without open pictures there is nothing to keep to.
    library.writer.run('UPDATE instance_samples SET kind = NULL', {});
    expect(rangeRuleOfVersion(library.db, version)).toEqual({});
    expect(rangeRuleOfModel(library.db, model)).toEqual({});
  }, 180_000);
});

describe('what is kept of images that were read otherwise before', () => {
  test('is taken away and computed anew; of all others it stays', async () => {
    const folder = temporaryFolder();
    const context = await testServices(join(folder, 'library'));
    const { library } = context;
    const rows = ['path,label,split'];
    for (let i = 0; i < 6; i++) {
      const uid = `2.25.9${i}`;
      // One of six has a decimal comma.
      const values = i === 0 ? { rescaleIntercept: '-10,0' } : { rescaleIntercept: '-10' };
      const all = {
        ...values,
        patientID: `P${i}`,
        sopInstanceUID: uid,
        studyInstanceUID: `${uid}.1`,
        seriesInstanceUID: `${uid}.2`,
      };
      put(join(folder, 'in'), `${i}.dcm`, smallInstance([1, 20 + i, 300, 40], all));
      rows.push(`${i}.dcm,${i % 2 === 0 ? 'a' : 'b'},${['train', 'val', 'test'][i >> 1]}`);
    }
    const labels = put(folder, 'in/labels.csv', `${rows.join('\n')}\n`);
    await importPaths(context, { paths: [join(folder, 'in')], dataset: 'd', labels });
    writeTinyLpm(join(folder, 'lpm'));
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const asked = { dataset: 'd', lpm: 'tiny', inputSize: 224 };
    const first = await encodeDataset(context, asked);
    expect([first.encoded, first.reused]).toEqual([6, 0]);
    expect((await encodeDataset(context, asked)).encoded).toBe(0);
    // As a library of before: nobody has looked into any image.
    library.writer.run('DELETE FROM instance_samples', {});
    const again = await encodeDataset(context, asked);
    expect([again.encoded, again.reused]).toEqual([1, 5]);
    expect((await encodeDataset(context, asked)).encoded).toBe(0);
  }, 180_000);

  test('stays where the file is gone', async () => {
    const context = testContext(temporaryLibrary());
    const { library } = context;
    const folder = temporaryFolder();
    put(folder, 'a.dcm', smallInstance([1, 2, 3], { rescaleIntercept: '-10,0' }));
    await importPaths(context, { paths: [folder], dataset: 'd' });
    const id = instanceByUid(library.db, '2.25.1000')?.id;
    if (id === undefined) throw new Error('not imported');
    const store = openPreviewStore(context, 64, {});
    store.append('image', `${id}/0`, new Uint8Array(8));
    store.flush();
    await store.close();
    library.writer.run('DELETE FROM instance_samples', {});
    library.writer.run(`UPDATE files SET path = '/nowhere/a.dcm'`, {});
    await lookIntoInstances(context, [id]);
    expect(recordsOfInstance(library.db, id)).toHaveLength(1);
    expect(sampleLookOf(library.db, id)).toBeUndefined();
    cpSync(join(folder, 'a.dcm'), join(folder, 'b.dcm'));
    library.writer.run('UPDATE files SET path = :path', { path: join(folder, 'b.dcm') });
    await lookIntoInstances(context, [id]);
    expect(recordsOfInstance(library.db, id)).toEqual([]);
    expect(sampleLookOf(library.db, id)?.kind).toBeNull();
  });
});

describe('an import says', () => {
  test('which images are black or white to the eye, by name, and imports them', async () => {
    const folder = temporaryFolder();
    const flat = (value: (i: number) => number, depth: 8 | 16): Uint8Array => {
      const values = Array.from({ length: 100 * 100 }, (_, i) => value(i));
      const data = depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
      return encode({ data, width: 100, height: 100, channels: 1, depth });
    };
    put(
      folder,
      'mask/mask.png',
      flat((i) => i % 2, 8),
    );
    put(
      folder,
      'white/white.png',
      flat((i) => 250 + (i % 5), 8),
    );
    put(
      folder,
      'good/good.png',
      flat((i) => i % 256, 8),
    );
    put(
      folder,
      'hot/hot.png',
      flat((i) => (i === 0 ? 60_000 : 30 + (i % 7)), 16),
    );
    put(
      folder,
      'full/full.png',
      flat((i) => (i * 6) % 65_536, 16),
    );
    const dicom = (name: string, windowCenter: string): void => {
      const pixels = Array.from({ length: 4096 }, (_, i) => i);
      const ids = { sopInstanceUID: `2.25.${name.length}`, studyInstanceUID: `2.26.${name.length}` };
      put(folder, name, smallInstance(pixels, { windowCenter, windowWidth: '400', ...ids }));
    };
    dicom('black.dcm', '9000');
    dicom('seen-well.dcm', '2000');
    const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
    expect([report.imported, report.skipped]).toEqual([7, 0]);
    const found = report.problems.map(({ code, message, count }) => [
      code,
      message.includes('black') ? 'black' : 'white',
      count,
    ]);
    // What is called a mask is said to be one, too.
    expect(found.splice(1, 1)).toEqual([['IMAGE_OF_OTHER_KIND', expect.anything(), 1]]);
    // The mask, the picture with one hot sample, the window beside the values; the picture near white.
    expect(found).toEqual([
      ['IMAGE_LOOKS_EMPTY', 'black', 3],
      ['IMAGE_LOOKS_EMPTY', 'white', 1],
    ]);
  });

  test('that a 12-bit picture is black among those that use all sixteen', async () => {
    const folder = temporaryFolder();
    put(folder, 'a/twelve.png', picture(0, 3900, true));
    const alone = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
    expect(alone.problems).toEqual([]);
    put(folder, 'b/sixteen.png', picture(1, 65_535, true));
    const mixed = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
    expect(mixed.problems.map(({ code, count }) => [code, count])).toEqual([['IMAGE_LOOKS_EMPTY', 1]]);
  });

  test('nothing of an image that it only knows by its header', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', writeDicom({ sopClassUID: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUID: '2.25.5' }));
    const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
    expect(report.problems.map(({ code }) => code)).toEqual(['DICOM_NO_PIXELS']);
  });
});
