/** A library whose disk fails, or whose files change, in the middle of a training: one clear error, never other numbers, and the run goes on afterwards. */
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppError } from '../../../../core/base/errors.ts';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import type { StoredRows } from '../../../../core/engine/index.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { listRuns } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { testServices } from '../../../support/made-studies.ts';
import { appErrorFrom } from '../../../support/thrown.ts';
import { withRuns } from '../../../support/watched-runs.ts';

const training: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', method: 'attentive', inputSize: 224, epochs: 5, batch: 4, lr: 3e-3, seed: 3 },
  name: 'm',
};

const epochsDone = ({ library }: ServiceContext): number => listRuns(library.db)[0]?.epochsDone ?? 0;

/** The shards of features. */
function shardsOf(folder: string): string[] {
  const files = readdirSync(join(folder, 'library'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /features.*\.shard$/.test(file)).map((file) => join(folder, 'library', file));
}

/** Runs `change` once, when two epochs are done and the third is under way: each step asks whether it is to stop. */
function once(context: ServiceContext, change: () => void): ServiceContext {
  let isDone = false;
  const signal = {
    get aborted(): boolean {
      if (!isDone && epochsDone(context) >= 2) {
        isDone = true;
        change();
      }
      return false;
    },
  } as AbortSignal;
  return { ...context, signal };
}

/** Services whose engine's process finds, once two epochs are done, what the kernel says EIO of where the features were. */
function failingDisk(context: ServiceContext): ServiceContext {
  const broken = (stored: StoredRows): StoredRows => ({
    ...stored,
    rows: stored.rows.map((row) => ({ ...row, path: '/proc/self/mem', offset: 0 })),
  });
  return withRuns(context, (inputs) => {
    if (epochsDone(context) < 2) return inputs;
    const changed = Object.entries(inputs).map(([name, input]) =>
      'stored' in input ? [name, { ...input, stored: broken(input.stored) }] : [name, input],
    );
    return Object.fromEntries(changed);
  });
}

const harms: Readonly<
  Record<
    string,
    { readonly expected: Partial<AppError>; harm(context: ServiceContext, folder: string): ServiceContext }
  >
> = {
  'a disk that fails': {
    expected: { code: 'DISK_FAILED', message: 'The disk reported EIO for the feature cache …mem.', retryable: true },
    harm: failingDisk,
  },
  'files that were cut': {
    expected: { code: 'FEATURES_DAMAGED', message: expect.stringContaining('ends too early') },
    harm: (context, folder) => once(context, () => shardsOf(folder).forEach((shard) => void truncateSync(shard, 100))),
  },
  'files that became zeros, whose bytes had been right before': {
    expected: { code: 'FEATURES_DAMAGED', message: expect.stringContaining('has a wrong checksum') },
    harm: (context, folder) =>
      once(context, () => {
        for (const shard of shardsOf(folder)) writeFileSync(shard, Buffer.alloc(readFileSync(shard).length));
      }),
  },
};

test.runIf(process.platform === 'linux').each(Object.keys(harms))(
  '%s: the training ends with an error that says what to do, and given again it ends with the weights of one that nothing happened to',
  async (name) => {
    const { context, folder } = await discsLibrary(12, true);
    const untouched = join(folder, 'untouched');
    cpSync(join(folder, 'library'), untouched, { recursive: true });
    const expected = await trainModel(await testServices(untouched), training);

    const found = harms[name];
    if (found === undefined) throw new Error(name);
    const error = await appErrorFrom(trainModel(found.harm(context, folder), training));
    expect(error).toMatchObject(found.expected);
    expect(error.action).toMatch(/[Rr]un the same command again/);
    expect(listRuns(context.library.db)).toMatchObject([{ state: 'failed', epochsDone: 2 }]);

    const resumed = await trainModel(context, training);
    expect(resumed.resumed).toBe(true);
    expect(resumed.weightsHash).toBe(expected.weightsHash);
    expect(listRuns(context.library.db)).toMatchObject([{ state: 'succeeded' }]);
  },
);
