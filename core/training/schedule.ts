/** The learning rate over the run. */

/**
 * Cosine decay from `peak` to nearly 0 without warm-up: peak/2 (1 + cos(π epoch/epochs)), where the epoch is a
 * fraction that moves with every step. `step` counts from 0.
 */
export function cosineLearningRate(peak: number, step: number, totalSteps: number): number {
  return peak * 0.5 * (1 + Math.cos((Math.PI * step) / totalSteps));
}
