/** Made-up DICOM studies for looking at and measuring: every number in them is one that a test can compute by hand. */
import { type DicomValues, writeDicom } from '../../core/dicom/index.ts';

export interface MadeImage {
  /** Of the study; series and instance hang on it. */
  readonly study: string;
  readonly patientID: string;
  readonly modality: string;
  readonly rows: number;
  readonly columns: number;
  /** Stored value of a pixel; `frame` from 0. */
  readonly value: (x: number, y: number, frame: number) => number;
  readonly frames?: number;
  readonly series?: number;
  readonly instance: number;
  /** Everything else that the header is to say. */
  readonly says?: DicomValues;
}

/** A grey image of 16 signed bits. */
export function madeImage(image: MadeImage): Uint8Array {
  const { rows, columns, frames = 1, series = 1, instance } = image;
  const pixels = new Uint16Array(rows * columns * frames);
  for (let i = 0; i < pixels.length; i++) {
    const frame = Math.floor(i / (rows * columns));
    const inFrame = i % (rows * columns);
    pixels[i] = image.value(inFrame % columns, Math.floor(inFrame / columns), frame) & 0xffff;
  }
  return writeDicom({
    sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
    sopInstanceUID: `${image.study}.${series}.${instance}`,
    modality: image.modality,
    patientName: `Made^${image.patientID}`,
    patientID: image.patientID,
    studyInstanceUID: image.study,
    seriesInstanceUID: `${image.study}.${series}`,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    ...(frames === 1 ? {} : { numberOfFrames: String(frames) }),
    rows,
    columns,
    bitsAllocated: 16,
    bitsStored: 16,
    highBit: 15,
    pixelRepresentation: 1,
    ...image.says,
    pixelData: pixels,
  });
}

const axial = ['1', '0', '0', '0', '1', '0'].join('\\');

/**
 * A CT series of three slices that names no window and no InstanceNumber, and whose UIDs go from the feet to the head while it was sent the
 * other way: the middle of every slice is 40 HU, all else is air, and slice 2 holds metal. Pixels are 0.5 mm high and 0.25 mm wide.
 */
export function madeCt(study: string, patientID: string, says: DicomValues): [path: string, bytes: Uint8Array][] {
  return [30, 20, 10].map((height, k) => [
    `${study}/${k + 1}.dcm`,
    madeImage({
      study,
      patientID,
      modality: 'CT',
      rows: 64,
      columns: 64,
      instance: k + 1,
      value: (x, y) => (x > 20 && x < 44 && y > 20 && y < 44 ? 40 : k === 1 && x < 4 && y < 4 ? 3000 : -1000),
      says: {
        imageOrientationPatient: axial,
        imagePositionPatient: `0\\0\\${height}`,
        pixelSpacing: '0.5\\0.25',
        rescaleIntercept: '0',
        rescaleSlope: '1',
        ...says,
      },
    }),
  ]);
}

/** The four usual mammograms in one series, in no useful order; of each, the whole image has one grey level. Spacing at the detector alone. */
export function madeMammograms(study: string, patientID: string): [path: string, bytes: Uint8Array][] {
  const views = [
    ['L', 'MLO', 800],
    ['R', 'MLO', 600],
    ['L', 'CC', 400],
    ['R', 'CC', 200],
  ] as const;
  return views.map(([side, view, level], k) => [
    `${study}/${k + 1}.dcm`,
    madeImage({
      study,
      patientID,
      modality: 'MG',
      rows: 32,
      columns: 32,
      instance: k + 1,
      value: () => level,
      says: {
        instanceNumber: String(k + 1),
        imageLaterality: side,
        viewPosition: view,
        imagerPixelSpacing: '0.1\\0.1',
        windowCenter: '500',
        windowWidth: '1001',
        studyDescription: 'Mammography',
        studyDate: '20240105',
      },
    }),
  ]);
}
