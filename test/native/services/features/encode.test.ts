import { expect, test } from 'vitest';
import { extractedLayers } from '../../../../core/models/index.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { type FeatureRequest, prepareFeatures } from '../../../../core/services/features/source-features.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { openLibraryLpm, requireLpm } from '../../../../core/services/lpm/encoder.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { versionImages } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

const encoding = { dataset: 'discs', lpm: 'tiny', inputSize: 224 } as const;

test('encoding for a method leaves nothing to encode when that method trains', async () => {
  const { context } = await discsLibrary(8);
  const first = await encodeDataset(context, { ...encoding, method: 'fpt' });
  const stages: string[] = [];
  const watched = { ...context, progress: ({ stage }: { stage: string }) => void stages.push(stage) };
  await trainModel(watched, { ...encoding, method: 'fpt', epochs: 1, batch: 4 });
  expect([first.encoded, first.failed]).toEqual([16, 0]);
  expect(stages).toContain('training');
  expect(stages).not.toContain('encoding');
});

test('a method that asks nothing of the LPM, and a method beside single features, are refused in words', async () => {
  const { context } = await discsLibrary(8);
  await expect(encodeDataset(context, { ...encoding, method: 'side-only' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: 'The method "side-only" asks nothing of the LPM beforehand: there is nothing to encode for it.',
  });
  await expect(encodeDataset(context, { ...encoding, method: 'fpt', classToken: true })).rejects.toThrow(
    'a method says itself which layers and features it needs',
  );
});

test('the memory that the LPM takes is said once, before an image is read; one that no machine can hold is refused by then', async () => {
  const { context } = await discsLibrary(8);
  const seen: string[] = [];
  const watched: ServiceContext = {
    ...context,
    log: { log: (level, message) => void (message.startsWith('The LPM "tiny" at') && seen.push(level)) },
    progress: ({ stage }) => void (seen.at(-1) !== stage && seen.push(stage)),
  };
  const lpm = openLibraryLpm(context, requireLpm(context, 'tiny'));
  const version = freezeDataset(context, { dataset: 'discs', seed: 0 });
  try {
    const request: FeatureRequest = {
      version,
      images: versionImages(context.library.db, version.id),
      lpm: { ...lpm, config: { ...lpm.config, width: 32768, layers: 40 } },
      inputSize: 224,
      tokens: 'global',
      tokenRatio: 0.2,
      layers: [],
      rule: {},
      normalisation: 'lpm',
      features: ['classToken'],
    };
    await expect(prepareFeatures(watched, request)).rejects.toMatchObject({ code: 'TOO_LITTLE_MEMORY' });
    expect(seen.splice(0)).not.toContain('decoding');
  } finally {
    lpm.close();
  }
  await encodeDataset(watched, encoding);
  expect(seen.filter((what) => what === 'info' || what === 'warn')).toHaveLength(1);
  expect(seen.findIndex((what) => what === 'info' || what === 'warn')).toBeLessThan(seen.indexOf('decoding'));
});

test('images that were decoded before are counted too when the disk is too small for their features', async () => {
  const { context } = await discsLibrary(8);
  await encodeDataset(context, encoding);
  const { db } = context.library;
  const version = freezeDataset(context, { dataset: 'discs', seed: 0 });
  const lpm = openLibraryLpm(context, requireLpm(context, 'tiny'));
  try {
    // So wide an LPM that no disk holds what it says: every image is decoded already, none has these features.
    const request: FeatureRequest = {
      version,
      images: versionImages(db, version.id),
      lpm: { ...lpm, config: { ...lpm.config, width: 1e15 } },
      inputSize: 224,
      tokens: 'global',
      tokenRatio: 0.2,
      layers: extractedLayers(lpm.config, 'three'),
      rule: {},
      normalisation: 'lpm',
      features: ['allTokens'],
    };
    await expect(prepareFeatures(context, request)).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect(prepareFeatures(context, request)).rejects.toThrow(/^Encoding needs [\d,]+ MB of disk space/);
  } finally {
    lpm.close();
  }
});
