/** Small made-up DICOM studies with labels, a tiny random LPM, and a library around them: the main job in seconds. */
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../core/base/logger.ts';
import { Random } from '../../core/base/random.ts';
import { writeDicom } from '../../core/dicom/index.ts';
import { writeRandomLpm } from '../../core/services/lpm/random-lpm.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { openServices } from '../../core/services/session/open.ts';
import { put } from './studies.ts';

const size = 96;

/**
 * Writes `patients` patients with two studies each into `folder` (every second patient has a bright disc in each image)
 * and `labels.csv` beside them. The same seed gives the same bytes.
 * @returns the path of the labels file
 */
export function writeStudies(folder: string, patients: number, seed = 1): string {
  return writePatients(folder, patients, (p) => {
    const hasDisc = p % 2 === 1;
    const patientID = `P${seed}-${p}`;
    const files = [0, 1].map((s) => {
      const uid = `1.2.826.0.1.3680043.10.999.${seed}.${p}.${s}`;
      return [`p${p}/s${s}/image.dcm`, madeFile(uid, patientID, hasDisc, Random.seeded(seed).fork(uid))] as const;
    });
    return { patientID, label: hasDisc ? 'disc' : 'normal', files };
  });
}

export interface MadePatient {
  readonly patientID: string;
  readonly label: string;
  /** Paths below the folder, and what is written there. */
  readonly files: readonly (readonly [path: string, bytes: Uint8Array])[];
}

/**
 * Writes the files of `patients` patients, as `made` gives them for 0, 1 and so on, and a labels file by patient.
 * @returns the path of the labels file
 */
export function writePatients(
  folder: string,
  patients: number,
  made: (p: number) => MadePatient,
  labelsName = 'labels.csv',
): string {
  const rows = ['patientID,label'];
  for (let p = 0; p < patients; p++) {
    const { patientID, label, files } = made(p);
    rows.push(`${patientID},${label}`);
    for (const [path, bytes] of files) put(folder, path, bytes);
  }
  return put(folder, labelsName, `${rows.join('\n')}\n`);
}

function madeFile(uid: string, patientID: string, hasDisc: boolean, random: Random): Uint8Array {
  const pixels = new Uint16Array(size * size);
  const [cx, cy] = [random.uniform(30, 66), random.uniform(30, 66)];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside = hasDisc && (x - cx) ** 2 + (y - cy) ** 2 < 18 ** 2;
      pixels[y * size + x] = Math.round(Math.max(0, 1200 + 150 * random.normal() + (inside ? 1600 : 0)));
    }
  }
  return writePlate({ uid, patientID, modality: 'CR', size, pixels });
}

/** A square 12-bit image as the only one of its study, with a window over all 12 bits unless it has none. */
export function writePlate({
  uid,
  patientID,
  patientName = 'Made^Up',
  modality,
  manufacturer,
  manufacturerModelName,
  institutionName,
  hasWindow = true,
  size,
  pixels,
}: {
  readonly uid: string;
  readonly patientID: string;
  readonly patientName?: string;
  readonly modality: string;
  readonly manufacturer?: string;
  readonly manufacturerModelName?: string;
  readonly institutionName?: string;
  readonly hasWindow?: boolean;
  readonly size: number;
  readonly pixels: Uint16Array;
}): Uint8Array {
  return writeDicom({
    sopClassUID: '1.2.840.10008.5.1.4.1.1.1',
    sopInstanceUID: `${uid}.1.1`,
    modality,
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(manufacturerModelName === undefined ? {} : { manufacturerModelName }),
    ...(institutionName === undefined ? {} : { institutionName }),
    patientName,
    patientID,
    studyInstanceUID: uid,
    seriesInstanceUID: `${uid}.1`,
    instanceNumber: '1',
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    rows: size,
    columns: size,
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    pixelRepresentation: 0,
    ...(hasWindow ? { windowCenter: '2048', windowWidth: '4096' } : {}),
    pixelData: pixels,
  });
}

/** A four-layer ViT of width 64 with random weights; of a larger patch it has fewer tokens of an image, and what learns from them is quicker. */
export function writeTinyLpm(folder: string, patch = 16): void {
  writeRandomLpm(folder, 5, { width: 64, layers: 4, heads: 2, patch });
}

/**
 * Services over the library in `folder`, to be closed by the caller. One thread, so that results never depend on the machine.
 * @param isApart whether it is one of a process of its own
 */
export async function openTestServices(
  folder: string,
  isApart = false,
): Promise<Awaited<ReturnType<typeof openServices>>> {
  return await openServices({
    library: folder,
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    threads: 1,
    ownProcess: isApart,
    progress: () => {},
    log: silentLogger,
    signal: new AbortController().signal,
  });
}

/** As `openTestServices`, closed when the test ends. */
export async function testServices(folder: string, changes: Partial<ServiceContext> = {}): Promise<ServiceContext> {
  const opened = await openTestServices(folder);
  onTestFinished(() => opened.close());
  return { ...opened.context, ...changes };
}
