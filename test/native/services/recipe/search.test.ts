/** The search for a recipe on small sets: what makes it the same again, what it never looks at, and what it survives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { Candidate, RecipeSearch, TrainOptions, TrainReport } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import {
  listRuns,
  modelByName,
  runByName,
  type StoredSearch,
  searchOfRun,
  versionImages,
} from '../../../../core/store/index.ts';
import { labelFindings, labelNumbers, writeFindingStudies } from '../../../support/finding-studies.ts';
import { openTestServices, testServices, writePlate, writeTinyLpm } from '../../../support/made-studies.ts';
import { searchLibrary } from '../../../support/search-library.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

// What is tried has its own test; here three recipes are, for some steps each.
const tried = vi.hoisted(() => ({ planner: undefined as typeof planSearch | undefined }));
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => tried.planner?.(...facts),
}));
beforeEach(() => {
  tried.planner = planOf(smallCandidates);
});

const options: TrainOptions = {
  dataset: 'discs',
  lpm: 'tiny',
  recipe: 'auto',
  inputSize: 224,
  batch: 8,
  name: 'found',
};

/** A library with the made studies and the LPM, its images encoded by a search; each test copies it. */
const home = mkdtempSync(join(tmpdir(), 'sidelight-test-'));
const library = join(home, 'library');
beforeAll(async () => {
  const { close } = await searchLibrary(home, options);
  await close();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

function copied(): string {
  const folder = join(temporaryFolder(), 'library');
  cpSync(library, folder, { recursive: true });
  return folder;
}

function searchOf({ library: { db } }: ServiceContext, model = 'found'): StoredSearch {
  const search = searchOfRun(db, runByName(db, modelByName(db, model)?.run ?? '')?.id ?? 0);
  if (search === undefined) throw new Error('the model comes from a search');
  return search;
}

/** What a search found, without the row it stands in. */
const foundOf = ({ trials, winner }: RecipeSearch) => ({ trials, winner });

describe('a search', () => {
  test('killed in the middle of a training ends with the trainings, the winner and the weights of one that was not', async () => {
    const child = async (folder: string, ...death: readonly string[]): Promise<unknown> => {
      const script = join(repositoryRoot, 'test', 'support', 'search-child.ts');
      const started = spawn(process.execPath, [script, folder, JSON.stringify(options), ...death], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [text] = await Promise.all([readText(started.stdout), once(started, 'close')]);
      return started.signalCode === 'SIGKILL' ? null : JSON.parse(text);
    };
    const expected = await child(copied());
    const killed = copied();
    // In the first round and, taken up again, in the second.
    expect(await child(killed, '2', '5')).toBeNull();
    expect(await child(killed, '7', '4')).toBeNull();
    const { context, close } = await openTestServices(killed);
    const { db } = context.library;
    expect(db.all('SELECT json_array_length(trials) AS n, winner FROM recipe_searches')).toEqual([
      { n: 7, winner: null },
    ]);
    await close();
    expect(await child(killed)).toEqual(expected);
  });

  test('stopped between two steps keeps the trainings that ended, and makes none of them again', async () => {
    const untouched = await testServices(copied());
    const expected = await trainModel(untouched, options);
    const context = await testServices(copied());
    const { db } = context.library;
    const ended = (): number =>
      db.get<{ n: number }>('SELECT json_array_length(trials) AS n FROM recipe_searches')?.n ?? 0;
    let asked = 0;
    const signal = {
      get aborted(): boolean {
        if (ended() >= 4) asked++;
        return asked >= 3;
      },
    } as AbortSignal;
    await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([ended(), listRuns(db).some(({ modelName }) => modelName === 'found')]).toEqual([4, false]);
    const seen: number[] = [];
    const progress: ServiceContext['progress'] = ({ stage, done }) => void (stage === 'searching' && seen.push(done));
    const resumed = await trainModel({ ...context, progress }, options);
    expect(resumed.weightsHash).toBe(expected.weightsHash);
    expect(foundOf(searchOf(context))).toEqual(foundOf(searchOf(untouched)));
    // Progress goes on where it stopped, and never goes back.
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('of the same seed and budget is the same again, of another seed another', async () => {
    const [first, second, other] = await Promise.all(
      [copied(), copied(), copied()].map((folder) => testServices(folder)),
    );
    if (first === undefined || second === undefined || other === undefined) throw new Error('three libraries');
    const a = await trainModel(first, options);
    const b = await trainModel(second, options);
    expect(foundOf(searchOf(second))).toEqual(foundOf(searchOf(first)));
    expect([b.weightsHash, b.method]).toEqual([a.weightsHash, a.method]);
    expect(b.search).toEqual(a.search);
    await trainModel(other, { ...options, seed: 1 });
    expect(searchOf(other).plan.seed).toBe(1);
    expect(searchOf(other).trials).not.toEqual(searchOf(first).trials);
    // Given again it is known, and nothing is tried.
    expect((await trainModel(first, options)).weightsHash).toBe(a.weightsHash);
    expect(first.library.db.get('SELECT count(*) AS n FROM recipe_searches')).toEqual({ n: 1 });
  });

  test('has what its winner was trained with: method, rate, steps and folds', async () => {
    const context = await testServices(copied());
    const report = await trainModel(context, options);
    const { plan, winner, trials } = searchOf(context);
    const won = plan.candidates[winner ?? -1];
    const run = listRuns(context.library.db).find(({ modelName }) => modelName === 'found');
    expect(run?.settings).toMatchObject({
      ...{ method: won?.method, learningRate: won?.learningRate, weightDecay: won?.weightDecay, augment: won?.augment },
      folds: plan.folds,
    });
    expect(report.search?.rows[0]).toMatchObject({ method: won?.method, steps: won?.steps, folds: plan.folds });
    // Three on two folds, two of them on the others.
    expect(trials).toHaveLength(3 * 2 + 2 * (plan.folds - 2));
    // Whole epochs, to the nearest, as many as were planned.
    for (const { candidate, steps } of trials) {
      const perEpoch = Math.floor((plan.images * (plan.folds - 1)) / plan.folds / 8);
      expect(Math.abs(steps - (plan.candidates[candidate]?.steps ?? 0))).toBeLessThanOrEqual(perEpoch / 2 + 1);
    }
  });
});

describe('test patients', () => {
  const testPatients = ({ library: { db } }: ServiceContext): string[] => {
    const { id = 0 } = db.get<{ id: number }>('SELECT max(id) AS id FROM dataset_versions') ?? {};
    const ids = [...new Set(versionImages(db, id, 'test').map(({ patientId }) => patientId))];
    return ids.map(
      (own) => db.get<{ key: string }>('SELECT patient_key AS key FROM patients WHERE id = :own', { own })?.key ?? '',
    );
  };

  test('whose labels are turned round change nothing: neither a training of the search, nor the winner, nor the weights', async () => {
    const before = await testServices(copied());
    const expected = await trainModel(before, options);
    const context = await testServices(copied());
    const keys = testPatients(context);
    expect(keys.length).toBeGreaterThan(2);
    const turned = keys.map((key) => `${key},${Number(key.split('-')[1]) % 2 === 1 ? 'normal' : 'disc'}`);
    const labels = put(temporaryFolder(), 'labels.csv', ['patientID,label', ...turned].join('\n'));
    await importPaths(context, { dataset: 'discs', labels });
    const report = await trainModel(context, options);
    expect(report.version).toBe(expected.version + 1);
    expect(foundOf(searchOf(context))).toEqual(foundOf(searchOf(before)));
    expect(report.weightsHash).toBe(expected.weightsHash);
  });

  test('whose images cannot be read change nothing either: nobody looks at them', async () => {
    const before = await testServices(copied());
    const expected = await trainModel(before, options);
    const context = await testServices(copied());
    const { writer } = context.library;
    const test = `SELECT instance_id FROM version_images WHERE split = 'test'`;
    writer.run(`DELETE FROM records WHERE instance_id IN (${test})`);
    writer.run(`UPDATE files SET path = path || '.away' WHERE instance_id IN (${test})`);
    const report = await trainModel(context, options);
    expect(report.weightsHash).toBe(expected.weightsHash);
    expect(foundOf(searchOf(context))).toEqual(foundOf(searchOf(before)));
  });
});

describe('data sets of every kind', () => {
  const quick: TrainOptions = { ...options, batch: 4 };

  /** The searched recipe of a data set, with what is the same for every kind. */
  function check(context: ServiceContext, report: TrainReport): RecipeSearch {
    const search = searchOf(context);
    expect(report.search?.rows).toHaveLength(3);
    expect(search.winner).not.toBeNull();
    for (const { loss, guessLoss, answers } of search.trials) {
      expect(Number.isFinite(loss)).toBe(true);
      expect(guessLoss).toBeGreaterThan(0);
      expect(answers).toBeGreaterThan(0);
    }
    expect(report.folds).toBe(search.plan.folds);
    return search;
  }

  test('findings and numbers', async () => {
    const folder = temporaryFolder();
    writeFindingStudies(join(folder, 'studies'), 28);
    writeTinyLpm(join(folder, 'lpm'));
    const context = await testServices(join(folder, 'library'));
    await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'all' });
    labelFindings(context.library, 28);
    labelNumbers(context.library, 28);
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const findings = await trainModel(context, { ...quick, dataset: 'findings' });
    expect(findings.target).toBe('finding');
    expect(check(context, findings).trials.some(({ auc }) => auc !== null)).toBe(true);
    const numbers = await trainModel(context, { ...quick, dataset: 'numbers', name: 'numbers' });
    expect(numbers.target).toBe('quantity');
    const { trials } = searchOf(context, 'numbers');
    expect(trials.length).toBeGreaterThan(6);
    expect(trials.every(({ auc, loss }) => auc === null && Number.isFinite(loss))).toBe(true);
  });

  test('grades', async () => {
    const folder = temporaryFolder();
    const grades = ['none', 'mild', 'severe'];
    const rows = ['patientID,label'];
    for (let p = 0; p < 27; p++) {
      const random = Random.seeded(p);
      const pixels = Uint16Array.from({ length: 64 * 64 }, () =>
        Math.round(Math.max(0, 500 + 1200 * (p % 3) + 250 * random.normal())),
      );
      mkdirSync(join(folder, 'studies', `p${p}`), { recursive: true });
      const uid = `1.2.826.0.1.3680043.10.999.79.${p}`;
      writeFileSync(
        join(folder, 'studies', `p${p}`, 'image.dcm'),
        writePlate({ uid, patientID: `G-${p}`, modality: 'CR', size: 64, pixels }),
      );
      rows.push(`G-${p},${grades[p % 3]}`);
    }
    const labels = put(folder, 'labels.csv', rows.join('\n'));
    writeTinyLpm(join(folder, 'lpm'));
    const context = await testServices(join(folder, 'library'));
    await importPaths(context, {
      ...{ paths: [join(folder, 'studies')], dataset: 'discs', labels, target: 'grade', classes: grades },
    });
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const report = await trainModel(context, quick);
    expect(report.target).toBe('grade');
    check(context, report);
  });
});

describe('a candidate that diverges', () => {
  const absurd: Candidate = { method: 'attentive', learningRate: 1e30, weightDecay: 0.1, augment: true, steps: 20 };

  test('is counted, stands last and never wins; the others are tried as ever', async () => {
    const plain = await testServices(copied());
    await trainModel(plain, options);
    tried.planner = planOf([absurd, ...smallCandidates]);
    const context = await testServices(copied());
    const report = await trainModel(context, options);
    const search = searchOf(context);
    const own = search.trials.filter(({ candidate }) => candidate === 0);
    expect(own.map(({ fold, loss, auc, trainLoss }) => [fold, loss, auc, trainLoss])).toEqual([
      [0, null, null, null],
      [1, null, null, null],
    ]);
    expect(search.winner).toBe((searchOf(plain).winner ?? 0) + 1);
    expect(report.search?.trainings).toBe(search.trials.length);
    expect(report.search?.rows.at(-1)).toMatchObject({ learningRate: 1e30, skill: null, auc: null });
  });

  test('also where only its last step does, so that its losses were numbers and its answers are none', async () => {
    // One step an epoch, and one epoch: the loss is of the weights before it.
    tried.planner = planOf([{ ...absurd, learningRate: 1e38, steps: 1 }, ...smallCandidates]);
    const context = await testServices(copied());
    const report = await trainModel(context, { ...options, batch: 100 });
    const search = searchOf(context);
    expect(search.trials.filter(({ candidate }) => candidate === 0).map(({ loss }) => loss)).toEqual([null, null]);
    expect(search.winner).not.toBe(0);
    expect(report.search?.rows.at(-1)).toMatchObject({ learningRate: 1e38, skill: null });
  });

  test('in a round that it should not have reached never wins either, and where all do it is said', async () => {
    tried.planner = planOf([absurd, smallCandidates[0] as Candidate]);
    const context = await testServices(copied());
    await trainModel(context, options);
    expect(searchOf(context).winner).toBe(1);
    tried.planner = planOf([absurd, { ...absurd, learningRate: 1e31 }]);
    const failed = await appErrorFrom(trainModel(context, { ...options, name: 'none' }));
    expect([failed.code, failed.message]).toEqual(['TRAINING_DIVERGED', 'All 2 recipes diverged on this data set.']);
    expect(listRuns(context.library.db).some(({ modelName }) => modelName === 'none')).toBe(false);
  });
});
