import { expect, test } from 'vitest';
import { tryInt8OptionsSchema } from '../../../../core/contract/index.ts';
import { renameDataset } from '../../../../core/services/datasets/editing.ts';
import { removeStudies } from '../../../../core/services/datasets/removal.ts';
import { measureTraining } from '../../../../core/services/estimate/measure.ts';
import { promiseTryInt8 } from '../../../../core/services/labelling/promise.ts';
import { triedInt8 } from '../../../../core/services/labelling/tried-int8.ts';
import { tryInt8 } from '../../../../core/services/labelling/try-int8.ts';
import { listJobs, lpmByName, newestTryInt8 } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { studyId } from '../../../support/ids.ts';
import { lacksInt8 } from '../../../support/int8.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const asked = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'linear', images: 12 } as const;

test.skipIf(lacksInt8)(
  'what 8 bits did is kept with its job and found again by data set and LPM, whatever the data set is called since (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary(16);
    const { db } = context.library;
    const report = await tryInt8(context, asked);
    expect(newestTryInt8(db, 'discs', report.lpmHash, 224)).toEqual(report);
    expect(listJobs(db).find(({ kind }) => kind === 'try-int8')).toMatchObject({ state: 'succeeded', result: report });
    expect(newestTryInt8(db, 'discs', 'another', 224)).toBeUndefined();
    expect(newestTryInt8(db, 'others', report.lpmHash, 224)).toBeUndefined();
    expect(newestTryInt8(db, 'discs', report.lpmHash, 512)).toBeUndefined();
    const found = { dataset: 'discs', lpm: 'tiny', inputSize: 224 };
    expect(await triedInt8(context, found)).toEqual({ report, isOfHere: true, isOfNow: true });
    context.library.writer.run(
      `UPDATE jobs SET result = json_set(result, '$.machine', 'another') WHERE kind = 'try-int8'`,
    );
    removeStudies(context, 'discs', [studyId(1)]);
    expect(await triedInt8(context, found)).toMatchObject({ isOfHere: false, isOfNow: false });
    expect(await triedInt8(context, { ...found, lpm: 'none' })).toBeNull();
    renameDataset(context, 'discs', 'renamed');
    expect(newestTryInt8(db, 'renamed', report.lpmHash, 224)?.madeAt).toBe(report.madeAt);
    const again = await tryInt8(context, { ...asked, dataset: 'renamed', seed: 1 });
    expect(newestTryInt8(db, 'renamed', report.lpmHash, 224)).toEqual(again);
  },
  120_000,
);

test.skipIf(lacksInt8)(
  'the time is promised for the images that are tried, read both ways, once both ways were measured (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary(24);
    const options = tryInt8OptionsSchema.parse(asked);
    const before = await promiseTryInt8(context, options);
    expect(before.promise).toBeNull();
    expect(before.missing.map(({ precision }) => precision)).toEqual([undefined, 'int8']);
    for (const missing of before.missing) await measureTraining(context, missing);
    const { promise, missing } = await promiseTryInt8(context, options);
    expect(missing).toEqual([]);
    const parts = (stage: string, what: string) =>
      promise?.stages.find((one) => one.stage === stage)?.parts.filter((part) => part.what === what) ?? [];
    // Two images a patient: 12 of the 48, and once more 8 in turns and the first of them to begin with; both ways.
    expect(parts('encoding', 'image').map(({ times }) => times)).toEqual([21, 21]);
    expect(parts('decoding', 'image').map(({ times }) => times)).toEqual([12]);
    expect(promise?.seconds).toBeGreaterThan(0);
    // What is kept by then is not read again, but for those in turns.
    await tryInt8(context, asked);
    const after = await promiseTryInt8(context, options);
    const encoded = after.promise?.stages.find(({ stage }) => stage === 'encoding')?.parts ?? [];
    expect(encoded.filter(({ what }) => what === 'image').map(({ times }) => times)).toEqual([9, 9]);
  },
  120_000,
);

test.skipIf(lacksInt8)(
  'it can be stopped while it trains, and what was stopped says nothing of the images (needs 8-bit dot products)',
  async () => {
    const { context } = await discsLibrary(16);
    const stop = new AbortController();
    const stopped = await appErrorFrom(
      tryInt8(
        {
          ...context,
          signal: stop.signal,
          progress: ({ stage }) => {
            if (stage === 'training') stop.abort();
          },
        },
        asked,
      ),
    );
    expect(stopped.code).toBe('CANCELLED');
    const { db } = context.library;
    expect(listJobs(db).find(({ kind }) => kind === 'try-int8')?.state).toBe('cancelled');
    expect(newestTryInt8(db, 'discs', lpmByName(db, 'tiny')?.hash ?? '', 224)).toBeUndefined();
  },
  120_000,
);
