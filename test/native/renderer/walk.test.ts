/** Cases of Judge gone through in Read: what was said of a case stands beside its own picture only. */
import { beforeEach, expect, test } from 'vitest';
import type { ImagePlace, JudgeLevel } from '../../../core/contract/index.ts';
import type { CaseWalk } from '../../../renderer/app/navigation.svelte.ts';
import { Walk } from '../../../renderer/screens/read/walk.svelte.ts';
import { HeldWire } from './held-wire.ts';

/** Two patients with two images each; the second image of each was judged. */
const shown = (study: number, instance: number) =>
  ({ studyId: study, seriesId: study, instanceId: 10 * study + instance }) as ImagePlace;

function walkAt(level: JudgeLevel): Walk {
  const cases = [1, 2].map((study) => ({ ...shown(study, 2), frame: 3, truth: `truth ${study}`, answer: '' }));
  const walk = new Walk();
  walk.begin({ cases, position: 0, isWrong: true, back: { place: { level } } } as unknown as CaseWalk);
  return walk;
}

beforeEach(() => void new HeldWire({ 'choices.save': null }));

test('what was said of one patient is not said while another is in view, or nobody yet', () => {
  const walk = walkAt('study');
  expect(walk.caseAt(shown(1, 1), 3)?.truth).toBe('truth 1');
  expect(walk.caseAt(shown(2, 2), 3)).toBeNull();
  expect(walk.caseAt(null, 3)).toBeNull();
  walk.next();
  // The former patient still stands there.
  expect(walk.caseAt(shown(1, 2), 3)).toBeNull();
  expect(walk.caseAt(shown(2, 1), 3)?.truth).toBe('truth 2');
});

test('what was said of an image is not said of another image of the study, or another frame', () => {
  const walk = walkAt('image');
  expect(walk.caseAt(shown(1, 1), 3)).toBeNull();
  expect(walk.caseAt(shown(1, 2), 2)).toBeNull();
  expect(walk.caseAt(shown(1, 2), 3)?.truth).toBe('truth 1');
});
