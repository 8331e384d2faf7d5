/** Batches whose records an engine in a process of its own reads where they lie. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trainOptionsSchema } from '../../../../core/contract/index.ts';
import { promiseTime } from '../../../../core/services/estimate/estimate.ts';
import { measureJob } from '../../../../core/services/estimate/measure.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { runAsJob } from '../../../../core/services/session/run-as-job.ts';
import { modelByName } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { appErrorFrom } from '../../../support/thrown.ts';
import { withRuns } from '../../../support/watched-runs.ts';

const common = { dataset: 'discs', lpm: 'tiny', epochs: 3, batch: 4, lr: 3e-3, seed: 3 } as const;
const trainings = [
  { ...common, method: 'fpt+', inputSize: 448 },
  { ...common, method: 'fpt+', inputSize: 448, keptAs: 'int8' },
  { ...common, method: 'attentive', inputSize: 224 },
  // Its records are small: they are sent.
  { ...common, method: 'linear', inputSize: 224 },
] as const;

/** The same services, with the names of the inputs that the engine was to read itself, over all runs. */
function watched(context: ServiceContext): { readonly context: ServiceContext; readonly read: Set<string> } {
  const read = new Set<string>();
  const own = withRuns(context, (inputs) => {
    for (const [name, input] of Object.entries(inputs)) if ('stored' in input) read.add(name);
    return inputs;
  });
  return { context: own, read };
}

test('a training whose engine reads the records itself ends with the weights of one that is sent them', async () => {
  const [here, apart] = [await discsLibrary(12), await discsLibrary(12, true)];
  const found: Record<string, string[]> = {};
  for (const [i, training] of trainings.entries()) {
    const name = `m${i}`;
    const [ours, theirs] = [watched(here.context), watched(apart.context)];
    await trainModel(ours.context, { ...training, name });
    await trainModel(theirs.context, { ...training, name });
    const hashes = [here, apart].map(({ context }) => modelByName(context.library.db, name)?.weightsHash);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect([...ours.read]).toEqual([]);
    found[`${training.method}${'keptAs' in training ? ' in 8 bits' : ''}`] = [...theirs.read].toSorted();
  }
  expect(found).toEqual({
    'fpt+': ['keys', 'values'],
    'fpt+ in 8 bits': ['keys', 'keys_largest', 'values', 'values_largest'],
    attentive: ['all_tokens'],
    linear: [],
  });
});

test('a record that has rotted since it was kept is found where it is read, and is the error that it was before', async () => {
  const { context, folder } = await discsLibrary(12, true);
  const { method, inputSize } = trainings[2];
  await encodeDataset(context, { dataset: 'discs', lpm: 'tiny', method, inputSize, seed: 3 });
  const files = readdirSync(join(folder, 'library'), { recursive: true, encoding: 'utf8' });
  const shard = join(folder, 'library', files.find((file) => /features.*\.shard$/.test(file)) as string);
  const all = readFileSync(shard);
  // In the records of several images, since one may be of a test patient; not in the last ones, which opening looks at.
  for (let part = 1; part < 8; part++) {
    const at = Math.floor((all.length * part) / 10);
    all[at] = (all[at] as number) ^ 1;
  }
  writeFileSync(shard, all);
  const error = await appErrorFrom(trainModel(context, { ...trainings[2], name: 'm' }));
  expect([error.code, error.message]).toEqual(['FEATURES_DAMAGED', expect.stringContaining('has a wrong checksum')]);
  expect(error.retryable).toBe(true);
});

test('two measurements at once have zeros of their own', async () => {
  const { context } = await discsLibrary(12, true);
  const { resume: _, ...training } = trainOptionsSchema.parse(trainings[2]);
  const [fpt] = (await promiseTime(context, [{ ...training, method: 'fpt+' }])).missing;
  const [attentive] = (await promiseTime(context, [training])).missing;
  const both = [fpt, attentive].map((options) => runAsJob(measureJob, options as NonNullable<typeof fpt>, context));
  for (const { rates } of await Promise.all(both)) expect(Object.keys(rates).join()).toContain('step of');
});

test('a promise is measured on zeros that the engine reads, as it reads the records of a training; none of them stay', async () => {
  const { context } = await discsLibrary(12, true);
  const seen = watched(context);
  // What a measurement of a process that was killed has left.
  const left = context.library.path('measured-1-a.tmp');
  writeFileSync(left, 'zeros');
  const { resume: _, ...training } = trainOptionsSchema.parse(trainings[2]);
  const { missing } = await promiseTime(context, [training]);
  expect(missing).toHaveLength(1);
  for (const options of missing) await runAsJob(measureJob, options, seen.context);
  expect([...seen.read]).toEqual(['all_tokens']);
  expect(readdirSync(context.library.folder).filter((name) => name.startsWith('measured'))).toEqual([]);
  const { promises } = await promiseTime(context, [training]);
  expect(promises[0]?.stages.map(({ stage }) => stage)).toContain('training');
});
