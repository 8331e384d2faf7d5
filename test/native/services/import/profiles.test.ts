/** Each public set's labels file, through a whole import. */
import { describe, expect, test } from 'vitest';
import { targetFacts } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { profiles } from '../../../../core/services/import/profiles/index.ts';
import {
  answeredInstances,
  datasetByName,
  type Library,
  labelledInstances,
  listDatasets,
  listReaders,
  questionsOf,
} from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { type PublicLabels, publicLabels, writePublic } from '../../../support/public-labels.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** What stands in the library: instances by class, or by finding and mark. */
function countsOf({ db }: Library): Record<string, unknown> {
  const [dataset] = listDatasets(db);
  return Object.fromEntries(
    (dataset?.classes ?? []).map(({ name, instances, marks }) => [
      name,
      marks === undefined ? instances : [marks.present, marks.absent, marks.uncertain],
    ]),
  );
}

function disputedOf({ db }: Library, target: PublicLabels['target']): Record<string, number> {
  const id = datasetByName(db, 'd')?.id ?? 0;
  if (!targetFacts[target].isPerName) {
    const disputed = labelledInstances(db, id).filter(({ isDisputed }) => isDisputed).length;
    return disputed === 0 ? {} : { label: disputed };
  }
  const questions = questionsOf(db, id).flatMap((name) => name ?? []);
  const counts = new Map<string, number>();
  for (const { isDisputed } of answeredInstances(db, id, questions))
    isDisputed.forEach((is, k) => {
      const name = questions[k] ?? '';
      if (is) counts.set(name, (counts.get(name) ?? 0) + 1);
    });
  return Object.fromEntries(counts);
}

test('there is a made file for each profile', () => {
  const made = publicLabels.map(({ profile }) => profile.split(':')[0]);
  expect(made.sort()).toEqual(profiles.map(({ name }) => name).sort());
});

describe.each(publicLabels)('the labels file of $profile', (set) => {
  test('is imported to the counts expected', async () => {
    const { labels, images } = writePublic(temporaryFolder(), set);
    const library = temporaryLibrary();
    const context = testContext(library);
    const options = { dataset: 'd', labels, paths: [images], reading: { profile: set.profile } };
    const preview = await previewLabels(context, options);
    expect(preview.blocked).toBeNull();
    // A row that says nothing of an image is a row about it all the same.
    expect(preview.imagesWithoutRow.count).toBe(0);
    const report = await importPaths(context, options);
    expect(report.labels.problems).toHaveLength(set.refused ?? 0);
    expect(countsOf(library)).toEqual(set.counts);
    expect(datasetByName(library.db, 'd')?.target).toBe(set.target);
    expect(report.patients).toBe(set.patients);
    expect(report.splits).toEqual(set.splits ?? { train: 0, val: 0, test: 0 });
    expect(listReaders(library.db).map(({ name }) => name)).toEqual(set.readers ?? []);
    expect(disputedOf(library, set.target)).toEqual(set.disputed ?? {});
    // The preview said the same before anything was written, and nothing changes the second time.
    expect(preview.refusedRows).toBe(report.labels.refusedRows);
    const again = await importPaths(context, options);
    expect([again.labels.applied, again.labels.changed]).toEqual([0, 0]);
    expect(again.labels.unchanged).toBe(report.labels.applied);
  });

  test('is told by its header: a preview proposes the profile, an import waits for a word', async () => {
    const { labels, images } = writePublic(temporaryFolder(), set);
    const library = temporaryLibrary();
    const context = testContext(library);
    const options = { dataset: 'd', labels, paths: [images] };
    const { reading } = await previewLabels(context, options);
    expect(reading).toMatchObject({ isProposed: true, profile: set.profile.split(':')[0] });
    await expect(importPaths(context, options)).rejects.toMatchObject({
      code: 'LABELS_INVALID',
      action: expect.stringContaining(`--profile ${set.profile.split(':')[0]}`),
    });
    expect(listDatasets(library.db)).toEqual([]);
    const named = { ...options, reading: { profile: 'auto' } };
    expect((await previewLabels(context, named)).reading).toMatchObject({ isProposed: false });
  });
});
