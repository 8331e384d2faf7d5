/**
 * The decode worker: a thread that holds the decoders and can be ended at any moment. It answers one request at a time.
 *
 * It reads files itself, so that pixels are not copied between threads, resizes where a smaller image is wanted, because the thread
 * that asks answers the window meanwhile, and says when it begins to decode, so that a slow network
 * drive does not count against a frame's time.
 */
import { readFileSync, statSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { AppError, invariant, serialiseError, toError } from '../../../base/errors.ts';
import { redact } from '../../../base/redact.ts';
import { type DicomFile, decodeFrame, parseDicom, renderDecoded, wasmCodecOf } from '../../../dicom/index.ts';
import { fitImage } from '../fit.ts';
import type { DecodeReply, DecodeRequest } from './messages.ts';
import { loadCodecs } from './wasm-codecs.ts';

const port = parentPort;
invariant(port !== null, 'decode-worker runs as a worker thread only');

/** Codec heaps never shrink; past this much the thread is replaced. */
const maxHeapBytes = 512 * 1024 * 1024;

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

async function answer({ source, frame, want, fit }: DecodeRequest): Promise<DecodeReply> {
  const file = readSource(source);
  port?.postMessage({ kind: 'started' } satisfies DecodeReply);
  const codec = wasmCodecOf(file.transferSyntaxUID);
  if (codec !== undefined) await loaded.prepare(codec);
  const decoded = decodeFrame(file, frame, loaded.codecs);
  if (want === 'samples') return { kind: 'decoded', decoded };
  const image = renderDecoded(file.dataSet, decoded, frame);
  return { kind: 'rendered', image: fit === undefined ? image : fitImage(image, fit) };
}

port.on('message', (request: DecodeRequest) => {
  answer(request).then(
    (reply) => {
      const data =
        reply.kind === 'rendered' ? reply.image.data : reply.kind === 'decoded' ? reply.decoded.samples : undefined;
      port.postMessage(reply, data === undefined ? [] : [data.buffer as ArrayBuffer]);
      if (loaded.heapBytes() > maxHeapBytes) process.exit(0);
    },
    (thrown: unknown) => {
      port.postMessage({ kind: 'failed', error: serialiseError(thrown) } satisfies DecodeReply);
      if (loaded.heapBytes() > maxHeapBytes) process.exit(0);
    },
  );
});
