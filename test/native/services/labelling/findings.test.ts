/** Orders and curves of several findings: each is a question of its own, and what too little is known of does not count. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { makeCurve } from '../../../../core/services/labelling/curve.ts';
import { orderCases } from '../../../../core/services/labelling/order.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { addClass, datasetByName } from '../../../../core/store/index.ts';
import { labelFindings, writeFindingStudies } from '../../../support/finding-studies.ts';
import { testServices, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

test('findings are ordered by those that enough is known of, and each has its curve', async () => {
  const folder = temporaryFolder();
  writeFindingStudies(join(folder, 'studies'), 40);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'all' });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  labelFindings(context.library, 40);
  const asked = { dataset: 'findings', lpm: 'tiny', method: 'linear', inputSize: 224 } as const;
  const curve = await makeCurve(context, { ...asked, folds: 2, repeats: 3 });
  expect(curve.rows.map(({ name }) => name)).toEqual([null, 'corner', 'foot']);
  expect(curve.rows.every(({ points }) => points.every(({ auc }) => auc !== null))).toBe(true);
  addClass(context.library.writer, datasetByName(context.library.db, 'findings')?.id ?? 0, 'unheard of');
  const order = await orderCases(context, asked);
  expect(order.left).toEqual(['unheard of']);
  expect(order.cases).toBeGreaterThan(0);
}, 240_000);
