/** Under which name the time of a step is kept. */
import { expect, test } from 'vitest';
import {
  criterionNames,
  defaultCriterion,
  measureOptionsSchema,
  optimiserNames,
} from '../../../../core/contract/index.ts';
import { networkName } from '../../../../core/services/estimate/rates.ts';

const options = { ...measureOptionsSchema.parse({ dataset: 'd' }), criterion: defaultCriterion };

test('a step as it always was has the name under which earlier versions kept its time, any other one of its own', () => {
  expect(networkName(options, 16, 2)).toBe('["fpt+",16,2,0.2,true,"none",null]');
  const names = criterionNames.flatMap((criterion) =>
    optimiserNames.map((optimiser) => networkName({ ...options, criterion, optimiser }, 16, 2)),
  );
  expect(new Set(names).size).toBe(criterionNames.length * optimiserNames.length);
});
