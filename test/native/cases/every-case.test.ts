/** No field case is without its test. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasCases } from '../../support/cases.ts';
import { repositoryRoot, sharedPath } from '../../support/shared.ts';

test.skipIf(!hasCases)('every field case has a test of its name (needs the shared cases)', () => {
  const cases = readdirSync(sharedPath('cases'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(cases.length).toBeGreaterThan(15);
  const untested = cases.filter(
    ({ name }) => !existsSync(join(repositoryRoot, 'test/native/cases', `${name}.test.ts`)),
  );
  expect(untested.map(({ name }) => name)).toEqual([]);
});
