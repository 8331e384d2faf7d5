/** The session as it must be to compute what a record says. */

import { AppError } from '../../base/errors.ts';
import type { ReplayOptions, RunPlace } from '../../contract/index.ts';
import { cpuDescription } from '../../engine/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { warn } from '../session/warn.ts';
import { placeOf } from '../training/run-place.ts';

/**
 * Runs `use` with the engine, device, threads and precision of the place where a run was computed last; with those of the session where it is asked so,
 * where the place is not known and where its engine or device is not here, which is logged.
 */
export async function asRecorded<T>(
  context: ServiceContext,
  madeOn: readonly RunPlace[],
  computeAs: ReplayOptions['computeAs'],
  use: (context: ServiceContext) => Promise<T>,
): Promise<T> {
  const place = madeOn.at(-1);
  if (computeAs === 'session' || place === undefined) return await use(context);
  const { engine: name, threads } = place;
  // 8 bits are a setting of the run, whatever the session.
  const precision = place.precision === 'int8' ? 'f32' : place.precision;
  const now = await placeOf(context);
  if (now.engine === name && now.device === place.device && now.threads === threads) {
    return await use({ ...context, precision });
  }
  const device = place.device === cpuDescription ? 'cpu' : 'auto';
  const opened = await context.openEngine?.({ engine: name, device, threads }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'ENGINE_UNAVAILABLE') throw error;
    const { code, message, action } = error;
    warn(context, { code: 'computedElsewhere', engine: name, device: place.device, cause: { code, message, action } });
    return undefined;
  });
  if (opened === undefined) return await use(context);
  try {
    return await use({ ...context, engine: async () => opened, precision });
  } finally {
    await opened.dispose();
  }
}
