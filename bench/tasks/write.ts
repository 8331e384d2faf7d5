/** A task as files: one DICOM instance a patient, and a list of labels and splits for `import --labels`. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportProgress } from '../../core/base/progress.ts';
import { writeDicom } from '../../core/dicom/write.ts';
import { paintTask, type Task, taskImageSize } from './index.ts';

export interface TaskCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

/**
 * Writes the images of a task into `folder`, unless they are there. Classes are dealt in turn, splits in blocks, so that
 * every split has as many of each class. Returns the path of the labels file.
 */
export async function writeTask(
  name: string,
  task: Task,
  counts: TaskCounts,
  folder: string,
  progress: ReportProgress,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const total = counts.train + counts.val + counts.test;
  const rows = ['path,label,split'];
  for (let n = 0; n < total; n++) {
    const split = n < counts.train ? 'train' : n < counts.train + counts.val ? 'val' : 'test';
    const file = `${String(n).padStart(4, '0')}.dcm`;
    rows.push(`${file},${task.classes[n % task.classes.length]},${split}`);
    if (!existsSync(join(folder, file))) writeFileSync(join(folder, file), taskFile(name, task, n));
    progress({ stage: 'makingStudies', done: n + 1, total, unit: 'images', note: name });
    await new Promise(setImmediate);
  }
  const labels = join(folder, 'labels.csv');
  writeFileSync(labels, `${rows.join('\n')}\n`);
  return labels;
}

/** The bytes of image `n` of a task. */
export function taskFile(name: string, task: Task, n: number, size = taskImageSize): Uint8Array {
  return taskFileOf(name, n, task, size);
}

/** The bytes of image `n` of whatever is painted. */
export function taskFileOf(name: string, n: number, task: Task, size = taskImageSize): Uint8Array {
  const uid = (part: string): string => {
    const digest = createHash('sha256').update(`sidelight-task/${name}/${n}/${part}`).digest('hex');
    return `2.25.${BigInt(`0x${digest.slice(0, 32)}`)}`;
  };
  return writeDicom({
    specificCharacterSet: 'ISO_IR 100',
    imageType: 'ORIGINAL\\PRIMARY',
    sopClassUID: task.sopClassUID,
    sopInstanceUID: uid('instance'),
    studyDate: '20250101',
    studyTime: '120000',
    accessionNumber: '',
    modality: task.modality,
    manufacturer: 'Sidelight task generator',
    referringPhysicianName: '',
    patientName: `Synthetic^${name} ${n}`,
    patientID: `TASK-${name}-${n}`,
    patientBirthDate: '',
    patientSex: 'O',
    bodyPartExamined: task.bodyPart,
    studyInstanceUID: uid('study'),
    seriesInstanceUID: uid('series'),
    studyID: '1',
    seriesNumber: '1',
    instanceNumber: '1',
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    rows: size,
    columns: size,
    bitsAllocated: 16,
    bitsStored: task.bits,
    highBit: task.bits - 1,
    pixelRepresentation: 0,
    windowCenter: String(2 ** (task.bits - 1)),
    windowWidth: String(2 ** task.bits),
    pixelData: paintTask(name, task, n, size),
  });
}
