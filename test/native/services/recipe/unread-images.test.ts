/** A search where a file cannot be read: the image is left out of it, and said to be; one that comes back makes it another search. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  type SearchPlan,
  type TrainOptions,
  type Trial,
  type VersionImage,
  warningLine,
} from '../../../../core/contract/index.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { dealImages } from '../../../../core/services/recipe/identity.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { leftOutOfRun, listJobs, runByName, versionImages } from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

// What is tried has its own test; here two recipes are, for some steps each.
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => planOf(smallCandidates.slice(0, 2))(...facts),
}));

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
};

interface Spoilt {
  readonly context: ServiceContext;
  /** Warnings that were said. */
  readonly said: readonly string[];
  readonly image: VersionImage;
  /** Makes the file what it was. */
  readonly mend: () => void;
}

/** A library of made studies in which the file of one training image is cut off. */
async function spoiltLibrary(): Promise<Spoilt> {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const said: string[] = [];
  const log = { log: (level: string, text: string) => void (level === 'warn' && said.push(text)) };
  const context = await testServices(join(folder, 'library'), { log });
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const { db } = context.library;
  const version = freezeDataset(context, { dataset: 'discs' });
  const image = versionImages(db, version.id, 'train')[3] as VersionImage;
  const { path } = db.get<{ path: string }>('SELECT path FROM files WHERE instance_id = :id', {
    id: image.instanceId,
  }) as { path: string };
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 5000));
  return { context, said, image, mend: () => writeFileSync(path, whole) };
}

interface Kept {
  readonly plan: SearchPlan;
  readonly trials: readonly Trial[];
  readonly winner: number | null;
}

function searches({ library: { db } }: ServiceContext): Kept[] {
  return db
    .all<{ plan: string; trials: string; winner: number | null }>('SELECT * FROM recipe_searches ORDER BY id')
    .map(({ plan, trials, winner }) => ({ plan: JSON.parse(plan), trials: JSON.parse(trials), winner }));
}

test('one file that cannot be read is left out of the search and of the model, and both say so', async () => {
  const { context, said, image } = await spoiltLibrary();
  const report = await trainModel(context, options);
  const { db } = context.library;
  expect(leftOutOfRun(db, runByName(db, report.run)?.id ?? 0)).toEqual([image.index]);
  const [kept, ...others] = searches(context);
  expect(others).toEqual([]);
  const all = versionImages(db, freezeDataset(context, { dataset: 'discs' }).id).filter(
    ({ split }) => split !== 'test',
  );
  expect(kept?.plan).toMatchObject({ leftOut: [image.index], images: all.length - 1 });
  expect(kept?.winner).not.toBeNull();
  // Of the recipe that answered all folds, each image that can be read once.
  const answers = kept?.trials.filter(({ candidate }) => candidate === kept.winner).map(({ answers: n }) => n) ?? [];
  expect(answers.reduce((sum, n) => sum + n, 0)).toBe(all.length - 1);
  expect(report.search?.images).toBe(all.length - 1);
  expect(said.map((text) => text.split(':')[0])).toEqual([
    '1 image is left out of the search',
    '1 image is left out of training',
  ]);
  // What the terminal said, the job and the model say in the window.
  const [job] = listJobs(db);
  expect(job?.warnings).toMatchObject([
    { code: 'imagesLeftOut', of: 'search', images: 1 },
    { code: 'imagesLeftOut', of: 'training', images: 1, cause: { message: expect.stringMatching(/./) } },
  ]);
  expect(job?.warnings.map(warningLine)).toEqual(said);
  expect(modelCard(context, report.model).warnings).toEqual(job?.warnings);
  // Given again it is known, with the file as it is.
  expect((await trainModel(context, options)).weightsHash).toBe(report.weightsHash);
  expect(searches(context)).toHaveLength(1);
}, 240_000);

test('a file that comes back during a stop makes it another search: no training of either counts for the other', async () => {
  const { context, image, mend } = await spoiltLibrary();
  const signal = {
    get aborted(): boolean {
      return (searches(context)[0]?.trials.length ?? 0) >= 2;
    },
  } as AbortSignal;
  await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
  const [stopped] = searches(context);
  expect(stopped?.plan.leftOut).toEqual([image.index]);
  mend();
  const report = await trainModel(context, options);
  const [before, after, ...others] = searches(context);
  expect(others).toEqual([]);
  expect(before).toEqual(stopped);
  expect(after?.plan.leftOut).toBeUndefined();
  expect(after?.winner).not.toBeNull();
  expect(report.search?.images).toBe((before?.plan.images ?? 0) + 1);
  expect(leftOutOfRun(context.library.db, runByName(context.library.db, report.run)?.id ?? 0)).toEqual([]);
}, 240_000);

test('a fold of which no file can be read counts for no recipe and against none; where one fold is left, it is said', async () => {
  const { context, mend } = await spoiltLibrary();
  mend();
  const { db, writer } = context.library;
  const { images, folds } = dealImages(db, freezeDataset(context, { dataset: 'discs' }), 0);
  const loseFolds = (isLost: (fold: number) => boolean): void => {
    const lost = images.flatMap(({ instanceId }, i) => (isLost(folds[i] as number) ? [instanceId] : []));
    writer.run(
      `UPDATE files SET path = path || '.away' WHERE path NOT LIKE '%.away' AND instance_id IN (SELECT value FROM json_each(:lost))`,
      { lost: JSON.stringify(lost) },
    );
  };
  loseFolds((fold) => fold === 1);
  const report = await trainModel(context, options);
  const [kept] = searches(context);
  expect(kept?.plan.images).toBe(folds.filter((fold) => fold !== 1).length);
  const empty = kept?.trials.filter(({ fold }) => fold === 1) ?? [];
  expect(empty.map(({ answers, steps, loss }) => [answers, steps, loss])).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(report.search?.rows.every(({ skill }) => Number.isFinite(skill))).toBe(true);
  writer.run('DELETE FROM records');
  loseFolds((fold) => fold > 0);
  const refused = await appErrorFrom(trainModel(context, { ...options, seed: 0, name: 'other' }));
  expect([refused.code, refused.message]).toEqual([
    'SPLIT_IMPOSSIBLE',
    'No recipe can be searched for: the images that can be read are all of one fold.',
  ]);
}, 240_000);
