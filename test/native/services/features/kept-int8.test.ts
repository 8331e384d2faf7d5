/** Features kept in 8 bits: apart from those of 16, in half of the disk, and the same for whoever learns, evaluates and answers. */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type InstanceId, replayVerdict, type TrainOptions } from '../../../../core/contract/index.ts';
import { extractedLayers } from '../../../../core/models/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { predictSplit } from '../../../../core/services/evaluation/evaluate.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { type FeatureRequest, prepareFeatures } from '../../../../core/services/features/source-features.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { openLibraryLpm, requireLpm } from '../../../../core/services/lpm/encoder.ts';
import { replayModel } from '../../../../core/services/replay/replay.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { probabilitiesOf, requireModel } from '../../../../core/services/training/model.ts';
import { listRuns, modelByName, runByName, versionImages } from '../../../../core/store/index.ts';
import { runCommand } from '../../../support/command.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { testServices, writeStudies } from '../../../support/made-studies.ts';
import { plantedPatient } from '../../../support/planted-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';
import { holding, recordBytes, wholeLibrary } from '../../../support/whole-library.ts';

const int8 = { keptAs: 'int8' } as const;
const encoding = { dataset: 'discs', lpm: 'tiny', inputSize: 224, seed: 3 } as const;
const options: TrainOptions = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 3, batch: 4, lr: 3e-3, seed: 3 };

/** The lines of images of a results file. */
async function answered(context: ServiceContext, paths: string[], model: string): Promise<string[]> {
  const out = join(temporaryFolder(), 'results.csv');
  await classifyPaths(context, { paths, model, out });
  return imageLines(out);
}

function imageLines(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('image'));
}

describe.each(['fpt+', 'attentive'] as const)('%s', (method) => {
  test('keeps both kinds apart, that of 8 bits in at most 0.55 of the bytes, and a model answers from what it learned from', async () => {
    const { folder, context } = await discsLibrary(12);
    const { db } = context.library;
    const usual = await encodeDataset(context, { ...encoding, method });
    const kept = await encodeDataset(context, { ...encoding, method, ...int8 });
    expect([usual.encoded, kept.encoded, kept.reused]).toEqual([usual.images, usual.images, 0]);
    expect(kept.sizeBytes / usual.sizeBytes).toBeLessThanOrEqual(0.55);
    expect(kept.sizeBytes / usual.sizeBytes).toBeGreaterThan(0.5);
    expect((await encodeDataset(context, { ...encoding, method })).reused).toBe(usual.images);

    await trainModel(context, { ...options, method, name: 'usual' });
    const trained = await trainModel(context, { ...options, method, name: 'm', ...int8 });
    const [one, other] = ['usual', 'm'].map((name) => modelByName(db, name));
    expect([one?.preprocessing.keptAs, one?.config['keptAs']]).toEqual([undefined, undefined]);
    expect([other?.preprocessing.keptAs, other?.config['keptAs']]).toEqual(['int8', 'int8']);
    expect(runByName(db, trained.run)?.settings.keptAs).toBe('int8');
    expect(other?.weightsHash).not.toBe(one?.weightsHash);

    // Evaluated, answered from what is kept, and answered by reading the images again: the same numbers.
    const studies = join(folder, 'studies');
    const lines = await answered(context, [studies], 'm');
    const emptied = join(temporaryFolder(), 'library');
    cpSync(context.library.folder, emptied, { recursive: true });
    rmSync(join(emptied, 'features'), { recursive: true });
    const elsewhere = await testServices(emptied);
    expect(await answered(elsewhere, [studies], 'm')).toEqual(lines);
    const { images, logits } = await predictSplit(context, requireModel(context, 'm'), 'test');
    expect(images.length).toBeGreaterThan(0);
    const probabilities = probabilitiesOf(requireModel(context, 'm').record, logits);
    images.forEach(({ sopInstanceUID }, i) => {
      const line = lines.find((text) => text.split(',').includes(sopInstanceUID)) ?? '';
      const wanted = probabilities[2 * i] as number;
      const numbers = line.split(',').map(Number).filter(Number.isFinite);
      const closest = Math.min(...numbers.map((found) => Math.abs(found - wanted)));
      expect(closest).toBeLessThan(1e-5);
    });

    // Two models of one LPM that keep otherwise share its pass and nothing else.
    const added = join(temporaryFolder(), 'new');
    writeStudies(added, 4, 2);
    const own = await answered(context, [added], 'm');
    expect(own).toHaveLength(8);
    expect(own).not.toEqual(await answered(context, [added], 'usual'));
    const both = temporaryFolder();
    await classifyPaths(context, { paths: [added], model: 'usual', otherModels: ['m'], out: join(both, 'r.csv') });
    const files = readdirSync(both).filter((name) => name.includes('m') && !name.includes('usual'));
    expect(files).toHaveLength(1);
    expect(imageLines(join(both, files[0] as string))).toEqual(own);

    // Evidence reads the image once more, and speaks of the same answer.
    const [image] = images;
    const asked = { model: 'm', instanceId: image?.instanceId as InstanceId, frame: 0 };
    const evidence = await findEvidence(context, asked);
    expect(evidence.probabilities[0]).toBeCloseTo(probabilities[0] as number, 5);

    const replayed = await replayModel(context, { model: 'm' });
    expect([replayed.isEqual, replayVerdict(replayed), replayed.encodedAgain]).toEqual([true, 'equal', 0]);
    expect((await replayModel(elsewhere, { model: 'm' })).isEqual).toBe(true);
  }, 120_000);

  test('goes on after a stop to the weights of a run that nobody stopped', async () => {
    const { context } = await discsLibrary(12);
    const wanted = await trainModel(context, { ...options, method, name: 'whole', ...int8 });
    const stop = {
      get aborted() {
        return listRuns(context.library.db).some(({ modelName, epochsDone }) => modelName === 'm' && epochsDone >= 1);
      },
    } as AbortSignal;
    const asked = { ...options, method, name: 'm', ...int8 };
    await expect(trainModel({ ...context, signal: stop }, asked)).rejects.toMatchObject({ code: 'CANCELLED' });
    const report = await trainModel(context, asked);
    expect(report.run).not.toBe(wanted.run);
    const hashOf = (name: string): string | undefined => modelByName(context.library.db, name)?.weightsHash;
    expect(hashOf('m')).toBe(hashOf('whole'));
  }, 120_000);
});

test('the same command with and without 8 bits is another run', async () => {
  const { context } = await discsLibrary(8);
  await trainModel(context, { ...options, epochs: 1, name: 'one' });
  const error = await appErrorFrom(trainModel(context, { ...options, epochs: 1, name: 'one', ...int8 }));
  expect(error.code).toBe('NAME_TAKEN');
}, 60_000);

test.each([
  ['linear', 'keeps one number a channel'],
  ['side-only', 'keeps none'],
] as const)('%s, which has no features of many tokens, is refused with the way out', async (method, why) => {
  const { context } = await discsLibrary(8);
  expect(await appErrorFrom(trainModel(context, { ...options, method, ...int8 }))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining(why),
    action: expect.stringContaining('fpt+, fpt, attentive'),
  });
  // Also where only it is encoded, or tried by a search.
  expect((await appErrorFrom(encodeDataset(context, { ...encoding, method, ...int8 }))).code).toBe('BAD_INPUT');
  const { epochs: _, lr: __, ...search } = options;
  const searched = trainModel(context, { ...search, recipe: 'auto', methods: [method], ...int8 });
  expect((await appErrorFrom(searched)).message).toContain(why);
});

test('8 bits that would take more than 16, since one token is kept, are refused with both sizes; of three tokens they are kept', async () => {
  const { context } = await discsLibrary(8);
  const one = { ...encoding, method: 'fpt+', tokenRatio: 0.004 } as const;
  const { sizeBytes, images } = await encodeDataset(context, one);
  const error = await appErrorFrom(encodeDataset(context, { ...one, ...int8 }));
  expect(error).toMatchObject({ code: 'BAD_INPUT', action: expect.stringContaining('--token-ratio') });
  expect(error.message).toContain(
    `would take ${(1.5 * sizeBytes) / images} bytes an image, and 16-bit floats take ${sizeBytes / images}`,
  );
  const three = await encodeDataset(context, { ...one, tokenRatio: 0.016, ...int8 });
  expect(three.sizeBytes / three.images).toBe((2.5 * sizeBytes) / images);
});

test('the disk that is needed is counted as 8 bits take it, before anything is encoded', async () => {
  const { context } = await discsLibrary(8);
  await encodeDataset(context, encoding);
  const version = freezeDataset(context, { dataset: 'discs', seed: 3 });
  const lpm = openLibraryLpm(context, requireLpm(context, 'tiny'));
  try {
    // So wide an LPM that no disk holds what it says.
    const needed = async (kept: Pick<FeatureRequest, 'keptAs'>): Promise<number> => {
      const request: FeatureRequest = {
        version,
        images: versionImages(context.library.db, version.id),
        lpm: { ...lpm, config: { ...lpm.config, width: 1e15 } },
        ...{ inputSize: 224, tokens: 'global', tokenRatio: 0.2, rule: {}, normalisation: 'lpm' },
        layers: extractedLayers(lpm.config, 'three'),
        features: ['allTokens'],
        ...kept,
      };
      const { code, message } = await appErrorFrom(prepareFeatures(context, request));
      expect(code).toBe('DISK_FULL');
      return Number((/^Encoding needs ([\d,]+) MB/.exec(message)?.[1] ?? '').replaceAll(',', ''));
    };
    const ratio = (await needed(int8)) / (await needed({}));
    // A channel of 197 tokens has one number more, of 16 bits.
    expect(ratio).toBeCloseTo(0.5 + 1 / 197, 6);
  } finally {
    lpm.close();
  }
});

test('a patient who is deleted is gone from features of 8 bits, too', async () => {
  const { context, library } = await wholeLibrary();
  await encodeDataset(context, { dataset: 'd', lpm: 'tiny', inputSize: 224, ...int8 });
  const stores = context.library.db.all('SELECT id FROM record_stores').length;
  const records = recordBytes(context, plantedPatient(1));
  // Of 16 bits, of 8, and the picture; those of the test split are first read here.
  expect(records.length).toBe(stores);
  expect(holding(library, records).filter((name) => name.endsWith('.shard'))).toHaveLength(stores);
  deletePatient(context, { patientID: plantedPatient(1), backups: 'delete' });
  expect(holding(library, records)).toEqual([]);
});

test('the command line says how features are kept, and a run that goes on or is made again is not asked', async () => {
  const { context } = await discsLibrary(12);
  const library = join(temporaryFolder(), 'library');
  cpSync(context.library.folder, library, { recursive: true });
  const encode = ['encode', 'discs', '--lpm', 'tiny', '--input-size', '224', '--seed', '3'];
  const usual = runCommand({ library }, ...encode);
  const kept = runCommand({ library }, ...encode, '--features', 'int8');
  expect([usual.status, kept.status]).toEqual([0, 0]);
  expect(Number(kept.json['sizeBytes']) / Number(usual.json['sizeBytes'])).toBeLessThanOrEqual(0.55);
  for (const features of ['f16', 'int8']) {
    const again = runCommand({ library }, 'train', 'discs', '--again', 'm', '--features', features);
    expect([again.status, again.stderr + again.stdout]).toEqual([
      2,
      expect.stringContaining('--features would count for nothing: leave it out'),
    ]);
  }
});
