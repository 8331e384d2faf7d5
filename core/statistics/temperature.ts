/**
 * Temperature scaling: one number that divides the logits so that a probability of 0.8 is right in 80 of 100 cases
 * (Guo et al., On calibration of modern neural networks, ICML 2017). It changes no ranking of two classes.
 */
import { invariant } from '../base/errors.ts';

/**
 * Limits of a fit. Where validation cases are separated without an error, any sharpening lowers the loss: a few dozen of
 * them are no ground for probabilities of 1, so a model is made at most twice as sure as it was.
 */
export const lowestTemperature = 0.5;
export const highestTemperature = 20;

/** Mean negative log-likelihood of `targets` under softmax(logits / temperature). */
export function temperatureLoss(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  classes: number,
  temperature: number,
): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) top = Math.max(top, (logits[i * classes + c] as number) / temperature);
    let total = 0;
    for (let c = 0; c < classes; c++) total += Math.exp((logits[i * classes + c] as number) / temperature - top);
    sum += top + Math.log(total) - (logits[i * classes + (targets[i] as number)] as number) / temperature;
  }
  return sum / targets.length;
}

/**
 * The temperature of least loss within [0.5, 20], by golden section on its logarithm. In 1/T the loss is convex, so in
 * ln T it falls and then rises: one minimum.
 */
export function fitTemperature(logits: ArrayLike<number>, targets: ArrayLike<number>, classes: number): number {
  invariant(targets.length > 0 && logits.length === targets.length * classes, 'temperature: one row of logits a case');
  return temperatureOfLeast((temperature) => temperatureLoss(logits, targets, classes, temperature));
}

/** The temperature within [0.5, 20] at which `lossAt` is least; it must fall and then rise, as log-likelihoods do. */
export function temperatureOfLeast(lossAt: (temperature: number) => number): number {
  const loss = (x: number): number => lossAt(Math.exp(x));
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(lowestTemperature);
  let high = Math.log(highestTemperature);
  let a = high - golden * (high - low);
  let b = low + golden * (high - low);
  let lossA = loss(a);
  let lossB = loss(b);
  while (high - low > 1e-7) {
    if (lossA <= lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - golden * (high - low);
      lossA = loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + golden * (high - low);
      lossB = loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}
