/** A planted marker is found in its corner, and a set without one is left alone; both with the same recipe. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlarming, type ShortcutReport } from '../../../../core/contract/index.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { checkShortcuts } from '../../../../core/services/shortcuts/shortcuts.ts';
import { auditEvents, shortcutCheckOf } from '../../../../core/store/index.ts';
import { type Sign, writeCorneredStudies } from '../../../support/cornered-studies.ts';
import { testServices, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

async function checked(sign: Sign): Promise<{ readonly context: ServiceContext; readonly report: ShortcutReport }> {
  const folder = temporaryFolder();
  const labels = writeCorneredStudies(join(folder, 'studies'), 120, sign);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'made', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await trainModel(context, {
    ...{ dataset: 'made', lpm: 'tiny', name: 'model', method: 'attentive', inputSize: 224, batch: 8 },
    ...{ epochs: 30, lr: 3e-3 },
  });
  const evaluated = await evaluateModel(context, { model: 'model' });
  // Both models are right; what they look at is the question.
  expect(evaluated.image.auc).toBeGreaterThan(0.9);
  return { context, report: await checkShortcuts(context, { model: 'model' }) };
}

const verdicts = ({ regions }: ShortcutReport): Record<string, string> =>
  Object.fromEntries(regions.map(({ region, verdict }) => [region, verdict]));

test('a planted marker in the top right corner is flagged there, and as outside the body, and nowhere else', async () => {
  const { context, report } = await checked('square in the corner');
  expect(verdicts(report)).toEqual({
    topLeft: 'free',
    topRight: 'hangsOnIt',
    bottomLeft: 'free',
    bottomRight: 'free',
    corners: 'hangsOnIt',
    outside: 'hangsOnIt',
  });
  const corner = report.regions[1];
  expect(corner?.auc).toBeGreaterThan(0.9);
  // Without the marker nothing is left to tell the classes by.
  expect(corner?.coveredAuc).toBeLessThan(0.75);
  expect(isAlarming(report)).toBe(true);
  expect(shortcutCheckOf(context.library.db, 'model', 'test')).toEqual(report);
  expect(auditEvents(context.library.db).at(-1)?.action).toBe('model.checkedForShortcuts');
}, 300_000);

test('the same set with the sign in the body is not', async () => {
  const { report } = await checked('disc in the body');
  expect(Object.values(verdicts(report))).toEqual(Array(6).fill('free'));
  expect(report.acquisition.map(({ attribute, verdict }) => [attribute, verdict])).toEqual([['device', 'free']]);
  expect(isAlarming(report)).toBe(false);
}, 300_000);
