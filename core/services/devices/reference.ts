/**
 * The reference check that comes with the program: a small LPM's keys, values and important tokens, then a side network's logits, every
 * gradient and five training steps, against the numbers that PyTorch computed from the same weights and inputs.
 */
import { join, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
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

/**
 * Checks the LPM's pass in half precision, which no earlier verdict on the device was about. Returns nothing where it is within its bounds.
 * @throws ENGINE_UNAVAILABLE naming what is not; BAD_INPUT where the engine offers no half precision
 */
export async function requireRightHalves(engine: Engine): Promise<void> {
  const folder = join(referenceFolder, 'lpm');
  const { checks } = await checkLpmCase(engine, folder, 'case.safetensors', 'LPM', 'as encoding runs it', 'f16');
  if (checks.every(passes)) return;
  throw new AppError(
    'ENGINE_UNAVAILABLE',
    `Half precision on ${engine.info.device} is not right: ${worstOf(checks)}. Nothing was computed with it.`,
    { action: 'Leave --precision out: the same device in f32 is checked by itself.' },
  );
}

/** What was furthest from right, in words; for a device that was refused. */
export function worstOf(checks: readonly Check[]): string {
  const failed = checks.filter((check) => !passes(check));
  return failed
    .map(({ quantity, worst, tolerance }) => `${quantity} wrong by ${worst.toPrecision(2)} (allowed ${tolerance})`)
    .join(', ');
}
