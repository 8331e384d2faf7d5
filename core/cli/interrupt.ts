/**
 * Ctrl-C: the first press asks the running work to stop after its current step, a second one ends the process.
 *
 * A terminal sends SIGINT to the whole process group, and the launcher (`scripts/run.mjs`) passes its own on, so one press
 * can arrive twice. Presses closer together than a person can manage count as one.
 */
const onePressMs = 400;

export interface Interrupts {
  readonly signal: AbortSignal;
  /** Called for every SIGINT or SIGTERM. */
  press(): void;
}

/** A signal that aborts on the first press; `announce` says so, `endNow` is called on the second. */
export function createInterrupts(clock: () => number, announce: () => void, endNow: () => void): Interrupts {
  const controller = new AbortController();
  let pressedAt: number | undefined;
  return {
    signal: controller.signal,
    press: () => {
      const now = clock();
      if (pressedAt === undefined) {
        pressedAt = now;
        announce();
        controller.abort();
      } else if (now - pressedAt > onePressMs) endNow();
    },
  };
}
