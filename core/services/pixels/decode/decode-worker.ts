/**
 * The decode worker: a thread that holds the decoders and can be ended at any moment. It answers one request at a time.
 *
 * It reads files itself, so that pixels are not copied between threads, resizes where a smaller image is wanted, because the thread
 * that asks answers the window meanwhile, and says when it begins to decode, so that a slow network
 * drive does not count against a frame's time.
 */
import { readFileSync, statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type AnswerMessage, answering, type CallMessage, telling } from '../../../base/channel.ts';
import { AppError, invariant, toError } from '../../../base/errors.ts';
import { redact } from '../../../base/redact.ts';
import {
  type DecodedFrame,
  type DicomFile,
  decodeFrame,
  frameSpacing,
  parseDicom,
  type RenderedImage,
  renderDecoded,
  wasmCodecOf,
} from '../../../dicom/index.ts';
import { fitImage } from '../fit.ts';
import type { DecodeCalls, DecodeNews, DecodeThreadData } from './messages.ts';
import { loadCodecs } from './wasm-codecs.ts';

const port = parentPort;
invariant(port !== null, 'decode-worker runs as a worker thread only');

const { heapLimitBytes } = workerData as DecodeThreadData;
const tell = telling<DecodeNews>((message) => port.postMessage(message));

const loaded = loadCodecs();
let last: { readonly path: string; readonly version: string; readonly file: DicomFile } | undefined;

function readSource(source: string | Uint8Array): DicomFile {
  if (typeof source !== 'string') return parseDicom(source);
  // The frames of one file come one after the other.
  const version = versionOf(source);
  if (last?.path === source && last.version === version) return last.file;
  const file = parseDicom(readable(source, () => new Uint8Array(readFileSync(source))));
  last = { path: source, version, file };
  return file;
}

/** Changes when the file does. */
function versionOf(path: string): string {
  const { size, mtimeMs } = readable(path, () => statSync(path));
  return `${size} ${mtimeMs}`;
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw new AppError('FILE_UNREADABLE', `${redact(path)} cannot be read: ${toError(thrown).message.split(',')[0]}.`);
  }
}

async function decoded({ source, frame }: DecodeCalls['samples']['input']): Promise<[DicomFile, DecodedFrame]> {
  const file = readSource(source);
  tell('started', null);
  const codec = wasmCodecOf(file.transferSyntaxUID);
  if (codec !== undefined) await loaded.prepare(codec);
  try {
    return [file, decodeFrame(file, frame, loaded.codecs)];
  } finally {
    if (loaded.heapBytes() > heapLimitBytes) tell('outgrown', null);
  }
}

/** Posts a reply. What it holds of samples is moved to the other thread, not copied. */
function post(message: AnswerMessage): void {
  const { data, samples } = ('value' in message ? message.value : {}) as Partial<RenderedImage & DecodedFrame>;
  const moved = data ?? samples;
  port?.postMessage(message, moved === undefined ? [] : [moved.buffer as ArrayBuffer]);
}

const answer = answering<DecodeCalls>(
  {
    image: async ({ fit, ...request }) => {
      const [file, samples] = await decoded(request);
      const image = renderDecoded(file.dataSet, samples, request.frame);
      return fit === undefined ? image : fitImage(image, fit, frameSpacing(file.dataSet, request.frame).pixelAspect);
    },
    samples: async (request) => (await decoded(request))[1],
  },
  post,
);

port.on('message', (message: CallMessage) => answer(message));
