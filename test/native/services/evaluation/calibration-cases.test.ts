/** On whom a model may be calibrated: patients count, not images, and they must have more than one label. */
import { expect, test } from 'vitest';
import { calibrationCases } from '../../../../core/services/evaluation/calibration-cases.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { calibrate } from '../../../../core/services/evaluation/judge-settings.ts';
import { auditEvents } from '../../../../core/store/index.ts';
import { judgedModel, type MadeCase, testVersion } from '../../../support/judged-models.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorOf } from '../../../support/thrown.ts';

/** A model that was evaluated on five images of each of `patients`, by the label of the patient. */
function evaluated(patients: number, isIll: (patient: number) => boolean) {
  const library = temporaryLibrary();
  const patientOf = (image: number): number => Math.floor(image / 5);
  const cases = Array.from({ length: 5 * patients }, (_, i): MadeCase => ({ isIll: isIll(patientOf(i)), sex: 'F' }));
  judgedModel(library, 'm', testVersion(library, cases, 'several', patientOf), cases, 2);
  library.writer.run(`UPDATE evaluations SET split = 'val'`);
  const context = testContext(library);
  return { context, report: judgeReport(context, { model: 'm', split: 'val', pooling: 'mean' }) };
}

test('those who are few are counted as patients, and the report says so before anything is fitted', () => {
  const { context, report } = evaluated(12, (patient) => patient % 3 === 0);
  expect(report?.calibration).toEqual({ part: 'val', patients: 12, fewest: 20, isOneSided: false });
  expect(calibrate(context, 'm').temperature).not.toBe(1);
  expect(auditEvents(context.library.db).at(-1)?.details).toMatchObject({ images: 60, patients: 12 });
});

test('where all patients have one label it is refused with their number, and nothing changes', () => {
  const { context, report } = evaluated(24, () => false);
  expect(report?.calibration).toMatchObject({ patients: 24, isOneSided: true });
  const refused = appErrorOf(() => calibrate(context, 'm'));
  expect([refused.code, refused.message]).toEqual([
    'DATASET_NOT_READY',
    expect.stringContaining('24 patients to calibrate on have one label only'),
  ]);
  expect(report === null ? null : calibrationCases(context.library.db, report.model)).toMatchObject({ patients: 24 });
  expect(judgeReport(context, { model: 'm', split: 'val', pooling: 'mean' })?.model.temperature).toBe(1);
});
