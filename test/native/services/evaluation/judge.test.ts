/** Judging and evidence on a library whose classes differ by a marker in a corner and by nothing else. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { judgeAtThreshold, judgedCases } from '../../../../core/services/evaluation/judge.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { compareModels, judgeSubgroups } from '../../../../core/services/evaluation/judge-compare.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { calibrate, setReferBand, setThreshold } from '../../../../core/services/evaluation/judge-settings.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { auditEvents, modelByName, versionImages } from '../../../../core/store/index.ts';
import { instanceId } from '../../../support/ids.ts';
import { openTestServices, writeTinyLpm } from '../../../support/made-studies.ts';
import { marker, writeMarkedStudies } from '../../../support/marked-studies.ts';

let context: ServiceContext;
let close: () => Promise<void>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-judge-'));
  const labels = writeMarkedStudies(join(folder, 'studies'), 48);
  writeTinyLpm(join(folder, 'lpm'));
  ({ context, close } = await openTestServices(join(folder, 'library')));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'marks', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const base = {
    dataset: 'marks',
    lpm: 'tiny',
    inputSize: 224,
    epochs: 80,
    batch: 8,
    lr: 1e-2,
    tokenRatio: 1,
  } as const;
  await trainModel(context, { ...base, name: 'fpt', method: 'fpt+' });
  // At the others' rate its answer is so sure that hiding half a marker does not move it.
  await trainModel(context, { ...base, name: 'attentive', method: 'attentive', epochs: 40, lr: 3e-3 });
  await trainModel(context, { ...base, name: 'linear', method: 'linear', epochs: 2 });
  await evaluateModel(context, { model: 'fpt', split: 'test' });
  return async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  };
}, 300_000);

const request = { model: 'fpt', split: 'test', pooling: 'mean' } as const;

describe('judging', () => {
  test('opens from what was kept, counts evaluations on the test split and no openings, and gives the evaluation’s own AUC', async () => {
    const first = judgeReport(context, request);
    const again = judgeReport(context, request);
    expect([first?.testEvaluations, again?.testEvaluations]).toEqual([1, 1]);
    const report = await evaluateModel(context, { model: 'fpt', split: 'test' });
    expect(judgeReport(context, request)?.testEvaluations).toBe(2);
    expect(first?.image.auc.value).toBe(report.image.auc);
    expect(first?.study.n).toBe(report.study.n);
    expect(
      auditEvents(context.library.db).some((e) => e.action === 'model.judged' && e.details['split'] === 'test'),
    ).toBe(true);
    expect(judgeReport(context, { ...request, model: 'linear' })).toBeNull();
  });

  test('cells of the confusion matrix hold as many cases as they say', () => {
    const set = requireSet(context, request);
    const at = judgeAtThreshold(set, { level: 'study', classIndex: 1, threshold: 0.5, prevalence: 0.1 });
    at.confusion.forEach((row, truth) => {
      row.forEach((n, decision) => {
        expect(judgedCases(set, 'study', { classIndex: 1, threshold: 0.5, truth, decision }).length).toBe(n);
      });
    });
    const everything = judgeAtThreshold(set, { level: 'study', classIndex: 1, threshold: 0, prevalence: 0.1 });
    expect([everything.sensitivity.value, everything.specificity.value]).toEqual([1, 0]);
    const wrong = judgedCases(set, 'study', { classIndex: 1, threshold: 0, isWrong: true });
    const sureness = wrong.map((c) => c.probabilities[c.decision] as number);
    expect(sureness).toEqual([...sureness].sort((a, b) => b - a));
  });

  test('other methods of the same version stand beside it; without an evaluation only their cost is told', async () => {
    const before = compareModels(context, { ...request, level: 'study' });
    expect(before.map((m) => [m.name, m.isEvaluated])).toEqual([
      ['fpt', true],
      ['attentive', false],
      ['linear', false],
    ]);
    await evaluateModel(context, { model: 'linear', split: 'test' });
    const [, , linear] = compareModels(context, { ...request, level: 'study' });
    expect(linear?.difference.value).not.toBeNull();
    expect(linear?.learnable).toBe(130);
  });

  test('subgroups by modality and by manufacturer add up to all cases, however a maker writes its name', () => {
    const groups = judgeSubgroups(context, { ...request, level: 'study', classIndex: 1, threshold: 0.5 });
    const all = requireSet(context, request).study.scores.targets.length;
    for (const [attribute, values] of [
      ['modality', ['CR', 'DX']],
      ['manufacturer', ['', 'MAKER A', 'MAKER B']],
    ] as const) {
      const of = groups.filter((group) => group.attribute === attribute);
      expect(of.map((group) => group.value)).toEqual(values);
      expect(of.reduce((n, group) => n + group.n, 0)).toBe(all);
    }
  });

  test('calibrating on validation changes probabilities and no decision; without that split it is refused', async () => {
    // A model of before trainings left what it says of the validation images.
    context.library.writer.run(`DELETE FROM evaluations WHERE split = 'val'`);
    expect(() => calibrate(context, 'fpt')).toThrow('validation');
    await evaluateModel(context, { model: 'fpt', split: 'val' });
    const decisions = () =>
      judgedCases(requireSet(context, request), 'image', {
        classIndex: 1,
        threshold: modelByName(context.library.db, 'fpt')?.threshold ?? null,
      })
        .map((c) => `${c.instanceId}:${c.decision}`)
        .sort();
    const before = decisions();
    const record = calibrate(context, 'fpt');
    expect(record.temperature).not.toBe(1);
    expect(decisions()).toEqual(before);
    const band = { className: record.classes[1] ?? '', low: 0.3, high: 0.7 };
    expect(setReferBand(context, 'fpt', band).referBand).toEqual(band);
    expect(calibrate(context, 'fpt').referBand).toBeNull();
  });

  test('a threshold remembers the split it was chosen on, and the card tells it all', () => {
    expect(setThreshold(context, 'fpt', { threshold: 0.4, thresholdClass: 'plain' }, 'val').thresholdSplit).toBe('val');
    const card = modelCard(context, 'fpt');
    expect(card.counts.reduce((n, c) => n + c.images, 0)).toBe(48);
    expect(card.results.map((r) => `${r.split} ${r.level}`)).toEqual([
      'test study',
      'test image',
      'val study',
      'val image',
    ]);
    expect(card.labellers.length).toBe(1);
  });
});

describe('evidence', () => {
  test.each([
    ['fpt', [2, 3]],
    ['attentive', []],
  ])(
    'of %s points at the planted marker, and hiding it moves the answer more than hiding anything else',
    async (model, layers) => {
      const { db } = context.library;
      const marked = versionImages(db, 1).find((image) => image.classIndex === 0 && image.split === 'test');
      const report = await findEvidence(context, {
        model,
        instanceId: marked?.instanceId ?? instanceId(0),
        check: { classIndex: 0, share: 0.085, draws: 10 },
      });
      expect(report.classes[0]).toBe('marked');
      // One map a layer, or one alone where the layers are mixed before the model attends.
      expect([report.layers, report.attention.layers.length]).toEqual([layers, layers.length]);
      expect(report.tokens).toEqual({ kept: 197, all: 197 });
      const { patches, classToken, registers } = report.relevance[0]?.all ?? {
        patches: [],
        classToken: 0,
        registers: 0,
      };
      expect(patches.reduce((a, b) => a + b, 0) + classToken + registers).toBeCloseTo(1, 4);
      for (const layer of report.attention.layers) {
        expect(layer.patches.reduce((a, b) => a + b, 0) + layer.classToken).toBeCloseTo(1, 4);
      }
      const scale = report.grid.columns / marker.imageSize;
      const isInside = (i: number): boolean => {
        const [x, y] = [(i % report.grid.columns) + 0.5, Math.floor(i / report.grid.columns) + 0.5];
        const [left, top, side] = [marker.left * scale, marker.top * scale, marker.side * scale];
        return x > left && x < left + side && y > top && y < top + side;
      };
      const inside = patches.reduce((sum, v, i) => sum + (isInside(i) ? v : 0), 0);
      const area = patches.filter((_, i) => isInside(i)).length / patches.length;
      expect(inside / (1 - classToken)).toBeGreaterThan(4 * area);
      expect(report.check?.verdict).toBe('explains');
    },
  );

  test('a method that attends to no place has none, and says so', async () => {
    const options = { dataset: 'marks', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 8 } as const;
    await trainModel(context, { ...options, name: 'alone', method: 'side-only' });
    await expect(findEvidence(context, { model: 'alone', instanceId: instanceId(1) })).rejects.toThrow(
      'attends to no place of the image',
    );
  });
});
