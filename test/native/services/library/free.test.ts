/** Room of features that no data set needs: what goes, what stays, and that nothing is lost by it. */
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { deleteDataset, restoreDataset } from '../../../../core/services/library/datasets.ts';
import { freeRecords, planFreeing } from '../../../../core/services/library/free.ts';
import { auditEvents } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

const encoding = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'fpt+' } as const;

function shardsBelow(library: string): string[] {
  return ['features', 'previews'].flatMap((folder) =>
    readdirSync(join(library, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.shard')),
  );
}

test('a deleted data set’s features go when that is asked for, and are computed again once it is back', async () => {
  const { folder, context } = await discsLibrary(12);
  const first = await encodeDataset(context, encoding);
  const library = join(folder, 'library');
  // What a data set has stays, whoever asks.
  const nothing = { files: 0, bytes: 0, keptFiles: 0 };
  expect([planFreeing(context), freeRecords(context)]).toEqual([
    { isDone: false, ...nothing },
    { isDone: true, ...nothing },
  ]);
  expect(await encodeDataset(context, encoding)).toMatchObject({ encoded: 0, reused: first.images });

  deleteDataset(context, 'discs');
  const plan = planFreeing(context);
  expect(plan).toMatchObject({ isDone: false, files: 2, keptFiles: 0 });
  expect(plan.bytes).toBeGreaterThan(first.sizeBytes);
  // Saying it changes nothing.
  expect(shardsBelow(library)).toHaveLength(2);
  expect(freeRecords(context)).toEqual({ ...plan, isDone: true });
  expect(shardsBelow(library)).toEqual([]);
  expect(auditEvents(context.library.db).at(-1)).toMatchObject({
    action: 'records.freed',
    details: { files: 2, bytes: plan.bytes },
  });

  restoreDataset(context, 'discs');
  expect(await encodeDataset(context, encoding)).toMatchObject({ encoded: first.images, reused: 0, failed: 0 });
  expect(planFreeing(context).files).toBe(0);
});

test('what another data set has, or a version froze, stays; so does what could not be computed again', async () => {
  const { folder, context } = await discsLibrary(12);
  const library = join(folder, 'library');
  await encodeDataset(context, encoding);
  // One of the images is in a second data set: the files of records in which it lies are needed.
  await importPaths(context, { paths: [join(folder, 'studies', 'p1', 's1')], dataset: 'other' });
  deleteDataset(context, 'discs');
  expect(planFreeing(context)).toMatchObject({ files: 0, keptFiles: 0 });
  expect(freeRecords(context).files).toBe(0);
  deleteDataset(context, 'other');
  // A drive that is away, or a folder that was moved.
  const image = join(folder, 'studies', 'p2', 's1', 'image.dcm');
  renameSync(image, `${image}.moved`);
  expect(freeRecords(context)).toEqual({ isDone: true, files: 0, bytes: 0, keptFiles: 2 });
  expect(shardsBelow(library)).toHaveLength(2);
  // Another file under its name is not it.
  writeFileSync(image, 'exported anew');
  expect(planFreeing(context)).toMatchObject({ files: 0, keptFiles: 2 });
  renameSync(`${image}.moved`, image);
  expect(freeRecords(context)).toMatchObject({ files: 2, keptFiles: 0 });
});

test('files that a removal left when it was killed go with the next, and a version’s images stay though its data set has them no more', async () => {
  const { folder, context } = await discsLibrary(12);
  const library = join(folder, 'library');
  await encodeDataset(context, encoding);
  const db = context.library.writer;
  // Taken out of the data set since; the version that was frozen for the encoding has them.
  db.run('DELETE FROM dataset_instances');
  expect(planFreeing(context).files).toBe(0);
  const [features] = readdirSync(join(library, 'features'));
  const left = join(library, 'features', String(features), '0007.shard');
  writeFileSync(left, new Uint8Array(1000));
  expect(freeRecords(context)).toEqual({ isDone: true, files: 1, bytes: 1000, keptFiles: 0 });
  expect(existsSync(left)).toBe(false);
  expect(shardsBelow(library)).toHaveLength(2);
  rmSync(join(library, 'previews'), { recursive: true });
  expect(planFreeing(context).files).toBe(0);
});
