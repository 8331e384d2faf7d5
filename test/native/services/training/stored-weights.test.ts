/** Stored weights find their network by names, and what does not fit is refused before anything is computed with it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { requireModel } from '../../../../core/services/training/model.ts';
import { listModels, listRuns } from '../../../../core/store/index.ts';
import {
  earlierImages,
  earlierLayouts,
  earlierLibrary,
  earlierModels,
  earlierResults,
  withFixturePaths,
} from '../../../support/earlier-library.ts';
import { testServices } from '../../../support/made-studies.ts';
import { firstDifference } from '../../../support/numbers.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { appErrorOf } from '../../../support/thrown.ts';

const models = Object.keys(earlierModels);
/** The training that was stopped in the library. */
const stopped = { resume: 'run-6', dataset: 'squares', lpm: 'tiny' };

test('code that lists its parameters in another order classifies and trains on as ours: models and checkpoints are read by name', async () => {
  const library = earlierLibrary();
  const out = join(library, '..', 'out');
  mkdirSync(out);
  const child = spawnSync(
    process.execPath,
    [
      join(repositoryRoot, 'test', 'support', 'moved-code-child.ts'),
      ...[library, earlierImages, out, models.join(), ...Object.values(stopped)],
    ],
    { encoding: 'utf8' },
  );
  expect(child.stderr).toBe('');
  const moved = JSON.parse(child.stdout) as { losses: number[]; orders: Record<string, string[]> };

  const ours = await testServices(earlierLibrary());
  const { epochs } = await trainModel(ours, stopped);
  // A vector in another order is added up in another order where its norm is taken: the last bits may differ, no more.
  const losses = epochs.map(({ trainLoss }) => trainLoss);
  expect(firstDifference(moved.losses, losses, { absolute: 0, relative: 1e-6 })).toBeUndefined();
  for (const model of models) {
    const names = earlierLayouts[model]?.map(({ name }) => name) ?? [];
    expect(moved.orders[model]).not.toEqual(names);
    expect(moved.orders[model]?.toSorted()).toEqual(names.toSorted());
    const rows = numbersOf(withFixturePaths(readFileSync(join(out, `${model}.csv`), 'utf8')));
    expect(firstDifference(rows, numbersOf(earlierResults(model)), { absolute: 1e-5, relative: 0 })).toBeUndefined();
  }
});

function numbersOf(csv: string): number[] {
  return csv
    .split(/[\n,]/)
    .filter((cell) => /^0\.\d+$/.test(cell))
    .map(Number);
}

/** The library with something changed in its rows. */
async function changed(sql: string): Promise<ServiceContext> {
  const context = await testServices(earlierLibrary());
  context.library.writer.run(sql);
  return context;
}

const ofLinear = `(SELECT id FROM models WHERE name = 'linear')`;

describe('a stored model is refused', () => {
  test.each([
    [
      'whose layout is of a version to come',
      `UPDATE model_layouts SET version = 2, entries = '"otherwise"' WHERE model_id = ${ofLinear}`,
      'The weights of model "linear" are of layout version 2; this Sidelight reads version 1.',
      'newer Sidelight',
    ],
    [
      'that has no layout',
      `DELETE FROM model_layouts WHERE model_id = ${ofLinear}`,
      'The weights of model "linear" have no list of parameters, so nothing says which number is which.',
      'Train again',
    ],
    [
      'of parameters of other names',
      `UPDATE model_layouts SET entries = replace(entries, 'head.bias', 'head.offset') WHERE model_id = ${ofLinear}`,
      'The weights of model "linear" are not those of its network: "head.offset" is unknown; "head.bias" is missing.',
      'train again',
    ],
    [
      'of parameters of other shapes',
      `UPDATE model_layouts SET entries = replace(entries, '[2,24]', '[24,2]') WHERE model_id = ${ofLinear}`,
      'The weights of model "linear" are not those of its network: "head.weight" is [24, 2] instead of [2, 24].',
      'train again',
    ],
    [
      'whose network has a choice that this version does not know',
      `UPDATE models SET config = json_set(config, '$.gates', 3) WHERE name = 'linear'`,
      'The network of model "linear" cannot be made: configuration: Unrecognized key: "gates".',
      'the version of Sidelight that trained it',
    ],
    [
      'whose network lacks a size',
      `UPDATE models SET config = json_remove(config, '$.lpm.width') WHERE name = 'linear'`,
      'The network of model "linear" cannot be made: lpm.width: Invalid input: expected number, received undefined.',
      'train again',
    ],
    [
      'whose network is not that of its classes',
      `UPDATE models SET config = json_set(config, '$.classes', 3) WHERE name = 'linear'`,
      'The network of model "linear" is linear of 3 classes; the model is linear of 2.',
      'restore the library',
    ],
  ])('%s', async (_, sql, message, action) => {
    const context = await changed(sql);
    expect(listModels(context.library.db)).toHaveLength(5);
    const error = appErrorOf(() => requireModel(context, 'linear'));
    expect([error.code, error.message]).toEqual(['WEIGHTS_INVALID', message]);
    expect(error.action).toContain(action);
    expect(requireModel(context, 'fpt').record.name).toBe('fpt');
  });
});

describe('a row that is not what was written is named', () => {
  test.each([
    [
      `UPDATE models SET preprocessing = json_remove(preprocessing, '$.mean') WHERE name = 'fpt'`,
      'the preprocessing of model "fpt" cannot be read: mean. Invalid input',
    ],
    [`UPDATE models SET classes = '["one"]' WHERE name = 'fpt'`, 'the classes of model "fpt" cannot be read'],
    [
      `UPDATE runs SET settings = json_set(settings, '$.method', 'sixth') WHERE id = 2`,
      'the settings of model "fpt" cannot be read: method. Invalid option: expected one of "fpt+"',
    ],
  ])('%s', async (sql, message) => {
    const context = await changed(sql);
    const error = appErrorOf(() => listModels(context.library.db));
    expect(error.code).toBe('DB_DAMAGED');
    expect(error.message).toContain(message);
    expect(error.action).toContain('library restore');
  });

  test('a run with a setting that this version does not know', async () => {
    const context = await changed(`UPDATE runs SET settings = json_set(settings, '$.smoothing', 0.1) WHERE id = 6`);
    const error = appErrorOf(() => listRuns(context.library.db));
    expect([error.code, error.message]).toEqual([
      'DB_DAMAGED',
      'In the library the settings of run-6 cannot be read: Unrecognized key: "smoothing".',
    ]);
  });

  test('a vector of half a number', async () => {
    const context = await changed(
      `UPDATE model_vectors SET bytes = x'00112233445566' WHERE model_id = (SELECT id FROM models WHERE name = 'fpt')`,
    );
    expect(appErrorOf(() => requireModel(context, 'fpt')).message).toContain('has 7 bytes, no multiple of 4');
  });
});

describe('a stopped training', () => {
  test.each([
    [
      `UPDATE checkpoint_layouts SET version = 2 WHERE kind = 'last'`,
      'The weights of run-6 are of layout version 2; this Sidelight reads version 1.',
    ],
    [
      `UPDATE checkpoint_layouts SET entries = replace(entries, 'vit.cls', 'vit.token') WHERE kind = 'best'`,
      'The weights of run-6 are not those of its network: "vit.token" is unknown; "vit.cls" is missing.',
    ],
    [
      `DELETE FROM checkpoint_layouts WHERE kind = 'last'`,
      'The weights of run-6 have no list of parameters, so nothing says which number is which.',
    ],
    [
      `UPDATE checkpoint_optimisers SET entries = replace(entries, '"v"', '"momentum"')`,
      'The optimiser of run-6 is stored as adamw: m, momentum; training goes on with adamw: m, v.',
    ],
    [
      `UPDATE checkpoint_optimisers SET optimiser = 'adam'`,
      'The optimiser of run-6 is stored as adam: m, v; training goes on with adamw: m, v.',
    ],
    ['DELETE FROM checkpoint_optimisers', "Nothing says which number of the optimiser's state of run-6 is which."],
  ])('does not go on with vectors of other parameters (%s)', async (sql, message) => {
    const context = await changed(sql);
    await expect(trainModel(context, stopped)).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      message,
    });
  });

  test('has a layout beside each of its checkpoints, and none when it has ended', async () => {
    const context = await testServices(earlierLibrary());
    const left = () => context.library.db.all('SELECT run_id, kind FROM checkpoint_layouts ORDER BY kind');
    expect(left()).toEqual([
      { run_id: 6, kind: 'best' },
      { run_id: 6, kind: 'last' },
    ]);
    await trainModel(context, stopped);
    expect(left()).toEqual([]);
    expect(context.library.db.all('SELECT * FROM checkpoint_optimisers')).toEqual([]);
    expect(requireModel(context, 'unfinished').params).toHaveLength(requireModel(context, 'fpt-plus').params.length);
  });
});

test('library check names a model whose weights have no layout and a run that cannot be read, and finds nothing wrong with a library not yet migrated', async () => {
  const folder = earlierLibrary();
  const check = async () => {
    const signal = new AbortController().signal;
    const report = await checkLibrary({ folder, signal, progress: () => {} }, { deep: true });
    return report.findings.map(({ code, message }) => `${code} ${message}`);
  };
  expect(await check()).toEqual([]);
  const context = await testServices(folder);
  context.library.writer.run(`DELETE FROM model_layouts WHERE model_id = ${ofLinear}`);
  expect(await check()).toEqual([
    'WEIGHTS_INVALID The weights of model "linear" have no list of parameters, so nothing says which number is which.',
  ]);
  context.library.writer.run(`UPDATE runs SET settings = json_remove(settings, '$.seed') WHERE id = 6`);
  expect((await check()).at(-1)).toContain('the settings of run-6 cannot be read: seed. Invalid input');
});
