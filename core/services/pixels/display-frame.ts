/** Frames for the viewport: header and samples in one block, as core/contract/ipc/frames.ts lays it out. */
import type { FrameHeader, InstanceId } from '../../contract/index.ts';
import {
  displayFrame,
  edgeLetters,
  frameSpacing,
  framesPerSecond,
  parseDicom,
  readHeader,
  slicePositionOf,
} from '../../dicom/index.ts';
import { looksLikePicture, readPicture } from '../../images/index.ts';
import { instanceById, patientOfStudy } from '../../store/index.ts';
import { readInstance } from '../files/files.ts';
import { decoderFactory } from '../files/text-decoder.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import type { DecodePool } from './decode/pool.ts';
import { hasPreamble } from './source-images.ts';

interface Pixels {
  readonly header: Omit<FrameHeader, 'sopInstanceUID'>;
  readonly samples: Uint8Array | Int16Array | Uint16Array | Float32Array;
}

/** The last files that were read: a reader scrolls through the frames of one instance. */
const keptFiles = 4;
const readFiles: SessionCache<NewestEntries<InstanceId, Uint8Array>> = {
  name: 'files on view',
  until: 'change',
  make: () => new NewestEntries(keptFiles),
};

/** The block of frame `frame` (from 0) of an instance. Throws as reading and decoding do. */
export async function frameBlock(
  context: ServiceContext,
  pool: DecodePool,
  instanceId: InstanceId,
  frame: number,
): Promise<Uint8Array> {
  const bytes = await bytesOf(context, instanceId);
  const isPicture = looksLikePicture(bytes) && !hasPreamble(bytes);
  const { header: own, samples } = isPicture ? pictureFrame(bytes) : await dicomFrame(bytes, pool, frame);
  const instance = instanceById(context.library.db, instanceId);
  const filed = patientOfStudy(context.library.db, instance?.studyInstanceUID ?? '');
  // A patient who was given stands beside the picture, not the one whom the header names.
  const texts = filed?.isGiven === true ? { ...own.texts, patientID: filed.patientKey } : own.texts;
  const header: FrameHeader = { sopInstanceUID: instance?.sopInstanceUID ?? '', ...own, texts };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((4 + text.length) / 8) * 8;
  const block = new Uint8Array(start + samples.byteLength);
  new DataView(block.buffer).setUint32(0, text.length, true);
  block.set(text, 4);
  block.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), start);
  return block;
}

async function bytesOf(context: ServiceContext, instanceId: InstanceId): Promise<Uint8Array> {
  const kept = context.caches.of(readFiles);
  const known = kept.get(instanceId);
  if (known !== undefined) return known;
  const bytes = await readInstance(context.library, instanceId);
  kept.set(instanceId, bytes);
  return bytes;
}

const noTexts = {
  patientName: '',
  patientID: '',
  studyDate: '',
  studyDescription: '',
  seriesNumber: '',
  seriesDescription: '',
  instanceNumber: '',
  view: '',
};

function pictureFrame(bytes: Uint8Array): Pixels {
  const image = readPicture(bytes, 'picture');
  const isGrey = image.channels === 1;
  // Pictures have at most sixteen bits; grey keeps them all.
  const most = isGrey ? 65_535 : 255;
  const scaled = image.data.map((value) => Math.round(most * value));
  const samples = isGrey ? Uint16Array.from(scaled) : Uint8Array.from(scaled);
  return {
    samples,
    header: {
      rows: image.height,
      columns: image.width,
      numberOfFrames: 1,
      samples: isGrey ? 'uint16' : 'uint8',
      channels: image.channels === 1 ? 1 : 3,
      min: 0,
      max: most,
      windows: isGrey ? [{ shape: 'LINEAR_EXACT', center: most / 2, width: most, name: '' }] : [],
      hasOwnWindow: true,
      isInverted: false,
      photometricInterpretation: isGrey ? 'MONOCHROME2' : 'RGB',
      unit: '',
      modality: '',
      spacingMm: null,
      spacingAt: 'patient',
      pixelAspect: 1,
      slicePositionMm: null,
      framesPerSecond: null,
      edges: { left: '', right: '', top: '', bottom: '' },
      isLossy: false,
      lossyRatio: null,
      texts: noTexts,
    },
  };
}

async function dicomFrame(bytes: Uint8Array, pool: DecodePool, frame: number): Promise<Pixels> {
  const file = parseDicom(bytes);
  const { dataSet } = file;
  const display = displayFrame(dataSet, await pool.decodeFrame(bytes, frame), frame);
  const header = readHeader(file, decoderFactory);
  const text = (value: string | number | undefined): string => (value === undefined ? '' : String(value));
  const modality = text(header.modality);
  return {
    samples: display.samples,
    header: {
      rows: display.rows,
      columns: display.columns,
      numberOfFrames: header.numberOfFrames,
      samples: sampleNames.find(([type]) => display.samples instanceof type)?.[1] ?? 'float32',
      channels: display.channels,
      min: display.min,
      max: display.max,
      windows: display.windows.map((window) => ({ ...window })),
      hasOwnWindow: display.hasOwnWindow,
      isInverted: display.isInverted,
      photometricInterpretation: text(header.photometricInterpretation),
      unit: display.unit,
      modality,
      ...frameSpacing(dataSet, frame),
      slicePositionMm: slicePositionOf(dataSet, frame) ?? null,
      framesPerSecond: framesPerSecond(dataSet) ?? null,
      edges: edgeLetters(dataSet, frame),
      isLossy: dataSet.text('lossyImageCompression') === '01',
      lossyRatio: dataSet.number('lossyImageCompressionRatio') ?? null,
      texts: {
        patientName: text(header.patientName).replaceAll('^', ' ').trim(),
        patientID: text(header.patientID),
        studyDate: text(header.studyDate),
        studyDescription: text(header.studyDescription),
        seriesNumber: text(header.seriesNumber),
        seriesDescription: text(header.seriesDescription),
        instanceNumber: text(header.instanceNumber),
        view: [header.laterality, header.viewPosition].filter((part) => part !== undefined).join(' '),
      },
    },
  };
}

const sampleNames = [
  [Uint8Array, 'uint8'],
  [Int16Array, 'int16'],
  [Uint16Array, 'uint16'],
] as const;
