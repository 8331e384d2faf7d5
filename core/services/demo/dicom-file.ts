/** One picture of the demo as a Computed Radiography instance (PS3.3 A.2) that a viewer opens with the right window. */
import { createHash } from 'node:crypto';
import { writeDicom } from '../../dicom/write.ts';
import { bitsStored, type DemoPicture } from './picture.ts';
import type { DemoStudy } from './plan.ts';

const computedRadiography = '1.2.840.10008.5.1.4.1.1.1';

/** A UID below 2.25 that depends on nothing but its name, so that the same seed gives the same files. */
export function uidOf(seed: number, ...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256')
    .update(['sidelight-demo', seed, ...parts].join('/'))
    .digest('hex');
  return `2.25.${BigInt(`0x${digest.slice(0, 32)}`)}`;
}

export function patientIdOf(plan: DemoStudy): string {
  return `DEMO-${String(plan.patient).padStart(4, '0')}`;
}

export function studyUidOf(seed: number, plan: DemoStudy): string {
  return uidOf(seed, plan.patient, plan.study);
}

/** The bytes of image `index` (from 0) of a study. */
export function writeDemoFile(seed: number, plan: DemoStudy, index: number, picture: DemoPicture): Uint8Array {
  const date = dateOf(plan.dayOffset);
  const time = `${String(8 + (plan.patient % 9)).padStart(2, '0')}3000`;
  return writeDicom({
    specificCharacterSet: 'ISO_IR 100',
    imageType: 'ORIGINAL\\PRIMARY',
    sopClassUID: computedRadiography,
    sopInstanceUID: uidOf(seed, plan.patient, plan.study, 1, index),
    studyDate: date,
    seriesDate: date,
    acquisitionDate: date,
    contentDate: date,
    studyTime: time,
    seriesTime: time,
    acquisitionTime: time,
    contentTime: time,
    accessionNumber: '',
    modality: 'CR',
    manufacturer: 'Sidelight demo generator',
    referringPhysicianName: '',
    studyDescription: 'Synthetic tissue',
    patientName: `Synthetic^Patient ${plan.patient}`,
    patientID: patientIdOf(plan),
    patientBirthDate: '',
    patientSex: 'O',
    bodyPartExamined: 'BREAST',
    viewPosition: '',
    patientOrientation: picture.laterality === 'L' ? 'A\\F' : 'P\\F',
    studyInstanceUID: studyUidOf(seed, plan),
    seriesInstanceUID: uidOf(seed, plan.patient, plan.study, 1),
    studyID: String(plan.study),
    seriesNumber: '1',
    instanceNumber: String(index + 1),
    laterality: picture.laterality,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    rows: picture.size,
    columns: picture.size,
    bitsAllocated: 16,
    bitsStored,
    highBit: bitsStored - 1,
    pixelRepresentation: 0,
    windowCenter: String(picture.windowCenter),
    windowWidth: String(picture.windowWidth),
    pixelData: picture.pixels,
  });
}

/** `days` after 1 January 2020, as DICOM writes dates. */
export function dateOf(days: number): string {
  return new Date(Date.UTC(2020, 0, 1 + days)).toISOString().slice(0, 10).replaceAll('-', '');
}
