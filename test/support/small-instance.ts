/** A small secondary capture instance with the pixels a test wants. */
import { type DicomFile, type DicomValues, parseDicom, writeDicom } from '../../core/dicom/index.ts';

const identity: DicomValues = {
  sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
  sopInstanceUID: '2.25.1000',
  studyInstanceUID: '2.25.1',
  seriesInstanceUID: '2.25.2',
  patientID: 'P-1',
  modality: 'OT',
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  pixelRepresentation: 0,
};

/** The bytes of a one-row instance of 16-bit grey `pixels`; `values` replace or add attributes. */
export function smallInstance(pixels: readonly number[], values: DicomValues = {}): Uint8Array {
  return writeDicom({
    ...identity,
    rows: 1,
    columns: pixels.length,
    bitsAllocated: 16,
    bitsStored: 16,
    highBit: 15,
    pixelData: Uint16Array.from(pixels),
    ...values,
  });
}

/** As `smallInstance`, parsed. */
export function smallFile(pixels: readonly number[], values: DicomValues = {}): DicomFile {
  return parseDicom(smallInstance(pixels, values));
}
