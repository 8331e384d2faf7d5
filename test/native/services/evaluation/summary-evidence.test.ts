/** Evidence of models whose answer stands on the LPM's summary of the image, over a library whose classes differ by a marker in a corner. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeFamilyLpm } from '../../../../bench/family-lpm.ts';
import type { EvidenceMapView, ModelRecord, VersionImage } from '../../../../core/contract/index.ts';
import { predictSplit } from '../../../../core/services/evaluation/evaluate.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { evidenceObstacle, noEvidenceError } from '../../../../core/services/evaluation/evidence-obstacles.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { probabilitiesOf, requireModel } from '../../../../core/services/training/model.ts';
import { lpmByHash, modelByName, versionImages } from '../../../../core/store/index.ts';
import { openTestServices, writeTinyLpm } from '../../../support/made-studies.ts';
import { marker, writeMarkedStudies } from '../../../support/marked-studies.ts';
import { repositoryRoot } from '../../../support/shared.ts';

let context: ServiceContext;
let marked: VersionImage;
const said: string[] = [];
const base = { dataset: 'marks', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 8, lr: 1e-3 } as const;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-summary-evidence-'));
  const labels = writeMarkedStudies(join(folder, 'studies'), 32);
  writeTinyLpm(join(folder, 'lpm'));
  writeFamilyLpm(join(folder, 'siglip'), 'siglip', { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 });
  const services = await openTestServices(join(folder, 'library'));
  context = { ...services.context, log: { log: (_, message) => said.push(message) } };
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'marks', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await addLpm(context, { path: join(folder, 'siglip'), name: 'siglip' });
  await addLpm(context, { path: join(repositoryRoot, 'resources/lpm'), name: 'box' });
  // Of random weights the class token has mixed all of the image before its last block; one that was trained knows where to look.
  await trainModel(context, { ...base, lpm: 'box', name: 'linear', method: 'linear', epochs: 60, lr: 1e-2 });
  const images = versionImages(context.library.db, 1);
  marked = images.find(({ classIndex, split }) => classIndex === 0 && split === 'test') as VersionImage;
  return async () => {
    await services.close();
    rmSync(folder, { recursive: true, force: true });
  };
}, 120_000);

const sumOf = ({ patches, classToken, registers }: EvidenceMapView): number =>
  patches.reduce((a, b) => a + b, 0) + classToken + registers;

/** What the model answers to the marked image when it is evaluated. */
async function answered(model: string): Promise<number[]> {
  const loaded = requireModel(context, model);
  const { images, logits } = await predictSplit(context, loaded, 'test');
  const at = images.findIndex(({ instanceId }) => instanceId === marked.instanceId);
  return [...probabilitiesOf(loaded.record, logits.subarray(2 * at, 2 * at + 2))];
}

describe('evidence of a method whose answer stands on the summary', () => {
  test.each([
    ['linear', 'tiny', 'class-token', 0],
    ['linear', 'siglip', 'pool-query', 0],
    ['full', 'tiny', 'class-token', 0],
    ['lora', 'siglip', 'pool-query', 0],
    ['lora', 'tiny', 'class-token', 0],
    ['adapter', 'tiny', 'class-token', 0],
    ['prompt-tuning', 'tiny', 'class-token', 50],
    ['bitfit', 'tiny', 'class-token', 0],
    ['partial', 'tiny', 'class-token', 0],
  ] as const)(
    '%s on %s: the %s looks, and the answer is the model’s own',
    async (method, lpm, attends, prompts) => {
      const model = `${method}-${lpm}`;
      const sizes = prompts === 0 ? {} : { prompts };
      await trainModel(context, { ...base, ...sizes, lpm, method, name: model });
      said.length = 0;
      const report = await findEvidence(context, { model, instanceId: marked.instanceId });
      expect(said.filter((line) => line.includes('takes about'))).toHaveLength(1);
      expect(report).toMatchObject({ method, attends, layers: [], grid: { rows: 14, columns: 14 } });
      const all = 196 + (lpm === 'tiny' ? 1 : 0) + prompts;
      expect(report.tokens).toEqual({ kept: all, all });
      const attention = report.attention.all;
      expect(sumOf(attention)).toBeCloseTo(1, 4);
      expect([attention.patches.length, attention.classToken > 0, attention.registers > 0]).toEqual([
        196,
        lpm === 'tiny',
        prompts > 0,
      ]);
      for (const { all: map } of report.relevance) expect(sumOf(map)).toBeCloseTo(1, 4);
      (await answered(model)).forEach((p, c) => {
        expect(report.probabilities[c]).toBeCloseTo(p, 5);
      });
    },
    60_000,
  );

  test('points at the planted marker, and hiding it moves the answer more than hiding anything else', async () => {
    const report = await findEvidence(context, {
      model: 'linear',
      instanceId: marked.instanceId,
      check: { classIndex: 0, share: 0.085, draws: 10 },
    });
    const patches = report.relevance[0]?.all.patches ?? [];
    const scale = report.grid.columns / marker.imageSize;
    const isInside = (i: number): boolean => {
      const [x, y] = [(i % report.grid.columns) + 0.5, Math.floor(i / report.grid.columns) + 0.5];
      const [left, top, side] = [marker.left * scale, marker.top * scale, marker.side * scale];
      return x > left && x < left + side && y > top && y < top + side;
    };
    const inside = patches.filter((_, i) => isInside(i));
    const outside = patches.filter((_, i) => !isInside(i));
    const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
    expect(report.classes[0]).toBe('marked');
    expect(mean(inside)).toBeGreaterThan(5 * mean(outside));
    expect(report.check?.verdict).toBe('explains');
  });
});

describe('where there is no evidence, one word says why', () => {
  test('a summary that is a mean of the tokens', async () => {
    const record = modelByName(context.library.db, 'linear') as ModelRecord;
    const { writer } = context.library;
    const config = 'UPDATE lpms SET config = json_set(config, :path, :value) WHERE name = :name';
    writer.run(config, { path: '$.summary', value: 'mean', name: 'box' });
    try {
      expect(evidenceObstacle(context, record)).toBe('mean');
      expect(evidenceObstacle(context, { ...record, method: 'fpt+' })).toBeNull();
      await expect(findEvidence(context, { model: 'linear', instanceId: marked.instanceId })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('a mean of the tokens'),
        action: expect.stringContaining('fpt+, fpt or attentive, or one on an LPM whose summary is its class token'),
      });
    } finally {
      writer.run("UPDATE lpms SET config = json_remove(config, '$.summary') WHERE name = 'box'", {});
    }
    expect(evidenceObstacle(context, record)).toBeNull();
  });

  test('a damaged row of its LPM, which whoever asks for evidence is told, and no list', async () => {
    const record = modelByName(context.library.db, 'linear') as ModelRecord;
    const { writer } = context.library;
    const config = 'UPDATE lpms SET config = :config WHERE name = :name';
    const kept = JSON.stringify(lpmByHash(context.library.db, record.lpmHash)?.config);
    writer.run(config, { config: '[]', name: 'box' });
    try {
      expect(evidenceObstacle(context, record)).toBeNull();
      await expect(findEvidence(context, { model: 'linear', instanceId: marked.instanceId })).rejects.toMatchObject({
        code: 'DB_DAMAGED',
      });
    } finally {
      writer.run(config, { config: kept, name: 'box' });
    }
  });

  test('a pass in 8 bits that the evidence would go through, and no place at all', () => {
    const record = modelByName(context.library.db, 'linear') as ModelRecord;
    const int8 = { ...record, preprocessing: { ...record.preprocessing, precision: 'int8' as const } };
    expect(evidenceObstacle(context, int8)).toBe('int8');
    expect(evidenceObstacle(context, { ...int8, method: 'attentive' })).toBeNull();
    expect(noEvidenceError('int8', int8).action).toContain('fpt+, fpt or attentive, whose evidence');
    expect(evidenceObstacle(context, { ...record, method: 'side-only' })).toBe('no-place');
    expect(noEvidenceError('no-place', record).action).not.toContain('side-only');
  });
});
