/** Several findings at once, and numbers, from labels to results: what is not known counts nowhere. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, onTestFinished, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { TargetKind } from '../../../../core/contract/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { addLabel, datasetByName, labelledInstances, listRuns, modelByName } from '../../../../core/store/index.ts';
import { openTestServices, writePlate, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const size = 64;
const patients = 60;

/** How bright and how grainy a patient's image is: two things that may be there together. */
const isBright = (p: number): boolean => p % 2 === 0;
const isGrainy = (p: number): boolean => p % 4 < 2;
const level = (p: number): number => (isBright(p) ? 2400 : 800) + 10 * (p % 7);

function writeImages(folder: string): void {
  for (let p = 0; p < patients; p++) {
    const random = Random.seeded(p);
    const noise = isGrainy(p) ? 900 : 60;
    const pixels = Uint16Array.from({ length: size * size }, () =>
      Math.round(Math.min(4095, Math.max(0, level(p) + noise * random.normal()))),
    );
    const uid = `1.2.826.0.1.3680043.10.999.88.${p}`;
    mkdirSync(join(folder, `p${p}`), { recursive: true });
    writeFileSync(
      join(folder, `p${p}`, 'image.dcm'),
      writePlate({ uid, patientID: `F-${p}`, modality: 'CR', size, pixels }),
    );
  }
}

/** A library with the images of `writeImages` and what `marksOf` says of each patient; null is not said. */
async function prepared(target: TargetKind, marksOf: (p: number) => Readonly<Record<string, string | null>>) {
  const home = temporaryFolder();
  const folder = join(home, 'studies');
  writeImages(folder);
  writeTinyLpm(join(home, 'lpm'));
  const { context, close } = await openTestServices(join(home, 'library'));
  onTestFinished(close);
  const { name: lpm } = await addLpm(context, { path: join(home, 'lpm') });
  await importPaths(context, { paths: [folder], dataset: 'chest', target });
  const { library } = context;
  const dataset = datasetByName(library.db, 'chest')?.id as number;
  library.writer.transaction(() => {
    for (const { instanceId, studyInstanceUID } of labelledInstances(library.db, dataset)) {
      const p = Number(/\.88\.(\d+)/.exec(studyInstanceUID)?.[1]);
      for (const [question, word] of Object.entries(marksOf(p))) {
        if (word === null) continue;
        addLabel(library.writer, dataset, { kind: 'instance', id: instanceId }, word, 'r', '2026-01-01', question);
      }
    }
  });
  const recipe = { dataset: 'chest', lpm, method: 'linear', inputSize: 224, epochs: 20, batch: 8, lr: 3e-2 } as const;
  return { context, home, folder, recipe };
}

const word = (is: boolean): string => (is ? 'present' : 'absent');

test('findings are learned each on its own where they are known, decided each at its threshold, and written out', async () => {
  const marks = (p: number) => ({
    bright: p % 3 === 0 ? null : word(isBright(p)),
    grainy: p % 5 === 0 ? null : p % 7 === 0 ? 'uncertain' : word(isGrainy(p)),
  });
  const { context, home, folder, recipe } = await prepared('finding', marks);
  const { db } = context.library;

  const training = await trainModel(context, { ...recipe, name: 'chest' });
  expect(training).toMatchObject({ target: 'finding', classes: ['bright', 'grainy'], positiveClass: null });
  const best = training.epochs.find(({ epoch }) => epoch === training.bestEpoch);
  expect(best?.valAuc).toBeGreaterThan(0.9);
  expect(best?.valLoss).toBeLessThan(training.epochs[0]?.valLoss ?? 0);
  const model = modelByName(db, 'chest');
  expect(model).toMatchObject({ target: 'finding', threshold: null, uncertain: 'unknown', labelScale: null });
  expect(model?.findings.map(({ threshold }) => threshold > 0 && threshold < 1)).toEqual([true, true]);

  // Stopped between two epochs and asked for again, it ends with the same weights.
  const epochsOf = (): number => listRuns(db).find(({ modelName }) => modelName === 'stopped')?.epochsDone ?? 0;
  const signal = {
    get aborted(): boolean {
      return epochsOf() >= 3;
    },
  } as AbortSignal;
  const stopped = { ...recipe, name: 'stopped' };
  await expect(trainModel({ ...context, signal }, stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
  const resumed = await trainModel(context, stopped);
  expect(resumed).toMatchObject({ resumed: true, weightsHash: training.weightsHash });

  // What uncertain counts as is part of the run.
  const asPresent = await trainModel(context, { ...recipe, name: 'as present', uncertain: 'present' });
  expect(asPresent.weightsHash).not.toBe(training.weightsHash);
  expect(modelByName(db, 'as present')?.uncertain).toBe('present');
  // Presence that counts more is another run, too.
  const weighted = await trainModel(context, { ...recipe, name: 'weighted', classWeights: 'balanced' });
  expect(weighted.weightsHash).not.toBe(training.weightsHash);
  await expect(trainModel(context, { ...recipe, name: 'x', criterion: 'cross-entropy' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: 'The criterion cross-entropy does not fit findings; allowed: binary-cross-entropy.',
  });

  const out = join(home, 'results.csv');
  await classifyPaths(context, { paths: [folder], model: 'chest', out });
  const rows = parse(readFileSync(out, 'utf8'), { bom: true, columns: true }) as Record<string, string>[];
  for (const level of ['image', 'study']) {
    const own = rows.filter((row) => row['level'] === level);
    expect(own).toHaveLength(patients);
    for (const [k, name] of ['bright', 'grainy'].entries()) {
      const threshold = model?.findings[k]?.threshold ?? Number.NaN;
      for (const row of own) {
        const decided = Number(row[`probability_${name}`]) >= threshold ? 'present' : 'absent';
        expect(row[`decision_${name}`]).toBe(decided);
      }
      const right = own.filter((row) => {
        const p = Number(/\.88\.(\d+)/.exec(row['studyInstanceUID'] ?? '')?.[1]);
        return row[`decision_${name}`] === word(k === 0 ? isBright(p) : isGrainy(p));
      });
      expect(right.length).toBeGreaterThan(0.85 * patients);
    }
  }
});

test('what is not known counts nowhere: of findings that nobody looked for, the others are learned as if alone', async () => {
  const alone = await prepared('finding', (p) => ({ bright: word(isBright(p)) }));
  const beside = await prepared('finding', (p) => ({ bright: word(isBright(p)), odd: p % 10 === 0 ? 'absent' : null }));
  const one = await trainModel(alone.context, { ...alone.recipe, name: 'm' });
  const two = await trainModel(beside.context, { ...beside.recipe, name: 'm' });
  // The macro mean is that of the finding that can be judged.
  expect(two.valAuc).toBeGreaterThan(0.9);
  expect(one.valAuc).toBeGreaterThan(0.9);
});

test('a number is learned in its own unit', async () => {
  const { context, recipe } = await prepared('quantity', (p) => ({ age: String(level(p) / 10) }));
  const training = await trainModel(context, { ...recipe, name: 'age', epochs: 40 });
  expect(training).toMatchObject({ target: 'quantity', classes: ['age'], valAuc: null });
  const { labelScale } = modelByName(context.library.db, 'age') ?? {};
  expect(labelScale?.mean).toBeGreaterThan(100);
  expect(labelScale?.deviation).toBeGreaterThan(50);
  // The loss is in units of the deviation, so that one that is learned is well below 1.
  expect(training.epochs.at(-1)?.valLoss).toBeLessThan(0.3);
});

test('findings are cross-validated: judged each where it is known, one temperature, thresholds of the out-of-fold answers', async () => {
  const { context, recipe } = await prepared('finding', (p) => ({
    bright: p % 3 === 0 ? null : word(isBright(p)),
    grainy: p % 5 === 0 ? null : word(isGrainy(p)),
  }));
  const report = await trainModel(context, { ...recipe, name: 'folds', folds: 3 });
  const model = modelByName(context.library.db, 'folds');
  expect(model).toMatchObject({ thresholdSplit: 'cross-validation', threshold: null, folds: 3 });
  expect(model?.temperature).toBeGreaterThan(0);
  expect(model?.findings.map(({ threshold }) => threshold > 0 && threshold < 1)).toEqual([true, true]);
  expect(report.crossValidation?.image).toMatchObject({ n: 45, patients: 45 });
  expect(report.crossValidation?.image.auc).toBeGreaterThan(0.8);
  const { image } = await evaluateModel(context, { model: 'folds', split: 'cross-validation' });
  // Of 60 patients 4 have no mark at all; each finding is judged on those of whom it is known.
  expect(image.perClass.map(({ known = 0 }) => known > 25 && known < 45)).toEqual([true, true]);
  expect((await evaluateModel(context, { model: 'folds' })).image.auc).toBeGreaterThan(0.8);
});

test('numbers are cross-validated: out-of-fold answers in their own unit, no temperature', async () => {
  const { context, recipe } = await prepared('quantity', (p) => ({ age: String(level(p) / 10) }));
  const report = await trainModel(context, { ...recipe, name: 'age', epochs: 40, folds: 3 });
  const model = modelByName(context.library.db, 'age');
  expect(model).toMatchObject({ temperature: 1, threshold: null, folds: 3 });
  const error = report.crossValidation?.image.figures.find(({ figure }) => figure === 'absoluteError');
  // Half the images lie at about 80 and half at about 240: guessing the mean is off by 80.
  expect(error?.value).toBeLessThan(40);
  expect(report.crossValidation?.image).toMatchObject({ auc: null, accuracy: null });
});
