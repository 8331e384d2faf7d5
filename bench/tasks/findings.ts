/**
 * A task of several findings: nodules, consolidation and effusion in chest-like pictures. Sick pictures have more of each of them, so they
 * occur together; of every third mark nobody knows what it would be.
 */
import { Random } from '../../core/base/random.ts';
import type { Mark } from '../../core/contract/index.ts';
import { addSpot, clouds, type Field } from './field.ts';
import { tasks } from './index.ts';
import { paintNodules } from './nodules.ts';
import { taskFileOf } from './write.ts';

export const findingNames = ['nodules', 'consolidation', 'effusion'] as const;

/** What is to be seen in image `n`, and what is known of it; null where nobody looked. */
export interface FindingTruth {
  readonly present: readonly boolean[];
  readonly marks: readonly (Mark | null)[];
}

const shareUnknown = 0.3;

/** The truth of image `n`: the same number gives the same. */
export function findingTruth(n: number): FindingTruth {
  const random = Random.seeded(31_415).fork(`findings of image ${n}`);
  const isSick = random.uniform() < 0.5;
  const present = findingNames.map(() => random.uniform() < (isSick ? 0.6 : 0.15));
  const marks = present.map((is): Mark | null => (random.uniform() < shareUnknown ? null : is ? 'present' : 'absent'));
  return { present, marks };
}

/** The bytes of image `n`. */
export function findingFile(n: number): Uint8Array {
  const { nodules: task } = tasks;
  if (task === undefined) throw new Error('the task of nodules is not there');
  const { present } = findingTruth(n);
  return taskFileOf('findings', n, {
    ...task,
    paint: (size, _, random) => paintFindings(size, present, random),
  });
}

/** Chest-like lungs with what is present; values around [0, 1]. */
export function paintFindings(
  size: number,
  [nodules, consolidation, effusion]: readonly boolean[],
  random: Random,
): Field {
  const field = paintNodules(size, nodules ?? false, random.fork('chest'));
  if (consolidation) {
    const texture = clouds(size, size / 40, 0.8, random.fork('texture'));
    const at = { cx: size * (random.uniform() < 0.5 ? 0.29 : 0.71), cy: size * random.uniform(0.3, 0.58) };
    const patch = new Float32Array(size * size);
    addSpot(patch, size, {
      ...at,
      sigma: size * random.uniform(0.05, 0.075),
      height: random.uniform(0.1, 0.16),
      hardness: 1.5,
    });
    for (let i = 0; i < field.length; i++)
      field[i] = (field[i] as number) + (patch[i] as number) * (1 + 0.35 * (texture[i] as number));
  }
  if (effusion) {
    const isLeft = random.uniform() < 0.5;
    const [level, slope] = [size * random.uniform(0.58, 0.68), random.uniform(0.15, 0.35)];
    const height = random.uniform(0.12, 0.2);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size / 2; x++) {
        const column = isLeft ? x : size - 1 - x;
        // The surface rises towards the wall, as fluid does.
        const depth = (y - level + slope * (size / 2 - x)) / (size * 0.05);
        const i = y * size + column;
        const side = 1 / (1 + Math.exp(60 * (x / size - 0.4)));
        field[i] = (field[i] as number) + (height * side) / (1 + Math.exp(-4 * (depth - 1.5)));
      }
    }
  }
  return field;
}
