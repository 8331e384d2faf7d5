/** A learning curve on a small made set: what it says, that it is the same for the same seed, and that nobody of the test part takes part. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { type CurveReport, curveOptionsSchema } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { makeCurve } from '../../../../core/services/labelling/curve.ts';
import { writeCurve } from '../../../../core/services/labelling/files.ts';
import { promiseCurve } from '../../../../core/services/labelling/promise.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { auditEvents, datasetByName, newestCurve, newestVersion, versionImages } from '../../../../core/store/index.ts';
import { testServices, writePatients, writePlate, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const asked = {
  dataset: 'discs',
  lpm: 'tiny',
  method: 'linear',
  inputSize: 224,
  folds: 3,
  repeats: 3,
  seed: 4,
} as const;

const brightness = { none: 0, faint: 14, bright: 900 } as const;
const names = ['none', 'faint', 'bright'] as const;

/** An image a patient; of the three classes one is easily told and two are not. */
function writeFaint(folder: string, patients: number): string {
  return writePatients(folder, patients, (p) => {
    const label = names[p % 3] as (typeof names)[number];
    const uid = `1.2.826.0.1.3680043.10.998.1.${p}`;
    const random = Random.seeded(1).fork(uid);
    const pixels = Uint16Array.from({ length: 64 * 64 }, (_, i) => {
      const inside = ((i % 64) - 32) ** 2 + (Math.floor(i / 64) - 32) ** 2 < 20 ** 2;
      return Math.round(Math.max(0, 1200 + 300 * random.normal() + (inside ? brightness[label] : 0)));
    });
    const patientID = `P${p}`;
    const bytes = writePlate({ uid, patientID, modality: 'CR', size: 64, pixels });
    return { patientID, label, files: [[`p${p}.dcm`, bytes]] };
  });
}

/** A library with the made studies and the LPM, and the folder of the studies. */
async function prepared(patients = 60): Promise<{ readonly context: ServiceContext; readonly studies: string }> {
  const folder = temporaryFolder();
  const studies = join(folder, 'studies');
  const labels = writeFaint(studies, patients);
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
    ...{ asked: 100, failed: 0, trainings: first.sizes.length * 9, method: 'linear' },
  });
  // No further than twice the patients.
  expect(first.more).toBe(first.patients);
  expect(first.sizes.at(-1)).toEqual({ share: 1, patients: (first.patients * 2) / 3 });
  const sizes = first.sizes.map(({ patients }) => patients);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(Math.round(sizes[0] ?? 0)).toBeGreaterThanOrEqual(8);
  expect(first.rows.map(({ name }) => name)).toEqual([null, 'none', 'bright', 'faint']);
  const last = first.rows.map(({ points }) => points.at(-1)?.auc ?? 0);
  expect(last[2]).toBeGreaterThan(last[3] ?? 1);
  expect(last[0]).toBeCloseTo(((last[1] ?? 0) + (last[2] ?? 0) + (last[3] ?? 0)) / 3, 9);

  for (const { sopInstanceUID, split } of images) {
    if (split !== 'test') continue;
    const [, p] = /\.(\d+)\.1\.1$/.exec(sopInstanceUID) ?? [];
    rmSync(join(studies, `p${p}.dcm`));
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
  const [row] = first.rows;
  writeCurve({ ...first, rows: row === undefined ? [] : [...first.rows, { ...row, name: '=1+1' }] }, out);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  expect(lines[0]).toBe('name,kind,patients,auc,low,high');
  expect(lines.filter((line) => line.startsWith('mean,measured,'))).toHaveLength(first.sizes.length);
  // A spreadsheet would run what begins with an equals sign.
  expect(lines.filter((line) => line.startsWith("'=1+1,measured,"))).toHaveLength(first.sizes.length);
}, 300_000);

test('a curve that is stopped leaves none, and one of numbers is refused', async () => {
  const { context, studies } = await prepared(30);
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
  writeFileSync(numbers, 'patientID,age\nP0,40\nP1,50\n');
  await importPaths(context, { paths: [studies], dataset: 'ages', labels: numbers, target: 'quantity' });
  const refused = await appErrorFrom(makeCurve(context, { ...asked, dataset: 'ages' }));
  expect(refused).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('"ages" asks for quantities') });
}, 120_000);
