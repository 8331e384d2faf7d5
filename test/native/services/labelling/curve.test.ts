/** A learning curve on a small made set: what it says, that it is the same for the same seed, and that nobody of the test part takes part. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CurveReport, curveOptionsSchema } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { makeCurve } from '../../../../core/services/labelling/curve.ts';
import { writeCurve } from '../../../../core/services/labelling/files.ts';
import { promiseCurve } from '../../../../core/services/labelling/promise.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import {
  auditEvents,
  newestCurve,
  newestVersion,
  datasetByName,
  versionImages,
} from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const asked = { dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, folds: 3, repeats: 2, seed: 4 } as const;

/** A library with the made studies and the LPM, and the folder of the studies. */
async function prepared(patients = 36): Promise<{ readonly context: ServiceContext; readonly studies: string }> {
  const folder = temporaryFolder();
  const studies = join(folder, 'studies');
  const labels = writeStudies(studies, patients);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [studies], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return { context, studies };
}

/** A report without when it was made. */
const figuresOf = ({ madeAt: _, ...report }: CurveReport) => report;

test('a curve is the same for the same seed, without the files of the test patients, and in another library; it is kept and promised', async () => {
  const { context, studies } = await prepared();
  const first = await makeCurve(context, asked);
  const { db } = context.library;
  expect(newestCurve(db, 'discs')).toEqual(first);
  expect(auditEvents(db).at(-1)?.action).toBe('dataset.curveMade');
  const version = newestVersion(db, datasetByName(db, 'discs')?.id ?? 0);
  const images = versionImages(db, version?.id ?? 0);
  const learning = images.filter(({ split }) => split !== 'test');
  expect(first).toMatchObject({
    ...{ patients: new Set(learning.map(({ patientId }) => patientId)).size, images: learning.length },
    ...{ asked: 100, failed: 0, trainings: first.sizes.length * 6, method: 'linear' },
  });
  // No further than twice the patients.
  expect(first.more).toBe(first.patients);
  expect(first.sizes.at(-1)).toEqual({ share: 1, patients: (first.patients * 2) / 3 });
  const sizes = first.sizes.map(({ patients }) => patients);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(Math.round(sizes[0] ?? 0)).toBeGreaterThanOrEqual(8);
  // Of two classes one AUC says all.
  expect(first.rows).toHaveLength(1);
  expect(first.rows[0]?.points.at(-1)?.auc).toBeGreaterThan(0.8);

  for (const { sopInstanceUID, split } of images) {
    if (split !== 'test') continue;
    const [, p, s] = /\.(\d+)\.(\d+)\.1\.1$/.exec(sopInstanceUID) ?? [];
    rmSync(join(studies, `p${p}`, `s${s}`, 'image.dcm'));
  }
  expect(figuresOf(await makeCurve(context, asked))).toEqual(figuresOf(first));
  const fresh = await prepared();
  const again = await makeCurve(fresh.context, asked);
  expect(figuresOf(again)).toEqual(figuresOf(first));
  const other = await makeCurve(fresh.context, { ...asked, seed: 5 });
  expect(other.rows[0]?.points).not.toEqual(first.rows[0]?.points);

  const promised = await promiseCurve(context, curveOptionsSchema.parse(asked));
  expect(promised.promises.length + promised.missing.length).toBeGreaterThan(0);
  const out = join(studies, 'curve.csv');
  writeCurve(first, out);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  expect(lines[0]).toBe('name,kind,patients,auc,low,high');
  expect(lines.filter((line) => line.startsWith('mean,measured,'))).toHaveLength(first.sizes.length);
}, 300_000);

test('a curve that is stopped leaves none, and one of numbers is refused', async () => {
  const { context, studies } = await prepared(24);
  const stop = new AbortController();
  const stopped = makeCurve(
    {
      ...context,
      signal: stop.signal,
      progress: ({ stage }) => {
        if (stage === 'curve') stop.abort();
      },
    },
    asked,
  );
  expect((await appErrorFrom(stopped)).code).toBe('CANCELLED');
  expect(newestCurve(context.library.db, 'discs')).toBeUndefined();
  const numbers = join(temporaryFolder(), 'numbers.csv');
  writeFileSync(numbers, 'patientID,age\nP1-0,40\nP1-1,50\n');
  await importPaths(context, { paths: [studies], dataset: 'ages', labels: numbers, target: 'quantity' });
  const refused = await appErrorFrom(makeCurve(context, { ...asked, dataset: 'ages' }));
  expect(refused).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('"ages" asks for quantities') });
}, 120_000);
