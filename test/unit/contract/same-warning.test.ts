import { expect, test } from 'vitest';
import { isSameWarning } from '../../../core/contract/warnings.ts';

test('a warning that is said again with other counts is the same one; of other work it is another', () => {
  const said = { code: 'otherKindsAnswered', images: 2, studies: 1 } as const;
  expect(isSameWarning(said, { ...said, images: 5, studies: 3 })).toBe(true);
  expect(isSameWarning(said, { code: 'earlierNotCounted', images: 2 })).toBe(false);
  const goesOn = { code: 'trainingGoesOn', dataset: 'd', version: 1 } as const;
  expect(isSameWarning(goesOn, { ...goesOn, version: 2 })).toBe(false);
});
