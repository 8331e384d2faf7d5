/** What the window says where a comparison with the model in use can tell nothing. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

/** The page's sources belong to another project, with the types of a browser. */
async function sentence(language: 'de' | 'en', patients: number): Promise<string> {
  const { promotion } = (await import(join(repositoryRoot, 'renderer', 'i18n', language, 'promotion.ts'))) as {
    promotion: { untold: { fewPatients: (patients: number) => string } };
  };
  return promotion.untold.fewPatients(patients);
}

test('a hundred patients of whom four are ill are not called too few: those with another answer are', async () => {
  expect([await sentence('en', 19), await sentence('de', 1)]).toEqual([
    '19 test patients are too few.',
    '1 Testpatient ist zu wenig.',
  ]);
  expect(await sentence('en', 100)).toBe(
    'Too few of 100 test patients have another answer than the commonest one: it takes 5.',
  );
  expect(await sentence('de', 100)).toBe(
    'Von 100 Testpatienten haben zu wenige eine andere Antwort als die häufigste: Es braucht 5.',
  );
});
