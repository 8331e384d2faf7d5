/** The demo's studies with several findings: the same each time, together more often than by chance, a share of the marks not known. */
import { expect, test } from 'vitest';
import {
  demoFindings,
  type FindingsPlan,
  paintFindings,
  planFindings,
} from '../../../../core/services/demo/findings-plan.ts';
import { planStudies } from '../../../../core/services/demo/plan.ts';

const plan = planFindings(2, 480);
const share = (of: readonly FindingsPlan[], is: (study: FindingsPlan) => boolean): number =>
  of.filter(is).length / of.length;

test('the plan is the same each time, of the patients and images of the other demo', () => {
  expect(planFindings(2, 480)).toEqual(plan);
  expect(planFindings(3, 480)).not.toEqual(plan);
  expect(plan.map(({ patient, study, images }) => [patient, study, images])).toEqual(
    planStudies(2, 480).map(({ patient, study, images }) => [patient, study, images]),
  );
});

test('specks and clips are more frequent beside a mass, and some studies have all three or none', () => {
  const withMass = plan.filter(({ present }) => present.includes('mass'));
  const without = plan.filter(({ present }) => !present.includes('mass'));
  for (const name of ['specks', 'clip'] as const) {
    const [beside, alone] = [withMass, without].map((list) => share(list, ({ present }) => present.includes(name)));
    expect((beside as number) - (alone as number)).toBeGreaterThan(0.2);
  }
  expect(plan.some(({ present }) => present.length === 3)).toBe(true);
  expect(plan.some(({ present }) => present.length === 0)).toBe(true);
});

test('three in ten marks are not known, and the others are true', () => {
  const marks = plan.flatMap(({ present, marks: own }) =>
    demoFindings.map((name) => ({ mark: own[name], isTrue: (own[name] === 'present') === present.includes(name) })),
  );
  const unknown = marks.filter(({ mark }) => mark === null).length / marks.length;
  expect(Math.abs(unknown - 0.3)).toBeLessThan(0.03);
  expect(marks.every(({ mark, isTrue }) => mark === null || isTrue)).toBe(true);
});

test('a picture holds what its study has: the same bytes each time, and others without the clip', () => {
  const study = plan.find(({ present }) => present.includes('clip')) as FindingsPlan;
  const { pixels } = paintFindings(2, study, 0, 192);
  expect(paintFindings(2, study, 0, 192).pixels).toEqual(pixels);
  const bare = paintFindings(2, { ...study, present: study.present.filter((name) => name !== 'clip') }, 0, 192).pixels;
  const changed = pixels.filter((value, i) => value !== bare[i]).length;
  // A bar of about 10 by 2 pixels at this size, and nothing else.
  expect(changed).toBeGreaterThan(8);
  expect(changed).toBeLessThan(80);
});
