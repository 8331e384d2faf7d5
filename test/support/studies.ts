/** Tiny DICOM studies and a service context, for tests of the services. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { silentLogger } from '../../core/base/logger.ts';
import { writeDicom } from '../../core/dicom/write.ts';
import { SessionCaches } from '../../core/services/session/caches.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import type { Library } from '../../core/store/index.ts';
import { testTime } from './library.ts';

export interface TinyInstance {
  readonly patient: string;
  readonly study: string;
  readonly instance: string;
  /** Grey level of every pixel. */
  readonly grey?: number;
  readonly frames?: number;
  /** Rows of pixels. */
  readonly rows?: number;
  /** Shown with a window over all 12 bits: without one, an image of one grey level looks like that of any other. */
  readonly hasWindow?: boolean;
  readonly patientName?: string;
  readonly patientSex?: string;
  readonly patientBirthDate?: string;
  readonly issuerOfPatientID?: string;
  readonly accessionNumber?: string;
  /** The UID of the series where it is not made of the study's. */
  readonly seriesUID?: string;
  /** Number of the series within the study, and of the image within the series. */
  readonly series?: number;
  readonly number?: number;
}

/** A DICOM file of 8 by 8 pixels or of more rows, 16 bits. */
export function tinyDicom({
  patient,
  study,
  instance,
  grey = 100,
  frames = 1,
  rows = 8,
  hasWindow = false,
  patientName = 'Doe^Jane',
  patientSex,
  patientBirthDate,
  issuerOfPatientID,
  accessionNumber,
  series = 1,
  seriesUID = `${study}.${series}`,
  number,
}: TinyInstance): Uint8Array {
  return writeDicom({
    sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
    sopInstanceUID: instance,
    modality: 'OT',
    patientName,
    ...(patientSex === undefined ? {} : { patientSex }),
    ...(patientBirthDate === undefined ? {} : { patientBirthDate }),
    ...(issuerOfPatientID === undefined ? {} : { issuerOfPatientID }),
    ...(accessionNumber === undefined ? {} : { accessionNumber }),
    patientID: patient,
    studyInstanceUID: study,
    seriesInstanceUID: seriesUID,
    ...(number === undefined ? {} : { seriesNumber: String(series), instanceNumber: String(number) }),
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    ...(frames === 1 ? {} : { numberOfFrames: String(frames) }),
    rows,
    columns: 8,
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    pixelRepresentation: 0,
    ...(hasWindow ? { windowCenter: '2048', windowWidth: '4096' } : {}),
    pixelData: new Uint16Array(8 * rows * frames).fill(grey),
  });
}

/** Writes a file below `folder`, making folders on the way; gives its path. */
export function put(folder: string, name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** A context over an open library without an engine. */
export function testContext(library: Library, changes: Partial<ServiceContext> = {}): ServiceContext {
  return {
    library,
    caches: new SessionCaches(),
    engine: () => Promise.reject(new Error('this test has no engine')),
    progress: () => {},
    signal: new AbortController().signal,
    log: silentLogger,
    now: () => new Date(testTime),
    ...changes,
  };
}
