/** Several models answer the same images in one classification, each as it does alone. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Engine } from '../../../../core/engine/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { openLibraryLpm } from '../../../../core/services/lpm/encoder.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { testServices } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';
import { usual, writeMaterial } from '../../../torture/studies.ts';

vi.mock('../../../../core/services/lpm/encoder.ts', async (original) => {
  const real = await original<typeof import('../../../../core/services/lpm/encoder.ts')>();
  return { ...real, openLibraryLpm: vi.fn(real.openLibraryLpm) };
});

const training = { dataset: 'd', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4 } as const;

/** A library with three models: two ask the LPM the same, the third its class token. */
async function library(folder: string): Promise<ServiceContext> {
  writeMaterial(folder, usual);
  mkdirSync(join(folder, 'out'));
  const context = await testServices(join(folder, 'library'));
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'd', labels: join(folder, 'labels.csv') });
  await trainModel(context, { ...training, name: 'a' });
  await trainModel(context, { ...training, seed: 1, name: 'b: second' });
  await trainModel(context, { ...training, method: 'linear', name: 'B_ second' });
  return context;
}

/** An engine that counts how often a network that reads pixels ran. */
function counting(engine: Engine): { readonly engine: Engine; passes(): number } {
  let passes = 0;
  const compile: Engine['compile'] = async (...given) => {
    const executable = await engine.compile(...given);
    const run: typeof executable.run = async (inputs, ...more) => {
      if ('pixel_values' in inputs) passes++;
      return await executable.run(inputs, ...more);
    };
    return { ...executable, run, dispose: () => executable.dispose() };
  };
  return { engine: { ...engine, compile }, passes: () => passes };
}

test('three models write the files that each writes alone, and the LPM reads an image once for those that ask the same', async () => {
  const folder = temporaryFolder();
  const context = await library(folder);
  const counted = counting(await context.engine());
  const watched = { ...context, engine: async () => counted.engine };
  const unseen = { paths: [join(folder, 'unseen')] };
  const out = (name: string): string => join(folder, 'out', name);

  vi.mocked(openLibraryLpm).mockClear();
  const report = await classifyPaths(watched, {
    ...unseen,
    model: 'a',
    otherModels: ['b: second', 'B_ second'],
    out: out('all.csv'),
  });
  expect(report).toMatchObject({ model: 'a', images: 20, others: [{ images: 20 }, { images: 20 }] });
  // One LPM, one file, opened once for all three.
  expect(openLibraryLpm).toHaveBeenCalledTimes(1);
  // Keys and values for the first two, class tokens for the third.
  expect(counted.passes()).toBe(40);
  // The names differ in what a file's name cannot have and in case.
  const files = ['all-a.csv', 'all-b_ second.csv', 'all-B_ second 2.csv'];
  expect(readdirSync(join(folder, 'out')).sort()).toEqual([...files].sort());
  expect([report.out, ...report.others.map((other) => other.out)]).toEqual(files.map(out));

  for (const [m, model] of ['a', 'b: second', 'B_ second'].entries()) {
    await classifyPaths(context, { ...unseen, model, out: out(`alone-${m}.csv`) });
    expect(readFileSync(out(files[m] as string), 'utf8')).toBe(readFileSync(out(`alone-${m}.csv`), 'utf8'));
  }
  const batches = context.library.db.all<{ name: string }>(
    'SELECT m.name FROM batches b JOIN models m ON m.id = b.model_id ORDER BY b.id LIMIT 3',
  );
  expect(batches.map(({ name }) => name)).toEqual(['a', 'b: second', 'B_ second']);
});

test('a model that is named twice or is not there is refused before anything is read', async () => {
  const folder = temporaryFolder();
  const context = await library(folder);
  const unseen = { paths: [join(folder, 'unseen')], model: 'a', out: join(folder, 'out', 'all.csv') };
  expect(await appErrorFrom(classifyPaths(context, { ...unseen, otherModels: ['a'] }))).toMatchObject({
    code: 'BAD_INPUT',
  });
  expect(await appErrorFrom(classifyPaths(context, { ...unseen, otherModels: ['none'] }))).toMatchObject({
    code: 'MODEL_NOT_FOUND',
  });
  expect(readdirSync(join(folder, 'out'))).toEqual([]);
});
