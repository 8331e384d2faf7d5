/** What the tortured libraries hold: a few dozen small studies of two classes, an LPM of two layers, and the work done on them. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import type { TrainOptions } from '../../core/contract/index.ts';
import { writeDicom } from '../../core/dicom/index.ts';
import { writeRandomLpm } from '../../core/services/lpm/random-lpm.ts';

/** The kinds of work that are interrupted. */
export const stages = [
  'import',
  'label',
  'encode',
  'train',
  'classify',
  'migrate',
  'delete',
  'backup',
  'restore',
] as const;
export type Stage = (typeof stages)[number];

/** How many patients (of two studies each) the libraries hold, and how many are classified. */
export interface Amount {
  readonly patients: number;
  readonly unseen: number;
}
export const usual: Amount = { patients: 12, unseen: 20 };
/** For faults at every single call. */
export const small: Amount = { patients: 6, unseen: 2 };

const size = 64;

export const deletedPatient = 'T-3';

export const trainOptions = {
  dataset: 'd',
  lpm: 'tiny',
  inputSize: 224,
  epochs: 3,
  batch: 4,
  lr: 3e-3,
  name: 'm',
} satisfies TrainOptions;

function uidOf(series: string, patient: number, study: number): string {
  return `1.2.826.0.1.3680043.10.998.${series === 'T' ? 1 : 2}.${patient}.${study}`;
}

/** The labels that a reader gives to the studies of `folder`, one after another: every instance twice, the second time the other class. */
export function labelPlan(folder: string): { sopInstanceUID: string; label: string }[] {
  const plan: { sopInstanceUID: string; label: string }[] = [];
  const patients = readdirSync(join(folder, 'studies')).length / 2;
  for (const round of [0, 1]) {
    for (let p = 0; p < patients; p++) {
      for (let s = 0; s < 2; s++) {
        const label = (p + round) % 2 === 1 ? 'disc' : 'normal';
        plan.push({ sopInstanceUID: `${uidOf('T', p, s)}.1.1`, label });
      }
    }
  }
  return plan;
}

/** Writes studies, labels.csv, unseen studies and the LPM into `folder`. */
export function writeMaterial(folder: string, { patients, unseen }: Amount): void {
  const rows = ['patientID,label'];
  for (let p = 0; p < patients; p++) {
    rows.push(`T-${p},${p % 2 === 1 ? 'disc' : 'normal'}`);
    for (let s = 0; s < 2; s++) writeStudy(join(folder, 'studies', `p${p}-${s}`), 'T', p, s);
  }
  for (let p = 0; p < unseen; p++) writeStudy(join(folder, 'unseen', `u${p}`), 'U', p, 0);
  writeFileSync(join(folder, 'labels.csv'), `${rows.join('\n')}\n`);
  writeRandomLpm(join(folder, 'lpm'), 5, { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 });
}

function writeStudy(folder: string, series: string, patient: number, study: number): void {
  const uid = uidOf(series, patient, study);
  const random = Random.seeded(7).fork(uid);
  const pixels = new Uint16Array(size * size);
  const [cx, cy] = [random.uniform(20, 44), random.uniform(20, 44)];
  for (let i = 0; i < pixels.length; i++) {
    const inside = patient % 2 === 1 && ((i % size) - cx) ** 2 + (Math.floor(i / size) - cy) ** 2 < 12 ** 2;
    pixels[i] = Math.round(Math.max(0, 1200 + 150 * random.normal() + (inside ? 1600 : 0)));
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'image.dcm'),
    writeDicom({
      sopClassUID: '1.2.840.10008.5.1.4.1.1.1',
      sopInstanceUID: `${uid}.1.1`,
      modality: 'CR',
      patientName: 'Made^Up',
      patientID: `${series}-${patient}`,
      studyInstanceUID: uid,
      seriesInstanceUID: `${uid}.1`,
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME2',
      rows: size,
      columns: size,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
      pixelRepresentation: 0,
      windowCenter: '2048',
      windowWidth: '4096',
      pixelData: pixels,
    }),
  );
}
