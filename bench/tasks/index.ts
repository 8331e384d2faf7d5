/**
 * Four classification tasks that nothing was tuned on: other generators than those of the pre-training set and of the
 * demo, and other seeds. They measure whether the LPM in the box transfers. Tune on the demo, never here.
 */
import { Random } from '../../core/base/random.ts';
import type { Field } from './field.ts';
import { gradeClasses, paintGrades } from './grades.ts';
import { mixedClasses, paintMixed } from './mixed.ts';
import { noduleClasses, paintNodules } from './nodules.ts';
import { paintSpecks, speckClasses } from './specks.ts';

export interface Task {
  readonly about: string;
  readonly classes: readonly string[];
  /** Bits of a stored pixel. */
  readonly bits: number;
  readonly sopClassUID: string;
  readonly modality: string;
  readonly bodyPart: string;
  paint(size: number, classIndex: number, random: Random): Field;
}

/** Pixels of an image's side. The LPM reads 512, the side network 128. */
export const taskImageSize = 640;

export const tasks: Readonly<Record<string, Task>> = {
  specks: {
    about: 'groups of specks 2 to 3 px wide among scattered ones, 16-bit mammography-like',
    classes: speckClasses,
    bits: 16,
    sopClassUID: '1.2.840.10008.5.1.4.1.1.1.2',
    modality: 'MG',
    bodyPart: 'BREAST',
    paint: (size, c, random) => paintSpecks(size, c === 1, random),
  },
  nodules: {
    about: 'two to four nodules of some 12 px in chest-like lungs, 14 bits',
    classes: noduleClasses,
    bits: 14,
    sopClassUID: '1.2.840.10008.5.1.4.1.1.1.1',
    modality: 'DX',
    bodyPart: 'CHEST',
    paint: (size, c, random) => paintNodules(size, c === 1, random),
  },
  grades: {
    about: 'three grades of a texture by the size of its grains, 12 bits',
    classes: gradeClasses,
    bits: 12,
    sopClassUID: '1.2.840.10008.5.1.4.1.1.1',
    modality: 'CR',
    bodyPart: 'LIVER',
    paint: paintGrades,
  },
  mixed: {
    about: 'specks 2 to 3 px wide, a clearly visible mass, or neither, 14-bit mammography-like',
    classes: mixedClasses,
    bits: 14,
    sopClassUID: '1.2.840.10008.5.1.4.1.1.1.2',
    modality: 'MG',
    bodyPart: 'BREAST',
    paint: paintMixed,
  },
};

/** The pixels of image `n` of a task: unsigned integers of the task's bits. The same number gives the same image. */
export function paintTask(name: string, task: Task, n: number, size = taskImageSize): Uint16Array {
  const random = Random.seeded(90_210).fork(`task ${name} image ${n}`);
  const field = task.paint(size, n % task.classes.length, random);
  const top = 2 ** task.bits - 1;
  return Uint16Array.from(field, (x) => Math.round(top * Math.min(1, Math.max(0, x))));
}
