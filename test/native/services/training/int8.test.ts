/** A model that is trained on an LPM's pass in 8 bits: its features lie apart, it reads as it learned, it is made again, and the effect is told before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { replayVerdict, type TrainOptions, type VersionImage } from '../../../../core/contract/index.ts';
import { cpuDescription } from '../../../../core/engine/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { comparedAuc, samplePatients, tryInt8 } from '../../../../core/services/labelling/try-int8.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import { replayModel } from '../../../../core/services/replay/replay.ts';
import { modelByName, runByName } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { lacksInt8 } from '../../../support/int8.ts';
import { writeStudies } from '../../../support/made-studies.ts';
import { planOf } from '../../../support/small-search.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) =>
    planOf([{ method: 'side-only', weightDecay: 0.1, augment: true, learningRate: 1e-3, steps: 8 }])(...facts),
}));

const encoding = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'linear', seed: 3 } as const;
const options: TrainOptions = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 2, batch: 4, lr: 3e-3, seed: 3 };

test.skipIf(lacksInt8)(
  'features of both kinds lie apart, and a model reads as it learned, here and when it is made again (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary();
    const { db } = context.library;
    const usual = await encodeDataset(context, encoding);
    const int8 = await encodeDataset(context, { ...encoding, precision: 'int8' });
    // Nothing that was read as usual is taken for 8 bits.
    expect([usual.encoded, int8.encoded, int8.reused]).toEqual([usual.images, usual.images, 0]);

    await trainModel(context, { ...options, method: 'linear', name: 'usual' });
    const trained = await trainModel(context, { ...options, method: 'linear', name: 'int8', precision: 'int8' });
    const [one, other] = ['usual', 'int8'].map((name) => modelByName(db, name));
    expect(one?.preprocessing.precision).toBeUndefined();
    expect(other?.preprocessing.precision).toBe('int8');
    expect(runByName(db, trained.run)?.settings.precision).toBe('int8');
    expect(other?.weightsHash).not.toBe(one?.weightsHash);

    // New images are read in 8 bits though the session computes as usual: without the note in the model its answers are others.
    const folder = temporaryFolder();
    writeStudies(join(folder, 'new'), 4, 2);
    const answered = async (name: string): Promise<string[]> => {
      const out = join(folder, `${name}.csv`);
      await classifyPaths(context, { paths: [join(folder, 'new')], model: 'int8', out });
      return readFileSync(out, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('image'));
    };
    const inInt8 = await answered('int8');
    expect(inInt8).toHaveLength(8);
    const { precision: _, ...asUsual } = other?.preprocessing ?? {};
    const note = (preprocessing: object): void => {
      context.library.writer.run(`UPDATE models SET preprocessing = :preprocessing WHERE name = 'int8'`, {
        preprocessing: JSON.stringify(preprocessing),
      });
    };
    note(asUsual);
    const usually = await answered('usual');
    note(other?.preprocessing ?? {});
    expect(usually).not.toEqual(inInt8);
    expect(await answered('again')).toEqual(inInt8);

    const replayed = await replayModel(context, { model: 'int8' });
    expect(replayed.isEqual).toBe(true);
    expect(replayVerdict(replayed)).toBe('equal');
    expect(replayed.madeOn.map(({ precision }) => precision)).toEqual(['int8']);
    expect(replayed.replayedOn.precision).toBe('int8');
  },
  120_000,
);

test.skipIf(lacksInt8)(
  'the same command with and without 8 bits is another run (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary();
    await trainModel(context, { ...options, method: 'linear', name: 'one' });
    const error = await appErrorFrom(
      trainModel(context, { ...options, method: 'linear', name: 'one', precision: 'int8' }),
    );
    expect(error.code).toBe('NAME_TAKEN');
  },
  60_000,
);

test('a method that asks nothing of the LPM beforehand and a device that has no 8 bits are refused with the way out', async () => {
  const { context } = await discsLibrary();
  const unread = await appErrorFrom(trainModel(context, { ...options, method: 'side-only', precision: 'int8' }));
  expect(unread).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('the method side-only asks it for nothing'),
  });
  // Also where nothing is left to be read: the model would answer nowhere here.
  await encodeDataset(context, { ...encoding, precision: 'int8' });
  const engine = await context.engine();
  const onGpu = { ...engine, info: { ...engine.info, device: 'GPU made-up' } };
  const moved = { ...context, engine: async () => onGpu };
  expect(engine.info.device).toBe(cpuDescription);
  const refused = await appErrorFrom(trainModel(moved, { ...options, method: 'linear', precision: 'int8' }));
  expect(refused).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('onnxruntime on GPU made-up') });
  expect(await appErrorFrom(tryInt8(moved, { dataset: 'discs', lpm: 'tiny' }))).toMatchObject({ code: 'BAD_INPUT' });
}, 60_000);

test.skipIf(lacksInt8)(
  'what 8 bits would do is measured on the data set and told in numbers, and is the same for the same seed (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary();
    const asked = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'linear', images: 12, seed: 3 } as const;
    const report = await tryInt8(context, asked);
    expect(report.reads.length).toBeGreaterThan(0);
    expect(report.timeRatio.median).toBeGreaterThan(0);
    expect(report.keptTokenOverlap.mean).toBeGreaterThan(0.8);
    expect(report.keptTokenOverlap.least).toBeLessThanOrEqual(report.keptTokenOverlap.mean);
    const { auc } = report;
    if ('none' in auc) throw new Error(auc.none);
    expect(auc.images).toBe(12);
    expect(auc.difference).toBeCloseTo(auc.int8 - auc.usual, 12);
    const [low = Number.NaN, high = Number.NaN] = auc.interval ?? [];
    expect(low).toBeLessThanOrEqual(high);
    expect((await tryInt8(context, asked)).auc).toEqual(auc);
  },
  60_000,
);

test('whole patients are sampled, and answers that are the same differ by nothing', () => {
  const images = Array.from({ length: 12 }, (_, i) => ({
    patientId: Math.floor(i / 2) as VersionImage['patientId'],
    classIndex: Math.floor(i / 2) % 2,
    values: null,
  }));
  const sample = samplePatients(images, 5, 7);
  expect(sample).toHaveLength(6);
  expect(new Set(sample.map(({ patientId }) => patientId)).size).toBe(3);
  expect(samplePatients(images, 5, 7)).toEqual(sample);
  const right = Float64Array.from(images.flatMap(({ classIndex }) => (classIndex === 0 ? [0.9, 0.1] : [0.2, 0.8])));
  const wrong = Float64Array.from(right, (p) => 1 - p);
  const answers = (probabilities: Float64Array) => ({ images: images as never, folds: 2, probabilities });
  const version = { target: 'class', classes: ['a', 'b'] } as never;
  const of = (int8: Float64Array) => comparedAuc(version, { method: 'linear' }, answers(right), answers(int8));
  expect(of(right)).toMatchObject({ usual: 1, int8: 1, difference: 0, interval: [0, 0] });
  expect(of(wrong)).toMatchObject({ usual: 1, int8: 0, difference: -1, interval: [-1, -1] });
});

test.skipIf(lacksInt8)(
  'a search in 8 bits that a method wins which reads no features trains it without them; one that could find no other is refused before it begins (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary();
    const asked = { ...options, recipe: 'auto', batch: 8, precision: 'int8', name: 'found' } as const;
    const { epochs: _, lr: __, ...search } = asked;
    const refused = await appErrorFrom(trainModel(context, { ...search, methods: ['side-only'] }));
    expect(refused).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('side-only asks it for nothing'),
    });
    const report = await trainModel(context, search);
    expect(report.method).toBe('side-only');
    expect(modelByName(context.library.db, 'found')?.preprocessing.precision).toBeUndefined();
  },
  120_000,
);
