/**
 * The reference check that comes with the program: a small LPM's keys, values and important tokens, then a side network's logits, every
 * gradient and five training steps, against the numbers that PyTorch computed from the same weights and inputs.
 */
import { join, resolve } from 'node:path';
import type { Engine } from '../../engine/index.ts';
import { type CaseResult, type Check, passes } from './compare.ts';
import { checkLpmCase } from './lpm-case.ts';
import { checkSideCase } from './side-case.ts';

/** Where the reference numbers lie: `lpm/` a model folder with a case, `side/` a side network's. */
export const referenceFolder = resolve(import.meta.dirname, '..', '..', '..', 'resources', 'reference');

/** What the check found. */
export interface ReferenceResult {
  readonly isRight: boolean;
  readonly checks: readonly Check[];
}

/** Runs the reference check on an engine. Throws what the engine throws. */
export async function checkReference(engine: Engine): Promise<ReferenceResult> {
  const cases: readonly CaseResult[] = [
    await checkLpmCase(engine, join(referenceFolder, 'lpm'), 'case.safetensors', 'LPM', 'as encoding runs it'),
    await checkSideCase(
      engine,
      join(referenceFolder, 'side', 'config.json'),
      join(referenceFolder, 'side', 'case.safetensors'),
      'side network',
    ),
  ];
  const checks = cases.flatMap(({ name, checks }) =>
    checks.map((check) => ({ ...check, quantity: `${check.quantity} of the ${name}` })),
  );
  return { isRight: checks.every(passes), checks };
}

/** What was furthest from right, in words; for a device that was refused. */
export function worstOf(checks: readonly Check[]): string {
  const failed = checks.filter((check) => !passes(check));
  return failed
    .map(({ quantity, worst, tolerance }) => `${quantity} wrong by ${worst.toPrecision(2)} (allowed ${tolerance})`)
    .join(', ');
}
