/** Where something is computed, as far as numbers depend on it. */
import { arch, cpus, platform } from 'node:os';
import type { ReadingPrecision, RunPlace, RunRecord } from '../../contract/index.ts';
import { noteRunPlace } from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { programVersion } from '../session/program-version.ts';

/**
 * Raised where the same training gives other weights on the same machine, if only in their last digits, as with 2 on large layers (ADR 500), and with 3 and 4
 * (ADR 540), of which the latter is about the attentive probe, and about FPT+ on LPMs whose heads are not 16, 64 or 256 wide, and with 5 on methods with a side network (ADR 590).
 */
const arithmetic = 5;

/**
 * Where the session computes now: a GPU that failed has handed over to the processor.
 * @param reading how features are computed, where that is not the session's way
 */
export async function placeOf(
  context: Pick<ServiceContext, 'engine' | 'precision'>,
  reading?: ReadingPrecision,
): Promise<RunPlace> {
  const { name, version, device, threads } = (await context.engine()).info;
  return {
    engine: name,
    engineVersion: version,
    device,
    threads,
    precision: reading ?? context.precision ?? 'f32',
    program: `${programVersion()}, arithmetic ${arithmetic}`,
    system: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${platform()} ${arch()}`,
  };
}

/** Notes that a run is computed here. For before it begins and again when it ended, which may be elsewhere. */
export async function notePlace(
  context: ServiceContext,
  { id, settings }: Pick<RunRecord, 'id' | 'settings'>,
): Promise<void> {
  noteRunPlace(context.library.writer, id, await placeOf(context, settings.precision), timeOf(context));
}
