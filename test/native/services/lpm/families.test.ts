/** LPMs of further families from adding to classifying: without a class token, with rotary positions, with one channel; and what is refused. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type FamilySizes, type MadeFamily, writeFamilyLpm } from '../../../../bench/family-lpm.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm, listLpms, previewLpm } from '../../../../core/services/lpm/add.ts';
import { conversionOf } from '../../../../core/services/lpm/conversion.ts';
import { checkMemory } from '../../../../core/services/lpm/recognise.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { versionImages } from '../../../../core/store/index.ts';
import { runCommand } from '../../../support/command.ts';
import { openTestServices, writeStudies } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';
import { pythonWith } from '../../../support/tools.ts';

const sizes: FamilySizes = { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 };
const made: Readonly<Record<string, readonly [MadeFamily, FamilySizes]>> = {
  dinov3: ['dinov3', sizes],
  siglip: ['siglip', { ...sizes, mlpWidth: 70 }],
  clip: ['clip', sizes],
  grey: ['dinov3', { ...sizes, channels: 1 }],
};

let context: ServiceContext;
let studies: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-families-'));
  studies = join(folder, 'studies');
  const labels = writeStudies(studies, 8);
  const services = await openTestServices(join(folder, 'library'));
  ({ context } = services);
  await importPaths(context, { paths: [studies], dataset: 'discs', labels });
  for (const [name, [family, of]] of Object.entries(made)) {
    writeFamilyLpm(join(folder, name), family, of);
    await addLpm(context, { path: join(folder, name), name });
  }
  return async () => {
    await services.close();
    rmSync(folder, { recursive: true, force: true });
  };
}, 120_000);

const training = { dataset: 'discs', inputSize: 224, epochs: 1, batch: 4 } as const;

describe('an LPM of a further family', () => {
  test.each([
    ['dinov3', 'fpt+'],
    ['dinov3', 'full'],
    ['siglip', 'fpt+'],
    ['siglip', 'linear'],
    ['siglip', 'full'],
    ['clip', 'linear'],
    ['grey', 'fpt+'],
    ['grey', 'linear'],
  ] as const)('%s is trained on by %s and classifies', async (lpm, method) => {
    const name = `${lpm}-${method}`;
    const { epochs } = await trainModel(context, { ...training, lpm, method, name });
    expect(Number.isFinite(epochs[0]?.trainLoss)).toBe(true);
    const out = join(temporaryFolder(), 'results.csv');
    const report = await classifyPaths(context, { paths: [studies], model: name, out });
    // Beside the images lies the labels file, which is none.
    expect([report.failed, report.images]).toEqual([1, 16]);
    expect(readFileSync(out, 'utf8')).not.toContain('NaN');
  });

  test('without a class token gives no share of its attention to one', async () => {
    const image = versionImages(context.library.db, 1 as Parameters<typeof versionImages>[1])[0]!;
    const { relevance } = await findEvidence(context, {
      model: 'siglip-fpt+',
      instanceId: image.instanceId,
      frame: image.frame,
    });
    for (const map of relevance) expect([map.all.classToken, map.all.registers]).toEqual([0, 0]);
    expect(relevance.some(({ all }) => all.patches.length === 14 * 14)).toBe(true);
  });

  test('without a class token cannot score tokens by what it attends to', async () => {
    const asked = { ...training, lpm: 'siglip', tokens: 'class_token' } as const;
    const refusal = { code: 'BAD_INPUT', message: expect.stringContaining('has no class token') };
    await expect(trainModel(context, { ...asked, method: 'fpt+', name: 'refused' })).rejects.toMatchObject(refusal);
    await expect(
      encodeDataset(context, { dataset: 'discs', lpm: 'siglip', inputSize: 224, tokens: 'class_token' }),
    ).rejects.toMatchObject(refusal);
  });
});

describe('lpm add', () => {
  test('says what it recognised before it copies, and measures an image where asked; a preview writes nothing', async () => {
    const path = join(temporaryFolder(), 'siglip');
    writeFamilyLpm(path, 'siglip', { ...sizes, layers: 3 }, { element: 'F16', seed: 2 });
    const lines: string[] = [];
    const watched: ServiceContext = { ...context, log: { log: (_, message) => void lines.push(message) } };
    const found = await previewLpm(watched, { path, measure: true });
    expect(found).toMatchObject({
      title: 'SigLIP',
      layers: 3,
      classToken: false,
      trainedSize: [64, 64],
      tokens: 1024,
      keptTokens: 204,
      diskBytesPerImage: 4 * 2 * 32 * 204,
      elementTypes: ['F16'],
    });
    expect(found.encodeSeconds).toBeGreaterThan(0);
    expect(lines.find((line) => line.startsWith('Recognised: SigLIP, width 32, 3 layers'))).toContain('no class token');
    expect(listLpms(context)).toHaveLength(Object.keys(made).length);
    const { recognised } = await addLpm(watched, { path, name: 'again' });
    expect(recognised).toEqual({ ...found, encodeSeconds: null });
  });

  test('refuses by arithmetic what the machine cannot hold, with the memory that it would need', () => {
    const error = appErrorOf(() => checkMemory({ parameters: 6_716_000_000 }, 24e9));
    expect(error.code).toBe('TOO_LITTLE_MEMORY');
    expect(error.message).toContain('they take 26.9 GB; this machine has 24.0 GB');
    expect(() => checkMemory({ parameters: 6_716_000_000 }, 32e9)).not.toThrow();
  });

  test('prints the lines that convert a pickle', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'RETFound.pth'), 'PK\u0003\u0004');
    const { stdout, stderr, status } = runCommand({ library: join(temporaryFolder(), 'l') }, 'lpm', 'add', folder);
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain('RETFound.pth\\"]:');
    expect(stdout + stderr).toContain('weights_only=True');
  });

  const python = pythonWith(['torch', 'safetensors'], 'python3-torch', { optional: true });
  test.skipIf(python === undefined)(
    'takes what those lines made of a pickle, without what a training wrapped around the weights (needs PyTorch and safetensors)',
    async () => {
      const folder = temporaryFolder();
      const model = join(folder, 'model');
      mkdirSync(model);
      writeFamilyLpm(join(folder, 'made'), 'clip', { ...sizes, layers: 1 });
      const make =
        'import torch, argparse; from safetensors.torch import load_file; w = load_file("made/model.safetensors"); ' +
        'torch.save({"model": {"module." + k: v for k, v in w.items()}, "args": argparse.Namespace(x=1), "epoch": 3}, "model/it\'s.pth")';
      execFileSync(python as string, ['-c', make], { cwd: folder });
      const lines = conversionOf(model);
      execFileSync(python as string, ['-c', lines.slice(lines.indexOf('') + 1).join('\n')], { cwd: model });
      writeFileSync(join(model, 'config.json'), readFileSync(join(folder, 'made', 'config.json')));
      const [converted, own] = [
        await previewLpm(context, { path: model }),
        await previewLpm(context, { path: join(folder, 'made') }),
      ];
      expect(converted).toEqual({ ...own, preparedSize: null });
    },
  );
});
