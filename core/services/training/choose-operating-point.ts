/** How a model that was just trained is to decide: its temperature, and its thresholds, from answers about patients that it did not learn from. */
import { type DatasetVersion, type PositiveClass, type RunSettings, targetFacts } from '../../contract/index.ts';
import type { Cut } from '../../statistics/curves.ts';
import type { Labels, Target } from '../../targets/index.ts';
import { criteria } from '../../training/criteria/index.ts';
import type { ComputedWeights } from './compute-weights.ts';

/** Patients with whom a temperature is fitted at least: it is one number, and of a dozen patients it would be chance. */
export const fewestPatients = 20;

export interface ChosenPoint {
  readonly temperature: number;
  readonly positive: Pick<PositiveClass, 'name' | 'index' | 'source'> | null;
  readonly cut: Cut | null;
  readonly findingThresholds: readonly number[];
}

/**
 * The operating point of a model. Of a cross-validation the temperature comes first and thresholds are those of the calibrated probabilities; a
 * model of one network is stored without one (Judge fits it when asked), as ever.
 */
export function chooseOperatingPoint(
  { target, config, reading, unseen }: ComputedWeights,
  version: Pick<DatasetVersion, 'target' | 'classes'>,
  settings: Pick<RunSettings, 'positive'>,
): ChosenPoint {
  const { classes } = config;
  const { images, logits } = unseen;
  const labels = target.labelsOf(images, reading);
  const temperature =
    unseen.part === 'cross-validation'
      ? chooseTemperature(target, logits, labels, classes, new Set(images.map(({ patientId }) => patientId)).size)
      : 1;
  const positive = targetFacts[version.target].positiveOf(version.classes, settings.positive ?? null);
  const probabilities = target.probabilities(scaled(logits, temperature), classes, reading.scale);
  return {
    temperature,
    positive,
    cut: target.chooseCut({ classes, positive: positive?.index ?? null, targets: labels, probabilities }),
    findingThresholds: target.chooseThresholds(probabilities, labels, classes),
  };
}

/**
 * The temperature of least negative log-likelihood, within the limits of a fit; 1 where there are fewer than 20 patients, where no label is known, and
 * where another one does not lower it. Of numbers, which have no probabilities, 1.
 */
export function chooseTemperature(
  target: Target,
  logits: Float32Array,
  labels: Labels,
  classes: number,
  patients: number,
): number {
  const n = logits.length / classes;
  const everyone = Array.from({ length: n }, (_, i) => i);
  const tensors = target.labelTensors(labels, everyone, classes);
  const lossAt = (temperature: number): number | null =>
    criteria[target.criteria[0]].value(scaled(logits, temperature), tensors, classes);
  const without = patients < fewestPatients ? null : lossAt(1);
  if (without === null) return 1;
  const temperature = target.temperature(logits, labels, classes);
  const loss = lossAt(temperature);
  return loss !== null && loss < without ? temperature : 1;
}

function scaled(logits: Float32Array, temperature: number): Float64Array {
  return Float64Array.from(logits, (z) => z / temperature);
}
